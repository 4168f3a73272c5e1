/** Excess: what a device paid beyond its slice, or a party gave twice, convicts it; what it may do convicts nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type ConsumedOutput,
	type Counts,
	countOf,
	countSpending,
	countsAfter,
	type Excess,
	type ExcessConviction,
	excess,
	isRefusal,
	issue,
	lockHash,
	type Owner,
	openedOwnerOf,
	type PublicKey,
	type Refusal,
	type Slice,
	serialize,
	serializeToken,
	type UnsignedLink,
	verifyExcess,
	verifyToken,
} from "@tenten/protocol";
import { createDevice, createParty, sliceOf } from "../../../module/test/support/devices.ts";
import {
	carry,
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	signLink,
	tryToPay,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const company = createParty(world);
const site = createParty(world);
const robot = await createDevice(world, { levels: [{ by: company, slice: sliceOf(1_000n, 2_000n) }] });
const [b, c] = [await createHolder(world), await createHolder(world)];

type Made = {
	readonly consumed: ConsumedOutput;
	readonly owners: readonly Owner[];
	readonly link: UnsignedLink;
	readonly carried: Bytes;
};

type Making = {
	readonly from?: Holder;
	/** owners of 100 each */
	readonly to?: readonly Holder[];
	readonly release?: Bytes;
	/** whether it is effective */
	readonly released?: boolean;
};

/** A link that counts this, signed whatever any module would say to it. */
async function made(
	spent: Slice | null,
	{ from = robot, to = [b], release, released = true }: Making = {},
): Promise<Made> {
	const token = await issueTo(world, from, 100n * BigInt(to.length));
	const owners = to.map((payee) => ownerOf(world, payee));
	const lock = release === undefined ? null : { payeeDecides: false, hash: lockHash(release) };
	const outputs = owners.map((owner) => ({ amount: 100n, owner, caveats: [] }));
	const signed = await signLink(token, from, { outputs, spent, lock });
	const { link, signature } = signed;
	const effective = released && release !== undefined ? release : null;
	const consumed: ConsumedOutput = {
		parent: { kind: "issue", bytes: serialize(issue, token.issue) },
		index: 0,
		owner: openedOwnerOf(token.owner),
		link: { payload: link.payload, release: effective, signature },
		deciders: [],
	};
	return { consumed, owners, link, carried: serializeToken({ token: carry(token, signed) }) };
}

function judge(value: Excess): ExcessConviction | Refusal {
	return verifyExcess(serialize(excess, value), world.trust);
}

function expectConviction(value: Excess, key: PublicKey): void {
	const conviction = expectValue(judge(value));
	assert.equal(conviction.kind, value.kind);
	assert.deepEqual(conviction.key, key);
	assert.equal(conviction.reset, 1);
}

const twice = (first: Made, second: Made): Excess => ({
	kind: "twice",
	first: first.consumed,
	second: second.consumed,
});
const beyond = ({ consumed }: Made): Excess => ({ kind: "beyond", link: consumed });
const short = ({ consumed, owners }: Made, indices = owners.map((_, index) => index)): Excess => ({
	kind: "short",
	link: consumed,
	paid: indices.map((index) => ({ index, owner: openedOwnerOf(owners[index] as Owner) })),
});
const given = (first: Holder, second: Holder): Excess => ({
	kind: "given",
	first: first.certificate.encoded,
	second: second.certificate.encoded,
});

test("whatever a device pays is counted inside its slice, or nobody takes it", async () => {
	const verdict = async (spent: Slice | null, from = robot): Promise<unknown> => {
		const { carried } = await made(spent, { from });
		return verifyToken(carried, world.trust);
	};
	assert.equal(isRefusal(await verdict(sliceOf(1_000n, 1_100n))), false);
	assert.equal(isRefusal(await verdict(sliceOf(1_900n, 2_000n))), false);
	for (const spent of [
		null,
		sliceOf(999n, 1_100n),
		sliceOf(1_901n, 2_001n),
		sliceOf(1_000n, 1_099n),
		sliceOf(1_000n, 1_100n, 2),
	])
		expectRefusal(await verdict(spent), "limit-exceeded");
	const payer = await createDevice(world, { levels: [{ by: company, slice: null }] });
	expectRefusal(await verdict(sliceOf(1_000n, 1_100n), payer), "limit-exceeded");
	assert.equal(isRefusal(await verdict(null, b)), false);
});

test("change, returns and links to the operator do not count", async () => {
	const { operator } = world;
	const token = await issueTo(world, robot, 100n);
	for (const to of [robot, operator.desk])
		assert.equal(isRefusal(await tryToPay(world, token, robot, to, 100n)), false);
	const came = expectValue(await tryToPay(world, await issueTo(world, b, 100n), b, robot, 100n));
	assert.equal(isRefusal(await tryToPay(world, came.paid, robot, b, 100n)), false);
	expectRefusal(await tryToPay(world, came.paid, robot, c, 100n), "limit-exceeded");
});

test("a device counts on from where it stood, and not beyond its slice", () => {
	const owner = robot.certificate;
	const count = countOf(
		owner,
		owner.profile.responsible as NonNullable<typeof owner.profile.responsible>,
		sliceOf(0n, 1n),
	);
	const spend = (amounts: readonly bigint[], at?: bigint): readonly (Slice | null)[] | Refusal => {
		const before: Counts = at === undefined ? new Map() : new Map([[count, at]]);
		return countSpending(
			amounts.map((amount) => ({ owner, amount })),
			before,
		);
	};
	assert.deepEqual(spend([300n, 10n]), [sliceOf(1_000n, 1_300n), sliceOf(1_300n, 1_310n)]);
	assert.deepEqual(spend([300n], 1_500n), [sliceOf(1_500n, 1_800n)]);
	assert.deepEqual(spend([1_000n]), [sliceOf(1_000n, 2_000n)]);
	// Of an earlier slice of the same budget.
	assert.deepEqual(spend([1n], 500n), [sliceOf(1_000n, 1_001n)]);
	expectRefusal(spend([1_000n, 1n]), "limit-exceeded");
	expectRefusal(spend([501n], 1_500n), "limit-exceeded");
	assert.deepEqual(countSpending([{ owner: b.certificate, amount: 5n }], new Map()), [null]);
});

test("counts after links are where the furthest of them ends", async () => {
	const links = [
		(await made(sliceOf(1_300n, 1_400n))).link,
		(await made(sliceOf(1_000n, 1_300n))).link,
		(await made(null)).link,
		(await made(null, { from: b })).link,
	];
	assert.deepEqual([...countsAfter(links).values()], [1_400n]);
	assert.deepEqual([...countsAfter(links.slice(2))], []);
});

test("two effective links with overlapping ranges convict their device", async () => {
	const release = world.random();
	const first = await made(sliceOf(1_000n, 1_100n));
	for (const spent of [sliceOf(1_000n, 1_100n), sliceOf(1_099n, 1_199n)]) {
		expectConviction(twice(first, await made(spent)), robot.certificate.key);
		expectConviction(twice(await made(spent, { release }), first), robot.certificate.key);
	}
	// A new certificate of the same key counts on under the same reset.
	const renewed = await createDevice(world, {
		signer: robot.signer,
		levels: [{ by: company, slice: sliceOf(1_000n, 1_500n) }],
	});
	expectConviction(
		twice(first, await made(sliceOf(1_050n, 1_150n), { from: renewed })),
		robot.certificate.key,
	);
});

test("what did not overlap, was never released or is another's convicts nobody", async () => {
	const first = await made(sliceOf(1_000n, 1_100n));
	const another = await createDevice(world, { levels: [{ by: company, slice: sliceOf(1_000n, 2_000n) }] });
	const later = await createDevice(world, {
		signer: robot.signer,
		levels: [{ by: company, slice: sliceOf(1_000n, 2_000n, 2) }],
	});
	const moved = await createDevice(world, {
		signer: robot.signer,
		levels: [{ by: site, slice: sliceOf(1_000n, 2_000n) }],
	});
	const locked = { release: world.random(), released: false };
	for (const second of [
		first,
		await made(sliceOf(1_100n, 1_200n)),
		await made(sliceOf(1_050n, 1_150n), locked),
		await made(sliceOf(1_050n, 1_150n), { from: another }),
		await made(sliceOf(1_050n, 1_150n, 2), { from: later }),
		await made(sliceOf(1_050n, 1_150n), { from: moved }),
		await made(sliceOf(1_050n, 1_150n), { from: b }),
		await made(null),
	]) {
		expectRefusal(judge(twice(first, second)), "not-evidence");
		expectRefusal(judge(twice(second, first)), "not-evidence");
	}
});

test("a link that counts outside its certificate's slice convicts its device", async () => {
	for (const spent of [sliceOf(1_950n, 2_050n), sliceOf(900n, 1_000n), sliceOf(1_950n, 2_001n)])
		expectConviction(beyond(await made(spent)), robot.certificate.key);
	expectRefusal(judge(beyond(await made(sliceOf(1_900n, 2_000n)))), "not-evidence");
	expectRefusal(judge(beyond(await made(null))), "not-evidence");
	expectRefusal(judge(beyond(await made(sliceOf(0n, 100n), { from: b }))), "not-evidence");
	const locked = await made(sliceOf(0n, 100n), { release: world.random(), released: false });
	expectRefusal(judge(beyond(locked)), "not-evidence");
});

test("a link that pays others more than it counts convicts its device", async () => {
	const spent = sliceOf(1_000n, 1_100n);
	const key = robot.certificate.key;
	const both = await made(spent, { to: [b, c] });
	expectConviction(short(both), key);
	expectConviction(short(await made(null, { release: world.random() })), key);
	for (const value of [
		short(both, [0]),
		short(both, [0, 0]),
		short(both, [1, 0]),
		short(await made(sliceOf(1_000n, 1_200n), { to: [b, c] })),
		short(await made(spent, { to: [b, robot] })),
		short(await made(spent, { to: [b, world.operator.desk] })),
		short(await made(null)),
		short(await made(null, { release: world.random(), from: b })),
	])
		expectRefusal(judge(value), "not-evidence");
	const swapped = { ...both, owners: [...both.owners].reverse() };
	expectRefusal(judge(short(swapped)), "not-evidence");
});

test("a party that gives one unit of its budget to two devices is convicted, and no device", async () => {
	const device = (from: bigint, to: bigint, levels = [company]): Promise<Holder> =>
		createDevice(world, {
			levels: levels.map((by, depth) => ({
				by,
				slice: depth === levels.length - 1 ? sliceOf(from, to) : sliceOf(0n, 10_000n),
			})),
		});
	const first = await device(0n, 500n);
	expectConviction(given(first, await device(499n, 600n)), company.key);
	expectRefusal(judge(given(first, await device(500n, 600n))), "not-evidence");
	expectRefusal(judge(given(first, await device(0n, 500n, [site]))), "not-evidence");
	expectRefusal(judge(given(first, first)), "not-evidence");
	expectRefusal(judge(given(first, b)), "not-evidence");
	// What a site gives twice is the site's, not the company's, which gave all of it to the site.
	const bySite = await device(0n, 500n, [company, site]);
	expectConviction(given(bySite, await device(400n, 600n, [company, site])), site.key);
	expectConviction(given(bySite, await device(9_000n, 9_500n)), company.key);
});
