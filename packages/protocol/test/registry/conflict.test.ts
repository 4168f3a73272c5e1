/** What an output that is taken already means: nothing to pay, a fork and its culprit, or somebody's honest payout. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ConsumedOutput,
	consumedOutput,
	consumedOutputs,
	judgeRows,
	pathRows,
	type RegistryRow,
	refundedOutput,
	registryRows,
	type SignedStatement,
	serialize,
	type Verdict,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import { bytesOf, issueTo, must, trust } from "../handover/support/ecosystem.ts";
import { alice, bob, carol, lock, owned, pay, stated } from "./support/redeeming.ts";

const payee = bytesOf("payee");

function rowsOf(token: VerifiedToken): readonly RegistryRow[] {
	return registryRows(token, payee, trust);
}

function judge(
	token: VerifiedToken,
	stored: readonly RegistryRow[],
	...claimants: (typeof alice)[]
): Verdict {
	return judgeRows(
		rowsOf(token),
		stored,
		claimants.map(({ hash }) => hash),
		trust,
	);
}

function refusedAs(verdict: Verdict): string {
	assert.equal(verdict.kind, "refused");
	return (verdict as Extract<Verdict, { kind: "refused" }>).refusal.code;
}

function forked(verdict: Verdict): Extract<Verdict, { kind: "forked" }> {
	assert.equal(verdict.kind, "forked");
	return verdict as Extract<Verdict, { kind: "forked" }>;
}

test("a path of which nothing is taken is free, and all its rows are to be written", () => {
	const token = pay(issueTo(alice, 10n, "free"), bob, "bob");
	assert.deepEqual(judge(token, [], bob), { kind: "free", missing: rowsOf(token) });
});

test("rows that stand already are not written again, and are no conflict", () => {
	const token = pay(issueTo(alice, 10n, "again"), bob, "bob");
	const [first, ...rest] = rowsOf(token);
	assert.deepEqual(judge(token, [first as RegistryRow], bob), { kind: "free", missing: rest });
	assert.deepEqual(judge(token, rowsOf(token), bob), { kind: "free", missing: [] });
});

test("another link on an output is a fork: its owner is the culprit, and who comes later may draw", () => {
	const issued = issueTo(alice, 10n, "forked");
	const [first, second] = [pay(issued, bob, "to bob"), pay(issued, carol, "to carol")];
	const verdict = forked(judge(second, rowsOf(first), carol));
	assert.equal(verdict.draws, true);
	assert.deepEqual(verdict.missing, rowsOf(second).slice(1));
	assert.deepEqual(verdict.forks, [verdict.last]);
	const { kind, culprit, output, evidence } = verdict.last;
	assert.deepEqual({ kind, culprit, output }, { kind: "fork", culprit: alice, output: issued.outputId });
	assert.deepEqual(must(verifyEvidence(evidence, trust)).culprit, alice);
});

test("nobody who caused a fork draws on it, even beside others", () => {
	const issued = issueTo(alice, 10n, "own fork");
	const [first, second] = [pay(issued, bob, "to bob"), pay(issued, carol, "to carol")];
	assert.equal(forked(judge(second, rowsOf(first), alice)).draws, false);
	assert.equal(forked(judge(second, rowsOf(first), carol, alice)).draws, false);
	assert.equal(forked(judge(second, rowsOf(first), carol, bob)).draws, true);
});

test("of two forks on one path the last deprives, and the culprit of the first draws neither", () => {
	const issued = issueTo(alice, 10n, "two forks");
	const taken = pay(issued, bob, "first");
	const losing = pay(issued, bob, "second");
	const [once, twice] = [pay(losing, carol, "once"), pay(losing, carol, "twice")];
	const stored = [...rowsOf(taken), ...rowsOf(once).slice(1)];
	const verdict = forked(judge(twice, stored, carol));
	assert.deepEqual(
		verdict.forks.map(({ culprit }) => culprit),
		[alice, bob],
	);
	assert.deepEqual(verdict.last.culprit, bob);
	assert.equal(verdict.draws, true);
	assert.equal(forked(judge(twice, stored, alice)).draws, false);
});

test("an output that was paid for otherwise is taken, whatever link spends it", () => {
	const token = pay(issueTo(alice, 10n, "paid"), bob, "bob");
	const [link, output] = rowsOf(token) as [RegistryRow, RegistryRow];
	const ruled = { output: link.output, consumer: bytesOf("ruling"), consumed: null };
	assert.equal(refusedAs(judge(token, [ruled], bob)), "ruling-taken");
	const other = { output: output.output, consumer: bytesOf("other order"), consumed: null };
	assert.equal(refusedAs(judge(token, [other], bob)), "ruling-taken");
	const onward = rowsOf(pay(token, carol, "onward"))[1] as RegistryRow;
	assert.equal(refusedAs(judge(token, [onward], bob)), "ruling-taken");
});

test("a row that holds no evidence is no payment: what is damaged pays nobody", () => {
	const issued = issueTo(alice, 10n, "damaged");
	const token = pay(issued, bob, "bob");
	const consumer = bytesOf("link");
	const damaged = { output: issued.outputId, consumer, consumed: Uint8Array.of(0x80) };
	assert.equal(refusedAs(judge(token, [damaged], bob)), "malformed");
	const elsewhere = rowsOf(pay(issueTo(alice, 10n, "elsewhere"), bob, "bob"))[0] as RegistryRow;
	const misplaced = { ...elsewhere, output: issued.outputId };
	assert.equal(refusedAs(judge(token, [misplaced], bob)), "not-evidence");
	const [row] = rowsOf(token) as [RegistryRow];
	const unreadable = [{ ...row, consumed: Uint8Array.of(0x80) }];
	assert.equal(refusedAs(judgeRows(unreadable, [elsewhere, misplaced], [], trust)), "ruling-taken");
});

/** The row of an output that its owner took back: the lock it showed, and its word that it never released it. */
function refunded(locked: VerifiedToken, statement: SignedStatement): RegistryRow {
	const consumed = consumedOutputs(locked, trust).at(-1) as ConsumedOutput;
	return {
		output: locked.path.at(-1)?.input as Uint8Array,
		consumer: bytesOf("statement"),
		consumed: serialize(refundedOutput, { consumed, statement }),
	};
}

function neverReleased(locked: VerifiedToken, signer = alice): SignedStatement {
	const hash = locked.pending?.hash as Uint8Array;
	return stated(signer, { kind: "neverReleased", lock: hash, account: signer.hash, fallback: null });
}

test("an owner that took an output back and had spent it is convicted by its own word", () => {
	const issued = issueTo(alice, 10n, "denied");
	const { locked } = lock(issued, bob, "denied");
	const row = refunded(locked, neverReleased(locked));
	const verdict = forked(judge(pay(issued, carol, "spent"), [row], carol));
	assert.deepEqual([verdict.last.kind, verdict.last.culprit], ["denied", alice]);
	assert.equal(verdict.draws, true);
});

test("an owner that took an output back and had released it after all is convicted too", () => {
	const issued = issueTo(alice, 10n, "released");
	const { locked, released } = lock(issued, bob, "released");
	const verdict = forked(judge(released, [refunded(locked, neverReleased(locked))], bob));
	assert.deepEqual([verdict.last.kind, verdict.last.culprit], ["denied", alice]);
});

test("an owner whom the release did not reach is no liar: the output is taken", () => {
	const issued = issueTo(alice, 10n, "foreign");
	const { locked, released } = lock(issued, bob, "foreign", true);
	const says = {
		kind: "noReleaseReached",
		lock: locked.pending?.hash as Uint8Array,
		account: alice.hash,
		fallback: owned(alice, "fallback").hash,
		inputs: [issued.outputId],
	} as const;
	assert.equal(refusedAs(judge(released, [refunded(locked, stated(alice, says))], bob)), "ruling-taken");
	const spent = forked(judge(pay(issued, carol, "spent"), [refunded(locked, stated(alice, says))], carol));
	assert.deepEqual([spent.last.kind, spent.last.culprit], ["denied", alice]);
});

test("another link under the lock of an exchange is a fork by the release that opens both", () => {
	const issued = issueTo(alice, 10n, "both");
	const one = lock(issued, bob, "both", true);
	const two = pay(issued, bob, "other", { lock: one.locked.path[0]?.body.lock ?? null });
	assert.ok(two.pending);
	const says = {
		kind: "noReleaseReached",
		lock: two.pending.hash,
		account: alice.hash,
		fallback: null,
		inputs: [issued.outputId],
	} as const;
	const verdict = forked(judge(one.released, [refunded(two, stated(alice, says))], bob));
	assert.deepEqual([verdict.last.kind, verdict.last.culprit], ["fork", alice]);
	assert.deepEqual(must(verifyEvidence(verdict.last.evidence, trust)).culprit, alice);
});

test("the rows of a path hold what convicts, and parse as it", () => {
	const token = pay(issueTo(alice, 10n, "kept"), bob, "bob");
	const [row] = pathRows(token, trust);
	assert.deepEqual(
		row?.consumed,
		serialize(consumedOutput, consumedOutputs(token, trust)[0] as ConsumedOutput),
	);
});
