/** Wallets of a trial across operators: each operator's gateway, in a file beside its rows, and holders in memory. */
import { join } from "node:path";
import type { CrossingGateway, Operator, Purse } from "@tenten/operator";
import { type AssetId, assetHash, type Bytes, isRefusal } from "@tenten/protocol";
import {
	httpOperatorClient,
	memoryStore,
	sqliteStore,
	Wallet,
	WalletPurse,
	type WalletStore,
} from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { now } from "../surroundings.ts";

/** Free, locked, and reserved for it, minor units. */
type TokenBalance = readonly [bigint, bigint, bigint];

export type Gateway = { readonly gateway: CrossingGateway; readonly balance: () => TokenBalance };

/** Tokens in one order: as many as payments lock at once. */
const pieces = 16;
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

/** The wallet of the operator's only asset, which is stocked where it is new. */
export async function openGateway(
	{
		folder,
		deviceKey,
		stock,
	}: { readonly folder: string; readonly deviceKey: Bytes; readonly stock: bigint },
	operator: Operator,
): Promise<Gateway> {
	const asset = { operator: operator.id, code: operator.entry.assets[0]?.code ?? "" };
	const wallet = await open(must(sqliteStore(join(folder, "gateway.sqlite"))), deviceKey);
	if (isRefusal(wallet.module.trust)) {
		const refused = await wallet.join(operator, operator.id, asked);
		if (refused !== undefined) must(refused);
		await operator.deposit(random(32), accountOf(wallet), asset.code, stock);
		await fill(wallet, asset, stock);
	}
	const gateway = { asset: assetHash(asset), purse: new WalletPurse(wallet, asset) };
	return { gateway, balance: () => balanceOf(wallet, asset) };
}

export type HolderWallet = { readonly purse: Purse; readonly balance: () => TokenBalance };

/** A holder's, joined over HTTP. `deposit` puts money on its account. */
export async function openHolder(
	url: string,
	asset: AssetId,
	amount: bigint,
	deposit: (account: Bytes) => Promise<void>,
): Promise<HolderWallet> {
	const wallet = await open(memoryStore(), random(32));
	const refused = await wallet.join(httpOperatorClient({ url }), asset.operator, asked);
	if (refused !== undefined) must(refused);
	await deposit(accountOf(wallet));
	await fill(wallet, asset, amount);
	const purse = new WalletPurse(wallet, asset);
	let last: Promise<unknown> = Promise.resolve();
	const act: Purse["act"] = (payment, command) => {
		const done = last.then(() => purse.act(payment, command));
		last = done.catch(() => undefined);
		return done;
	};
	return { purse: { act }, balance: () => balanceOf(wallet, asset) };
}

async function open(store: WalletStore, key: Bytes): Promise<Wallet> {
	return must(await Wallet.open({ store, unlock: { kind: "device", key }, now, random }));
}

function accountOf({ module }: Wallet): Bytes {
	const [own] = module.certificates();
	if (own === undefined) throw new Error("joined without a certificate");
	return own.hash;
}

async function fill(wallet: Wallet, asset: AssetId, amount: bigint): Promise<void> {
	must(await wallet.topUp(asset, amount, pieces));
}

function balanceOf(wallet: Wallet, asset: AssetId): TokenBalance {
	const { available, locked, reserved } = wallet.balance(asset);
	return [available, locked, reserved];
}
