/** Status lists at their operator: signed when something changed, never dated wrongly, and after a restore never valid by mistake. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { expectValue } from "../../module/test/support/world.ts";
import { markRestored } from "../src/store/restoring.ts";
import {
	addParty,
	administrator,
	deviceOrder,
	enrolDevice,
	readList,
	standingIn,
} from "./support/device-scene.ts";
import { createEcosystem } from "./support/ecosystem.ts";

test("a list is signed anew when something of it changed, before it expires and under another authority, and no sooner", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const { statusLists } = operator.devices;
	assert.equal(await statusLists.newest(1), undefined, "no place of it was given");
	const first = await readList(ecosystem);
	const company = await addParty(ecosystem);
	assert.deepEqual(await readList(ecosystem, 0, first), first, "what is valid stands in no list");
	const { device, certificate } = await enrolDevice(ecosystem, company, [0n, 100n]);
	clock.now += 86_400 / 2 - 1;
	assert.deepEqual(await readList(ecosystem, 0, first), first);
	clock.now += 1;
	const renewed = await readList(ecosystem, 0, first);
	assert.deepEqual([renewed.issuedAt, renewed.expiresAt], [clock.now, clock.now + 86_400]);
	// Within one second each is later than the one before, as far as readers allow.
	let list = renewed;
	const kinds = ["suspend", "resume"] as const;
	for (let number = 2; number < 40; number++) {
		const says = { kind: kinds[number % 2] as (typeof kinds)[0] };
		expectValue(
			await operator.devices.order(await deviceOrder(ecosystem, company.signer, device, number, says)),
		);
		list = await readList(ecosystem, 0, list);
	}
	assert.ok(list.issuedAt > clock.now && list.issuedAt <= clock.now + 30, `${list.issuedAt - clock.now}`);
	clock.now += 60;
	list = await readList(ecosystem, 0, list);
	assert.deepEqual(standingIn(list, certificate), ["valid", "valid"]);
	await operator.signingKeys.rotate(administrator, "authority", 0);
	await operator.tend();
	const rotated = await statusLists.newest(0);
	assert.notDeepEqual(rotated, list.encoded, "signed by who certifies now");
	await operator.close();
});

test("of many lists those alone are signed again of which something changed", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const company = await addParty(ecosystem);
	await operator.store.run((transaction) =>
		transaction.updateTable("device_numbers").set({ next: 65_535n }).where("name", "=", "place").execute(),
	);
	const last = await enrolDevice(ecosystem, company, [0n, 100n]);
	const next = await enrolDevice(ecosystem, company, [100n, 200n]);
	const places = [last, next].map(({ certificate }) => certificate.profile.responsible?.status);
	assert.deepEqual(places, [65_535, 65_536]);
	const [low, high] = [await readList(ecosystem, 0), await readList(ecosystem, 1)];
	clock.now += 5;
	const says = { kind: "end" } as const;
	expectValue(
		await operator.devices.order(await deviceOrder(ecosystem, company.signer, next.device, 2, says)),
	);
	assert.deepEqual(await readList(ecosystem, 0, low), low);
	const changed = await readList(ecosystem, 1, high);
	assert.equal(changed.issuedAt, clock.now);
	assert.deepEqual(standingIn(changed, next.certificate)[0], "revoked");
	await operator.close();
});

test("a copy that takes its operator's place gives no place or number again, and what it may have forgotten is not valid", async () => {
	const ecosystem = await createEcosystem();
	const { operator, clock } = ecosystem;
	const company = await addParty(ecosystem);
	const before = await enrolDevice(ecosystem, company, [0n, 100n]);
	await readList(ecosystem);
	const { copiedAt, at } = { copiedAt: clock.now, at: clock.now + 60 };
	clock.now = at;
	await markRestored(operator.store, { copiedAt, at });
	const { nextReset = 0 } = (await operator.devices.parties.known(company.party.id, 0)) ?? {};
	assert.ok(nextReset > company.reset + 900_000);
	const list = await readList(ecosystem);
	assert.deepEqual(standingIn(list, before.certificate), ["valid", "valid"]);
	const responsible = before.certificate.profile.responsible ?? assert.fail();
	const forgotten = { ...responsible, status: responsible.status + 1 };
	const unknown = {
		...before.certificate,
		profile: { ...before.certificate.profile, responsible: forgotten },
	};
	assert.deepEqual(standingIn(list, unknown)[0], "unknown");
	const since = await enrolDevice(ecosystem, company, [100n, 200n]);
	const place = since.certificate.profile.responsible?.status ?? 0;
	assert.ok(place > responsible.status + 900_000);
	const listed = await readList(ecosystem, Math.floor(place / 65_536));
	assert.deepEqual(standingIn(listed, since.certificate)[0], "valid");
	await operator.close();
});
