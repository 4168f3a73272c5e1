/** Devices towards their operator: three signed steps, and a history in which nothing happens twice or late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	afterApplication,
	afterDeviceOrder,
	afterManagerOrder,
	applicationOf,
	type DeviceOrderBody,
	type DeviceStanding,
	isRefusal,
	keyId,
	type Refusal,
	type Signer,
	signDeviceEvidence,
	signDeviceOrder,
	type VerifiedDeviceOrder,
	verifyDeviceApplication,
	verifyDeviceOrder,
} from "@tenten/protocol";
import { createParty, delegationsTo } from "../../../module/test/support/devices.ts";
import { createWorld, expectRefusal, expectValue, verify } from "../../../module/test/support/world.ts";

const world = await createWorld();
const { operator, random, now } = world;
const [device, company, site, buyer] = [0, 1, 2, 3].map(() => createParty(world)) as [
	Signer,
	Signer,
	Signer,
	Signer,
];
const nonce = random();
const evidence = await signDeviceEvidence({ operator: operator.id, nonce, attestation: null }, device);

test("an application holds by the device's signature and its delegations, for its operator", async () => {
	const delegations = await delegationsTo(world, device.key, [{ by: company }, { by: site }]);
	const encoded = expectValue(applicationOf(evidence, delegations));
	const application = expectValue(verifyDeviceApplication(encoded, operator.id, verify));
	assert.deepEqual(application.body.key, device.key);
	assert.deepEqual(application.delegated.party, company.key);
	expectRefusal(verifyDeviceApplication(encoded, world.other.id, verify), "authority-unknown");
	const ofAnother = await delegationsTo(world, buyer.key, [{ by: company }]);
	const swapped = expectValue(applicationOf(evidence, ofAnother));
	expectRefusal(verifyDeviceApplication(swapped, operator.id, verify), "delegation-invalid");
	const impostor: Signer = { key: device.key, sign: buyer.sign };
	const forged = await signDeviceEvidence({ operator: operator.id, nonce, attestation: null }, impostor);
	expectRefusal(
		verifyDeviceApplication(expectValue(applicationOf(forged, delegations)), operator.id, verify),
		"signature-invalid",
	);
	expectRefusal(applicationOf(Uint8Array.of(1), delegations), "malformed");
});

async function order(
	says: DeviceOrderBody["says"],
	number: number,
	by = company,
): Promise<VerifiedDeviceOrder> {
	const body = { operator: operator.id, device: device.key, number, says, issuedAt: now };
	return expectValue(verifyDeviceOrder(await signDeviceOrder(body, by), operator.id, verify));
}

test("an order holds by its signature, for its operator", async () => {
	const body = {
		operator: operator.id,
		device: device.key,
		number: 1,
		says: { kind: "end" },
		issuedAt: now,
	} as const;
	const encoded = await signDeviceOrder(body, company);
	expectRefusal(verifyDeviceOrder(encoded, world.other.id, verify), "authority-unknown");
	const impostor: Signer = { key: company.key, sign: buyer.sign };
	expectRefusal(
		verifyDeviceOrder(await signDeviceOrder(body, impostor), operator.id, verify),
		"signature-invalid",
	);
});

const party = keyId(company.key);
const applied = (standing: DeviceStanding, by = company): DeviceStanding | Refusal =>
	afterApplication(standing, keyId(by.key));

test("a device is suspended, resumed, passed on and ended by who answers for it, in turn", async () => {
	let standing = expectValue(applied({ kind: "none" }));
	assert.deepEqual(standing, { kind: "active", party, number: 1 });
	standing = expectValue(applied(standing));
	standing = expectValue(afterDeviceOrder(standing, await order({ kind: "suspend" }, 3)));
	assert.equal(standing.kind, "suspended");
	expectRefusal(applied(standing), "device-suspended");
	standing = expectValue(afterDeviceOrder(standing, await order({ kind: "resume" }, 4)));
	standing = expectValue(afterDeviceOrder(standing, await order({ kind: "transfer", to: buyer.key }, 5)));
	assert.deepEqual(standing, { kind: "moving", party, to: keyId(buyer.key), number: 5 });
	expectRefusal(applied(standing), "authority-unknown");
	standing = expectValue(applied(standing, buyer));
	assert.deepEqual(standing, { kind: "active", party: keyId(buyer.key), number: 6 });
	expectRefusal(afterDeviceOrder(standing, await order({ kind: "suspend" }, 7)), "authority-unknown");
	standing = expectValue(afterDeviceOrder(standing, await order({ kind: "end" }, 7, buyer)));
	expectRefusal(applied(standing, buyer), "device-suspended");
	expectRefusal(afterDeviceOrder(standing, await order({ kind: "resume" }, 8, buyer)), "device-suspended");
});

test("an order out of its turn, of nobody's device or by another party changes nothing", async () => {
	const active = expectValue(applied({ kind: "none" }));
	expectRefusal(afterDeviceOrder({ kind: "none" }, await order({ kind: "suspend" }, 1)), "key-unknown");
	for (const number of [1, 3])
		expectRefusal(afterDeviceOrder(active, await order({ kind: "suspend" }, number)), "order-mismatch");
	expectRefusal(afterDeviceOrder(active, await order({ kind: "resume" }, 2)), "order-mismatch");
	expectRefusal(afterDeviceOrder(active, await order({ kind: "suspend" }, 2, buyer)), "authority-unknown");
	const suspended = expectValue(afterDeviceOrder(active, await order({ kind: "suspend" }, 2)));
	expectRefusal(afterDeviceOrder(suspended, await order({ kind: "suspend" }, 3)), "order-mismatch");
	assert.equal(isRefusal(afterDeviceOrder(suspended, await order({ kind: "end" }, 3))), false);
	expectRefusal(applied(active, buyer), "authority-unknown");
});

test("a manager is suspended and resumed in turn, and no order about it is a device's", async () => {
	const said = async (kind: "suspendBelow" | "resumeBelow" | "suspend" | "resume" | "end", number: number) =>
		(await order({ kind }, number)).body;
	const fresh = { kind: "active", number: 0 } as const;
	expectRefusal(afterManagerOrder(fresh, await said("resumeBelow", 1)), "order-mismatch");
	expectRefusal(afterManagerOrder(fresh, await said("suspendBelow", 2)), "order-mismatch");
	const suspended = expectValue(afterManagerOrder(fresh, await said("suspendBelow", 1)));
	assert.deepEqual(suspended, { kind: "suspended", number: 1 });
	expectRefusal(afterManagerOrder(suspended, await said("suspendBelow", 2)), "order-mismatch");
	expectRefusal(afterManagerOrder(suspended, await said("resumeBelow", 1)), "order-mismatch");
	for (const kind of ["suspend", "resume", "end"] as const)
		expectRefusal(afterManagerOrder(suspended, await said(kind, 2)), "order-mismatch");
	assert.deepEqual(afterManagerOrder(suspended, await said("resumeBelow", 2)), { kind: "active", number: 2 });
	const active = { kind: "active", party, number: 1 } as const;
	for (const kind of ["suspendBelow", "resumeBelow"] as const)
		expectRefusal(afterDeviceOrder(active, await order({ kind }, 2)), "order-mismatch");
});
