/** Attestation: a pinned maker's fresh word on this key gives its level; all else the lowest, and a reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Attested,
	type Bytes,
	coseKey,
	type Item,
	keyId,
	type Signer,
	signAttestation,
	signCwt,
	toHex,
	verifyAttestation,
} from "@tenten/protocol";
import { createWorld, signerFrom, verify } from "../../../module/test/support/world.ts";

const { random, now } = await createWorld();
const [maker, other, device] = [
	signerFrom(random(), "ES256"),
	signerFrom(random(), "Ed25519"),
	signerFrom(random(), "Ed25519"),
];
const [nonce, operator] = [random(), random()];
const makers = [
	{ key: other.key, assurance: "tee" },
	{ key: maker.key, assurance: "secureElement" },
] as const;

async function evidence(
	changes: Readonly<Record<number, Item | undefined>> = {},
	signer: Signer = maker,
): Promise<Bytes> {
	const claims: Readonly<Record<number, Item | undefined>> = {
		4: now + 60,
		8: new Map([[1, coseKey.write(device.key)]]),
		10: nonce,
		256: Uint8Array.of(1, 2, 3),
		263: 3,
		...changes,
	};
	const entries = Object.entries(claims).flatMap(([label, value]) =>
		value === undefined ? [] : [[Number.parseInt(label, 10), value] as const],
	);
	return signCwt(new Map(entries), { type: "application/eat+cwt", keyId: keyId(signer.key), signer });
}

const judge = (eat: Bytes | null): Attested =>
	verifyAttestation(eat, { operator, key: device.key, nonce, makers, verify, now });

test("what a pinned maker attests of this key, now, has the level that the maker is pinned at", async () => {
	assert.deepEqual(judge(await evidence()), { assurance: "secureElement", reason: null });
	assert.deepEqual(judge(await evidence({}, other)), { assurance: "tee", reason: null });
	assert.deepEqual(judge(await evidence({ 10: [random(), nonce] })), {
		assurance: "secureElement",
		reason: null,
	});
	assert.equal(judge(await evidence({ 4: undefined })).assurance, "secureElement");
	for (const audience of [toHex(operator), ["another", toHex(operator)]])
		assert.equal(judge(await evidence({ 3: audience })).assurance, "secureElement");
	// As a CWT that is tagged so (RFC 8392, section 6).
	assert.equal(judge(Uint8Array.of(0xd8, 61, ...(await evidence()))).assurance, "secureElement");
});

test("what a maker signs is for one operator, and ends", async () => {
	const signed = await signAttestation({ operator, key: device.key, nonce, expiresAt: now + 60 }, maker);
	assert.deepEqual(judge(signed), { assurance: "secureElement", reason: null });
	const asked = { operator, key: device.key, nonce, makers, verify, now };
	const reasons = [{ operator: random() }, { now: now + 60 }].map(
		(over) => verifyAttestation(signed, { ...asked, ...over }).reason,
	);
	assert.deepEqual(reasons, ["the attestation is for another operator", "the attestation has expired"]);
});

test("anything else has the lowest level, and says why", async () => {
	const cases: readonly (readonly [Bytes | null, RegExp])[] = [
		[null, /no attestation/],
		[Uint8Array.of(1, 2, 3), /format/],
		[new TextEncoder().encode('{"fmt":"android-key"}'), /format/],
		[new Uint8Array(9_000), /format/],
		[await evidence({}, signerFrom(random(), "ES256")), /no maker/],
		[await evidence({ 10: random() }), /another enrolment/],
		[await evidence({ 10: undefined }), /another enrolment/],
		[await evidence({ 8: new Map([[1, coseKey.write(other.key)]]) }), /another key/],
		[await evidence({ 8: undefined }), /another key/],
		[await evidence({ 3: toHex(random()) }), /another operator/],
		[await evidence({ 3: [] }), /another operator/],
		[await evidence({ 3: operator }), /another operator/],
		[await evidence({ 4: now }), /expired/],
		[await evidence({ 263: 0 }), /debugging/],
		[await evidence({ 263: undefined }), /debugging/],
	];
	for (const [eat, reason] of cases) {
		const attested = judge(eat);
		assert.equal(attested.assurance, "software");
		assert.match(attested.reason ?? "", reason);
	}
});
