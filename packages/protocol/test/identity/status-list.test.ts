/** Status lists: a stolen device is refused offline once a newer list is held, and old lists count for nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import {
	aheadMost_s,
	fromHex,
	type Item,
	isRefusal,
	keyId,
	parseCwt,
	type Refusal,
	refuseStanding,
	type Signer,
	Statuses,
	type StatusList,
	signCwt,
	verifyStatusList,
} from "@tenten/protocol";
import { createDevice, createParty } from "../../../module/test/support/devices.ts";
import { type ListOptions, placesOf, statusList } from "../../../module/test/support/status-lists.ts";
import {
	createHolder,
	createWorld,
	day,
	expectRefusal,
	expectValue,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const { now, operator, trust } = world;
const robot = await createDevice(world, { levels: [{ by: createParty(world) }], status: [70_000, 9] });

async function read(
	options: ListOptions = {},
	{ at = now, newest = null as StatusList | null } = {},
): Promise<StatusList | Refusal> {
	return verifyStatusList(await statusList(world, options), { trust, newest: () => newest, now: at });
}

const held = async (...lists: readonly ListOptions[]): Promise<Statuses> => {
	let statuses = Statuses.none;
	for (const options of lists) statuses = statuses.with(expectValue(await read(options)));
	return statuses;
};
const standing = (statuses: Statuses, at = now, isNeeded = true): Refusal | undefined =>
	refuseStanding(robot.certificate, statuses, { now: at, isNeeded });

for (const suite of ["Ed25519", "ES256"] as const)
	test(`${suite}: a status list says of each place what its operator's authority signed`, async () => {
		const of = await createWorld({ suite });
		const encoded = await statusList(of, { revoked: [0, 3, 65_535], suspended: [1, 70] });
		const list = expectValue(verifyStatusList(encoded, { trust: of.trust, newest: () => null, now: of.now }));
		const statuses = Statuses.none.with(list);
		const of_ = (place: number): string =>
			statuses.refuseSuspended(of.operator.id, place, "it")?.detail ?? "valid";
		assert.deepEqual([0, 1, 2, 3, 69, 70, 71, 65_535].map(of_), [
			"it: revoked",
			"it: suspended",
			"valid",
			"it: revoked",
			"valid",
			"it: suspended",
			"valid",
			"it: revoked",
		]);
		assert.ok(encoded.length < 400, `${encoded.length} bytes`);
	});

test("a device is refused by its own place and by its party's, in whichever list each is", async () => {
	const fine = await held({}, { number: 1 });
	assert.equal(standing(fine), undefined);
	for (const [lists, code] of [
		[[{}, { number: 1, revoked: [4_464] }], "device-suspended"],
		[[{}, { number: 1, suspended: [4_464] }], "device-suspended"],
		[[{ suspended: [9] }, { number: 1 }], "device-suspended"],
		[[{ number: 1 }], "status-list-expired"],
		[[{}], "status-list-expired"],
		[[], "status-list-expired"],
	] as const) {
		expectRefusal(standing(await held(...lists)), code);
	}
	assert.equal(
		refuseStanding((await createHolder(world)).certificate, Statuses.none, { now, isNeeded: true }),
		undefined,
	);
});

test("whoever pays needs no list, and believes what it was told", async () => {
	assert.equal(standing(Statuses.none, now, false), undefined);
	expectRefusal(standing(await held({ suspended: [9] }), now + 9 * day, false), "device-suspended");
});

test("a list counts until it expires, and no longer than the policy allows", async () => {
	const fine = await held({}, { number: 1 });
	assert.equal(standing(fine, now + day - 1), undefined);
	expectRefusal(standing(fine, now + day), "status-list-expired");
	const strict = fine.notOlderThan(3_600);
	assert.equal(standing(strict, now + 3_600), undefined);
	expectRefusal(standing(strict, now + 3_601), "status-list-expired");
	expectRefusal(await read({}, { at: now + day }), "status-list-expired");
});

test("a newer list takes the place of an older one, and never the other way round", async () => {
	const first = expectValue(await read({ issuedAt: now }));
	assert.equal(isRefusal(await read({ issuedAt: now + 1, revoked: [1] }, { newest: first })), false);
	assert.equal(isRefusal(await read({ issuedAt: now }, { newest: first })), false);
	expectRefusal(await read({ issuedAt: now - 1 }, { newest: first }), "status-list-rollback");
	expectRefusal(await read({ issuedAt: now, revoked: [1] }, { newest: first }), "status-list-rollback");
});

test("a list that is dated ahead of every clock takes the place of none", async () => {
	const ahead = now + aheadMost_s;
	assert.equal(isRefusal(await read({ issuedAt: ahead })), false);
	expectRefusal(await read({ issuedAt: ahead + 1, expiresAt: ahead + day }), "status-list-expired");
	const first = expectValue(await read());
	const far = { issuedAt: now + day, expiresAt: now + 9 * day };
	expectRefusal(await read(far, { newest: first }), "status-list-expired");
});

test("a list of another operator, another key or another form is none", async () => {
	expectRefusal(await read({ url: "https://nobody.example" }), "issuer-unknown");
	expectRefusal(await read({ number: 65_536 }), "issuer-unknown");
	expectRefusal(await read({ url: world.other.entry.url }), "authority-unknown");
	expectRefusal(await read({ authority: operator.issuing }), "authority-unknown");
	const impostor: Signer = { key: operator.authority.key, sign: operator.issuing.sign };
	expectRefusal(await read({ authority: impostor }), "signature-invalid");
	expectRefusal(await read({ lst: Uint8Array.of(1, 2, 3) }), "malformed");
	expectRefusal(await read({ lst: new Uint8Array(deflateSync(new Uint8Array(16_385))) }), "malformed");
	expectRefusal(await read({ lst: new Uint8Array(deflateSync(new Uint8Array(40_000_000))) }), "malformed");
});

test("claims that a list must have, it has", async () => {
	const full = new Map<number, Item>([
		[2, `${operator.entry.url}/v1/status-lists/0`],
		[4, now + day],
		[6, now],
		[
			65533,
			new Map<string, Item>([
				["bits", 2],
				["lst", placesOf({})],
			]),
		],
	]);
	const authority = keyId(operator.authority.key);
	const signed = async (
		claims: ReadonlyMap<number, Item>,
		type = "application/statuslist+cwt",
		kid = authority,
	) => {
		const named = { type, keyId: kid, signer: operator.authority };
		return verifyStatusList(await signCwt(claims, named), { trust, newest: () => null, now });
	};
	assert.equal(isRefusal(await signed(full)), false);
	assert.equal(isRefusal(await signed(new Map([...full, [65534, 600]]))), false);
	expectRefusal(await signed(full, "application/eat+cwt"), "malformed");
	assert.equal(isRefusal(await signed(full, undefined, authority.subarray(0, 1))), false);
	expectRefusal(await signed(full, undefined, new Uint8Array()), "authority-unknown");
	for (const [label, value] of [
		[2, 7],
		[4, null],
		[6, "now"],
		[
			65533,
			new Map<string, Item>([
				["bits", 1],
				["lst", placesOf({})],
			]),
		],
		[65533, new Map<string, Item>([["bits", 2]])],
	] as const)
		expectRefusal(await signed(new Map<number, Item>([...full, [label, value]])), "malformed");
});

test("the draft's own example of a CWT is read, its claims in the order in which it wrote them", () => {
	// draft-ietf-oauth-status-list, section 5.2.
	const example = expectValue(
		fromHex(
			"d2845820a2012610781a6170706c69636174696f6e2f7374617475736c6973742b637774a1044231325850a502782168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31061a648c5bea041a8898dfea19fffe19a8c019fffda2646269747301636c73744a78dadbb918000217015d584027d5535dfe0a33291cc9bfb41053ad2493c49d1ee4635e12548a79bac92916845fee76799c42762f928441c5c344e3612381e0cf88f2f160b3e1f97728ec8403",
		) as Uint8Array | Refusal,
	);
	const cwt = expectValue(parseCwt(example, 1024));
	assert.equal(cwt.type, "application/statuslist+cwt");
	assert.equal(cwt.algorithm, -7);
	assert.deepEqual(cwt.claims.get(2), "https://example.com/statuslists/1");
	assert.equal(cwt.claims.get(6), 0x648c5bea);
});
