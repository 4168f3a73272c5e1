/** Managers: who delegates on for a party is suspended by it, with all that is below, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceOrderBody, Signer, StatusList, VerifiedCertificate } from "@tenten/protocol";
import { parseEnrolled } from "@tenten/protocol";
import { expectValue } from "../../module/test/support/world.ts";
import { findManagers } from "../src/store/manager-migration.ts";
import {
	type Answering,
	addParty,
	application,
	codeOf,
	deviceOrder,
	deviceQuestion,
	freshDevice,
	readList,
	sliceOf,
	standingIn,
} from "./support/device-scene.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";

type Below = { readonly by: readonly Signer[]; readonly slices: readonly (readonly [bigint, bigint])[] };

/** An application under these, each with its part of the party's budget. */
function applied(
	ecosystem: Ecosystem,
	{ signer, reset }: Answering,
	{ by, slices }: Below,
	device = freshDevice(ecosystem),
): Promise<Uint8Array> {
	const levels = slices.map(([from, to]) => ({ slice: sliceOf(reset, from, to) }));
	return application(ecosystem, { device, by: [signer, ...by], terms: { slice: null }, levels });
}

/** Everything about managers, their devices and the lists. */
function rows({ operator }: Ecosystem): Promise<readonly unknown[]> {
	return operator.store.read(async (transaction) => [
		await transaction.selectFrom("manager_orders").selectAll().orderBy("party").orderBy("number").execute(),
		await transaction.selectFrom("device_managers").selectAll().orderBy("place").orderBy("manager").execute(),
		await transaction.selectFrom("device_history").selectAll().orderBy("device").orderBy("number").execute(),
		await transaction.selectFrom("device_lists").select(["number", "revision"]).execute(),
		await transaction.selectFrom("parties").selectAll().orderBy("party").execute(),
	]);
}

test("a manager that is suspended stops every device below it and no other, and none is enrolled under it", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [company, other] = [await addParty(ecosystem), await addParty(ecosystem)];
	const [site, fleet, robot] = [0, 1, 2].map(() => freshDevice(ecosystem)) as [Signer, Signer, Signer];
	const whole = [0n, 300n] as const;
	const enrol = async (below: Below, device = freshDevice(ecosystem)): Promise<VerifiedCertificate> => {
		const answer = expectValue(
			await operator.devices.apply(await applied(ecosystem, company, below, device)),
		);
		return expectValue(world.trust.certificate(expectValue(parseEnrolled(answer)).certificate));
	};
	const ofSite = await enrol({ by: [site], slices: [whole, [0n, 100n]] });
	let ofFleet = await enrol({ by: [site, fleet], slices: [whole, [100n, 200n], [100n, 150n]] }, robot);
	const own = await enrol({ by: [], slices: [[300n, 400n]] });
	const say = async (
		manager: Signer,
		number: number,
		kind: DeviceOrderBody["says"]["kind"] & ("suspendBelow" | "resumeBelow"),
		by: Signer = company.signer,
	) => operator.devices.order(await deviceOrder(ecosystem, by, manager, number, { kind }));
	let list: StatusList | null = null;
	const standings = async () => {
		list = await readList(ecosystem, 0, list);
		return [ofSite, ofFleet, own].map((certificate) => standingIn(list as StatusList, certificate)[0]);
	};

	assert.deepEqual(await standings(), ["valid", "valid", "valid"]);
	const first = expectValue(await say(fleet, 1, "suspendBelow"));
	assert.deepEqual(await standings(), ["valid", "suspended", "valid"]);
	expectValue(await say(site, 1, "suspendBelow"));
	assert.deepEqual(await standings(), ["suspended", "suspended", "valid"]);
	// Another party's manager is the same key, and another manager.
	expectValue(await say(site, 1, "suspendBelow", other.signer));
	expectValue(await say(site, 2, "resumeBelow", other.signer));
	assert.deepEqual(await standings(), ["suspended", "suspended", "valid"]);

	const below = async (by: readonly Signer[]) =>
		operator.devices.apply(await applied(ecosystem, company, { by, slices: [] }));
	const before = await rows(ecosystem);
	for (const [code, ask] of [
		["device-suspended", () => below([site])],
		["device-suspended", () => below([freshDevice(ecosystem), site])],
		["device-suspended", () => below([site, freshDevice(ecosystem), freshDevice(ecosystem)])],
		["order-mismatch", () => say(site, 1, "resumeBelow")],
		["order-mismatch", () => say(site, 3, "resumeBelow")],
		["order-mismatch", () => say(site, 2, "suspendBelow")],
		["authority-unknown", () => say(robot, 1, "suspendBelow", site)],
	] as const)
		assert.equal(codeOf(await ask()), code);
	assert.deepEqual(expectValue(await say(fleet, 1, "suspendBelow")), first, "the same once more");
	assert.deepEqual(await rows(ecosystem), before);

	expectValue(await say(site, 2, "resumeBelow"));
	assert.deepEqual(await standings(), ["valid", "suspended", "valid"]);
	// Delegated to another way, it is below the suspended one no more.
	ofFleet = await enrol({ by: [site], slices: [whole, [200n, 250n]] }, robot);
	assert.deepEqual(await standings(), ["valid", "valid", "valid"]);
	const told = expectValue(
		await operator.devices.show(await deviceQuestion(ecosystem, company.signer, fleet), 0),
	);
	assert.deepEqual(
		[told.standing, told.manages],
		[{ kind: "none" }, { kind: "suspended", number: 1, devices: 0 }],
	);
	await operator.close();
});

test("how a device stands itself goes before its manager, and what has no manager of before is found in certificates", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const company = await addParty(ecosystem);
	const [site, robot] = [freshDevice(ecosystem), freshDevice(ecosystem)];
	const below = { by: [site], slices: [[0n, 10n] as const, [0n, 10n] as const] };
	const answer = expectValue(await operator.devices.apply(await applied(ecosystem, company, below, robot)));
	const certificate = expectValue(world.trust.certificate(expectValue(parseEnrolled(answer)).certificate));
	const managers = () =>
		operator.store.read((transaction) => transaction.selectFrom("device_managers").selectAll().execute());
	const kept = await managers();
	assert.equal(kept.length, 1);
	await operator.store.run(async (transaction) => {
		await transaction.deleteFrom("device_managers").execute();
		await findManagers(transaction);
		await findManagers(transaction);
	});
	assert.deepEqual(await managers(), kept);
	let list: StatusList | null = null;
	for (const [of, number, kind, stands] of [
		[robot, 2, "suspend", "suspended"],
		[site, 1, "suspendBelow", "suspended"],
		[robot, 3, "resume", "suspended"],
		[site, 2, "resumeBelow", "valid"],
		[site, 3, "suspendBelow", "suspended"],
		[robot, 4, "end", "revoked"],
		[site, 4, "resumeBelow", "revoked"],
	] as const) {
		expectValue(
			await operator.devices.order(await deviceOrder(ecosystem, company.signer, of, number, { kind })),
		);
		list = await readList(ecosystem, 0, list);
		assert.equal(standingIn(list, certificate)[0], stands, `${number} ${kind}`);
	}
	await operator.close();
});
