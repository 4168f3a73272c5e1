/** Pruning: what nobody can ask for goes, what somebody can stays, and the books say the same before and after. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	lockHash,
	ownOutput,
	parseReply,
	type Saying,
	serializeRulingRequest,
	signStatement,
	type VerifiedToken,
} from "@tenten/protocol";
import { sql } from "kysely";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	freshOwner,
	kinds,
	makeClaim,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { counts, pruneAll } from "./support/pruning.ts";
import { cases, refundsEnd, refundTo, state } from "./support/rulings.ts";

/** A minute beyond which nothing counts, and a day for clocks that differ. */
const over = refundsEnd + 2 * day;
const toAccount = (holder: Holder) => ({ kind: "account", account: holder.certificate.hash }) as const;

/** One hand-over that was redeemed, one that was forked, one refunded, one refreshed, one that never came back. */
async function history() {
	const ecosystem = await createEcosystem();
	const { world, clock, operator } = ecosystem;
	const [alice, bob, carol] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [redeemed, forked, locked, refreshed, lapsed] = (await withdrawTo(
		ecosystem,
		alice,
		100n,
		100n,
		100n,
		100n,
		100n,
	)) as [VerifiedToken, VerifiedToken, VerifiedToken, VerifiedToken, VerifiedToken];
	const { paid } = await pay(world, redeemed, alice, bob, 60n);
	const claim = await makeClaim(ecosystem, bob, [paid], toAccount(bob));
	const answer = expectValue(await operator.claim(claim));
	const { paid: toBob } = await pay(world, forked, alice, bob, 100n);
	const { paid: toCarol } = await pay(world, forked, alice, carol, 100n);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, toBob)), ["paid"]);
	assert.deepEqual(kinds(await redeem(ecosystem, carol, toCarol)), ["forked"]);
	const release = world.random();
	const { paid: held } = await pay(world, locked, alice, bob, 60n, { release, released: false });
	const outputs = [ownOutput(100n, alice.certificate, world.random())];
	const refresh = await makeClaim(ecosystem, alice, [refreshed], { kind: "refresh", outputs });
	const begun = clock.now;
	clock.now += day;
	const fresh = expectValue(await operator.claim(refresh));
	clock.now = begun + 31 * day;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	const statement = await requestOf(ecosystem, alice, says, held);
	expectValue(await operator.rule(statement));
	return {
		ecosystem,
		alice,
		bob,
		carol,
		begun,
		claim,
		answer,
		refresh,
		fresh,
		statement,
		held,
		says,
		paid,
		lapsed,
	};
}

async function requestOf(
	{ operator, world, clock }: Ecosystem,
	holder: Holder,
	says: Saying,
	token: VerifiedToken,
): Promise<Bytes> {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, holder.certificate.encoded, holder.signer);
	return serializeRulingRequest({ kind: "statement", statement, tokens: [token.token] });
}

test("what is counted first is what is deleted then, and the books say the same before and after", async () => {
	const { ecosystem, begun, alice } = await history();
	const { operator, clock } = ecosystem;
	clock.now = begun + over + 2 * day;
	const before = await operator.audit("JPY");
	const rows = await counts(ecosystem);
	const dry = await pruneAll(operator, { before: clock.now - day, isApplied: false });
	assert.deepEqual(await counts(ecosystem), rows, "counting deletes nothing");
	const done = await pruneAll(operator, { before: clock.now - day, isApplied: true });
	assert.deepEqual(done, dry);
	assert.deepEqual(done.gone, {
		issues: rows.issues,
		registry: rows.registry,
		directProofs: 0,
		claims: rows.claims,
		settlements: rows.settlements,
		replies: rows.replies,
	});
	assert.deepEqual(done.stays, { notEnded: 0, unpaid: 0, answering: 0 });
	const left = await counts(ecosystem);
	for (const table of ["issues", "registry", "claims", "settlements", "replies"] as const)
		assert.equal(left[table], 0, table);
	for (const table of ["lines", "withdrawals", "case_files", "draws", "releases", "rulings"] as const)
		assert.equal(left[table], rows[table], table);
	assert.deepEqual(before.broken, []);
	assert.deepEqual(await operator.audit("JPY"), before);
	const { issued, redeemed, refunded } = before.totals;
	assert.deepEqual(done.closed.get("JPY"), { issues: rows.issues, issued, paid: redeemed + refunded });
	await operator.watch.recount();
	assert.deepEqual(operator.watch.state.stops, []);
	const [token] = await withdrawTo(ecosystem, await enrolHolder(ecosystem), 5n);
	assert.ok(token);
	assert.equal(await balance(ecosystem, alice), 100n, "what a refund had paid");
	await assertBalanced(ecosystem, { issued: issued + 5n });
});

test("nothing goes before its last day: rows, answers, and what an answer brought", async () => {
	const { ecosystem, begun, claim, answer, refresh, fresh } = await history();
	const { operator, clock } = ecosystem;
	const rows = await counts(ecosystem);
	clock.now = begun + refundsEnd + day - 1;
	const early = await pruneAll(operator, { before: begun + refundsEnd - 1, isApplied: true });
	assert.deepEqual(Object.values(early.gone), [0, 0, 0, 0, 0, 0]);
	assert.deepEqual(await counts(ecosystem), { ...rows, audit_log: rows.audit_log + 1 });
	// Those that were withdrawn have ended; what the refresh and the reserve brought a day later has not.
	clock.now = begun + refundsEnd + day;
	const first = await pruneAll(operator, { before: begun + refundsEnd, isApplied: true });
	assert.equal(first.gone.issues, 5);
	assert.equal(first.stays.notEnded, rows.issues - 5);
	assert.ok(first.stays.answering > 0);
	assert.deepEqual(await operator.claim(refresh), fresh, "the answer is only in here");
	expectRefusal(await operator.claim(claim).then((reply) => refusedIn(reply)), "redeem-closed");
	assert.notDeepEqual(await operator.claim(claim), answer);
	assert.deepEqual((await operator.audit("JPY")).broken, []);
});

/** The first result of a reply, as a refusal. */
function refusedIn(reply: unknown) {
	const [result] = expectValue(parseReply(expectValue(reply as Bytes))).results;
	assert.ok(result?.kind === "refused");
	return { kind: "refusal", code: result.code, detail: "" };
}

test("what comes after its rows are gone is refused by its dates, and pays nothing", async () => {
	const { ecosystem, begun, alice, bob, held, says, paid, statement, lapsed } = await history();
	const { operator, clock } = ecosystem;
	clock.now = begun + over + 2 * day;
	const { totals } = await operator.audit("JPY");
	await pruneAll(operator, { before: clock.now - day, isApplied: true });
	for (const token of [paid, lapsed]) {
		const holder = token === paid ? bob : alice;
		const reply = await redeem(ecosystem, holder, token);
		assert.deepEqual(reply.results, [{ kind: "refused", code: "redeem-closed", transient: false }]);
	}
	expectRefusal(await state(ecosystem, alice, says, held), "refund-closed");
	expectRefusal(await operator.rule(statement), "refund-closed");
	assert.deepEqual((await operator.audit("JPY")).totals, totals);
});

test("a clock that is set back makes nothing of it payable", async () => {
	for (const claims of ["together", "alone"] as const) {
		const ecosystem = await createEcosystem({ claims });
		const { operator, world, clock } = ecosystem;
		const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
		const [token, other] = await withdrawTo(ecosystem, alice, 100n, 50n);
		const release = world.random();
		const begun = clock.now;
		const { paid } = await pay(world, other as VerifiedToken, alice, bob, 50n, { release, released: false });
		clock.now += over;
		await pruneAll(operator, { before: clock.now - day, isApplied: true });
		clock.now = begun;
		const reply = await redeem(ecosystem, alice, token as VerifiedToken);
		assert.deepEqual(reply.results, [{ kind: "refused", code: "issue-proof-invalid", transient: false }]);
		clock.now = begun + 31 * day;
		const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
		expectRefusal(await state(ecosystem, alice, says, paid), "issue-proof-invalid");
		assert.equal(await balance(ecosystem, alice), 0n);
		await assertBalanced(ecosystem, { redeemed: 0n, refunded: 0n, outstanding: 150n });
	}
});

test("a fork that comes in time after pruning is still proven, and its rows are all there", async () => {
	const { ecosystem, begun } = await history();
	const { operator, world, clock } = ecosystem;
	clock.now = begun + over;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const carol = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	const { paid: toBob } = await pay(world, token as VerifiedToken, alice, bob, 100n);
	const { paid: toCarol } = await pay(world, token as VerifiedToken, alice, carol, 100n);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, toBob)), ["paid"]);
	const known = (await cases(ecosystem)).length;
	const pruned = await pruneAll(operator, { before: clock.now - day, isApplied: true });
	assert.ok(pruned.gone.registry > 0 && pruned.stays.notEnded === 1);
	assert.deepEqual(kinds(await redeem(ecosystem, carol, toCarol)), ["forked"]);
	assert.equal((await cases(ecosystem)).length, known + 1);
	assert.deepEqual((await operator.audit("JPY")).broken, []);
});

test("what is recorded and not paid keeps its issue and its rows", async () => {
	const { ecosystem, begun } = await history();
	const { operator, clock } = ecosystem;
	clock.now = begun + over;
	await operator.store.run(async (transaction) => {
		const one = sql`select issue_id from claims order by issue_id limit 1`;
		await sql`update claims set settlement_id = null where issue_id in (${one})`.execute(transaction);
	});
	const done = await pruneAll(operator, { before: clock.now - day, isApplied: true });
	assert.equal(done.stays.unpaid, 1);
	assert.equal((await counts(ecosystem)).issues, 1);
	assert.ok((await counts(ecosystem)).registry > 0);
	const again = await pruneAll(operator, { before: clock.now - day, isApplied: true });
	assert.deepEqual(Object.values(again.gone), [0, 0, 0, 0, 0, 0]);
});

test("a batch of the operator's own goes with its proofs, and is never issued again", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world, clock } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const outputs = Array.from({ length: 120 }, () => ({
		amount: 1n,
		owner: freshOwner(ecosystem, alice).hash,
	}));
	const batch = { id: world.random(), code: "JPY", outputs, terms: { conditions: [], caveats: [] } };
	const proofs = expectValue(await operator.issue(batch));
	assert.deepEqual(expectValue(await operator.issue(batch)), proofs);
	clock.now += over;
	const done = await pruneAll(operator, { before: clock.now - day, isApplied: true });
	assert.deepEqual([done.gone.issues, done.gone.directProofs], [120, 120]);
	expectRefusal(await operator.issue(batch), "request-reused");
	await assertBalanced(ecosystem, { issued: 120n, outstanding: 120n });
});

test("two that prune at once delete each row once, and close each issue once", async () => {
	const { ecosystem, begun } = await history();
	const { operator, clock } = ecosystem;
	clock.now = begun + over + 2 * day;
	const { totals } = await operator.audit("JPY");
	const pruning = { before: clock.now - day, isApplied: true };
	await Promise.all([pruneAll(operator, pruning), pruneAll(operator, pruning), pruneAll(operator, pruning)]);
	assert.equal((await counts(ecosystem)).issues, 0);
	assert.deepEqual(await operator.audit("JPY"), { totals, broken: [] });
});

test("nothing is pruned that may still be asked for by another process's clock, nor from a made-up place", async () => {
	const { operator, clock } = await createEcosystem();
	const acting = { actor: "test", requestId: "test" };
	const pruning = { before: clock.now - day + 1, isApplied: true };
	await assert.rejects(async () => operator.prune(acting, pruning, null));
	const place = (from: string) => operator.prune(acting, { before: clock.now - day, isApplied: true }, from);
	for (const from of ["", "elsewhere/", "orders/zz", "orders", "orders/../", `batches/${"0".repeat(64)}:-1`])
		assert.equal(await place(from), undefined, from);
	assert.notEqual(await place(`batches/${"0".repeat(64)}:7`), undefined);
});

test("that it was asked for is in the audit log, which is whole", async () => {
	const { ecosystem, begun } = await history();
	const { operator, clock } = ecosystem;
	clock.now = begun + over;
	await pruneAll(operator, { before: clock.now - day, isApplied: false });
	assert.deepEqual(await operator.auditLog(0), []);
	await pruneAll(operator, { before: clock.now - day, isApplied: true });
	const [entry] = await operator.auditLog(0);
	assert.deepEqual([entry?.act, entry?.subject, entry?.actor], ["pruned", `${clock.now - day}`, "test"]);
});
