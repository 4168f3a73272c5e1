/** What a token costs whoever takes it: signatures are counted, room is left to redeem it, nothing is walked twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	encodeItem,
	isRefusal,
	limits,
	lockHash,
	serializeToken,
	signaturesIn,
	type Token,
	Trust,
	verifyParsedToken,
	verifyToken,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	pay,
	verify,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const [a, b, c] = (await Promise.all([0, 1, 2].map(() => createHolder(world)))) as [Holder, Holder, Holder];
const any = 1000n;

test("a token costs its issue, its links, their cancels and the certificates that were not met before", async () => {
	const fresh = (): Trust => new Trust(world.list, verify);
	const lock = lockHash(world.random());
	const cancel = {
		lock,
		decider: ownerOf(world, c),
		signature: await c.signer.sign("cancel", encodeItem([lock])),
	};
	const issued = await issueTo(world, a, any);
	assert.equal(signaturesIn(issued.token, fresh()), 1 + 1);
	const first = await pay(world, issued, a, b, any, { after: [cancel] });
	const second = await pay(world, first.paid, b, a, any);
	assert.equal(signaturesIn(second.paid.token, fresh()), 1 + 2 + 1 + 3);
	const trust = fresh();
	expectValue(trust.certificate(a.certificate.encoded));
	assert.equal(signaturesIn(second.paid.token, trust), 1 + 2 + 1 + 2);
	expectValue(verifyParsedToken(second.paid.token, trust));
	assert.equal(signaturesIn(second.paid.token, trust), 1 + 2 + 1);
});

test("no token alone costs more signatures than a message may", () => {
	const links = limits.hops + 2;
	assert.ok(1 + links * (1 + limits.after) + 2 * limits.hops <= limits.signatures);
});

test("a token that leaves no room to redeem it is refused by who would take it, and by nobody after", async () => {
	const { token } = await issueTo(world, a, any);
	const table = (entries: number): Token => ({
		...token,
		certificates: Array.from({ length: entries }, () => a.certificate.encoded),
	});
	const most = 2 * limits.hops - limits.redeemingCertificates;
	assert.ok(!isRefusal(verifyParsedToken(table(most), world.trust, { now: world.now })));
	expectRefusal(verifyParsedToken(table(most + 1), world.trust, { now: world.now }), "too-many");
	assert.ok(!isRefusal(verifyParsedToken(table(most + 1), world.trust)));
});

test("a token's size is judged to the byte", async () => {
	// A hash of 32 bytes less or more in the table makes no certificate: only the size is looked at.
	const { token } = await issueTo(world, a, any);
	const sized = (length: number): Token => ({
		...token,
		certificates: [
			...token.certificates,
			...Array.from({ length: 50 }, () => new Uint8Array(1024)),
			new Uint8Array(256 + length),
		],
	});
	const room = limits.message - limits.redeemingBytes - serializeToken({ token: sized(0) }).length;
	const judged = (length: number): unknown =>
		verifyParsedToken(sized(length), world.trust, { now: world.now });
	expectRefusal(judged(room), "malformed");
	expectRefusal(judged(room + 1), "too-large");
});

test("what was verified is not walked again for the module that keeps it, and always for a peer", async () => {
	const { token } = await issueTo(world, a, any);
	const verified = expectValue(verifyParsedToken(token, world.trust));
	assert.equal(verifyParsedToken(token, world.trust, { signatures: false }), verified);
	assert.notEqual(verifyParsedToken(token, world.trust), verified);
	assert.deepEqual(verifyToken(serializeToken(verified), world.trust), verified);
});
