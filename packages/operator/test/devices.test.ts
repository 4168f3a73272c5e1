/** Devices at an operator: enrolled once, ordered in order, told to their parties, and listed where they lost their standing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	coseKey,
	type Item,
	isRefusal,
	keyId,
	lastDelegation,
	parseEnrolled,
	partyCommitment,
	type Signer,
	signCwt,
	toHex,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, signerFrom } from "../../module/test/support/world.ts";
import { type OperatorPolicy, usualDevices } from "../src/index.ts";
import {
	type Answering,
	addParty,
	administrator,
	application,
	codeOf,
	deviceOrder,
	deviceQuestion,
	enrolDevice,
	freshDevice,
	readList,
	sliceOf,
	standingIn,
} from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";
import { beginSealed, leavesOf, sealNow } from "./support/sealed.ts";

/** Every row of devices, in words: what no refusal may change. */
async function rows({ operator }: Ecosystem): Promise<string> {
	const tables = [
		...(["parties", "party_events", "party_budgets", "device_slices", "device_history"] as const),
		...(["device_tenures", "device_managers", "manager_orders", "device_places", "device_lost"] as const),
		...(["device_nonces", "device_lists", "device_numbers", "certificates"] as const),
		...(["party_days", "enrolments", "audit_log", "unsealed"] as const),
	];
	return operator.store.read(async (transaction) => {
		const all: string[] = [];
		for (const table of tables) {
			const found: readonly object[] = await transaction.selectFrom(table).selectAll().execute();
			all.push(...found.map((row) => `${table} ${JSON.stringify(row, shown)}`).sort());
		}
		return all.join("\n");
	});
}

function shown(_: string, value: unknown): unknown {
	if (typeof value === "bigint") return `${value}`;
	return value instanceof Uint8Array ? toHex(value) : value;
}

/** What is refused changes nothing. */
async function refusedWith(ecosystem: Ecosystem, code: string, ask: () => Promise<unknown>): Promise<void> {
	const before = await rows(ecosystem);
	assert.equal(codeOf(await ask()), code);
	assert.equal(await rows(ecosystem), before, code);
}

test("an application is answered once and always the same, by a certificate that whoever is paid believes", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const company = await addParty(ecosystem);
	const { device, certificate, applied } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const { profile, key } = certificate;
	assert.deepEqual([profile.role, profile.assurance, key], ["device", "software", device.key]);
	assert.ok(certificate.encoded.length <= 320, `${certificate.encoded.length} bytes`);
	const delegated = expectValue(world.trust.delegated(certificate) ?? assert.fail("nobody's"));
	assert.deepEqual(delegated.slice, sliceOf(company.reset, 0n, 100n));
	const { name, opening } = company.party;
	assert.deepEqual(profile.responsible?.commitment, partyCommitment(name, opening));
	const again = expectValue(await operator.devices.apply(applied));
	assert.deepEqual(expectValue(parseEnrolled(again)).certificate, certificate.encoded);
	const before = await rows(ecosystem);
	assert.deepEqual(await operator.devices.apply(applied), again);
	assert.equal(await rows(ecosystem), before);
	await operator.close();
});

test("what a device is enrolled with is its party's to give: a part of its budget, of which no unit is another's", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const [company, other] = [await addParty(ecosystem, 1_000n), await addParty(ecosystem, 50n)];
	const site = signerFrom(ecosystem.world.random(), "Ed25519");
	const { device } = await enrolDevice(ecosystem, company, [100n, 200n]);
	const asks =
		(by: readonly Signer[], slice: ReturnType<typeof sliceOf> | null, robot = freshDevice(ecosystem)) =>
		async () =>
			operator.devices.apply(await application(ecosystem, { device: robot, by, terms: { slice } }));
	const ofCompany = (from: bigint, to: bigint, reset = company.reset) => sliceOf(reset, from, to);
	const [{ signer }, stranger] = [company, freshDevice(ecosystem)];
	for (const [code, ask] of [
		["limit-exceeded", asks([signer], ofCompany(999n, 1_001n))],
		["limit-exceeded", asks([signer], ofCompany(0n, 50n, other.reset))],
		["limit-exceeded", asks([signer], ofCompany(0n, 50n, 99))],
		["limit-exceeded", asks([signer], ofCompany(199n, 300n))],
		["limit-exceeded", asks([signer], ofCompany(0n, 101n))],
		["limit-exceeded", asks([signer, site], ofCompany(150n, 160n))],
		["authority-unknown", asks([stranger], ofCompany(0n, 50n))],
		["authority-unknown", asks([other.signer], sliceOf(other.reset, 0n, 50n), device)],
	] as const)
		await refusedWith(ecosystem, code, ask);
	// Side by side, a part of nothing, and its own once more.
	for (const ask of [
		asks([signer], ofCompany(200n, 300n)),
		asks([signer], null),
		asks([signer], ofCompany(150n, 200n), device),
	])
		expectValue(await ask());
	// A site divides what it was given, and gives no unit of it to two.
	const [whole, part] = [
		ofCompany(500n, 600n),
		(from: bigint, to: bigint) => ({ slice: ofCompany(from, to) }),
	];
	const bySite = (from: bigint, to: bigint) => async () => {
		const asked = { device: freshDevice(ecosystem), by: [signer, site], terms: { slice: whole } };
		return operator.devices.apply(await application(ecosystem, { ...asked, levels: [{}, part(from, to)] }));
	};
	expectValue(await bySite(500n, 550n)());
	await refusedWith(ecosystem, "limit-exceeded", bySite(549n, 600n));
	expectValue(await bySite(550n, 600n)());
	const over = async () => {
		const terms = { slice: null, until: clock.now };
		return operator.devices.apply(await application(ecosystem, { device: stranger, by: [signer], terms }));
	};
	await refusedWith(ecosystem, "delegation-expired", over);
	await operator.close();
});

test("a renewal keeps the device's place, and a slice that it had comes to nobody else, ever", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const company = await addParty(ecosystem);
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const { certificate: renewed } = await enrolDevice(ecosystem, company, [100n, 150n], device);
	assert.equal(renewed.profile.responsible?.status, certificate.profile.responsible?.status);
	assert.equal(lastDelegation(renewed.profile.responsible ?? assert.fail()).slice?.from, 100n);
	const end = await deviceOrder(ecosystem, company.signer, device, 3, { kind: "end" });
	expectValue(await operator.devices.order(end));
	for (const slice of [sliceOf(company.reset, 0n, 10n), sliceOf(company.reset, 120n, 160n)])
		await refusedWith(ecosystem, "limit-exceeded", async () =>
			operator.devices.apply(
				await application(ecosystem, {
					device: freshDevice(ecosystem),
					by: [company.signer],
					terms: { slice },
				}),
			),
		);
	await operator.close();
});

test("orders are carried out in the order of the history, once each, and the lists say what they did", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const [company, buyer] = [await addParty(ecosystem), await addParty(ecosystem)];
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const order = (number: number, says: Parameters<typeof deviceOrder>[4], by: Answering = company) =>
		deviceOrder(ecosystem, by.signer, device, number, says);
	let list = await readList(ecosystem);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);
	const suspend = await order(2, { kind: "suspend" });
	const done = expectValue(await operator.devices.order(suspend));
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["suspended", "valid"]);
	const before = await rows(ecosystem);
	assert.deepEqual(await operator.devices.order(suspend), done);
	assert.equal(await rows(ecosystem), before);

	const transfer = { kind: "transfer", to: buyer.signer.key } as const;
	const renewal = async () =>
		operator.devices.apply(
			await application(ecosystem, { device, by: [company.signer], terms: { slice: null } }),
		);
	for (const [code, ask] of [
		["order-mismatch", async () => operator.devices.order(await order(2, { kind: "resume" }))],
		["order-mismatch", async () => operator.devices.order(await order(4, { kind: "resume" }))],
		["order-mismatch", async () => operator.devices.order(await order(3, { kind: "suspend" }))],
		["authority-unknown", async () => operator.devices.order(await order(3, { kind: "resume" }, buyer))],
		["device-suspended", renewal],
	] as const)
		await refusedWith(ecosystem, code, ask);
	expectValue(await operator.devices.order(await order(3, { kind: "resume" })));
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);

	expectValue(await operator.devices.order(await order(4, transfer)));
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["revoked", "valid"]);
	await refusedWith(ecosystem, "authority-unknown", renewal);
	const { certificate: sold } = await enrolDevice(ecosystem, buyer, [0n, 100n], device);
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, sold), ["valid", "valid"]);
	assert.deepEqual(standingIn(list, certificate), ["revoked", "valid"]);
	await refusedWith(ecosystem, "authority-unknown", async () =>
		operator.devices.order(await order(6, { kind: "end" })),
	);
	expectValue(await operator.devices.order(await order(6, { kind: "end" }, buyer)));
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, sold), ["revoked", "valid"]);
	await refusedWith(ecosystem, "device-suspended", async () =>
		operator.devices.order(await order(7, { kind: "resume" }, buyer)),
	);
	const stranger = await deviceOrder(ecosystem, company.signer, freshDevice(ecosystem), 1, { kind: "end" });
	await refusedWith(ecosystem, "key-unknown", () => operator.devices.order(stranger));
	await operator.close();
});

test("a history passes on with its device: each party sees what it may, and nobody else anything", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const [company, buyer, nobody] = [
		await addParty(ecosystem),
		await addParty(ecosystem),
		await addParty(ecosystem),
	];
	const { device } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const numbersFor = async ({ signer }: Answering) => {
		const told = await operator.devices.show(await deviceQuestion(ecosystem, signer, device), 0);
		return isRefusal(told) ? told.code : told.entries.map(({ number }) => number);
	};
	assert.equal(await numbersFor(buyer), "owner-mismatch");
	const transfer = { kind: "transfer", to: buyer.signer.key } as const;
	expectValue(
		await operator.devices.order(await deviceOrder(ecosystem, company.signer, device, 2, transfer)),
	);
	assert.deepEqual(await numbersFor(buyer), [1, 2]);
	await enrolDevice(ecosystem, buyer, [0n, 100n], device);
	assert.deepEqual(
		[await numbersFor(company), await numbersFor(buyer)],
		[
			[1, 2],
			[1, 2, 3],
		],
	);
	assert.equal(await numbersFor(nobody), "owner-mismatch");
	const old = await deviceQuestion(ecosystem, buyer.signer, device, clock.now - 2 * day);
	expectRefusal(await operator.devices.show(old, 0), "request-expired");
	const told = await operator.devices.show(await deviceQuestion(ecosystem, buyer.signer, device), 2);
	assert.deepEqual(
		expectValue(told).entries.map(({ kind, certificate }) => [kind, certificate !== null]),
		[["certified", true]],
	);
	await operator.close();
});

test("a party that is suspended takes its devices with it, and they come back with it", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const { parties } = operator.devices;
	const company = await addParty(ecosystem);
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	const { id } = company.party;
	const cause = world.random();
	let list = await readList(ecosystem);
	await parties.suspendFor(id, "01", cause);
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "suspended"]);
	await refusedWith(ecosystem, "device-suspended", async () =>
		operator.devices.apply(
			await application(ecosystem, { device, by: [company.signer], terms: { slice: null } }),
		),
	);
	const told = expectValue(
		await operator.devices.show(await deviceQuestion(ecosystem, company.signer, device), 0),
	);
	assert.deepEqual(
		told.party.events.map(({ kind, detail }) => [kind, detail]),
		[["suspended", "01"]],
	);
	expectValue(await parties.setStanding(administrator, id, "active", "paid since"));
	const before = await rows(ecosystem);
	await parties.suspendFor(id, "01", cause);
	await parties.suspendFor(world.random(), "01", cause);
	assert.equal(await rows(ecosystem), before, "the same refusal, told once more");
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);
	await operator.close();
});

test("a budget has a number that no other ever has, and the same grant again changes nothing", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const { parties } = operator.devices;
	const [company, other] = [await addParty(ecosystem), await addParty(ecosystem)];
	assert.notEqual(company.reset, other.reset);
	const next = other.reset + 1;
	const grant = (id: Uint8Array, reset: number, amount: bigint) => () =>
		parties.grant(administrator, id, { reset, amount });
	for (const [code, ask] of [
		["order-mismatch", grant(company.party.id, other.reset, 1_000n)],
		["order-mismatch", grant(company.party.id, company.reset, 999n)],
		["order-mismatch", grant(company.party.id, next + 1, 5n)],
		["authority-unknown", grant(new Uint8Array(32), next, 5n)],
		["owner-mismatch", () => parties.add(administrator, company.signer.key, "somebody else")],
	] as const)
		await refusedWith(ecosystem, code, ask);
	const before = await rows(ecosystem);
	expectValue(await grant(company.party.id, company.reset, 1_000n)());
	expectValue(await parties.add(administrator, company.signer.key, company.party.name));
	assert.equal(await rows(ecosystem), before);
	expectValue(await grant(company.party.id, next, 5n)());
	assert.deepEqual(
		(await parties.known(company.party.id, 0))?.budgets.map(({ reset, amount }) => [reset, amount]),
		[
			[next, 5n],
			[company.reset, 1_000n],
		],
	);
	await operator.close();
});

test("what a pinned maker attests is the level; anything else is the lowest, and the history says why", async () => {
	const [maker, impostor] = [1, 2].map((fill) => signerFrom(new Uint8Array(32).fill(fill), "ES256")) as [
		Signer,
		Signer,
	];
	const limited = { perTransfer: 5n, offlineTotal: null, holding: null };
	const devices: OperatorPolicy["devices"] = {
		...usualDevices,
		makers: [{ key: maker.key, assurance: "secureElement" }],
		limitsOf: (assurance) => (assurance === "software" ? limited : null),
		statusListValidity: 600,
	};
	const ecosystem = await createEcosystem({ devices });
	const { operator, world } = ecosystem;
	const attestedBy = (signer: Signer) => (key: Signer["key"], nonce: Uint8Array) =>
		signCwt(
			new Map<number, Item>([
				[8, new Map([[1, coseKey.write(key)]])],
				[10, nonce],
				[263, 1],
			]),
			{ type: "application/eat+cwt", keyId: keyId(signer.key).subarray(0, 8), signer },
		);
	const company = await addParty(ecosystem);
	for (const [signer, assurance, perTransfer, why] of [
		[maker, "secureElement", undefined, null],
		[impostor, "software", 5n, "no maker that is known here signed the attestation"],
	] as const) {
		const device = freshDevice(ecosystem);
		const asked = { device, by: [company.signer], terms: { slice: null }, attest: attestedBy(signer) };
		const answer = expectValue(await operator.devices.apply(await application(ecosystem, asked)));
		const { certificate } = expectValue(parseEnrolled(answer));
		const { profile } = expectValue(world.trust.certificate(certificate));
		assert.deepEqual([profile.assurance, profile.limits?.perTransfer], [assurance, perTransfer]);
		const told = await operator.devices.show(await deviceQuestion(ecosystem, company.signer, device), 0);
		assert.deepEqual(
			expectValue(told).entries.map(({ reason }) => reason),
			[why],
		);
	}
	const list = await readList(ecosystem);
	assert.equal(list.expiresAt - list.issuedAt, 600);
	await operator.close();
});

test("certificates of devices are in the log with the next seal, and who is opened is in the audit log", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	await beginSealed(operator);
	const company = await addParty(ecosystem);
	const { certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	await sealNow(operator);
	const batches = (await leavesOf(operator)).flatMap((leaf) => (leaf.kind === "batch" ? [leaf.batch] : []));
	assert.deepEqual(
		batches.map(({ kind, count }) => [kind, count]),
		[["certificates", 1]],
	);
	const item = await operator.store.read((transaction) =>
		transaction
			.selectFrom("seal_items")
			.select("item_id")
			.where("item_id", "=", certificate.hash)
			.executeTakeFirst(),
	);
	assert.ok(item);
	const { name, opening, commitment } = expectValue(
		await operator.devices.parties.open(administrator, company.party.id, "order 5 of a court"),
	);
	assert.deepEqual(commitment, certificate.profile.responsible?.commitment);
	assert.deepEqual(partyCommitment(name, opening), commitment);
	const acts = (await operator.auditLog(0)).map(({ act, detail }) => `${act} ${detail}`.trim());
	assert.deepEqual(acts, [
		"partyAdded",
		`budgetGranted 1000 under ${company.reset}`,
		"partyOpened order 5 of a court",
	]);
	await operator.close();
});
