/** What a statement may get back: the whole input of a lock that nobody released, or output 0 of a direct link. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ConsumedOutput,
	consumedOutputs,
	isRefusal,
	limits,
	ownerHash,
	parse,
	parseRulingReply,
	parseRulingRequest,
	pathRows,
	type Refund,
	type RulingRequest,
	refundedOutput,
	type StatementBody,
	serializeRulingRequest,
	signaturesIn,
	type Token,
	Trust,
	type VerifiedStatement,
	type VerifiedToken,
	verifyRefund,
	verifyStatement,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	grace,
	issueTo,
	must,
	redeemWindow,
	toyVerify,
	trust,
} from "../handover/support/ecosystem.ts";
import { alice, bob, carol, linked, lock, owned, pay, stated } from "./support/redeeming.ts";

const to = { account: alice.hash, fallback: null };

function statementOf(says: StatementBody["says"], signer = alice): VerifiedStatement {
	return must(verifyStatement(stated(signer, says), densha.id, trust));
}

function neverReleased(token: VerifiedToken, signer = alice): VerifiedStatement {
	const hash = token.path.at(-1)?.body.lock?.hash ?? bytesOf("no lock");
	return statementOf({ kind: "neverReleased", lock: hash, ...to }, signer);
}

function noReleaseReached(
	token: VerifiedToken,
	inputs = [token.path.at(-1)?.input as Uint8Array],
): VerifiedStatement {
	const hash = token.path.at(-1)?.body.lock?.hash ?? bytesOf("no lock");
	return statementOf({ kind: "noReleaseReached", lock: hash, ...to, inputs });
}

function noWord(token: VerifiedToken, signer = alice): VerifiedStatement {
	return statementOf({ kind: "noWord", link: token.path.at(-1)?.id ?? bytesOf("no link"), ...to }, signer);
}

function refund(token: VerifiedToken, statement: VerifiedStatement): Refund {
	return must(verifyRefund(token.token, statement, trust));
}

function assertRefused(token: Token, statement: VerifiedStatement, code: string): void {
	const result = verifyRefund(token, statement, trust);
	assert.ok(isRefusal(result), "expected a refusal");
	assert.equal(result.code, code);
}

const caveat = { condition: { kind: "transferCap", amount: 900n }, liftedBy: null } as const;
/** Alice's, received from Bob under a purpose and a caveat. */
const held = pay(issueTo(bob, 100n, "held"), alice, "held", { caveats: [caveat], purpose: "fare" });

test("of a lock that was never released the whole input comes back, as its owner had it", () => {
	const { locked } = lock(held, carol, "never");
	const statement = neverReleased(locked);
	const result = refund(locked, statement);
	const { certificate, purpose, request } = held.owner;
	assert.deepEqual(
		{ ...result, kept: null, token: result.token.outputId },
		{
			kind: "refund",
			token: locked.outputId,
			output: held.outputId,
			path: pathRows(held, trust),
			kept: null,
			amount: 100n,
			hops: held.hops + 1,
			terms: { conditions: [], caveats: [caveat] },
			owner: ownerHash(certificate.hash, purpose, request),
			holding: { rules: held.rules, amount: 100n, hops: 1, received: "payment", purpose: "fare" },
			from: epoch + redeemWindow + grace,
			until: epoch + 2 * redeemWindow + grace + 5 * 365 * 86_400,
		},
	);
	const consumed = consumedOutputs(locked, trust).at(-1) as ConsumedOutput;
	assert.ok(result.kept !== null);
	assert.deepEqual(must(parse(refundedOutput, result.kept)), { consumed, statement: statement.signed });
});

test("of a partial payment under a lock the whole input comes back, change and all", () => {
	const lockOf = { payeeDecides: false, hash: bytesOf("part") };
	const locked = pay(held, carol, "part", { amount: 30n, lock: lockOf });
	const result = refund(locked, neverReleased(locked));
	assert.deepEqual([result.amount, result.holding.amount], [100n, 100n]);
});

test("of a direct link output 0 alone comes back, and the link stands", () => {
	const direct = pay(held, carol, "direct", { amount: 30n });
	const result = refund(direct, noWord(direct));
	assert.deepEqual([result.output, result.amount, result.kept], [direct.outputId, 30n, null]);
	assert.deepEqual(result.path, pathRows(direct, trust));
	assert.equal(result.holding.amount, 30n);
});

test("the other side of an exchange gets back what it names, and nothing that it does not", () => {
	const { locked } = lock(held, carol, "foreign", true);
	assert.equal(refund(locked, noReleaseReached(locked)).amount, 100n);
	const among = [bytesOf("another"), locked.path.at(-1)?.input as Uint8Array];
	assert.equal(refund(locked, noReleaseReached(locked, among)).amount, 100n);
	assertRefused(locked.token, noReleaseReached(locked, []), "order-mismatch");
	assertRefused(locked.token, noReleaseReached(locked, [bytesOf("another")]), "order-mismatch");
});

test("a statement gets nothing back of a lock that is another's to decide, or is no lock any more", () => {
	const [own, foreign] = [lock(held, carol, "own"), lock(held, carol, "foreign", true)];
	assertRefused(foreign.locked.token, neverReleased(foreign.locked), "lock-mismatch");
	assertRefused(own.locked.token, noReleaseReached(own.locked), "lock-mismatch");
	assertRefused(own.locked.token, neverReleased(foreign.locked), "lock-mismatch");
	assertRefused(own.released.token, neverReleased(own.released), "lock-mismatch");
	const direct = pay(held, carol, "direct");
	assertRefused(direct.token, neverReleased(direct), "lock-mismatch");
});

test("no word of a direct link gets back that link's payment: no lock's, no change, no other link's", () => {
	const direct = pay(held, carol, "direct");
	assertRefused(direct.token, noWord(pay(held, carol, "other")), "order-mismatch");
	const { locked, released } = lock(held, carol, "locked");
	assertRefused(locked.token, noWord(locked), "order-mismatch");
	assertRefused(released.token, noWord(released), "order-mismatch");
	const outputs = [
		{ amount: 30n, owner: owned(carol, "payee"), caveats: [] },
		{ amount: 70n, owner: owned(bob, "second payee"), caveats: [] },
	];
	const [first, second] = linked(held, { outputs }) as [VerifiedToken, VerifiedToken];
	assert.equal(refund(first, noWord(first)).amount, 30n);
	assertRefused(second.token, noWord(second), "order-mismatch");
	const toOneself = pay(held, alice, "to oneself");
	assertRefused(toOneself.token, noWord(toOneself), "order-mismatch");
});

test("only who owned the input gets it back", () => {
	const { locked } = lock(held, carol, "whose");
	assertRefused(locked.token, neverReleased(locked, carol), "owner-mismatch");
	assertRefused(locked.token, neverReleased(locked, bob), "owner-mismatch");
});

test("a question about an account gets nothing back", () => {
	const { locked } = lock(held, carol, "balance");
	assertRefused(locked.token, statementOf({ kind: "balance", account: alice.hash }), "order-mismatch");
});

test("a token without a link, or that does not verify, gets nothing back", () => {
	const issued = issueTo(alice, 5n, "issued");
	assertRefused(issued.token, noWord(issued), "order-mismatch");
	const { locked } = lock(held, carol, "forged");
	const hops = locked.token.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) }));
	assertRefused({ ...locked.token, hops }, neverReleased(locked), "signature-invalid");
});

test("a refund costs the signatures of its token once", () => {
	const { locked } = lock(held, carol, "cost");
	const statement = neverReleased(locked);
	let asked = 0;
	const counting = new Trust(trust.list, (...parameters) => {
		asked++;
		return toyVerify(...parameters);
	});
	const cost = signaturesIn(locked.token, counting);
	asked = 0;
	must(verifyRefund(locked.token, statement, counting));
	assert.equal(asked, cost);
});

test("a request for a ruling is read as it was written; evidence of the full size is", () => {
	const { locked } = lock(held, carol, "wire");
	const statement = neverReleased(locked).signed;
	const requests: readonly RulingRequest[] = [
		{ kind: "release", release: bytesOf("release") },
		{ kind: "statement", statement, tokens: [locked.token] },
		{ kind: "evidence", evidence: new Uint8Array(limits.evidence).fill(7) },
		{ kind: "question", subject: bytesOf("subject") },
	];
	for (const request of requests)
		assert.deepEqual(must(parseRulingRequest(serializeRulingRequest(request))), request);
});

test("what is no evidence is read no further than a message", () => {
	const tooLarge = (...head: readonly number[]): unknown => {
		const encoded = new Uint8Array(limits.message + 1);
		encoded.set(head);
		const result = parseRulingRequest(encoded);
		return isRefusal(result) && result.code;
	};
	assert.equal(tooLarge(0x82, 3, 0x5a, 0, 1, 0, 0), "malformed");
	for (const head of [
		[0x83, 3, 0x5a],
		[0x82, 2, 0x5a],
		[0x82, 3, 0x9a],
		[0x82, 3],
	])
		assert.equal(tooLarge(...head), "too-large");
	const longer = serializeRulingRequest({ kind: "evidence", evidence: new Uint8Array(limits.evidence + 1) });
	assert.ok(isRefusal(parseRulingRequest(longer)));
	assert.ok(isRefusal(parseRulingReply(longer)));
});
