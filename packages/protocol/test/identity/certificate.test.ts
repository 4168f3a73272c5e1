/** Certificates: who signed them is decided by the trust list, and dates only judge the present. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Claims,
	certificate,
	certificatePayload,
	currentlyValid,
	encodeItem,
	type Item,
	keyId,
	type ListedKey,
	type OperatorEntry,
	parse,
	type RefusalCode,
	type Signer,
	serialize,
	Trust,
} from "@tenten/protocol";
import {
	certify,
	createHolder,
	createWorld,
	day,
	expectRefusal,
	expectValue,
	person,
	signerFrom,
	verify,
	type World,
} from "../../../module/test/support/world.ts";

const world = await createWorld();

/** The world's trust, with its operator's entry changed. */
function trustWith(change: Partial<OperatorEntry>): Trust {
	const [entry, ...rest] = world.list.operators as readonly [OperatorEntry];
	return new Trust({ ...world.list, operators: [{ ...entry, ...change }, ...rest] }, verify);
}

function claimsFor(of: World, claims: Partial<Claims> = {}): Omit<Claims, "authorityHint" | "confirmation"> {
	return { serial: Uint8Array.of(1), notBefore: null, expiresAt: of.now + day, profile: person, ...claims };
}

function freshSigner(): Signer {
	return signerFrom(world.random(), "Ed25519");
}

test("a certificate says who, and costs a signature only once", async () => {
	let verifications = 0;
	const counting = new Trust(world.list, (...parameters) => {
		verifications++;
		return verify(...parameters);
	});
	const { certificate: expected } = await createHolder(world);
	const before = verifications;
	assert.equal(counting.hasCached(expected.encoded), false);
	const verified = expectValue(counting.certificate(expected.encoded));
	assert.deepEqual(verified, expected);
	assert.equal(counting.hasCached(expected.encoded), true);
	assert.deepEqual(counting.certificate(Uint8Array.from(expected.encoded)), expected);
	assert.equal(verifications, before + 1);
	assert.deepEqual(verified.operatorId, world.operator.id);
});

test("an authority that nobody lists is unknown", async () => {
	const encoded = await certify(freshSigner(), freshSigner(), claimsFor(world));
	expectRefusal(world.trust.certificate(encoded), "authority-unknown");
	const { certificate: known } = await createHolder(world);
	expectRefusal(trustWith({ keys: [] }).certificate(known.encoded), "authority-unknown");
});

test("a retired authority still counts; a key listed for something else never did", async () => {
	const { certificate: earlier } = await createHolder(world);
	const listed = (entry: Pick<ListedKey, "purpose" | "status">): Trust =>
		trustWith({ keys: [{ ...entry, key: world.operator.authority.key }] });
	const retired = listed({ purpose: "authority", status: "retired" });
	assert.deepEqual(expectValue(retired.certificate(earlier.encoded)).hash, earlier.hash);
	for (const purpose of ["issuing", "ruling"] as const)
		expectRefusal(listed({ purpose, status: "current" }).certificate(earlier.encoded), "authority-unknown");
});

test("a hint that names another authority does not lend its name", async () => {
	const impostor = freshSigner();
	const claims: Claims = {
		...claimsFor(world),
		authorityHint: keyId(world.operator.authority.key).subarray(0, 8),
		confirmation: { key: freshSigner().key },
	};
	// Signed over the hinted authority's id, and over the signer's own.
	for (const id of [keyId(world.operator.authority.key), keyId(impostor.key)]) {
		const signature = await impostor.sign("certificate", certificatePayload(id, claims));
		const encoded = serialize(certificate, { claims, signature });
		expectRefusal(world.trust.certificate(encoded), "signature-invalid");
	}
});

test("where two authorities share a hint, each certificate is its own authority's", async () => {
	const { certificate: known } = await createHolder(world);
	const [first, second] = world.list.operators as readonly [OperatorEntry, OperatorEntry];
	// Eight bytes of SHA-256 cannot be made to collide here, so one key stands for two under the same hint:
	// the first candidate is given a verifier that refuses it.
	const shared: OperatorEntry = {
		...second,
		keys: [...second.keys, { purpose: "authority", status: "current", key: world.operator.authority.key }],
	};
	const trust = new Trust({ ...world.list, operators: [shared, first] }, verify);
	assert.equal(expectValue(trust.certificate(known.encoded)).hash.length, 32);
	let refusals = 1;
	const refusingFirst = new Trust(
		{ ...world.list, operators: [shared, first] },
		(key, message, signature) => {
			const isShared = Buffer.from(key.bytes).equals(world.operator.authority.key.bytes);
			const isThis = Buffer.from(signature).equals(known.encoded.subarray(-64));
			return isShared && isThis && refusals-- > 0 ? false : verify(key, message, signature);
		},
	);
	const verified = expectValue(refusingFirst.certificate(known.encoded));
	assert.deepEqual(verified.operatorId, world.operator.id);
});

test("one changed bit anywhere in a certificate is refused", async () => {
	const { certificate: known } = await createHolder(world);
	const allowed: readonly RefusalCode[] = ["malformed", "signature-invalid", "authority-unknown", "too-deep"];
	for (let bit = 0; bit < 8 * known.encoded.length; bit++) {
		const changed = Uint8Array.from(known.encoded);
		changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
		const result = world.trust.certificate(changed);
		assert.ok("kind" in result && allowed.includes(result.code), `bit ${bit}`);
	}
});

test("a certificate has bounds and known fields only", async () => {
	const { certificate: known } = await createHolder(world);
	expectRefusal(world.trust.certificate(new Uint8Array(1025)), "too-large");
	const { claims, signature } = expectValue(parse(certificate, known.encoded));
	const [map] = certificate.write({ claims, signature }) as readonly Item[] as readonly [
		ReadonlyMap<number, Item>,
	];
	const withClaim = (label: number, value: Item): Uint8Array =>
		encodeItem([new Map([...map, [label, value]]), signature]);
	for (const [label, value] of [
		[2, "a subject"],
		[1, new Uint8Array(7)],
		[1, new Uint8Array(32)],
		[4, -1],
		[4, null],
		[7, new Uint8Array()],
		[7, new Uint8Array(17)],
		[-65537, []],
		[8, new Map()],
	] as const)
		expectRefusal(parse(certificate, withClaim(label, value as Item)), "malformed");
});

test("dates judge the present: from not before, until expiry", async () => {
	const holder = await createHolder(world, { notBefore: world.now, expiresAt: world.now + 10 });
	expectRefusal(currentlyValid(holder.certificate, world.now - 1), "certificate-not-yet-valid");
	assert.equal(currentlyValid(holder.certificate, world.now), undefined);
	assert.equal(currentlyValid(holder.certificate, world.now + 9), undefined);
	expectRefusal(currentlyValid(holder.certificate, world.now + 10), "certificate-expired");
	const open = await createHolder(world, { notBefore: null });
	assert.equal(currentlyValid(open.certificate, 0), undefined);
});
