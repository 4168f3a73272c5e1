/** Honest histories are never convicted: of any log and seals that keep the rules, whatever is made of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AssetTotals,
	type Bytes,
	isRefusal,
	type LogProof,
	leafHash,
	type Misbehaviour,
	type Seal,
	sealHash,
	serializeLeaf,
	serializeMisbehaviour,
	verifyMisbehaviour,
} from "@tenten/protocol";
import fc from "fast-check";
import { verify } from "../../../module/src/index.ts";
import { batchOf, id, operator, peer, reserveOf, seats, totalsOf, yen } from "../seal/support/sealed.ts";
import { sealLeaf } from "./support/cases.ts";
import { GivenLog } from "./support/given-log.ts";

type Step = {
	readonly do: "issue" | "redeem" | "burn" | "deposit" | "draw" | "seal";
	readonly amount: number;
	readonly other: boolean;
};

const step: fc.Arbitrary<Step> = fc.record({
	do: fc.constantFrom("issue", "issue", "redeem", "burn", "deposit", "draw", "seal", "seal"),
	amount: fc.integer({ min: 1, max: 1_000 }),
	other: fc.boolean(),
});

const kinds = {
	issue: "issues",
	redeem: "redemptions",
	burn: "burns",
	deposit: "forkDeposits",
	draw: "forkDraws",
} as const;
const totals = {
	issue: "issued",
	redeem: "redeemed",
	burn: "burned",
	deposit: "forkFunded",
	draw: "forkDrawn",
} as const;

/** An operator that keeps its rules: what it cannot do it leaves. */
async function honestLog(steps: readonly Step[]): Promise<GivenLog> {
	const leaves: Bytes[] = [];
	const books = new Map<Bytes, AssetTotals>();
	let previous: Seal | null = null;
	for (const { do: what, amount: wanted, other } of steps) {
		if (what === "seal") {
			const seal: Seal = await nextSeal(previous, [...books.values()], wanted);
			leaves.push(sealLeaf(seal));
			previous = seal;
			continue;
		}
		const asset = other ? seats : yen;
		const book = books.get(asset) ?? totalsOf(asset, {});
		const most = what === "draw" ? book.forkFunded - book.forkDrawn : book.outstanding;
		const isBound = what !== "issue" && what !== "deposit";
		const amount = isBound && BigInt(wanted) > most ? most : BigInt(wanted);
		if (amount === 0n) continue;
		leaves.push(serializeLeaf({ kind: "batch", batch: batchOf(kinds[what], amount, asset) }));
		const total = totals[what];
		const after = { ...book, [total]: book[total] + amount };
		const outstanding = after.issued - after.redeemed - after.burned;
		books.set(asset, { ...after, outstanding });
	}
	return new GivenLog(leaves.length === 0 ? [sealLeaf(await nextSeal(null, [], 1))] : leaves);
}

async function nextSeal(previous: Seal | null, assets: readonly AssetTotals[], later: number): Promise<Seal> {
	const sealedAt = (previous?.sealedAt ?? 1_000) + later;
	const sorted = assets.toSorted((a, b) => (a.asset[0] as number) - (b.asset[0] as number));
	return {
		operator,
		number: (previous?.number ?? 0) + 1,
		previous: previous === null ? null : sealHash(previous),
		sealedAt,
		state: id(0),
		assets: sorted,
		reserves: await Promise.all(
			sorted.map(({ asset, outstanding }) => reserveOf(outstanding, sealedAt, asset)),
		),
		positions: [{ peer, asset: yen, settlement: sealedAt, owes: 3n, isOwed: 0n }],
		checkpoints: [{ peer, size: sealedAt, hash: id(6) }],
	};
}

/** What anyone may make of it: pairs of checkpoints, leaves, ranges; and what was attached or moved. */
type Attempt = {
	readonly one: number;
	readonly other: number;
	readonly size: number;
	readonly moved: number;
	readonly junk: number;
};
const attempt: fc.Arbitrary<Attempt> = fc.record({
	one: fc.nat(40),
	other: fc.nat(40),
	size: fc.nat(40),
	moved: fc.constantFrom(0, 0, 1, -1),
	junk: fc.constantFrom(0, 0, 1, 2),
});

async function filesOf(
	log: GivenLog,
	{ one, other, size, moved, junk }: Attempt,
): Promise<readonly Misbehaviour[]> {
	const { length } = log.leaves;
	const sizes = [1 + (size % length), length] as const;
	const place = one % sizes[0];
	const stray = (proof: LogProof): LogProof => ({
		...proof,
		index: Math.max(0, proof.index + moved),
		path: junk === 0 ? proof.path : [...proof.path.slice(junk), id(junk)].slice(0, 63),
	});
	const proofs = [stray(await log.at(place, sizes[0])), await log.at(other % length)] as const;
	const leaves = proofs.map(({ index }) => log.leaves[index] ?? id(9)) as [Bytes, Bytes];
	const foreign = await new GivenLog([id(1), ...log.leaves.slice(1)], 0x62).note();
	const from = Math.min(place, other % sizes[0]);
	const range = await log.between(from, Math.max(place, other % sizes[0]) + 1, sizes[0]);
	return [
		{ kind: "splitView", first: await log.note(sizes[0]), second: await log.note() },
		{ kind: "splitView", first: await log.note(), second: foreign },
		{
			kind: "rewriting",
			first: { hash: leafHash(leaves[0]), log: proofs[0] },
			second: { hash: leafHash(leaves[1]), log: proofs[1] },
		},
		{
			kind: "rewriting",
			first: { hash: id(junk), log: proofs[0] },
			second: { hash: leafHash(leaves[1]), log: await log.at(place) },
		},
		range,
		{ ...range, leaves: range.leaves.slice(junk).concat(leaves[1]), proof: range.proof.slice(junk) },
		{ ...range, from: Math.max(0, from + moved) },
		{
			kind: "twoSeals",
			first: { leaf: leaves[0], log: proofs[0] },
			second: { leaf: leaves[1], log: proofs[1] },
		},
	];
}

test("whatever is made of an honest operator's log convicts nobody", async () => {
	let tried = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { minLength: 4, maxLength: 24 }),
			fc.array(attempt, { minLength: 3, maxLength: 6 }),
			async (steps, attempts) => {
				const log = await honestLog(steps);
				for (const each of attempts)
					for (const file of await filesOf(log, each)) {
						const said = verifyMisbehaviour(serializeMisbehaviour(file), log.keys, verify);
						assert.ok(
							isRefusal(said),
							JSON.stringify(said, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
						);
						tried++;
					}
			},
		),
		{ numRuns: 60 },
	);
	assert.ok(tried > 1_000);
});

test("each seal of an honest log is found to keep its rules, by all before it", async () => {
	const steps: readonly Step[] = Array.from({ length: 40 }, (_, i) => ({
		do: (["issue", "redeem", "seal", "deposit", "draw", "burn", "issue", "seal"] as const)[i % 8] ?? "seal",
		amount: 10 + i,
		other: i % 3 === 0,
	}));
	const log = await honestLog(steps);
	const seals = log.leaves.flatMap((leaf, index) => (leaf[1] === 2 ? [index] : []));
	assert.equal(seals.length, 10);
	for (const [position, index] of seals.entries()) {
		const file = await log.between(position === 0 ? 0 : (seals[position - 1] as number), index + 1);
		const said = verifyMisbehaviour(serializeMisbehaviour(file), log.keys, verify);
		assert.ok(isRefusal(said) && said.detail === "a seal that breaks none of its rules", `${index}`);
	}
});
