/** One party cannot fill an operator: what it has kept in a day is bounded, and what ends something is always taken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { equalBytes, isRefusal, type Signer } from "@tenten/protocol";
import { day } from "../../module/test/support/world.ts";
import { usualDevices } from "../src/index.ts";
import {
	type Answering,
	addParty,
	application,
	codeOf,
	deviceOrder,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";

const applying = (
	ecosystem: Ecosystem,
	{ signer, reset }: Answering,
	from: bigint,
	device = freshDevice(ecosystem),
): Promise<Uint8Array> =>
	application(ecosystem, { device, by: [signer], terms: { slice: sliceOf(reset, from, from + 1n) } });

async function daysOf({ operator }: Ecosystem): Promise<readonly object[]> {
	return operator.store.read((transaction) =>
		transaction.selectFrom("party_days").selectAll().orderBy("party").execute(),
	);
}

test("a party has no more applications certified in a day than its operator lets it, also where they come at once", async () => {
	const ecosystem = await createEcosystem({ devices: { ...usualDevices, applicationsDaily: 3 } });
	const { operator, clock } = ecosystem;
	const apply = async (encoded: Uint8Array) => operator.devices.apply(encoded);
	const company = await addParty(ecosystem);
	const { device, applied } = await enrolDevice(ecosystem, company, [0n, 1n]);
	assert.equal(codeOf(await apply(await applying(ecosystem, company, 1n, device))), "done", "a renewal");
	assert.equal(codeOf(await apply(await applying(ecosystem, company, 2n))), "done");
	const before = await daysOf(ecosystem);
	const late = await applying(ecosystem, company, 3n);
	assert.equal(codeOf(await apply(late)), "too-many");
	assert.equal(codeOf(await apply(applied)), "done", "what was answered is answered again");
	assert.deepEqual(await daysOf(ecosystem), before);
	await enrolDevice(ecosystem, await addParty(ecosystem), [0n, 1n]);
	clock.now += day;
	assert.equal(codeOf(await apply(late)), "done");
	const all = [4n, 5n, 6n, 7n, 8n].map((from) => applying(ecosystem, company, from));
	const codes = await Promise.all((await Promise.all(all)).map(async (each) => codeOf(await apply(each))));
	assert.deepEqual(codes.toSorted(), ["done", "done", "too-many", "too-many", "too-many"]);
	await operator.close();
});

test("a party gives no more orders that let something begin, or about managers, in a day; what ends is always taken", async () => {
	const ecosystem = await createEcosystem({ devices: { ...usualDevices, ordersDaily: 3 } });
	const { operator, clock } = ecosystem;
	const company = await addParty(ecosystem);
	const [{ device: car }, { device: van }] = [
		await enrolDevice(ecosystem, company, [0n, 1n]),
		await enrolDevice(ecosystem, company, [1n, 2n]),
	];
	const site = freshDevice(ecosystem);
	type Says = Parameters<typeof deviceOrder>[4];
	const order = async (of: Signer, number: number, says: Says): Promise<string> =>
		codeOf(await operator.devices.order(await deviceOrder(ecosystem, company.signer, of, number, says)));
	const to = freshDevice(ecosystem).key;
	assert.equal(await order(car, 2, { kind: "suspend" }), "done");
	const resume = await deviceOrder(ecosystem, company.signer, car, 3, { kind: "resume" });
	const resumed = await operator.devices.order(resume);
	assert.equal(codeOf(resumed), "done");
	assert.equal(await order(site, 1, { kind: "suspendBelow" }), "done");
	assert.equal(await order(car, 4, { kind: "suspend" }), "done");
	assert.equal(await order(site, 2, { kind: "resumeBelow" }), "done");
	const before = await daysOf(ecosystem);
	for (const [of, number, says] of [
		[car, 5, { kind: "resume" }],
		[van, 2, { kind: "transfer", to }],
		[freshDevice(ecosystem), 1, { kind: "suspendBelow" }],
	] as const)
		assert.equal(await order(of, number, says), "too-many", says.kind);
	assert.deepEqual(await daysOf(ecosystem), before);
	const again = await operator.devices.order(resume);
	assert.ok(!isRefusal(again) && !isRefusal(resumed) && equalBytes(again.device, resumed.device));
	assert.equal(await order(van, 2, { kind: "suspend" }), "done");
	assert.equal(await order(van, 3, { kind: "end" }), "done");
	clock.now += day;
	assert.equal(await order(car, 5, { kind: "resume" }), "done");
	await operator.close();
});
