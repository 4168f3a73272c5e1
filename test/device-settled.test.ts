/** What enrolled devices pay by hand-over and by meter, recorded by their modules and taken by the operator that enrolled them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	applicationOf,
	type Bytes,
	type DeviceOrderBody,
	deviceEvidence,
	deviceRecord,
	isRefusal,
	keyId,
	parse,
	parseMeterMessage,
	recordBatch,
	recordsTaken,
	refuse,
	type Signer,
	serialize,
	sha256,
	signDelegation,
	signDeviceOrder,
} from "@tenten/protocol";
import { inProcessChannel, takeEnrolled, type Wallet } from "@tenten/wallet";
import { beginSealed } from "../packages/operator/test/support/sealed.ts";
import { give } from "./support/robots.ts";
import { newSigner, ok, openTown, type Town } from "./support/town.ts";

const day = 86_400;
const administrator = { actor: "an administrator", requestId: "test" } as const;

/** A party with a budget, at the operator itself. */
async function addParty({ operator }: Town, reset: number): Promise<Signer> {
	const signer = newSigner();
	const { parties } = operator.devices;
	const party = ok(await parties.add(administrator, signer.key, `register ${reset}`));
	ok(await parties.grant(administrator, party.id, { reset, amount: 1_000n }));
	return signer;
}

/** What each applied with, and what the operator answered. */
const [applied, answers] = [new WeakMap<Wallet, Bytes>(), new WeakMap<Wallet, Bytes>()];

/** A wallet of a device that the operator certified over what the party delegates to it. */
async function enrolled({ operator, clock, device }: Town, party: Signer, reset: number): Promise<Wallet> {
	const wallet = await device().open();
	const { module } = wallet;
	ok(await module.setTrustList(await operator.trustList(), operator.id));
	const evidence = await module.devices.evidence({ operator: operator.id });
	const { key } = ok(parse(deviceEvidence, evidence)).body;
	const slice = { reset, from: 0n, to: 1_000n };
	const terms = { purposes: null, perTransfer: null, slice, until: clock.now + 30 * day };
	const application = ok(applicationOf(evidence, [await signDelegation(operator.id, key, terms, party)]));
	applied.set(wallet, application);
	answers.set(wallet, ok(await operator.devices.apply(application)));
	ok(await module.certify(answers.get(wallet) as Bytes));
	await module.devices.keepRecords(true);
	const list = await operator.devices.statusLists.newest(0);
	assert.equal(await module.devices.takeStatusList(list ?? assert.fail("no list")), undefined);
	return wallet;
}

test("what an enrolled device paid by hand-over and by meter is taken by its operator, between the parties that it knows", async () => {
	const town = await openTown();
	const { operator, asset } = town;
	await beginSealed(operator);
	const [driver, company] = [await addParty(town, 1), await addParty(town, 2)];
	const [car, charger] = [await enrolled(town, driver, 1), await enrolled(town, company, 2)];
	for (const amount of [60n, 400n, 400n]) await give(town, await town.wallet(amount), car, amount);
	const { encoded } = ok(await charger.request({ asset, amount: 60n }));
	ok(await car.pay({ request: encoded }, inProcessChannel(charger.handle)));
	const until = town.clock.now + day;
	const price = {
		asset,
		units: 10n,
		perTicks: 4,
		ticks: 100,
		until,
		step: 4,
		keepEvery: 10,
		purpose: "power",
	};
	for (const ticks of [8, 0]) {
		const request = ok(await charger.meters.request(price));
		const { meter } = ok(
			await car.meters.open({ request: request.encoded }, inProcessChannel(charger.handle)),
		);
		for (let at = 0; at < ticks; at++)
			assert.equal(await car.meters.tick(meter, inProcessChannel(charger.handle)), undefined);
		assert.equal(ok(await car.meters.close(meter, inProcessChannel(charger.handle))).state, "closed");
	}
	const waiting = await car.module.devices.records(9);
	const bodies = waiting.map(({ record }) => ok(parse(deviceRecord, record)).body);
	// Nothing was due for a meter without a tick.
	assert.deepEqual(bodies.map(({ amount }) => amount).toSorted(), [20n, 60n]);
	for (const [at, { payer, payee, proof }] of bodies.entries()) {
		assert.deepEqual([payer, payee], [keyId(driver.key), keyId(company.key)]);
		assert.deepEqual(proof, sha256(waiting[at]?.proof as Bytes));
	}
	const close = waiting[bodies.findIndex(({ amount }) => amount === 20n)]?.proof as Bytes;
	const shown = parseMeterMessage(close);
	assert.equal(isRefusal(shown) ? shown.code : shown.kind, "close");
	const batch = serialize(
		recordBatch,
		waiting.map(({ record }) => record),
	);
	const taken = ok(parse(recordsTaken, ok(await operator.devices.takeRecords(batch))));
	assert.deepEqual(
		taken.map(({ code }) => code),
		[null, null],
	);
	assert.equal(await car.module.devices.recordsTaken(taken.map(({ id }) => id)), 2);
	assert.deepEqual(await charger.module.devices.records(9), []);
	await town.close();
});

test("an answer of before is taken no more once its device was sold, and while it is suspended it is said so", async () => {
	const town = await openTown();
	const { operator, clock } = town;
	const party = await addParty(town, 1);
	const car = await enrolled(town, party, 1);
	const answer = answers.get(car) ?? assert.fail("no answer");
	const [{ key } = assert.fail("no certificate")] = car.module.certificates();
	const order = async (number: number, says: DeviceOrderBody["says"]): Promise<void> => {
		clock.now++;
		const body = { operator: operator.id, device: key, number, says, issuedAt: clock.now };
		ok(await operator.devices.order(await signDeviceOrder(body, party)));
	};
	const { statusLists } = operator.devices;
	const client = {
		statusList: async (number: number) => (await statusLists.newest(number)) ?? refuse("list-stale"),
	};
	const standing = async (): Promise<string> => {
		const taken = await takeEnrolled(car.module, client, answer);
		return isRefusal(taken) ? `${taken.code}!` : (taken.standing?.code ?? "valid");
	};
	assert.equal(await standing(), "valid");
	await order(2, { kind: "suspend" });
	assert.equal(await standing(), "device-suspended");
	await order(3, { kind: "resume" });
	assert.equal(await standing(), "valid");
	await order(4, { kind: "transfer", to: newSigner().key });
	assert.deepEqual(ok(await operator.devices.apply(applied.get(car) as Bytes)), answer, "the same for ever");
	assert.equal(await standing(), "device-suspended!");
	assert.equal(car.module.certificates().length, 1);
	await town.close();
});
