/**
 * Held against the books: what the last seal says and what was done since must be what the books say, to the unit.
 *
 *   last seal + effects that wait = books        trees as they stand = roots of the last seal
 *
 * All of it is read at one moment. What is found is in words, for whoever looks after the operator.
 */
import {
	type AssetTotals,
	type Bytes,
	concatBytes,
	equalBytes,
	isRefusal,
	ledgerOwner,
	parse,
	type Seal,
	toHex,
} from "@tenten/protocol";
import { brokenRecords, type HeldInLots, heldInLots } from "../domain/examine.ts";
import { heldEffect } from "../ledger/posting.ts";
import { everyAccount } from "../ledger/rows.ts";
import { amountsIn, liabilitiesIn, stateEntriesIn, stateRoot } from "../seal/trees.ts";
import { registryPages } from "../store/registry.ts";
import type { Transaction } from "../store/store.ts";
import { totalsOf } from "../totals.ts";
import { type Effect, longestEffects, effects as shape } from "./effects.ts";
import { sealOf } from "./epoch.ts";

/** Everything that does not agree; empty where all does, or no log is kept. */
export async function brokenSeals(
	transaction: Transaction,
	secret: Bytes | null,
): Promise<readonly string[]> {
	const begun = await transaction.selectFrom("sealing").select("name").executeTakeFirst();
	if (begun === undefined) return [];
	const { number } = await transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow();
	const seal = Number(number) === 0 ? null : await sealOf(transaction, Number(number));
	const waiting = await waitingEffects(transaction);
	const lots = await heldInLots(transaction);
	return [
		...(await brokenTotals(transaction, seal, waiting, lots)),
		...(await brokenRecords(transaction, seal, waiting)),
		...(await brokenTrees(transaction, seal)),
		...(await brokenStates(transaction, waiting)),
		...(secret === null ? [] : await brokenLines(transaction, waiting, secret)),
	];
}

async function waitingEffects(transaction: Transaction): Promise<readonly Effect[]> {
	const rows = await transaction.selectFrom("unsealed").select("effects").execute();
	return rows.flatMap(({ effects }) => {
		const read = parse(shape, effects, longestEffects);
		if (isRefusal(read)) throw new Error("the database is damaged: effects that do not read");
		return read;
	});
}

type Sealed = Omit<AssetTotals, "asset" | "liabilities" | "outstanding" | "chargedOff">;

const sealedBy = {
	issues: "issued",
	redemptions: "redeemed",
	rulings: "refunded",
	burns: "burned",
	forkDeposits: "forkFunded",
	forkDraws: "forkDrawn",
	forkRepayments: "forkRepaid",
	forkLosses: "forkLost",
} as const;

async function brokenTotals(
	transaction: Transaction,
	seal: Seal | null,
	waiting: readonly Effect[],
	lots: HeldInLots,
): Promise<readonly string[]> {
	const held = await heldByAsset(transaction);
	const balances = await transaction.selectFrom("balances").select("asset").distinct().execute();
	const assets = new Map([...balances, ...(seal?.assets ?? [])].map(({ asset }) => [toHex(asset), asset]));
	for (const [hex, { asset }] of held) assets.set(hex, asset);
	const broken: string[] = [];
	for (const [hex, asset] of assets) {
		// Lots are counted by themselves.
		if (lots.has(hex)) continue;
		const books = await totalsOf(transaction, asset);
		const meant: Sealed = {
			issued: books.issued,
			redeemed: books.redeemed,
			refunded: books.refunded,
			burned: books.burned,
			forkFunded: books.drawn,
			forkDrawn: books.drawn,
			forkRepaid: books.repaid,
			forkLost: books.chargedOff,
			held: books.held + (held.get(hex)?.amount ?? 0n),
		};
		const said = withWaiting(seal, asset, waiting);
		// What waits of the ledger says what accounts hold, and not by how much that changed.
		for (const [name, amount] of Object.entries(meant) as [keyof Sealed, bigint][])
			if (said[name] !== amount && !(name === "held" && waiting.some(({ kind }) => kind === "balance")))
				broken.push(`asset ${hex}: seals say ${name} ${said[name]}, the books ${amount}`);
	}
	return broken;
}

function withWaiting(seal: Seal | null, asset: Bytes, waiting: readonly Effect[]): Sealed {
	const before = seal?.assets.find((each) => equalBytes(each.asset, asset));
	const sums: Record<keyof Sealed, bigint> = {
		issued: before?.issued ?? 0n,
		redeemed: before?.redeemed ?? 0n,
		refunded: before?.refunded ?? 0n,
		burned: before?.burned ?? 0n,
		forkFunded: before?.forkFunded ?? 0n,
		forkDrawn: before?.forkDrawn ?? 0n,
		forkRepaid: before?.forkRepaid ?? 0n,
		forkLost: before?.forkLost ?? 0n,
		held: before?.held ?? 0n,
	};
	for (const effect of waiting) {
		if (!("asset" in effect) || effect.asset === null || !equalBytes(effect.asset, asset)) continue;
		if (effect.kind === "credit") sums.held += effect.amount;
		else if (effect.kind === "debit") sums.held -= effect.amount;
		else if (effect.kind === "item" && effect.batch in sealedBy)
			sums[sealedBy[effect.batch as keyof typeof sealedBy]] += effect.amount;
	}
	return sums;
}

/** Of the ledger. */
async function heldByAsset(
	transaction: Transaction,
): Promise<ReadonlyMap<string, { readonly asset: Bytes; readonly amount: bigint }>> {
	const held = new Map<string, { readonly asset: Bytes; readonly amount: bigint }>();
	for (const { asset, amount } of (await everyAccount(transaction)).map(heldEffect)) {
		const key = toHex(asset);
		held.set(key, { asset, amount: amount + (held.get(key)?.amount ?? 0n) });
	}
	return held;
}

async function brokenTrees(transaction: Transaction, seal: Seal | null): Promise<readonly string[]> {
	if (seal === null) return [];
	const broken = equalBytes(await stateRoot(transaction), seal.state)
		? []
		: [`the state map is not that of seal ${seal.number}`];
	for (const { asset, liabilities, held } of seal.assets) {
		const { hash, sum } = await liabilitiesIn(transaction, asset);
		if (!equalBytes(hash, liabilities) || sum !== held)
			broken.push(`what accounts hold of ${toHex(asset)} is not what seal ${seal.number} says`);
	}
	return broken;
}

const together = 1_000;

/** Every row of the registry is in the state map, or waits for the next seal. */
async function brokenStates(
	transaction: Transaction,
	waiting: readonly Effect[],
): Promise<readonly string[]> {
	const coming = new Set(waiting.flatMap((effect) => (effect.kind === "state" ? [toHex(effect.key)] : [])));
	let missing = 0;
	for await (const rows of registryPages(transaction, together)) {
		const entries = await stateEntriesIn(
			transaction,
			rows.map(({ output }) => output),
		);
		for (const [at, { output, consumer }] of rows.entries()) {
			const entry = entries[at] ?? null;
			if (!coming.has(toHex(output)) && (entry === null || !equalBytes(entry, consumer))) missing++;
		}
	}
	return missing === 0 ? [] : [`${missing} rows of the registry are not in the state map`];
}

/** Every account has its line, and on it what it holds. */
async function brokenLines(
	transaction: Transaction,
	waiting: readonly Effect[],
	secret: Bytes,
): Promise<readonly string[]> {
	const changing = new Set(
		waiting.flatMap((effect) =>
			"account" in effect ? [toHex(concatBytes(effect.asset, ownerOf(effect)))] : [],
		),
	);
	const holders = await transaction
		.selectFrom("balances")
		.select(["asset", "owner", "amount"])
		.where("book", "=", "holder")
		.execute();
	const accounts = (await everyAccount(transaction))
		.map(heldEffect)
		.map((effect) => ({ asset: effect.asset, owner: ownerOf(effect), amount: effect.amount }));
	let wrong = 0;
	for (const { asset, owner, amount } of [...holders, ...accounts]) {
		if (changing.has(toHex(concatBytes(asset, owner)))) continue;
		const [line = null] = await amountsIn(transaction, { asset, secret }, [owner]);
		if ((line ?? 0n) !== amount) wrong++;
	}
	return wrong === 0 ? [] : [`${wrong} accounts do not have what they hold on their lines`];
}

function ownerOf(effect: Extract<Effect, { readonly account: Bytes }>): Bytes {
	return effect.kind === "balance" ? ledgerOwner(effect.account) : effect.account;
}
