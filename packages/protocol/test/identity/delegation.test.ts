/** Delegations: a device may do what its responsible party signed, and each of those between them no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	certificate,
	type Delegated,
	type DelegatedPayment,
	type DelegationTerms,
	delegation,
	encodeItem,
	type Item,
	isRefusal,
	mostDelegations,
	parse,
	type Refusal,
	refuseUndelegated,
	Trust,
	verifyDelegations,
} from "@tenten/protocol";
import {
	createDevice,
	createParty,
	delegationsTo,
	type Level,
	sliceOf,
} from "../../../module/test/support/devices.ts";
import {
	createHolder,
	createWorld,
	day,
	expectRefusal,
	expectValue,
	verify,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const [company, site, line, cell, fifth] = Array.from({ length: 5 }, () => createParty(world)) as [
	Level["by"],
	Level["by"],
	Level["by"],
	Level["by"],
	Level["by"],
];
const wide: Partial<DelegationTerms> = {
	purposes: ["charging", "parking"],
	perTransfer: 500n,
	slice: sliceOf(0n, 10_000n),
	until: world.now + 20 * day,
};
const narrow: Partial<DelegationTerms> = {
	purposes: ["charging"],
	perTransfer: 100n,
	slice: sliceOf(2_000n, 3_000n),
	until: world.now + 10 * day,
};

async function read(levels: readonly Level[]): Promise<Delegated | Refusal> {
	const device = await createDevice(world, { levels });
	return world.trust.delegated(device.certificate) as Delegated | Refusal;
}

for (const suite of ["Ed25519", "ES256"] as const)
	test(`${suite}: a device certificate with its delegation is at most 320 bytes`, async (t) => {
		const of = await createWorld({ suite });
		const terms = { ...narrow, slice: sliceOf(90_000n, 100_000n, 12) };
		const device = await createDevice(of, {
			levels: [{ by: createParty(of), ...terms }],
			status: [60_000, 61_000],
		});
		t.diagnostic(`${suite}: ${device.certificate.encoded.length} bytes`);
		assert.ok(device.certificate.encoded.length <= 320);
		expectValue(of.trust.delegated(device.certificate) as Delegated | Refusal);
	});

test("a device may do what its last delegation says, and each signature is checked once", async () => {
	let verifications = 0;
	const counting = new Trust(world.list, (...parameters) => {
		verifications++;
		return verify(...parameters);
	});
	const device = await createDevice(world, {
		levels: [
			{ by: company, ...wide },
			{ by: site, ...narrow },
		],
	});
	const certified = expectValue(counting.certificate(device.certificate.encoded));
	const before = verifications;
	assert.equal(counting.costOfDelegated(certified), 2);
	const delegated = expectValue(counting.delegated(certified) as Delegated | Refusal);
	assert.deepEqual(delegated, { party: company.key, ...narrow });
	assert.equal(counting.costOfDelegated(certified), 0);
	counting.delegated(certified);
	assert.equal(verifications, before + 2);
	assert.equal(world.trust.delegated((await createHolder(world)).certificate), null);
});

test("delegations nest four deep, and no deeper", async () => {
	const levels = [company, site, line, cell, fifth].map((by) => ({ by }));
	assert.equal(isRefusal(await read(levels.slice(0, mostDelegations))), false);
	const five = await delegationsTo(world, fifth.key, levels);
	expectRefusal(verifyDelegations(world.operator.id, fifth.key, five, verify), "delegation-invalid");
	expectRefusal(verifyDelegations(world.operator.id, fifth.key, [], verify), "delegation-invalid");
	const { encoded } = (await createDevice(world, { levels: levels.slice(0, 4) })).certificate;
	assert.ok(encoded.length <= 1024, `${encoded.length}`);
});

test("no delegation allows more than the one before", async () => {
	const inner = (terms: Partial<DelegationTerms>): Promise<Delegated | Refusal> =>
		read([
			{ by: company, ...wide },
			{ by: site, ...narrow, ...terms },
		]);
	assert.equal(isRefusal(await inner({})), false);
	assert.equal(isRefusal(await inner(wide)), false);
	assert.equal(isRefusal(await inner({ slice: null })), false);
	for (const wider of [
		{ until: (wide.until as number) + 1 },
		{ perTransfer: 501n },
		{ perTransfer: null },
		{ purposes: ["charging", "tolls"] },
		{ purposes: null },
		{ slice: sliceOf(2_000n, 10_001n) },
		{ slice: sliceOf(2_000n, 3_000n, 2) },
	])
		expectRefusal(await inner(wider), "delegation-invalid");
	const fromNothing = await read([
		{ by: company, ...wide, slice: null },
		{ by: site, ...narrow },
	]);
	expectRefusal(fromNothing, "delegation-invalid");
	expectRefusal(await read([{ by: company, slice: sliceOf(5n, 5n) }]), "delegation-invalid");
	const below = await read([
		{ by: company, ...wide, slice: sliceOf(100n, 200n) },
		{ by: site, ...narrow, slice: sliceOf(99n, 200n) },
	]);
	expectRefusal(below, "delegation-invalid");
});

test("a delegation counts for the operator, the delegator and the key that it was signed for", async () => {
	const device = await createDevice(world, { levels: [{ by: company, ...wide }] });
	const { key, profile } = device.certificate;
	const delegations = profile.responsible?.delegations ?? [];
	const verdict = (operator = world.operator.id, to = key, given = delegations): Delegated | Refusal =>
		verifyDelegations(operator, to, given, verify);
	expectValue(verdict());
	expectRefusal(verdict(world.other.id), "delegation-invalid");
	expectRefusal(verdict(undefined, site.key), "delegation-invalid");
	for (const change of [
		{ by: site.key },
		{ purposes: null },
		{ perTransfer: null },
		{ slice: sliceOf(0n, 10_001n) },
		{ until: (wide.until as number) + 1 },
	])
		expectRefusal(
			verdict(
				undefined,
				undefined,
				delegations.map((given) => ({ ...given, ...change })),
			),
			"delegation-invalid",
		);
});

test("what is not delegated is refused with its reason", async () => {
	const device = await createDevice(world, { levels: [{ by: company, ...narrow }] });
	const { trust, now } = world;
	const payment = { amount: 100n, purpose: "charging", trust, now, needsStatus: false };
	const judge = (change: Partial<DelegatedPayment>): Refusal | undefined =>
		refuseUndelegated(device.certificate, { ...payment, ...change });
	assert.equal(judge({}), undefined);
	assert.equal(judge({ now: (narrow.until as number) - 1 }), undefined);
	expectRefusal(judge({ now: narrow.until as number }), "delegation-expired");
	expectRefusal(judge({ purpose: "parking" }), "condition-purpose");
	expectRefusal(judge({ purpose: null }), "condition-purpose");
	expectRefusal(judge({ amount: 101n }), "limit-exceeded");
	assert.equal(refuseUndelegated((await createHolder(world)).certificate, { ...payment, now: 0 }), undefined);
});

test("a delegator's key is 32 bytes, or 33", async () => {
	const { certificate: known } = await createDevice(world, { levels: [{ by: company }] });
	const claims = expectValue(parse(certificate, known.encoded)).claims;
	const [given] = claims.profile.responsible?.delegations ?? [];
	assert.ok(given);
	const [, ...rest] = delegation.write(given) as readonly Item[];
	const withKey = (key: Uint8Array): unknown => parse(delegation, encodeItem([key, ...rest]));
	assert.equal(isRefusal(withKey(new Uint8Array(32))), false);
	assert.equal(isRefusal(withKey(Uint8Array.of(3, ...new Uint8Array(32)))), false);
	for (const key of [new Uint8Array(31), new Uint8Array(34)]) expectRefusal(withKey(key), "malformed");
});
