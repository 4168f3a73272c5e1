/** Vectors of devices: what is delegated, what they count, and what convicts them or who delegated. */
import {
	acceptOffer,
	applicationOf,
	type Bytes,
	type ConsumedOutput,
	type DelegationTerms,
	type DeviceOrderBody,
	type Excess,
	excess,
	issue,
	keyId,
	openedOwnerOf,
	type Signer,
	type Slice,
	serialize,
	signDelegation,
	signDeviceEvidence,
	signDeviceOrder,
	signDeviceQuestion,
	signOffer,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { chainStructure } from "./delegation-chains.ts";
import { accepts, type Case, changed, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { forcedToken, linkOf, lockOf, passed, type SignedLink, secretOf } from "./payments.ts";
import { also, type Structure } from "./structure-cases.ts";
import {
	alice,
	bob,
	bytesOf,
	certify,
	densha,
	encodedList,
	issueTo,
	machi,
	must,
	now,
	type Operator,
	ownerOf,
	type Person,
	signerOf,
	trust,
	yen,
} from "./world.ts";

export const company: Signer = signerOf("company", "Ed25519");
export const site: Signer = signerOf("site", "ES256");
const sliceOf = (from: bigint, to: bigint, reset = 7): Slice => ({ reset, from, to });
const whole: DelegationTerms = {
	purposes: ["charging", "parking"],
	perTransfer: 500n,
	slice: sliceOf(0n, 10_000n),
	until: now + 500,
};
const own: DelegationTerms = {
	purposes: ["charging"],
	perTransfer: 300n,
	slice: sliceOf(2_000n, 3_000n),
	until: now + 400,
};

type Level = readonly [by: Signer, terms: DelegationTerms];

async function deviceOf(
	name: string,
	levels: readonly Level[],
	{ operator = densha, forged = false }: { operator?: Operator; forged?: boolean } = {},
): Promise<Person> {
	const signer = signerOf(name, "Ed25519");
	const delegations = await Promise.all(
		levels.map(([by, terms], depth) =>
			signDelegation(
				operator.id,
				levels[depth + 1]?.[0].key ?? (forged ? company.key : signer.key),
				terms,
				by,
			),
		),
	);
	const responsible = { commitment: bytesOf("commitment", name), status: 5, partyStatus: 6, delegations };
	const profile = { role: "device", class: null, responsible } as const;
	const encoded = await certify(operator.authority, signer, name, { profile });
	return { signer, encoded, certificate: must(trust.certificate(encoded)) };
}

export const robot: Person = await deviceOf("robot", [[company, own]]);
export const nested: Person = await deviceOf("nested robot", [
	[company, whole],
	[site, own],
]);
export const ofMachi: Person = await deviceOf("robot of machi", [[company, own]], { operator: machi });
const with_ = (changes: Partial<DelegationTerms>): Promise<Person> =>
	deviceOf("wider", [
		[company, whole],
		[site, { ...own, ...changes }],
	]);
const show = ({ encoded }: Person, changes: Inputs = {}): Inputs => ({ certificate: encoded, ...changes });

export const delegations: Draft = {
	name: "delegations",
	comment:
		"What a payee checks of the certificate of a device that pays `amount` for `purpose` at `now`: docs/spec/devices.md#what-a-payee-checks.",
	judge: "delegations",
	given: { trustList: encodedList, now, purpose: "charging", amount: "300" },
	cases: [
		accepts("one delegation", show(robot)),
		accepts("two, the second by another suite", show(nested)),
		accepts(
			"four",
			show(
				await deviceOf("deep robot", [
					[company, whole],
					[company, whole],
					[site, own],
					[site, own],
				]),
			),
		),
		accepts("all that the one before allows", show(await with_(whole))),
		accepts("no part of the budget", show(await with_({ slice: null }))),
		accepts("the last second", show(robot, { now: now + 399 })),
		accepts("nobody's device", show(alice)),
		refuses("delegation-expired", "the second after", show(robot, { now: now + 400 })),
		refuses("condition-purpose", "another purpose", show(robot, { purpose: "parking" })),
		refuses("condition-purpose", "no purpose", show(robot, { purpose: null })),
		refuses("limit-exceeded", "one more than a payment may be", show(robot, { amount: "301" })),
		refuses("delegation-invalid", "longer than the one before", show(await with_({ until: now + 501 }))),
		refuses("delegation-invalid", "more a payment", show(await with_({ perTransfer: 501n }))),
		refuses("delegation-invalid", "any payment", show(await with_({ perTransfer: null }))),
		refuses("delegation-invalid", "a purpose more", show(await with_({ purposes: ["charging", "tolls"] }))),
		refuses("delegation-invalid", "any purpose", show(await with_({ purposes: null }))),
		refuses("delegation-invalid", "a unit more", show(await with_({ slice: sliceOf(9_000n, 10_001n) }))),
		refuses("delegation-invalid", "of another reset", show(await with_({ slice: sliceOf(1n, 2n, 8) }))),
		refuses("delegation-invalid", "an empty slice", show(await with_({ slice: sliceOf(5n, 5n) }))),
		refuses(
			"delegation-invalid",
			"a slice of none",
			show(
				await deviceOf("of none", [
					[company, { ...whole, slice: null }],
					[site, own],
				]),
			),
		),
		refuses(
			"delegation-invalid",
			"given to another key",
			show(await deviceOf("not its own", [[company, own]], { forged: true })),
		),
		refuses("signature-invalid", "the certificate changed", { certificate: flipped(robot.encoded, 200) }),
	],
};

const hundred = await issueTo(robot, 100n, "of a robot");
const outputs = (...to: readonly Person[]): Parameters<typeof linkOf>[2] =>
	to.map((payee, i) => ({ amount: 100n, owner: ownerOf(payee, bytesOf("paid by a robot", i)), caveats: [] }));

async function counted(
	spent: Slice | null,
	{ from = robot, to = [bob], lock = "" }: { from?: Person; to?: readonly Person[]; lock?: string } = {},
): Promise<SignedLink & { readonly lockName: string }> {
	const input = await issueTo(from, 100n * BigInt(to.length), `counted by ${from.encoded.length}`);
	const draft = { spent, ...(lock === "" ? {} : { lock: lockOf(lock) }) };
	return { ...(await linkOf(input, from, outputs(...to), draft)), lockName: lock };
}

const tokenCase = async (spent: Slice | null, from = robot): Promise<Inputs> => ({
	token: forcedToken(await counted(spent, { from })),
});
const idle = await deviceOf("idle robot", [[company, { ...own, slice: null }]]);
const returned = await passed(await issueTo(alice, 100n, "to be returned"), alice, robot, "to a robot");

export const deviceTokens: Draft = {
	name: "device-tokens",
	comment: "What devices count of what they pay: docs/spec/devices.md#counting.",
	judge: "token",
	given: { trustList: encodedList },
	cases: [
		accepts("the first units of its slice", await tokenCase(sliceOf(2_000n, 2_100n))),
		accepts("the last ones", await tokenCase(sliceOf(2_900n, 3_000n))),
		accepts("more counted than paid", await tokenCase(sliceOf(2_000n, 2_101n))),
		accepts("change is not counted", {
			token: forcedToken(await linkOf(hundred, robot, outputs(robot))),
		}),
		accepts("a return is not counted", {
			token: forcedToken(await linkOf(returned, robot, outputs(alice))),
		}),
		accepts("of nobody's device it is not judged", await tokenCase(sliceOf(0n, 1n), alice)),
		refuses("limit-exceeded", "not counted", await tokenCase(null)),
		refuses("limit-exceeded", "a unit below", await tokenCase(sliceOf(1_999n, 2_100n))),
		refuses("limit-exceeded", "a unit beyond", await tokenCase(sliceOf(2_901n, 3_001n))),
		refuses("limit-exceeded", "a unit short", await tokenCase(sliceOf(2_000n, 2_099n))),
		refuses("limit-exceeded", "under another reset", await tokenCase(sliceOf(2_000n, 2_100n, 8))),
		refuses("limit-exceeded", "it has no slice", await tokenCase(sliceOf(2_000n, 2_100n), idle)),
	],
};

type Counted = Awaited<ReturnType<typeof counted>>;

function consumedBy({ input, payload, signature, lockName }: Counted, isReleased = true): ConsumedOutput {
	return {
		parent: { kind: "issue", bytes: serialize(issue, input.issue) },
		index: 0,
		owner: openedOwnerOf((input as VerifiedToken).owner),
		link: { payload, release: lockName !== "" && isReleased ? secretOf(lockName) : null, signature },
		deciders: [],
	};
}

const shown = (value: Excess): Bytes => serialize(excess, value);
const twice = (first: Counted, second: Counted, isReleased = true): Inputs => ({
	excess: shown({ kind: "twice", first: consumedBy(first), second: consumedBy(second, isReleased) }),
});
const beyond = (link: Counted): Inputs => ({ excess: shown({ kind: "beyond", link: consumedBy(link) }) });
const short = (link: Counted, indices: readonly number[]): Inputs => ({
	excess: shown({
		kind: "short",
		link: consumedBy(link),
		paid: indices.map((index) => ({
			index,
			owner: openedOwnerOf((link.draft.outputs[index] as (typeof link.draft.outputs)[0]).owner),
		})),
	}),
});
const given = (first: Person, second: Person): Inputs => ({
	excess: shown({ kind: "given", first: first.encoded, second: second.encoded }),
});

const first = await counted(sliceOf(2_000n, 2_100n));
const again = await counted(sliceOf(2_050n, 2_150n), { lock: "again" });
const both = await counted(sliceOf(2_000n, 2_100n), { to: [bob, alice] });
const uncounted = await counted(null, { lock: "uncounted" });
const neighbour = await deviceOf("neighbour", [[company, { ...own, slice: sliceOf(3_000n, 4_000n) }]]);
const intruder = await deviceOf("intruder", [[company, { ...own, slice: sliceOf(2_999n, 3_500n) }]]);
const underSite = await deviceOf("under a site", [
	[company, whole],
	[site, { ...own, slice: sliceOf(2_999n, 3_500n) }],
]);
const unsigned = await deviceOf("unsigned", [[company, own]], { forged: true });

const excessCases: readonly Case[] = [
	accepts("twice: ranges that overlap", twice(first, again), { kind: "twice", reset: 7 }),
	accepts("twice: the other way round", twice(again, first)),
	accepts("beyond: a unit after its slice", beyond(await counted(sliceOf(2_901n, 3_001n)))),
	accepts("beyond: under another reset", beyond(await counted(sliceOf(2_000n, 2_100n, 8)))),
	accepts("beyond: it has no slice", beyond(await counted(sliceOf(2_000n, 2_100n), { from: idle }))),
	accepts("short: two are paid, one is counted", short(both, [0, 1])),
	accepts("short: nothing is counted", short(uncounted, [0]), { kind: "short", reset: 7 }),
	accepts("given: a unit to two devices", given(neighbour, intruder), { kind: "given", reset: 7 }),
	accepts("given: by the site, not by the company", given(nested, underSite)),
	refuses("not-evidence", "twice: one link", twice(first, first)),
	refuses("not-evidence", "twice: the next range", twice(first, await counted(sliceOf(2_100n, 2_200n)))),
	refuses("not-evidence", "twice: a lock that was not released", twice(first, again, false)),
	refuses(
		"not-evidence",
		"twice: another device",
		twice(first, await counted(sliceOf(2_050n, 2_150n), { from: nested })),
	),
	refuses(
		"not-evidence",
		"twice: of another operator",
		twice(first, await counted(sliceOf(2_050n, 2_150n), { from: ofMachi })),
	),
	refuses("not-evidence", "twice: one of them counts nothing", twice(first, uncounted)),
	refuses("not-evidence", "beyond: in its slice", beyond(first)),
	refuses("not-evidence", "beyond: it counts nothing", beyond(uncounted)),
	refuses("not-evidence", "beyond: nobody's device", beyond(await counted(sliceOf(0n, 1n), { from: alice }))),
	refuses("not-evidence", "short: no more than it counts", short(both, [1])),
	refuses("not-evidence", "short: one output twice", short(both, [0, 0])),
	refuses("not-evidence", "short: out of order", short(both, [1, 0])),
	refuses("not-evidence", "short: it may be a return", short(await counted(null), [0])),
	refuses(
		"not-evidence",
		"short: change",
		short(await counted(sliceOf(2_000n, 2_100n), { to: [bob, robot] }), [0, 1]),
	),
	refuses("not-evidence", "given: side by side", given(robot, neighbour)),
	refuses("not-evidence", "given: one certificate", given(robot, robot)),
	refuses("not-evidence", "given: two operators", given(intruder, ofMachi)),
	refuses("not-evidence", "given: nobody's device", given(robot, alice)),
	refuses("delegation-invalid", "given: a delegation that does not hold", given(unsigned, robot)),
	refuses("type-unknown", "a kind that nobody knows", {
		excess: changed(twice(first, again)["excess"] as Bytes, [0], 9),
	}),
];

export const excesses: Draft = {
	name: "excesses",
	comment: "What convicts a device, or who delegated to it: docs/spec/devices.md#excess.",
	judge: "excess",
	given: { trustList: encodedList },
	cases: excessCases,
};

const evidenceOfDevice = await signDeviceEvidence(
	{ operator: densha.id, nonce: bytesOf("nonce of a device"), attestation: bytesOf("attested") },
	robot.signer,
);
const orderOfDevice = (says: DeviceOrderBody["says"]): Promise<Bytes> =>
	signDeviceOrder({ operator: densha.id, device: robot.signer.key, number: 2, says, issuedAt: now }, company);
const offerOfDevice = await signOffer(
	{
		certificate: robot.encoded,
		asset: yen,
		units: 3n,
		perTicks: 2,
		mostTicks: 1_048_576,
		purpose: "charging",
		nonce: bytesOf("nonce of an offer"),
		until: now + 60,
	},
	robot.signer,
);
const accepted = { certificate: nested.encoded, mostTicks: 10, acceptedAt: now };

const excessStructure: Structure = also(
	{
		name: "excess",
		encodings: [
			["twice", twice(first, again)["excess"] as Bytes],
			["beyond", beyond(first)["excess"] as Bytes],
			["short", short(both, [0, 1])["excess"] as Bytes],
			["given", given(robot, neighbour)["excess"] as Bytes],
		],
	},
	["type-unknown", "kind 5", [0], 5],
	["malformed", "a link that is none", [1, 0], "x"],
);

export const deviceStructures: readonly Structure[] = [
	excessStructure,
	{
		name: "deviceEvidence",
		encodings: [["attested", evidenceOfDevice]],
	},
	chainStructure(robot, nested),
	also(
		{
			name: "deviceApplication",
			encodings: [
				[
					"one delegation",
					must(applicationOf(evidenceOfDevice, robot.certificate.profile.responsible?.delegations ?? [])),
				],
				[
					"two",
					must(applicationOf(evidenceOfDevice, nested.certificate.profile.responsible?.delegations ?? [])),
				],
			],
		},
		["malformed", "no delegation", [1], []],
	),
	also(
		{
			name: "deviceOrder",
			encodings: [
				["suspend", await orderOfDevice({ kind: "suspend" })],
				["resume", await orderOfDevice({ kind: "resume" })],
				["transfer", await orderOfDevice({ kind: "transfer", to: site.key })],
				["end", await orderOfDevice({ kind: "end" })],
				["suspendBelow", await orderOfDevice({ kind: "suspendBelow" })],
				["resumeBelow", await orderOfDevice({ kind: "resumeBelow" })],
			],
		},
		["type-unknown", "says 7", [0, 3, 0], 7],
		["malformed", "number 0", [0, 2], 0],
	),
	also(
		{
			name: "deviceQuestion",
			encodings: [
				[
					"of its party",
					await signDeviceQuestion(
						{ operator: densha.id, device: keyId(robot.signer.key), issuedAt: now },
						company,
					),
				],
			],
		},
		["malformed", "a key in the place of its id", [0, 1], new Uint8Array(31)],
	),
	also(
		{ name: "signedOffer", encodings: [["by the tick", offerOfDevice]] },
		["malformed", "more ticks than a meter holds", [0, 4], 1_048_577],
		["amount-invalid", "nothing", [0, 2], 0],
	),
	also(
		{
			name: "deal",
			encodings: [
				["an offer and its acceptance", must(await acceptOffer(offerOfDevice, accepted, nested.signer))],
			],
		},
		["malformed", "no ticks", [1, 0, 2], 0],
	),
];
