/**
 * What enrolled devices record: over a gateway's line that is cut to a real operator, into its log once each, within what
 * was delegated, and on to a bank whose refusal suspends who did not pay.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	aheadMost_s,
	assetHash,
	type Bytes,
	deviceRecordId,
	deviceRecord as deviceRecordShape,
	encodeFogQuestion,
	isRefusal,
	keyId,
	parse,
	parseFogAnswer,
	recordBatch,
	recordsMost,
	recordsTaken,
	type Signer,
	serialize,
	sha256,
	toHex,
} from "@tenten/protocol";
import { day, expectValue, verify } from "../../module/test/support/world.ts";
import { Forwarder } from "../src/fog/forwarder.ts";
import { FogStore, startFog } from "../src/fog/index.ts";
import { BankDesk, type RunningServer, startServer } from "../src/index.ts";
import { answered } from "./settle/support/debit-results.ts";
import { own } from "./settle/support/desk-world.ts";
import {
	type Answering,
	addParty,
	administrator,
	deviceOrder,
	deviceQuestion,
	deviceRecord,
	enrolDevice,
	readList,
	standingIn,
} from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { inFolder } from "./support/in-folder.ts";
import { beginSealed, sealNow } from "./support/sealed.ts";
import { freshLog, openSealed } from "./support/sealer-log.ts";

const quiet = { info: (): void => undefined, error: (fields: object) => assert.fail(JSON.stringify(fields)) };

type Paying = { readonly payer: Answering; readonly payee: Answering; readonly device: Signer };

/** A car whose driver gave it a hundred units, and a charger's party. */
async function paying(ecosystem: Ecosystem, perTransfer: bigint | null = null): Promise<Paying> {
	const [payer, payee] = [await addParty(ecosystem), await addParty(ecosystem)];
	const { device } = await enrolDevice(ecosystem, payer, [0n, 100n], undefined, { perTransfer });
	return { payer, payee, device };
}

const asset = ({ world }: Ecosystem): Bytes => assetHash(world.asset);

/** A record of a payment of its own. */
function paid(
	ecosystem: Ecosystem,
	{ payer, payee, device }: Paying,
	amount: bigint,
	paidAt = ecosystem.clock.now,
) {
	const [by, to] = [payer.party.id, payee.party.id];
	const proof = ecosystem.world.random();
	return deviceRecord(ecosystem, device, {
		asset: asset(ecosystem),
		amount,
		payer: by,
		payee: to,
		proof,
		paidAt,
	});
}

async function take({ operator }: Ecosystem, ...records: readonly Bytes[]) {
	const answer = expectValue(await operator.devices.takeRecords(serialize(recordBatch, records)));
	return expectValue(parse(recordsTaken, answer)).map(({ code }) => code);
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
	const end = Date.now() + 60_000;
	while (!(await isTrue())) {
		assert.ok(Date.now() < end, what);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

async function recordsKept({ operator }: Ecosystem): Promise<number> {
	const rows = await operator.store.read((transaction) =>
		transaction.selectFrom("recorded_payments").select("record_id").execute(),
	);
	return rows.length;
}

test("what a gateway keeps reaches the operator once each over a line that is cut, and the log proves each", () =>
	inFolder(async (file) => {
		const ecosystem = await createEcosystem({ seed: "a cut line" });
		const { operator, clock } = ecosystem;
		const { sealer, close } = await openSealed(operator, await freshLog());
		const car = await paying(ecosystem);
		const listen = (port: number): Promise<RunningServer> =>
			startServer({ operator, port, log: quiet, sealer });
		let server = await listen(0);
		const { url } = server;
		FogStore.create(file, gatewaySigner.key);
		const fog = await startFog({
			...{ file, signer: gatewaySigner, verify, operator: { url, id: operator.id } },
			...{ broker: { kind: "embedded", port: 0 }, pause_ms: 20, pauseMost_ms: 50, port: 0 },
			log: { ...quiet, error: () => undefined },
			now: () => clock.now,
		});
		if (isRefusal(fog)) return assert.fail(fog.detail);
		const ids: Bytes[] = [];
		const keep = async (...amounts: readonly bigint[]): Promise<void> => {
			const records = await Promise.all(
				amounts.map(async (amount) => ({ record: await paid(ecosystem, car, amount), proof: null })),
			);
			const id = sha256(Uint8Array.of(ids.length)).subarray(0, 16);
			const body = new Uint8Array(encodeFogQuestion({ kind: "keep", id, records }));
			const headers = { "content-type": "application/cose" };
			const response = await fetch(`${fog.url}/v1/questions`, { method: "POST", headers, body });
			const kept = expectValue(parseFogAnswer(new Uint8Array(await response.arrayBuffer())));
			assert.ok(kept.kind === "kept");
			ids.push(...kept.records);
		};
		await keep(1n, 2n);
		await until(async () => fog.standing().records.waiting === 0, "the first are brought");
		await server.close();
		// The operator is gone; what devices pay meanwhile waits, and one is more than was delegated.
		await keep(3n, 4n, 1_000n);
		assert.equal(fog.standing().records.waiting, 3);
		server = await listen(Number(new URL(url).port));
		await until(async () => fog.standing().records.waiting === 0, "the others are brought");
		assert.deepEqual(fog.standing().records, { kept: 5, waiting: 0, refused: 1, letGo: 0 });
		assert.equal(await recordsKept(ecosystem), 4);
		await sealer.seal();
		for (const id of ids.slice(0, 4)) {
			const response = await fetch(`${url}/v1/batches/records/${toHex(id)}`);
			assert.equal(response.status, 200, "its place in the log");
		}
		assert.equal((await fetch(`${url}/v1/batches/records/${toHex(ids[4] as Bytes)}`)).status, 422);
		await fog.close();
		await server.close();
		await close();
		await operator.close();
	}));

test("a record is taken once, however often it is brought, and all of a batch or what is said of each", async () => {
	const ecosystem = await createEcosystem();
	await beginSealed(ecosystem.operator);
	const car = await paying(ecosystem);
	const [first, second] = [await paid(ecosystem, car, 10n), await paid(ecosystem, car, 20n)];
	assert.deepEqual(await take(ecosystem, first, first, Uint8Array.of(7), second), [
		null,
		null,
		"malformed",
		null,
	]);
	assert.deepEqual(await take(ecosystem, second, first), [null, null]);
	assert.equal(await recordsKept(ecosystem), 2);
	const told = await ecosystem.operator.devices.show(
		await deviceQuestion(ecosystem, car.payer.signer, car.device),
		0,
	);
	assert.deepEqual(
		expectValue(told).tenures.map(({ granted, recorded }) => [granted, recorded]),
		[[100n, 30n]],
	);
	await ecosystem.operator.close();
});

test("what a device records stays within what was delegated to it: each payment, all of them, and their time", async () => {
	const ecosystem = await createEcosystem();
	const { clock } = ecosystem;
	await beginSealed(ecosystem.operator);
	const car = await paying(ecosystem, 60n);
	const of = (amount: bigint, paidAt?: number) => paid(ecosystem, car, amount, paidAt);
	assert.deepEqual(await take(ecosystem, await of(61n)), ["limit-exceeded"]);
	assert.deepEqual(await take(ecosystem, await of(60n), await of(41n), await of(40n), await of(1n)), [
		null,
		"limit-exceeded",
		null,
		"limit-exceeded",
	]);
	// A new slice of the same budget, and not the old one once more.
	await enrolDevice(ecosystem, car.payer, [50n, 110n], car.device);
	assert.deepEqual(await take(ecosystem, await of(11n), await of(10n), await of(1n)), [
		"limit-exceeded",
		null,
		"limit-exceeded",
	]);
	await enrolDevice(ecosystem, car.payer, [110n, 200n], car.device);
	const late = clock.now + 30 * day;
	clock.now = late;
	assert.deepEqual(await take(ecosystem, await of(1n, late), await of(1n, late - 1)), [
		"delegation-expired",
		null,
	]);
	const early = late - 30 * day - 3_600;
	assert.deepEqual(
		await take(ecosystem, await of(1n, early)),
		["authority-unknown"],
		"before it was enrolled",
	);
	await ecosystem.operator.close();
});

test("a record that is dated ahead changes nothing, and is taken once its time has come", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	await beginSealed(operator);
	const car = await paying(ecosystem);
	const now = clock.now;
	const [near, ahead] = [
		await paid(ecosystem, car, 5n, now + aheadMost_s),
		await paid(ecosystem, car, 7n, now + aheadMost_s + 1),
	];
	assert.deepEqual(await take(ecosystem, ahead, near, ahead), ["record-early", null, "record-early"]);
	assert.equal(await recordsKept(ecosystem), 1);
	clock.now += 1;
	assert.deepEqual(await take(ecosystem, ahead, near), [null, null]);
	// What was taken stays so, whatever the clock says later.
	clock.now -= day;
	assert.deepEqual(await take(ecosystem, ahead, near), [null, null]);
	clock.now = now;
	await operator.close();
});

test("a gateway brings what was early again, after a while each time, and nothing else waits for it", () =>
	inFolder(async (file) => {
		const ecosystem = await createEcosystem({ seed: "early" });
		const { operator, clock } = ecosystem;
		await beginSealed(operator);
		const car = await paying(ecosystem);
		const asked: (readonly bigint[])[] = [];
		const readRecord = (encoded: Bytes) => expectValue(parse(deviceRecordShape, encoded));
		FogStore.create(file, gatewaySigner.key);
		const store = FogStore.open(file);
		if (isRefusal(store)) return assert.fail(store.detail);
		const keepOne = async (amount: bigint, paidAt: number): Promise<void> => {
			const encoded = await paid(ecosystem, car, amount, paidAt);
			const { body, signer } = readRecord(encoded);
			await store.keep(
				[{ id: deviceRecordId(body), device: keyId(signer), encoded, proof: null }],
				clock.now,
			);
		};
		// More of them than one batch holds.
		for (let i = 0; i < recordsMost + 1; i++) await keepOne(1n, clock.now + day);
		await keepOne(9n, clock.now);
		const forwarder = (early_ms: number, ahead = 0): Forwarder =>
			new Forwarder({
				store,
				deliver: async (records) => {
					asked.push(records.map((record) => readRecord(record).body.amount));
					const answer = await operator.devices.takeRecords(serialize(recordBatch, records));
					return isRefusal(answer) ? answer : expectValue(parse(recordsTaken, answer));
				},
				refresh: async () => undefined,
				now: () => clock.now + ahead,
				...{ pause_ms: 1, pauseMost_ms: 1, early_ms, keep_s: 9 * day },
				told: () => undefined,
				report: (error) => assert.fail(String(error)),
			});
		const rests = () => new Promise((resolve) => setTimeout(resolve, 50));
		const first = forwarder(1);
		await until(() => store.count().waiting === 0, "all are brought");
		await rests();
		await first.stop();
		assert.equal(await recordsKept(ecosystem), 1, "what is not early");
		assert.equal(asked.length, 2, "and what is, not before its time");
		assert.equal(store.count().refused, recordsMost + 1);
		// By a clock that is ahead they are due: a batch of them says that they are not.
		const ahead = forwarder(3_600_000, 2 * day);
		await until(() => asked.length === 3, "they are brought");
		await rests();
		await ahead.stop();
		assert.equal(asked.length, 3, "and not over and over");
		clock.now += day;
		await keepOne(7n, clock.now);
		const second = forwarder(1);
		await until(() => store.count().refused === 0, "all in the end");
		await second.stop();
		assert.deepEqual(
			asked.slice(3).map((batch) => `${batch.length} of ${batch[0]}`),
			["1 of 7", `${recordsMost} of 1`, "1 of 1"],
			"what is new first",
		);
		assert.equal(await recordsKept(ecosystem), recordsMost + 3);
		assert.deepEqual(store.count(), {
			kept: recordsMost + 3,
			...{ waiting: 0, refused: 0, letGo: 0, approvals: 0 },
		});
		store.close();
		await operator.close();
	}));

test("who sold a device answers for what it paid before, and not for what it pays since", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	await beginSealed(operator);
	const car = await paying(ecosystem);
	const buyer = await addParty(ecosystem);
	const before = await paid(ecosystem, car, 5n);
	clock.now += 3_600;
	const to = { kind: "transfer", to: buyer.signer.key } as const;
	expectValue(
		await operator.devices.order(await deviceOrder(ecosystem, car.payer.signer, car.device, 2, to)),
	);
	await enrolDevice(ecosystem, buyer, [0n, 100n], car.device);
	clock.now += 3_600;
	const sold = { ...car, payer: buyer };
	assert.deepEqual(
		await take(ecosystem, before, await paid(ecosystem, car, 5n), await paid(ecosystem, sold, 5n)),
		[null, "authority-unknown", null],
	);
	await operator.close();
});

test("a debit that a bank refuses suspends the party in the status lists, once, and its history says why", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	await beginSealed(operator);
	const car = await paying(ecosystem);
	const { certificate } = await enrolDevice(ecosystem, car.payer, [100n, 200n]);
	assert.deepEqual(await take(ecosystem, await paid(ecosystem, car, 70n)), [null]);
	await sealNow(operator);
	const { id, store } = operator;
	const desk = new BankDesk({ id, store, now: () => clock.now });
	const period = { asset: asset(ecosystem), from: clock.now - 10, until: clock.now + 10 };
	const party = car.payer.party.id;
	const claim = expectValue(await desk.claim({ party, ...period }));
	const account = { bank: "0005", branch: "001", kind: "ordinary", number: "1", holder: "ヤマダ" } as const;
	const accounts = { [toHex(party)]: { rail: "zengin", account } } as const;
	const money = { asset: asset(ecosystem), currency: "JPY", scale: 0 };
	const filing = { name: "one", claims: [claim.id], own, accounts, money, date: "2026-11-27" };
	const { content } = expectValue(await desk.file(filing));
	let list = await readList(ecosystem);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);
	const lines = expectValue(await desk.read(answered(content, ["1"]), money));
	assert.deepEqual(
		lines.map(({ became }) => became),
		["reopened"],
	);
	await operator.devices.suspendUnpaid();
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "suspended"]);
	const told = expectValue(
		await operator.devices.show(await deviceQuestion(ecosystem, car.payer.signer, car.device), 0),
	);
	assert.deepEqual(
		told.party.events.map(({ kind, detail }) => [kind, detail]),
		[["suspended", "1 funds insufficient"]],
	);
	// What it paid at the desk lets it act again, and the same refusal is not told twice.
	expectValue(await operator.devices.parties.setStanding(administrator, party, "active", "paid at the desk"));
	await operator.devices.suspendUnpaid();
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);
	await operator.close();
});

test("a party's own key records nothing over HTTP: no delegation bounds it", async () => {
	const ecosystem = await createEcosystem();
	await beginSealed(ecosystem.operator);
	const car = await paying(ecosystem);
	const instead = { ...car, device: car.payer.signer };
	assert.deepEqual(await take(ecosystem, await paid(ecosystem, instead, 5n)), ["authority-unknown"]);
	assert.equal(await recordsKept(ecosystem), 0);
	await ecosystem.operator.close();
});

test("one payment is recorded once for its parties, whichever of a party's devices signs it, and claimed", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	await beginSealed(operator);
	const car = await paying(ecosystem);
	const { device: other } = await enrolDevice(ecosystem, car.payer, [100n, 200n]);
	const [by, to] = [car.payer.party.id, car.payee.party.id];
	const body = { asset: asset(ecosystem), amount: 7n, payer: by, payee: to, proof: ecosystem.world.random() };
	const twice = [
		await deviceRecord(ecosystem, car.device, body),
		await deviceRecord(ecosystem, other, body),
	] as const;
	assert.deepEqual(await take(ecosystem, ...twice), [null, "record-known"]);
	await sealNow(operator);
	const { id, store } = operator;
	const desk = new BankDesk({ id, store, now: () => clock.now });
	const period = { asset: asset(ecosystem), from: clock.now - 10, until: clock.now + 10 };
	for (const party of [by, to]) assert.equal(expectValue(await desk.claim({ party, ...period })).amount, 7n);
	await operator.close();
});
