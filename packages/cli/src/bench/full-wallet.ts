/**
 * A wallet with thousands of tokens and a long history, in its own SQLite file, made quickly and truthfully.
 *
 * Every row is one that a wallet made: tokens are drawn from an operator and some passed on, by the modules, over
 * a store in memory; then all sealed rows are put into the file in one commit. The journal is filled beside the
 * wallet, in one transaction of the table that it keeps: a commit for each of 100,000 entries would take an hour.
 */
import { DatabaseSync } from "node:sqlite";
import { type Bytes, toHex } from "@tenten/protocol";
import { assetText, sqliteStore, Wallet } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { handOver, memoryHome, openPair, type Pair } from "./pair.ts";

export type FullWallet = {
	/** the operator, and the wallet that it pays */
	readonly pair: Pair;
	/** opens the full wallet from its file, anew each time */
	readonly open: () => Promise<Wallet>;
	/** opens and closes its store alone: what SQLite takes to lock the file and to check its pages */
	readonly openStore: () => Promise<void>;
	readonly bytes: number;
};

export type Filling = {
	readonly tokens: number;
	readonly entries: number;
	/** of the tokens, paid to the other wallet or by it: each leaves a record of its hand-over on both sides */
	readonly payments: number;
};

export const amountOfToken = 100n;
/** `limits.orderOutputs` */
const tokensPerOrder = 16;
const day_s = 86_400;

export async function fillWallet(
	path: string,
	{ tokens, entries, payments }: Filling,
	progress: (done: number) => void,
): Promise<FullWallet> {
	const home = memoryHome();
	const pair = await openPair("Ed25519", [home, memoryHome()]);
	const [full, other] = pair.wallets;
	for (let drawn = 0; drawn < tokens; drawn += tokensPerOrder) {
		await pair.draw(amountOfToken, Math.min(tokensPerOrder, tokens - drawn));
		progress(drawn);
	}
	for (let i = 0; i < payments; i++) {
		const [payer, payee] = i % 2 === 0 ? [full.module, other.module] : [other.module, full.module];
		const output = payer.tokens()[0]?.output as Bytes;
		await handOver(payer, payee, { asset: pair.asset, amount: amountOfToken, output });
	}
	const rows = await home.store.load();
	const store = must(sqliteStore(path));
	await store.commit([...rows].map(([key, value]) => ({ key, value })));
	await store.close();
	fillHistory(path, entries, pair);
	const { now } = pair;
	return {
		pair,
		open: async () => must(await Wallet.open({ ...home, store: must(sqliteStore(path)), now, random })),
		openStore: async () => must(sqliteStore(path)).close(),
		bytes: [...rows.values()].reduce((sum, { length }) => sum + length, 0),
	};
}

const insertion = `
	insert into history (id, at, kind, asset, amount, party, note, search)
	values (?, ?, 'paid', ?, ?, ?, ?, ?)`;

/** One payment an hour, oldest first, each to another of a thousand shops. */
function fillHistory(path: string, entries: number, { asset, now }: Pair): void {
	const shops = Array.from({ length: 1000 }, () => toHex(random(32)));
	const named = assetText(asset);
	const database = new DatabaseSync(path);
	try {
		const insert = database.prepare(insertion);
		database.exec("begin");
		for (let i = 0; i < entries; i++) {
			const shop = shops[i % shops.length] as string;
			const note = noteOf(i);
			const at = now() - (entries - i) * (day_s / 24);
			insert.run(`paid/${toHex(random(32))}`, at, named, i + 1, shop, note, `${shop}\n${note}`);
		}
		database.exec("commit");
	} finally {
		database.close();
	}
}

/** What entry number `i` was for, counted from the oldest: every number is in one note alone. */
export function noteOf(i: number): string {
	return `order ${i}. at the bakery`;
}
