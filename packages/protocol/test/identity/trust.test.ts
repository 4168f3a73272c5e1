/** What a trust list makes known: whose keys, whose desk; and what is remembered under it, never for anything else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	authorityHintBytes,
	type Bytes,
	type Claims,
	certificate,
	certificatePayload,
	currentlyValid,
	isRefusal,
	keyId,
	type PublicKey,
	type SignedType,
	serialize,
	suites,
	Trust,
} from "@tenten/protocol";
import {
	bytesOf,
	certify,
	densha,
	epoch,
	machi,
	toyKey,
	toySign,
	toyVerify,
	trust,
	trustIn,
} from "../handover/support/ecosystem.ts";

const list = { version: 1, issuedAt: epoch, expiresAt: epoch + 1_000, operators: [densha.entry] };

test("an operator's keys are those listed for the purpose; one that nobody lists has none", () => {
	assert.deepEqual(trust.keys(densha.id, "ruling"), [densha.ruling]);
	assert.deepEqual(trust.keys(densha.id, "issuing"), [densha.issuing]);
	assert.deepEqual(trustIn([densha]).keys(machi.id, "ruling"), []);
});

test("a desk must be certified under the authority that it names", () => {
	const authorityId = keyId(densha.authority);
	const hint = authorityId.subarray(0, authorityHintBytes);
	const deskOf = (authorityHint: Bytes): Bytes => {
		const claims: Claims = { ...certify("desk").claims, authorityHint };
		const signature = toySign(densha.authority, "certificate", certificatePayload(authorityId, claims));
		return serialize(certificate, { claims, signature });
	};
	const listed = (desk: Bytes): unknown =>
		new Trust({ ...list, operators: [{ ...densha.entry, desk }] }, toyVerify).operator(densha.id);
	assert.ok(listed(deskOf(hint)));
	assert.equal(listed(deskOf(keyId(machi.authority).subarray(0, authorityHintBytes))), undefined);
});

/** Counts what is verified, and takes everything but the signatures of `refused`. */
function counting(): { readonly trust: Trust; readonly asked: () => number } {
	let asked = 0;
	const counted = new Trust(list, () => {
		asked++;
		return true;
	});
	const before = asked;
	return { trust: counted, asked: () => asked - before };
}

const { signatureBytes } = suites.Ed25519;

test("a signature that many tokens share is verified once, for its own key, type and payload", () => {
	const { trust: counted, asked } = counting();
	const key = toyKey("shared");
	const signature = new Uint8Array(signatureBytes).fill(7);
	const payload = bytesOf("payload");
	const ask = (k: PublicKey, type: SignedType, content: Bytes, s: Bytes): number => {
		const before = asked();
		assert.ok(counted.verifyShared(k, type, content, s));
		return asked() - before;
	};
	assert.equal(ask(key, "issue-batch", payload, signature), 1);
	assert.equal(ask(key, "issue-batch", payload, signature), 0);
	assert.equal(ask(key, "issue-batch", Uint8Array.from(payload), Uint8Array.from(signature)), 0);
	// Each differs from what is remembered in one thing; the first is asked again in between.
	for (const [k, type, content, s] of [
		[toyKey("other"), "issue-batch", payload, signature],
		[key, "link", payload, signature],
		[key, "issue-batch", bytesOf("other"), signature],
		[key, "issue-batch", payload, signature.with(0, 8)],
	] as const) {
		assert.equal(ask(k, type, content, s), 1);
		assert.equal(ask(key, "issue-batch", payload, signature), 1);
		assert.equal(ask(key, "issue-batch", payload, signature), 0);
	}
});

test("a shared signature that does not hold is remembered as nothing", () => {
	const key = toyKey("shared");
	const payload = bytesOf("payload");
	const signature = toySign(key, "issue-batch", payload);
	const fresh = new Trust(list, toyVerify);
	assert.equal(fresh.verifyShared(key, "issue-batch", payload, signature.with(0, 0)), false);
	assert.equal(fresh.verifyShared(key, "issue-batch", payload, signature.with(0, 0)), false);
	assert.equal(fresh.verifyShared(key, "issue-batch", payload, signature), true);
});

const cacheEntries = 16_384;

/** The `n`th of as many signatures as are wanted. */
function nth(n: number): Bytes {
	const signature = new Uint8Array(signatureBytes);
	new DataView(signature.buffer).setUint32(signatureBytes - 4, n);
	return signature;
}

test("shared signatures are remembered up to a bound, and then from none again", () => {
	const { trust: counted, asked } = counting();
	const key = toyKey("bound");
	const ask = (n: number): boolean => counted.verifyShared(key, "issue-batch", bytesOf("payload"), nth(n));
	for (let n = 0; n < cacheEntries; n++) ask(n);
	assert.equal(asked(), cacheEntries);
	ask(0);
	assert.equal(asked(), cacheEntries);
	ask(cacheEntries);
	ask(cacheEntries);
	assert.equal(asked(), cacheEntries + 1);
	ask(0);
	assert.equal(asked(), cacheEntries + 2);
});

test("certificates are remembered up to a bound, and then from none again", () => {
	const { trust: counted } = counting();
	const { claims } = certify("bound");
	const encoded = (n: number): Bytes => serialize(certificate, { claims, signature: nth(n) });
	for (let n = 0; n < cacheEntries; n++) assert.ok(!isRefusal(counted.certificate(encoded(n))));
	assert.ok(counted.hasCached(encoded(0)) && counted.hasCached(encoded(cacheEntries - 1)));
	counted.certificate(encoded(cacheEntries));
	assert.deepEqual([counted.hasCached(encoded(cacheEntries)), counted.hasCached(encoded(0))], [true, false]);
});

test("a certificate without a beginning is valid from ever", () => {
	assert.equal(currentlyValid(certify("open"), -1), undefined);
});
