/** What somebody whom nobody knows, or who has no more than a device's key, leaves at an operator by the routes of devices. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	keyId,
	parse,
	parseEnrolled,
	recordBatch,
	recordsMost,
	recordsTaken,
	type Signer,
	serialize,
	signAttestation,
} from "@tenten/protocol";
import { day, expectValue, signerFrom } from "../../module/test/support/world.ts";
import { usualDevices } from "../src/index.ts";
import {
	addParty,
	application,
	codeOf,
	deviceOrder,
	deviceQuestion,
	deviceRecord,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";
import { beginSealed } from "./support/sealed.ts";

const maker = signerFrom(new Uint8Array(32).fill(1), "ES256");

/** An operator that takes this maker's word, and a party; `level` of what is asked there. */
async function makersScene(seed: string) {
	const ecosystem = await createEcosystem({
		seed,
		devices: {
			...usualDevices,
			makers: [{ key: maker.key, assurance: "secureElement" }],
			statusListValidity: 600,
		},
	});
	const { operator, clock, world } = ecosystem;
	const company = await addParty(ecosystem);
	let made = 0;
	const asked = (device: Signer, nonce: Bytes, attestation?: Bytes): Promise<Bytes> => {
		// No two in the same words.
		const terms = { slice: null, until: clock.now + day + ++made };
		const attest = attestation && (async () => attestation);
		return application(ecosystem, { device, by: [company.signer], terms, nonce, ...(attest && { attest }) });
	};
	const apply = async (encoded: Bytes): Promise<Bytes> => expectValue(await operator.devices.apply(encoded));
	const level = async (encoded: Bytes) => {
		const { certificate } = expectValue(parseEnrolled(await apply(encoded)));
		return expectValue(world.trust.certificate(certificate)).profile.assurance;
	};
	const attestation = ({ key }: Signer, nonce: Bytes): Promise<Bytes> =>
		signAttestation({ operator: operator.id, key, nonce, expiresAt: clock.now + day }, maker);
	const reasons = async (device: Signer) => {
		const told = await operator.devices.show(await deviceQuestion(ecosystem, company.signer, device), 0);
		return expectValue(told).entries.map(({ reason }) => reason);
	};
	return { ecosystem, asked, apply, level, attestation, reasons };
}

/** How many rows each table has. */
async function rowsOf({ operator }: Ecosystem): Promise<Readonly<Record<string, number>>> {
	return operator.store.read(async (transaction) => {
		const tables = await transaction.introspection.getTables();
		const counted: Record<string, number> = {};
		for (const { name } of tables) {
			const rows = await transaction
				.selectFrom(name as "enrolments")
				.selectAll()
				.execute();
			counted[name] = rows.length;
		}
		return counted;
	});
}

const turned = (bytes: Bytes): Bytes => {
	const other = Uint8Array.from(bytes);
	other[other.length - 1] = (other.at(-1) as number) ^ 1;
	return other;
};

test("a stranger leaves nothing: no application, order, question or record of its own, or changed, is kept", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const { devices } = operator;
	await beginSealed(operator);
	const [company, payee] = [await addParty(ecosystem), await addParty(ecosystem)];
	const { device, applied } = await enrolDevice(ecosystem, company, [0n, 10n]);
	const [nobody, robot] = [freshDevice(ecosystem), freshDevice(ecosystem)];
	const paid = { asset: world.random(), amount: 1n, payer: company.party.id, payee: payee.party.id };
	const records = await Promise.all(
		Array.from({ length: recordsMost }, (_, at) =>
			deviceRecord(ecosystem, at % 2 === 0 ? device : nobody, { ...paid, proof: world.random() }),
		),
	);
	const before = await rowsOf(ecosystem);
	const terms = { slice: null };
	const own = { ...paid, payer: keyId(nobody.key), proof: world.random() };
	const taken = async (...batch: readonly Bytes[]) => {
		const answer = expectValue(await devices.takeRecords(serialize(recordBatch, batch)));
		return new Set(expectValue(parse(recordsTaken, answer)).map(({ code }) => code));
	};
	assert.deepEqual(
		[
			codeOf(await devices.apply(await application(ecosystem, { device: robot, by: [nobody], terms }))),
			codeOf(await devices.apply(turned(applied))),
			codeOf(await devices.order(await deviceOrder(ecosystem, nobody, robot, 1, { kind: "end" }))),
			codeOf(await devices.order(await deviceOrder(ecosystem, nobody, device, 2, { kind: "end" }))),
			codeOf(await devices.show(await deviceQuestion(ecosystem, nobody, device), 0)),
			[...(await taken(...records.map(turned)))].sort(),
			[...(await taken(await deviceRecord(ecosystem, nobody, own)))],
			(await devices.statusLists.newest(1)) === undefined,
		],
		[
			"authority-unknown",
			"delegation-invalid",
			"key-unknown",
			"authority-unknown",
			"owner-mismatch",
			["authority-unknown", "signature-invalid"],
			["authority-unknown"],
			true,
		],
	);
	assert.deepEqual(await rowsOf(ecosystem), before);
	// Whom the party sent is seen there.
	await enrolDevice(ecosystem, company, [10n, 20n], robot);
	assert.notDeepEqual(await rowsOf(ecosystem), before);
	await operator.close();
});

test("a device's key alone adds 64 entries in a day, and goes on the next; who applied before has its answer", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const company = await addParty(ecosystem);
	const terms = { slice: sliceOf(company.reset, 0n, 10n) };
	const device = freshDevice(ecosystem);
	const applied = () => application(ecosystem, { device, by: [company.signer], terms });
	const apply = async (encoded: Bytes) => operator.devices.apply(encoded);
	const first = await applied();
	const answer = expectValue(await apply(first));
	const codes: string[] = [];
	for (let i = 1; i < 66; i++) codes.push(codeOf(await apply(await applied())));
	assert.deepEqual([codes.indexOf("too-many"), new Set(codes.slice(63)).size], [63, 1]);
	assert.deepEqual(await apply(first), answer);
	// Its party is heard all the same, and its other devices.
	const suspend = await deviceOrder(ecosystem, company.signer, device, 65, { kind: "suspend" });
	assert.equal(codeOf(await operator.devices.order(suspend)), "done");
	await enrolDevice(ecosystem, company, [20n, 30n]);
	const resume = await deviceOrder(ecosystem, company.signer, device, 66, { kind: "resume" });
	assert.equal(codeOf(await operator.devices.order(resume)), "done");
	const late = await applied();
	assert.equal(codeOf(await apply(late)), "too-many");
	clock.now += day;
	assert.equal(codeOf(await apply(late)), "done");
	await operator.close();
});

test("an attestation counts for one application: delegated anew, or said anew by the device, its nonce gives no level", async () => {
	const { ecosystem, asked, apply, level, attestation, reasons } = await makersScene("attested once");
	const { world, operator } = ecosystem;
	const [car, bike] = [freshDevice(ecosystem), freshDevice(ecosystem)];
	const [nonce, next] = [world.random(), world.random()];
	const attested = await attestation(car, nonce);
	const first = await asked(car, nonce, attested);
	const answer = await apply(first);
	assert.equal(await level(first), "secureElement");
	const again = await asked(car, nonce, attested);
	assert.equal(await level(again), "software");
	assert.equal(await level(await asked(car, nonce, await attestation(car, nonce))), "software");
	assert.deepEqual(await apply(first), answer, "the same again is answered as it was");
	// Also where nobody attested the application that had it first.
	assert.equal(await level(await asked(car, next)), "software");
	assert.equal(await level(await asked(car, next, await attestation(car, next))), "software");
	const fresh = world.random();
	assert.equal(await level(await asked(car, fresh, await attestation(car, fresh))), "secureElement");
	const spent = (number: number): string => `the attestation is of application ${number} of this history`;
	assert.deepEqual(await reasons(car), [null, spent(1), spent(1), "no attestation", spent(4), null]);
	// No device uses up what another is attested for.
	assert.equal(await level(await asked(bike, nonce, await attestation(bike, nonce))), "secureElement");
	await operator.close();
});

test("an attestation that names its operator gives no level at another", async () => {
	const [one, other] = [await makersScene("attested here"), await makersScene("attested there")];
	const device = freshDevice(one.ecosystem);
	const nonce = one.ecosystem.world.random();
	const attested = await one.attestation(device, nonce);
	assert.equal(await one.level(await one.asked(device, nonce, attested)), "secureElement");
	assert.equal(await other.level(await other.asked(device, nonce, attested)), "software");
	assert.deepEqual(await other.reasons(device), ["the attestation is for another operator"]);
	await one.ecosystem.operator.close();
	await other.ecosystem.operator.close();
});
