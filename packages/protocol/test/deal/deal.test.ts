/** Deals: both sides signed the same, for what and as much as their parties allow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	acceptOffer,
	type DealOffer,
	type Refusal,
	type Signer,
	Statuses,
	signOffer,
	type VerifiedDeal,
	verifyDeal,
	verifyOffer,
	verifyStatusList,
} from "@tenten/protocol";
import { createDevice, createParty } from "../../../module/test/support/devices.ts";
import { type Marks, statusList } from "../../../module/test/support/status-lists.ts";
import { createWorld, expectRefusal, expectValue, type Holder } from "../../../module/test/support/world.ts";

const world = await createWorld();
const { now, asset, trust, random } = world;
const charger = await createDevice(world, {
	levels: [{ by: createParty(world), purposes: ["charging"], slice: null }],
	status: [0, 1],
});
const car = await createDevice(world, {
	levels: [{ by: createParty(world), purposes: ["charging", "parking"], perTransfer: 100n }],
	status: [2, 3],
});

async function marked(marks: Marks): Promise<void> {
	const encoded = await statusList(world, marks);
	const list = expectValue(verifyStatusList(encoded, { trust, newest: () => null, now }));
	trust.statuses = Statuses.none.with(list);
}

const offerOf = (changes: Partial<DealOffer> = {}): DealOffer => ({
	certificate: charger.certificate.encoded,
	asset,
	units: 1n,
	perTicks: 10,
	mostTicks: 2_000,
	purpose: "charging",
	nonce: random(),
	until: now + 600,
	...changes,
});

async function made(
	changes: Partial<DealOffer> = {},
	{
		ticks = 1_000,
		buyer = car,
		signs = buyer.signer,
		at = now,
	}: { ticks?: number; buyer?: Holder; signs?: Signer; at?: number } = {},
): Promise<VerifiedDeal | Refusal> {
	const offer = await signOffer(offerOf(changes), charger.signer);
	const said = { certificate: buyer.certificate.encoded, mostTicks: ticks, acceptedAt: now };
	return verifyDeal(expectValue(await acceptOffer(offer, said, signs)), { trust, now: at });
}

test("an offer and its acceptance make a deal that both sides may make", async () => {
	await marked({});
	const deal = expectValue(await made());
	assert.equal(deal.most, 100n);
	assert.deepEqual(deal.buyer, car.certificate);
	assert.deepEqual(deal.offer.seller, charger.certificate);
	const again = expectValue(await made());
	assert.notDeepEqual(again.hash, deal.hash);
});

test("more than was offered, delegated or is owed to anyone is no deal", async () => {
	await marked({});
	for (const [code, changes, choices] of [
		["request-mismatch", {}, { ticks: 2_001 }],
		["limit-exceeded", {}, { ticks: 1_010 }],
		["limit-exceeded", { units: 2n }, {}],
		["amount-invalid", {}, { ticks: 9 }],
		["amount-invalid", { units: 2n ** 63n - 1n, perTicks: 1 }, {}],
		["condition-purpose", { purpose: "parking" }, {}],
		["condition-purpose", { purpose: null }, {}],
		["asset-unknown", { asset: { ...asset, code: "XYZ" } }, {}],
		["request-expired", {}, { at: now + 600 }],
		["signature-invalid", {}, { signs: charger.signer }],
		["signature-invalid", { certificate: car.certificate.encoded }, {}],
	] as const)
		expectRefusal(await made(changes, choices), code);
});

test("an acceptance is of one offer, and goes with no other", async () => {
	await marked({});
	const [first, second] = [
		await signOffer(offerOf(), charger.signer),
		await signOffer(offerOf(), charger.signer),
	];
	const said = { certificate: car.certificate.encoded, mostTicks: 10, acceptedAt: now };
	const one = expectValue(await acceptOffer(first, said, car.signer));
	const other = expectValue(await acceptOffer(second, said, car.signer));
	// The first offer before the second one's acceptance.
	const mixed = Uint8Array.from([...one.subarray(0, 1 + first.length), ...other.subarray(1 + second.length)]);
	assert.equal(first.length, second.length);
	expectRefusal(verifyDeal(mixed, { trust, now }), "request-mismatch");
	expectRefusal(await acceptOffer(Uint8Array.of(1), said, car.signer), "malformed");
});

test("who lost its standing, on either side, makes no deal", async () => {
	for (const place of [0, 1, 2, 3]) {
		await marked({ suspended: [place] });
		expectRefusal(await made(), "device-suspended");
	}
	trust.statuses = Statuses.none;
	expectRefusal(await made(), "status-list-expired");
	const offer = await signOffer(offerOf(), charger.signer);
	expectRefusal(verifyOffer(offer, { trust, now }), "status-list-expired");
	await marked({});
	expectValue(verifyOffer(offer, { trust, now }));
});
