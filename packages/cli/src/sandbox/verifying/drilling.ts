/**
 * Drills of the sandbox: each witness redeems one unit at each other operator, as any holder does, and signs what came of
 * it into the journal that its door shows. What it redeems lies in its wallet already: so an operator that does not
 * answer is drilled all the same.
 */
import { join } from "node:path";
import { DrillJournal, drillOnce } from "@tenten/operator";
import { type AskedProfile, assetHash, isRefusal } from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { drillsIn, sealKeyIn } from "../../server/witness-files.ts";
import { random } from "../../surroundings.ts";
import { WalletFolder } from "../../wallet/folder.ts";
import { allOf } from "../all-of.ts";
import type { House } from "../house.ts";
import { unlock } from "./known.ts";
import { signerIn } from "./witness.ts";

const holder: AskedProfile = { role: "holder", class: "person", merchantCategory: null, region: "JP" };
/** minor units that a wallet takes from its account when it has none left */
const purse = 10n;
const amount = 1n;
/** seconds for the operator to pay */
const patience_s = 10;

/** Each witness drills both other operators once; those where it has no money, and can get none now, it leaves out. */
export async function drillAll(houses: readonly House[]): Promise<void> {
	await allOf(houses.map((house) => drill(house, houses)));
}

async function drill({ watch }: House, houses: readonly House[]): Promise<void> {
	const { witnessFolder } = watch;
	const { wallet, ...folder } = await walletIn(join(witnessFolder, "wallet"), houses, watch.known.name);
	try {
		const signer = await signerIn(sealKeyIn(witnessFolder));
		const journal = must(DrillJournal.open(drillsIn(witnessFolder)));
		try {
			// What an earlier drill was not answered is asked again, and is no part of this one.
			await wallet.settlePending();
			for (const { asset } of others(houses, watch.known.name)) {
				if (wallet.balance(asset).available < amount && isRefusal(await wallet.topUp(asset, purse))) continue;
				const redeem = async (): Promise<boolean> => {
					const redeemed = await wallet.redeem(asset, amount);
					if (isRefusal(redeemed) && redeemed.code === "channel-failed") throw new Error(redeemed.detail);
					return !isRefusal(redeemed) && redeemed.credited === amount;
				};
				const plan = { operator: asset.operator, asset: assetHash(asset), amount, patience_s, redeem };
				await drillOnce(plan, { journal, signer, now: Date.now, entropy: random });
			}
		} finally {
			journal.close();
		}
	} finally {
		await folder.close();
	}
}

/** A wallet with an account at each of the others, as far as they can be reached. */
async function walletIn(path: string, houses: readonly House[], own: string) {
	const folder = must(await WalletFolder.open(path, { unlock }));
	for (const { url } of others(houses, own))
		if (folder.operators.every((joined) => joined.url !== url)) await folder.join(url, holder);
	return { wallet: folder.wallet, close: () => folder.close() };
}

function others(houses: readonly House[], own: string): readonly House[] {
	return houses.filter(({ watch }) => watch.known.name !== own);
}
