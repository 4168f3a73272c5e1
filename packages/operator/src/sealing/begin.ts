/**
 * Beginning: from one moment on, what an operator does goes through its log.
 *
 * What it did before stands in the first batches as one item of each kind and asset, so that totals are those of its
 * books from the first seal on; what its registry and accounts hold goes into the trees; the lists that it shows now,
 * and the appeals that it heard, are leaves as they would have been. It is begun by one process
 * while no other works on the database: what another does at that very moment would be in no seal, and whoever holds
 * seals against the books finds it (`examine.ts`).
 */
import {
	appealOutcome,
	type Batch,
	type Bytes,
	equalBytes,
	isRefusal,
	parse,
	type Refusal,
	refuse,
	sha256,
	toUtf8,
} from "@tenten/protocol";
import { newestFreezeList } from "../freezing/freeze-lists.ts";
import { heldEffect } from "../ledger/posting.ts";
import { everyAccount } from "../ledger/rows.ts";
import { changeState } from "../seal/trees.ts";
import { type Appeal, appealsAfter } from "../store/appeals.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Store, Transaction } from "../store/store.ts";
import { totalsOf } from "../totals.ts";
import { newestList } from "../trust-lists.ts";
import { type Effect, keepEffects } from "./effects.ts";
import { appealEffect, freezeListEffect, outcomeEffect, trustListEffect } from "./words.ts";

/** Whose log it is. */
export type SealedInto = { readonly origin: string; readonly publicKey: Bytes };

/** Begins, where it was not begun; `key-refused` where it was, and goes into another log. `now` in unix seconds. */
export async function beginSealing(store: Store, log: SealedInto, now: number): Promise<Refusal | undefined> {
	return store.run(async (transaction) => {
		const row = await transaction.selectFrom("sealing").select(["origin", "public_key"]).executeTakeFirst();
		if (row !== undefined) return refusedLog(row.origin, row.public_key, log);
		await transaction.deleteFrom("unsealed").execute();
		await carryOver(transaction);
		await carryWords(transaction);
		const { origin, publicKey } = log;
		const begun = { origin, public_key: publicKey, begun_at: now };
		await insertNew(transaction, "sealing", [
			{ name: "operator", ...begun, cosigned_size: 0, cosigned: null },
		]);
		return undefined;
	});
}

function refusedLog(origin: string, key: Bytes, log: SealedInto): Refusal | undefined {
	return origin === log.origin && equalBytes(key, log.publicKey)
		? undefined
		: refuse("key-refused", `what this operator does goes into ${origin}, under another key`);
}

/** effects of one row */
const together = 1_000;
/** rows of one look, of which each reads the whole table: no index is by output alone */
const registryTogether = 50_000;

async function carryOver(transaction: Transaction): Promise<void> {
	const assets = await transaction.selectFrom("balances").select("asset").distinct().execute();
	for (const { asset } of assets) await keepEffects(transaction, await carriedTotals(transaction, asset));
	await carryRegistry(transaction);
	const held = await transaction
		.selectFrom("balances")
		.select(["owner", "asset", "amount"])
		.where("book", "=", "holder")
		.execute();
	const credits = held.map(
		({ owner, asset, amount }): Effect => ({ kind: "credit", asset, account: owner, amount }),
	);
	const balances = (await everyAccount(transaction)).map(heldEffect);
	const effects = [...credits, ...balances];
	for (let from = 0; from < effects.length; from += together)
		await keepEffects(transaction, effects.slice(from, from + together));
}

async function carryWords(transaction: Transaction): Promise<void> {
	const [trusted, freezes] = [await newestList(transaction), await newestFreezeList(transaction)];
	if (trusted !== null) await keepEffects(transaction, [trustListEffect(trusted.body)]);
	if (freezes !== null) await keepEffects(transaction, [freezeListEffect(freezes.body)]);
	for (let after: Bytes | null = new Uint8Array(); after !== null; ) {
		const appeals: readonly Appeal[] = await appealsAfter(transaction, after, together);
		await keepEffects(transaction, appeals.flatMap(carriedAppeal));
		after = appeals.length < together ? null : (appeals.at(-1)?.id ?? null);
	}
}

function carriedAppeal({ id, receivedAt, outcome }: Appeal): readonly Effect[] {
	const heard = appealEffect(id, receivedAt);
	if (outcome === null) return [heard];
	const signed = parse(appealOutcome, outcome);
	if (isRefusal(signed)) throw new Error("the database is damaged: an outcome does not read");
	return [heard, outcomeEffect(signed.body)];
}

/** In the map at once: a registry of years waits for no seal in memory. The order of its keys is that of the map. */
async function carryRegistry(transaction: Transaction): Promise<void> {
	for (let after: Bytes | null = new Uint8Array(); after !== null; ) {
		const rows: readonly { readonly output_id: Bytes; readonly consumer: Bytes }[] = await transaction
			.selectFrom("registry")
			.select(["output_id", "consumer"])
			.where("output_id", ">", after)
			.orderBy("output_id")
			.limit(registryTogether)
			.execute();
		await changeState(
			transaction,
			rows.map(({ output_id: key, consumer: entry }) => ({ key, entry })),
		);
		after = rows.length < registryTogether ? null : (rows.at(-1)?.output_id ?? null);
	}
}

async function carriedTotals(transaction: Transaction, asset: Bytes): Promise<readonly Effect[]> {
	const totals = await totalsOf(transaction, asset);
	const amounts: readonly (readonly [Batch["kind"], bigint])[] = [
		["issues", totals.issued],
		["redemptions", totals.redeemed],
		["rulings", totals.refunded],
		["burns", totals.burned],
		["forkDeposits", totals.drawn],
		["forkDraws", totals.drawn],
		["forkRepayments", totals.repaid],
		["forkLosses", totals.chargedOff],
	];
	return amounts.flatMap(([batch, amount]) =>
		amount === 0n ? [] : [{ kind: "item", batch, asset, id: carriedId, amount }],
	);
}

/** What stands for everything of before. */
const carriedId: Bytes = sha256(toUtf8("carried over"));
