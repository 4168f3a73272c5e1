/** Android key attestations: what hardware under a pinned root says of this key, for this enrolment, is its level; all else the lowest. */
import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, X509Certificate } from "node:crypto";
import { test } from "node:test";
import {
	type AuthorizationList,
	IntegerSet,
	NonStandardAuthorization,
	NonStandardAuthorizationList,
	NonStandardKeyDescription,
} from "@peculiar/asn1-android";
import { AsnConvert } from "@peculiar/asn1-schema";
import { type Attested, type Bytes, encodeItem, parseEnrolled } from "@tenten/protocol";
import { createWorld, expectValue, signerFrom, verify } from "../../module/test/support/world.ts";
import { readCertificate } from "../src/devices/android/certificate.ts";
import { verifyEvidence } from "../src/devices/attested.ts";
import {
	type AndroidRoot,
	androidSerials,
	type DevicePolicy,
	startServer,
	usualDevices,
} from "../src/index.ts";
import {
	attestedCertificate,
	bootOf,
	certificateOf,
	chainOf,
	describedKey,
	ecKey,
	type Hierarchy,
	hierarchy,
	p256Of,
	pinned,
	rsaKey,
	type Said,
} from "./support/android-chain.ts";
import { addParty, application, deviceQuestion } from "./support/device-scene.ts";
import { createEcosystem } from "./support/ecosystem.ts";

const { random, now } = await createWorld();
const [device, other] = [signerFrom(random(), "ES256"), signerFrom(random(), "ES256")];
const [nonce, operator] = [random(), random()];
const maker = hierarchy(now, { root: ecKey(41) });
const usualRoot = pinned(maker, "secureElement", now);

function judge(evidence: Bytes, root: AndroidRoot = usualRoot): Attested {
	const of = { operator, key: device.key, nonce, now };
	return verifyEvidence(evidence, of, { ...usualDevices, androidRoots: [root] }, verify);
}

const leaf = (said?: Said, of: Hierarchy = maker): Bytes =>
	attestedCertificate(of, p256Of(device.key), describedKey(nonce, said));
const evidence = (said?: Said): Bytes => chainOf([leaf(said), ...maker.above]);
const byHardware = (hardware: Partial<AuthorizationList>): Bytes => evidence({ hardware });
const high = (assurance: string): Attested => ({ assurance, reason: null }) as Attested;

test("a key that hardware under a pinned root made has its level, and none above the root's", () => {
	const strongBox = { attestedBy: 2, keptBy: 2 };
	assert.deepEqual(judge(evidence()), high("tee"));
	assert.deepEqual(judge(evidence(strongBox)), high("secureElement"));
	assert.deepEqual(judge(evidence(strongBox), pinned(maker, "tee", now)), high("tee"));
	assert.deepEqual(judge(evidence({ attestedBy: 1, keptBy: 2 })), high("tee"));
	// By a clock that nobody set.
	const dated = attestedCertificate(maker, p256Of(device.key), describedKey(nonce), now - 1);
	assert.deepEqual(judge(chainOf([dated, ...maker.above])), high("tee"));
	// As many devices do: under RSA, and with no further certificate between.
	const rsa = hierarchy(now, { root: rsaKey(), between: rsaKey() });
	assert.deepEqual(judge(chainOf([leaf({}, rsa), ...rsa.above]), pinned(rsa, "tee", now)), high("tee"));
});

const [first, second, third] = maker.above as [Bytes, Bytes, Bytes];
const mine = leaf();
const attestedKey = ecKey(44);
const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey;
const broken = ((): Bytes => {
	const bytes = Uint8Array.from(mine);
	bytes.set([(mine.at(-1) as number) ^ 1], mine.length - 1);
	return bytes;
})();
/** Certified by a key that was attested itself, and says of the device's key whatever it likes. */
const appended = attestedCertificate(
	{ ...maker, batch: { name: "Android Keystore Key", key: attestedKey } },
	p256Of(device.key),
	describedKey(nonce, { attestedBy: 2, keptBy: 2 }),
);
const attester = attestedCertificate(maker, attestedKey, describedKey(nonce));
const silent = certificateOf({
	...{ subject: "App", key: p256Of(device.key), by: { name: "Android Keystore Key", key: attestedKey } },
	...{ serial: "01", from: 0, until: now + 1 },
});
const twice = ((): ArrayBuffer => {
	const list = new NonStandardAuthorizationList([
		new NonStandardAuthorization({ origin: 0 }),
		new NonStandardAuthorization({ origin: 1 }),
	]);
	const said = AsnConvert.parse(describedKey(nonce), NonStandardKeyDescription);
	said.teeEnforced = list;
	return AsnConvert.serialize(said);
})();
const two = [describedKey(nonce), describedKey(nonce, { attestedBy: 2, keptBy: 2 })];
const fake = hierarchy(now, { root: ecKey(51), between: ecKey(52) });
const over = hierarchy(now, { root: maker.root.key, until: now - 1 });
const early = hierarchy(now, { root: maker.root.key, from: now + 1 });
const renamed = certificateOf({
	...{ subject: maker.batch.name, key: maker.batch.key, by: { ...maker.between, name: "Another" } },
	...{ serial: "01", from: now - 1, until: now + 1 },
});
const swapped = hierarchy(now, { root: ecKey(53) });
const revoking = (...named: string[]): AndroidRoot => pinned(maker, "secureElement", now, named);

const refused: readonly (readonly [string, Bytes, RegExp, AndroidRoot?])[] = [
	["what is no certificate", chainOf([Uint8Array.of(0x30, 0), third]), /cannot be read/],
	["bytes behind a certificate", chainOf([Uint8Array.of(...mine, 0), ...maker.above]), /cannot be read/],
	["PEM", chainOf([new TextEncoder().encode(new X509Certificate(mine).toString()), third]), /cannot be read/],
	[
		"one tag twice",
		chainOf([attestedCertificate(maker, p256Of(device.key), twice), ...maker.above]),
		/cannot be read/,
	],
	[
		"two descriptions",
		chainOf([attestedCertificate(maker, p256Of(device.key), two), ...maker.above]),
		/cannot be read/,
	],
	[
		"a description of no form",
		chainOf([attestedCertificate(maker, p256Of(device.key), new ArrayBuffer(4)), ...maker.above]),
		/cannot be read/,
	],
	[
		"more than a chain has",
		chainOf([mine, first, first, first, first, second, third]),
		/format that is not known/,
	],
	["one certificate", encodeItem([mine]), /format that is not known/],
	["another root", chainOf([leaf({}, fake), ...fake.above]), /no root/],
	["a root of the same name", chainOf([mine, first, second, swapped.above[2] as Bytes]), /no root/],
	["no root at its end", chainOf([mine, first, second]), /no root/],
	["a broken signature", chainOf([broken, ...maker.above]), /not signed by the next/],
	["a certificate left out", chainOf([mine, second, third]), /not signed by the next/],
	[
		"another maker's device under a pinned root",
		chainOf([leaf({}, fake), fake.above[0] as Bytes, second, third]),
		/not signed by the next/,
	],
	["a root's name alone", chainOf([mine, first, swapped.above[1] as Bytes, third]), /not signed by the next/],
	["an issuer of another name", chainOf([mine, renamed, second, third]), /not signed by the next/],
	["an intermediate that begins later", chainOf([leaf({}, early), ...early.above]), /not valid now/],
	["an intermediate that is over", chainOf([leaf({}, over), ...over.above]), /not valid now/],
	["a revoked intermediate", evidence(), /revoked or suspended/, revoking("7")],
	["a revoked key of the device's own", evidence(), /revoked or suspended/, revoking("1")],
	["a revoked batch", evidence(), /revoked or suspended/, revoking("2", "abc")],
	["a revoked root", evidence(), /revoked or suspended/, revoking("ffee01")],
	["a list that is too old", evidence(), /too old/, pinned(maker, "secureElement", now - 86_401)],
	["a list dated ahead", evidence(), /dated ahead/, pinned(maker, "secureElement", now + 61)],
	["no list", evidence(), /cannot be read here/, { ...usualRoot, statusList: () => null }],
	["no word on the key", chainOf(maker.above), /says nothing of a key/],
	[
		"another enrolment",
		chainOf([attestedCertificate(maker, p256Of(device.key), describedKey(random())), ...maker.above]),
		/another enrolment/,
	],
	[
		"another key",
		chainOf([attestedCertificate(maker, p256Of(other.key), describedKey(nonce)), ...maker.above]),
		/another key/,
	],
	[
		"a key of another curve",
		chainOf([attestedCertificate(maker, p384, describedKey(nonce)), ...maker.above]),
		/another key/,
	],
	["what an attested key says of another", chainOf([appended, attester, ...maker.above]), /another key/],
	["what an attested key signs in silence", chainOf([silent, attester, ...maker.above]), /another key/],
	["software, by hardware", evidence({ attestedBy: 1, keptBy: 0 }), /software keeps/],
	["hardware, by software", evidence({ attestedBy: 0, keptBy: 2 }), /software keeps/],
	["a key to encrypt", byHardware({ purpose: new IntegerSet([0, 1]) }), /does not sign/],
	[
		"a purpose that software says",
		evidence({ software: { purpose: new IntegerSet([2]) }, hardware: { purpose: undefined } as never }),
		/does not sign/,
	],
	["a key that was imported", byHardware({ origin: 2 }), /did not make/],
	["an origin that nobody says", evidence({ hardware: { origin: undefined } as never }), /did not make/],
	["a key of all applications", byHardware({ allApplications: null }), /every application/],
	[
		"a key of all applications, by software",
		evidence({ software: { allApplications: null } }),
		/every application/,
	],
	["a device that is unlocked", byHardware({ rootOfTrust: bootOf(false) }), /maker verified/],
	["a system of the owner's", byHardware({ rootOfTrust: bootOf(true, 1) }), /maker verified/],
	[
		"a root of trust that software says",
		evidence({ software: { rootOfTrust: bootOf() }, hardware: { rootOfTrust: undefined } as never }),
		/maker verified/,
	],
];

test("anything else has the lowest level, and says why", () => {
	for (const [what, shown, reason, root] of refused) {
		const attested = judge(shown, root);
		assert.equal(attested.assurance, "software", what);
		assert.match(attested.reason ?? "", reason, what);
	}
	assert.equal(judge(evidence(), usualRoot).assurance, "tee");
	const none = verifyEvidence(evidence(), { operator, key: device.key, nonce, now }, usualDevices, verify);
	assert.match(none.reason ?? "", /no root that is known here/);
});

test("a key of another curve is no device's key", () => {
	const curves = ["prime256v1", "secp256k1", "secp384r1"].map((namedCurve) => {
		const { publicKey } = generateKeyPairSync("ec", { namedCurve });
		return readCertificate(attestedCertificate(maker, publicKey, describedKey(nonce)))?.deviceKey?.suite;
	});
	assert.deepEqual(curves, ["ES256", undefined, undefined]);
});

test("tags that older devices write in another order are read", () => {
	const said = AsnConvert.parse(describedKey(nonce), NonStandardKeyDescription);
	said.teeEnforced.reverse();
	const turned = attestedCertificate(maker, p256Of(device.key), AsnConvert.serialize(said));
	assert.deepEqual(judge(chainOf([turned, ...maker.above])), high("tee"));
});

test("a list of what is revoked is read as its maker writes it, and nothing else is one", () => {
	const entry = { status: "SUSPENDED", reason: "KEY_COMPROMISE", comment: "-", expires: "2030-11-13" };
	const read = androidSerials({ entries: { "00ABC": { status: "REVOKED" }, "7": entry }, more: 1 });
	assert.deepEqual([...(read ?? [])].sort(), ["7", "abc"]);
	for (const none of [null, [], {}, { entries: [] }, { entries: { x1: entry } }, { entries: { "7": {} } }])
		assert.equal(androidSerials(none), undefined, JSON.stringify(none));
});

test("an operator certifies a device at the level that its hardware attests, once, and its history says why not", async (t) => {
	const at = 1_800_000_000;
	const google = hierarchy(at, { root: ecKey(41) });
	const revoked = new Set<string>();
	const list = { asOf: at, serials: revoked };
	const root = { ...pinned(google, "secureElement", at), statusList: () => list };
	const limited = { perTransfer: 5n, offlineTotal: null, holding: null };
	const limitsOf: DevicePolicy["limitsOf"] = (level) => (level === "software" ? limited : null);
	const devices: DevicePolicy = { ...usualDevices, androidRoots: [root], limitsOf };
	const ecosystem = await createEcosystem({ seed: "android", devices });
	const { operator: issuing, clock, world } = ecosystem;
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator: issuing, port: 0, log });
	t.after(async () => {
		await server.close();
		await issuing.close();
	});
	const company = await addParty(ecosystem);
	const car = signerFrom(world.random(), "ES256");
	let made = 0;
	const enrolled = async (challenge: Bytes, challenged = challenge): Promise<unknown> => {
		const said = describedKey(challenged, { attestedBy: 2, keptBy: 2 });
		const chain = chainOf([attestedCertificate(google, p256Of(car.key), said), ...google.above]);
		// No two in the same words.
		const terms = { slice: null, until: clock.now + 86_400 + ++made };
		const asked = { device: car, by: [company.signer], terms, nonce: challenge, attest: async () => chain };
		const body = Buffer.from(await application(ecosystem, asked));
		const headers = { "content-type": "application/cose", "idempotency-key": randomUUID() };
		const answer = await fetch(`${server.url}/v1/devices`, { method: "POST", headers, body });
		assert.equal(answer.status, 200);
		const { certificate } = expectValue(parseEnrolled(new Uint8Array(await answer.arrayBuffer())));
		const { profile } = expectValue(world.trust.certificate(certificate));
		return [profile.assurance, profile.limits?.perTransfer];
	};
	const [fresh, next, last] = [world.random(), world.random(), world.random()];
	assert.deepEqual(await enrolled(fresh), ["secureElement", undefined]);
	assert.deepEqual(await enrolled(fresh), ["software", 5n], "a chain counts for one application");
	assert.deepEqual(await enrolled(next, fresh), ["software", 5n], "a renewal has no chain of its own");
	revoked.add("abc");
	assert.deepEqual(await enrolled(last), ["software", 5n]);
	const told = await issuing.devices.show(await deviceQuestion(ecosystem, company.signer, car), 0);
	assert.deepEqual(
		expectValue(told).entries.map(({ reason }) => reason),
		[
			null,
			"the attestation is of application 1 of this history",
			"the attestation is for another enrolment",
			"a certificate of the Android attestation is revoked or suspended",
		],
	);
});
