/** What an operator checks of a claim before its registry: whose order it is, what follows it, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Claim,
	type ClaimContext,
	consumedOutput,
	equalBytes,
	isRefusal,
	limits,
	lockHash,
	orderDigest,
	parse,
	pathRows,
	type Redemption,
	refusals,
	refuse,
	refusedResult,
	registryRows,
	releasesOn,
	type Token,
	type VerifiedClaim,
	type VerifiedToken,
	verifyClaim,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	grace,
	issueTo,
	machi,
	must,
	points,
	redeemWindow,
	trust,
	trustIn,
} from "../handover/support/ecosystem.ts";
import {
	alice,
	bob,
	carol,
	claimOf,
	lock,
	orderOf,
	owned,
	pay,
	redeeming,
	signedBy,
	toAccount,
} from "./support/redeeming.ts";

const order = toAccount(alice);
const token = issueTo(alice, 100n, "claimed");
const context: ClaimContext = { trust, operator: densha.id, now: epoch, publishedAt: () => undefined };

function verified(claim: Claim, changes: Partial<ClaimContext> = {}): VerifiedClaim {
	return must(verifyClaim(claim, { ...context, ...changes }));
}

/** The one token of a claim, accepted. */
function redemption(value: VerifiedToken, changes: Partial<ClaimContext> = {}): Redemption {
	const { certificate } = value.owner;
	const [first] = verified(claimOf(certificate, order, redeeming(value, order).token), changes).tokens;
	assert.ok(first?.kind === "redemption");
	return first;
}

function assertRefused(claim: Claim, code: string, changes: Partial<ClaimContext> = {}): void {
	const result = verifyClaim(claim, { ...context, ...changes });
	assert.ok(isRefusal(result), "expected a refusal");
	assert.equal(result.code, code);
}

function assertTokenRefused(value: Token, code: string): void {
	const [result] = verified(claimOf(alice, order, value)).tokens;
	assert.ok(isRefusal(result), "expected a refusal");
	assert.equal(result.code, code);
}

test("a claim is accepted with its order, its signer, and each token with whoever redeemed it", () => {
	const tokens = [token, issueTo(alice, 50n, "second")].map((each) => redeeming(each, order));
	const claim = verified(claimOf(alice, order, ...tokens.map((each) => each.token)));
	assert.deepEqual(claim.order.order, order);
	assert.deepEqual(claim.order.signer, alice);
	assert.deepEqual(claim.order.digest, orderDigest(order));
	assert.deepEqual(
		claim.tokens.map((each) => each.kind === "redemption" && [each.token.amount, each.redeemer.certificate]),
		[
			[100n, alice],
			[50n, alice],
		],
	);
});

test("a withdrawal redeems nothing", () => {
	const outputs = [{ amount: 1n, owner: owned(alice, "new").hash, ownRequest: null }];
	const withdrawal = orderOf({ kind: "withdraw", account: alice.hash, outputs });
	assertRefused(claimOf(alice, withdrawal, redeeming(token, withdrawal).token), "order-mismatch");
});

test("an order counts only under the signature of the certificate that it carries", () => {
	const { token: redeemed } = redeeming(token, order);
	const claim = claimOf(alice, order, redeemed);
	const signature = new Uint8Array(64);
	assertRefused({ ...claim, order: { ...claim.order, signature } }, "signature-invalid");
	const { signature: byBob } = signedBy(bob, order);
	assertRefused({ ...claim, order: { ...claim.order, signature: byBob } }, "signature-invalid");
	const other = { ...order, nonce: bytesOf("other") };
	assertRefused({ ...claim, order: { ...claim.order, order: other } }, "signature-invalid");
	const certificate = new Uint8Array(20);
	assertRefused({ ...claim, order: { ...claim.order, certificate } }, "malformed");
});

test("a claim is carried out by the operator whose asset it is on", () => {
	assertRefused(claimOf(alice, order, redeeming(token, order).token), "asset-unknown", {
		operator: machi.id,
	});
});

test("a claim costs at most as many signatures as a message, its order's and its signer's counted", () => {
	// Sixteen tokens of sixteen direct links each: issue, links, redeeming link.
	const hops = 14;
	const longest = Array.from({ length: limits.orderTokens }, (_, i) => {
		let value = issueTo(alice, 10n, `long ${i}`);
		for (let hop = 0; hop < hops; hop++) value = pay(value, hop % 2 === 0 ? bob : alice, `${i} ${hop}`);
		return redeeming(value, order).token;
	});
	const known = longest.length * (1 + hops + 1);
	assert.equal(known, limits.signatures);
	const shorter = redeeming(pay(issueTo(alice, 10n, "short"), bob, "short"), order).token;
	const judged = (tokens: readonly Token[]): unknown =>
		verifyClaim(claimOf(alice, order, ...tokens), context);
	// Two less for order and certificate: with a token of three signatures in place of one of sixteen it fits.
	assert.ok(isRefusal(judged(longest)));
	assertRefused(claimOf(alice, order, ...longest), "too-many");
	const cut = (value: Token, by: number): Token => ({ ...value, hops: value.hops.slice(by) });
	const [first, ...others] = longest as [Token, ...Token[]];
	assertRefused(claimOf(alice, order, cut(first, 1), ...others), "too-many");
	assert.ok(!isRefusal(judged([cut(first, 2), ...others])));
	assert.ok(!isRefusal(judged([shorter, ...others])));
});

test("a token that does not verify is refused by itself, and the others go on", () => {
	const good = redeeming(token, order).token;
	const bad = redeeming(issueTo(alice, 5n, "bad"), order).token;
	const forged = { ...bad, hops: bad.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) })) };
	const { tokens } = verified(claimOf(alice, order, forged, good));
	assert.deepEqual(
		tokens.map((each) => (isRefusal(each) ? each.code : each.kind)),
		["signature-invalid", "redemption"],
	);
});

test("a token of another asset of the operator does not follow the order", () => {
	const other = issueTo(alice, 100n, "points", { asset: points });
	assertTokenRefused(redeeming(other, order).token, "asset-mismatch");
});

test("a token that nobody redeemed does not follow the order", () => {
	assertTokenRefused(token.token, "order-mismatch");
	assertTokenRefused(pay(token, bob, "bob").token, "order-mismatch");
});

test("one signer of several owners is enough, and a stranger is not", () => {
	const bobs = issueTo(bob, 20n, "bob's");
	const tokens = [redeeming(token, order).token, redeeming(bobs, order).token];
	assert.equal(verified(claimOf(bob, order, ...tokens)).tokens.length, 2);
	assertRefused(claimOf(carol, order, ...tokens), "owner-mismatch");
});

test("a claim of which every token is refused is no stranger's", () => {
	const { tokens } = verified(claimOf(carol, order, token.token));
	assert.equal(tokens.length, 1);
});

test("one token twice is malformed, and two of one owner are not", () => {
	const redeemed = redeeming(token, order).token;
	assertRefused(claimOf(alice, order, redeemed, redeemed), "malformed");
});

test("as many caveats as links can add are carried into the fresh issue", () => {
	const caveat = (cap: bigint) =>
		({ condition: { kind: "transferCap", amount: cap }, liftedBy: "shop" }) as const;
	const caveats = Array.from({ length: limits.conditions }, (_, i) => caveat(1000n + BigInt(i)));
	const full = pay(token, bob, "full", { caveats });
	assert.equal(redemption(full).terms.caveats.length, limits.conditions);
});

test("a claim stays open until redeem until, and as long as grace where its release was published", () => {
	const { released, secret } = lock(token, bob, "late");
	const until = epoch + redeemWindow;
	const at = (time: number) => ({
		publishedAt: (hash: Bytes) => (equalBytes(hash, lockHash(secret)) ? time : undefined),
	});
	for (const [value, changes, last] of [
		[token, {}, until],
		[token, { publishedAt: () => epoch }, until],
		[released, {}, until],
		[released, at(epoch), until + grace],
		// Whose payer decides counts whenever it was published.
		[released, at(until + grace - 1), until + grace],
		[released, { publishedAt: () => undefined }, until],
	] as const) {
		assert.equal(redemption(value, { ...changes, now: last - 1 }).closed, false);
		assert.equal(redemption(value, { ...changes, now: last }).closed, true);
	}
});

test("a token burns when its expiry has come, if it says so, and not before", () => {
	const expiring = (atExpiry: "burn" | "refund") =>
		issueTo(alice, 10n, atExpiry, { conditions: [{ kind: "expires", time: epoch + 50, atExpiry }] });
	const burned = (value: VerifiedToken, now: number): boolean => redemption(value, { now }).burned;
	assert.equal(burned(expiring("burn"), epoch + 49), false);
	assert.equal(burned(expiring("burn"), epoch + 50), true);
	assert.equal(burned(expiring("refund"), epoch + 50), false);
	const other = issueTo(alice, 10n, "other", { conditions: [{ kind: "notBefore", time: epoch }] });
	assert.equal(burned(other, epoch + 50), false);
});

test("the rows of a path name each output, the link that took it and what evidence needs; payouts only who was paid", () => {
	const redeemed = redeeming(pay(token, bob, "bob"), order);
	const rows = registryRows(redeemed, bytesOf("payee"), trust);
	assert.deepEqual(
		rows.map(({ output, consumer }) => [output, consumer]),
		[
			[redeemed.path[0]?.input, redeemed.path[0]?.id],
			[redeemed.path[1]?.input, redeemed.path[1]?.id],
			[redeemed.outputId, bytesOf("payee")],
		],
	);
	for (const [position, { consumed }] of rows.slice(0, 2).entries()) {
		assert.ok(consumed !== null);
		const kept = must(parse(consumedOutput, consumed));
		assert.deepEqual(kept.link.payload, redeemed.path[position]?.payload);
	}
	assert.equal(rows[2]?.consumed, null);
	assert.deepEqual(pathRows(redeemed, trust), rows.slice(0, 2));
});

test("a last link that is still locked takes no row", () => {
	const { locked, released } = lock(pay(token, bob, "bob"), carol, "locked");
	assert.equal(pathRows(locked, trust).length, 1);
	assert.equal(pathRows(released, trust).length, 2);
});

test("what a path reveals are the releases of its locks", () => {
	const first = lock(token, bob, "first");
	const direct = pay(first.released, carol, "direct");
	const second = lock(direct, alice, "second");
	assert.deepEqual(releasesOn(second.locked.path), [{ lock: lockHash(first.secret), release: first.secret }]);
	assert.deepEqual(releasesOn(second.released.path), [
		{ lock: lockHash(first.secret), release: first.secret },
		{ lock: lockHash(second.secret), release: second.secret },
	]);
	assert.deepEqual(releasesOn([]), []);
});

test("an order of a holder whom no list certifies is not carried out", () => {
	const redeemed = redeeming(token, order).token;
	assertRefused(claimOf(alice, order, redeemed), "authority-unknown", { trust: trustIn([machi]) });
});

test("a refusal in a reply says whether it is final", () => {
	for (const code of ["expired", "issuer-unknown"] as const)
		assert.deepEqual(refusedResult(refuse(code)), {
			kind: "refused",
			code,
			transient: refusals[code][0] === "transient",
		});
	assert.deepEqual([refusals.expired[0], refusals["issuer-unknown"][0]], ["final", "transient"]);
});
