/** Vectors of meters: metered outputs and their Close, ticks, and claims that a Close makes a lie. */
import {
	closeMeter,
	type MeterOptions,
	openMeter,
	signClose,
	signCount,
	type TestMeter,
} from "../../packages/module/test/support/meter.ts";
import type { World } from "../../packages/module/test/support/world.ts";
import {
	type Bytes,
	type ConsumedOutput,
	claimedPart,
	consumedOutput,
	consumedOutputs,
	type Item,
	type LinkDraft,
	limits,
	type MeterMessage,
	type MeterRequestBody,
	meteredEvidenceFrom,
	meterMessage,
	meterOpenedPayload,
	meterRequestPayload,
	meterStopPayload,
	meterTerms,
	rulingReply,
	rulingRequest,
	type Shape,
	type SignedStatement,
	type StatementBody,
	serialize,
	signedStatement,
	tickProof,
	token,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, type Draft, type Inputs, itemAt, refuses } from "./drafts.ts";
import { encodeToken, forcedToken, linkOf, lockOf, passed, statementOf } from "./payments.ts";
import { also, casesOf, of as shapedOf } from "./structure-cases.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	encodedList,
	issueTo,
	now,
	ownerOf,
	spendUntil,
	trust,
	yen,
} from "./world.ts";

let drawn = 0;
/** What the toolbox of the module's tests asks of a world. */
const world = { now, random: () => bytesOf("meter", drawn++) } as unknown as World;
const holders = [alice, bob] as const;

const input = await issueTo(alice, 1000n, "metered");
const open = (options: MeterOptions = {}, token = input): Promise<TestMeter> =>
	openMeter(world, token, ...holders, options);

export const meter: TestMeter = await open({ purpose: "power" });
export const closed: { readonly paid: VerifiedToken; readonly rest: VerifiedToken } = (await closeMeter(
	world,
	meter,
	41,
)) as { readonly paid: VerifiedToken; readonly rest: VerifiedToken };
const long = await open({ ticks: limits.ticks + 5, units: 1n, perTicks: 1000 });
const whole = await closeMeter(world, meter, 100);
const none = await closeMeter(world, meter, 0);

const carrying = (value: VerifiedToken): Inputs => ({ token: encodeToken(value) });
const edit = (value: VerifiedToken, path: readonly number[], to: Item | undefined): Inputs => ({
	token: changed(encodeToken(value), path, to),
});
/** Of the last hop. */
const at = (value: VerifiedToken, ...path: readonly number[]): readonly number[] => [
	2,
	value.token.hops.length - 1,
	...path,
];
const [data, signature, opening] = [3, 7, 8];

/** The Close at 41 ticks, changed before both sign it. */
async function closeWith(draft: Partial<LinkDraft>): Promise<Inputs> {
	const { link } = await signClose(world, meter, 41);
	const signed = await linkOf(meter.token, alice, draft.outputs ?? link.draft.outputs, {
		data: link.body.data,
		...draft,
	});
	return { token: forcedToken(signed) };
}
const part = (amount: bigint, name: string, of = bob) => ({
	amount,
	owner: ownerOf(of, bytesOf(name)),
	caveats: [],
});
const counted = async (ticks: number, by = bob) => ({ ticks, signature: await signCount(meter, by, ticks) });

const meteredTokens: readonly Case[] = [
	accepts("a metered output, released", carrying(meter.token), { amount: "250", hops: 0 }),
	accepts(
		"a metered output whose opening is not released",
		carrying((await open({ released: false })).token),
	),
	accepts("a metered output of two chains", carrying(long.token)),
	accepts("as its payee judges it", { ...carrying(meter.token), now }),
	accepts("the payee's part of a Close", carrying(closed.paid), { amount: "102", hops: 1 }),
	accepts("the payer's change of a Close", carrying(closed.rest), { amount: "148", hops: 0 }),
	accepts("a Close at which all is due", carrying(whole.paid as VerifiedToken), { amount: "250" }),
	accepts("a Close at which nothing is due", carrying(none.rest as VerifiedToken), { amount: "250" }),
	accepts("what its payee paid on", carrying(await passed(closed.paid, bob, carol, "on from a Close"))),
	refuses("owner-mismatch", "its payee's certificate left out", edit(meter.token, [3], [alice.encoded])),
	refuses(
		"meter-mismatch",
		"more ticks than are covered",
		edit(meter.token, at(meter.token, opening, 3, 3), 101),
	),
	refuses("meter-mismatch", "nothing due", edit(meter.token, at(meter.token, opening, 3, 2), 2 ** 32)),
	refuses("meter-mismatch", "an anchor too many", edit(long.token, at(long.token, opening, 3, 3), 5)),
	refuses(
		"meter-mismatch",
		"longer than its token may be spent",
		edit(meter.token, at(meter.token, opening, 3, 5), spendUntil + 1),
	),
	refuses(
		"meter-mismatch",
		"its own payee",
		edit(meter.token, at(meter.token, opening, 3, 0), alice.certificate.hash),
	),
	refuses("meter-mismatch", "without a lock", edit(meter.token, at(meter.token, 2), null)),
	refuses(
		"meter-mismatch",
		"under a lock that its payee decides",
		edit(meter.token, at(meter.token, 2, 0), 3),
	),
	refuses("meter-mismatch", "of an issue", edit(meter.token, [1, 3], serializedTerms())),
	refuses("signature-invalid", "another price", edit(meter.token, at(meter.token, opening, 3, 1), 9)),
	refuses(
		"signature-invalid",
		"another anchor",
		edit(meter.token, at(meter.token, opening, 3, 4, 0), bytesOf("x")),
	),
	refuses(
		"signature-invalid",
		"its terms left out",
		edit(meter.token, at(meter.token, opening, 3), undefined),
	),
	refuses(
		"malformed",
		"null in the place of its terms",
		edit(meter.token, at(meter.token, opening, 3), null),
	),
	refuses("malformed", "a field after its terms", edit(meter.token, at(meter.token, opening, 4), 0)),
	refuses("amount-invalid", "at no price", edit(meter.token, at(meter.token, opening, 3, 1), 0)),
	refuses("too-many", "seventeen anchors", {
		token: changed(encodeToken(meter.token), at(meter.token, opening, 3, 4), Array(17).fill(bytesOf("x"))),
	}),
	refuses(
		"meter-mismatch",
		"spent without a Close",
		await closeWith({ data: null, outputs: [part(250n, "all")] }),
	),
	refuses("meter-mismatch", "a Close under a lock", await closeWith({ lock: lockOf("close") })),
	refuses("meter-mismatch", "a Close of more than there is", await closeWith({ data: await counted(101) })),
	refuses("meter-mismatch", "a Close of another count", await closeWith({ data: await counted(42) })),
	refuses(
		"meter-mismatch",
		"a Close that pays another request of its payee",
		await closeWith({ outputs: [part(102n, "another"), part(148n, "rest", alice)] }),
	),
	refuses("meter-mismatch", "a Close without a meter", {
		token: forcedToken(await linkOf(input, alice, [part(1000n, "none")], { data: await counted(41) })),
	}),
	refuses(
		"signature-invalid",
		"a count that another signed",
		edit(closed.paid, at(closed.paid, data, 1), (await counted(41, carol)).signature),
	),
	refuses(
		"signature-invalid",
		"a Close that its payee signed alone",
		edit(closed.paid, at(closed.paid, signature), (await counted(41)).signature),
	),
];

function serializedTerms(): Item {
	return itemAt(serialize(meterTerms, meter.meter.terms), []);
}

/** A count that its payer signed over, and its payee did not sign. */
const unsigned = await closeWith({ data: await counted(41, carol) });

export const meters: Draft = {
	name: "meters",
	comment: "Tokens with a metered output on their path: docs/spec/meter.md.",
	judge: "token",
	given: { trustList: encodedList },
	cases: [
		...meteredTokens,
		refuses("signature-invalid", "a count that its payee did not sign", {
			token: changed(
				unsigned["token"] as Bytes,
				[2, 1, opening],
				itemAt(encodeToken(closed.paid), [2, 1, opening]),
			),
		}),
	],
};

const ticked = (of: TestMeter, ticks: number, preimage = of.chains.preimage(ticks).slice()): Inputs => ({
	meter: of.meter.id,
	terms: serialize(meterTerms, of.meter.terms),
	ticks,
	preimage,
});

export const ticks: Draft = {
	name: "ticks",
	comment:
		"Whether a preimage proves so many ticks of a meter, and what is due by them: docs/spec/meter.md#ticks.",
	judge: "ticks",
	given: {},
	cases: [
		accepts("the first", ticked(meter, 1), { due: "2" }),
		accepts("the second", ticked(meter, 2), { due: "5" }),
		accepts("the last", ticked(meter, 100), { due: "250" }),
		accepts("the last of a chain", ticked(long, limits.ticks), { due: "65" }),
		accepts("the first of the next chain", ticked(long, limits.ticks + 1), { due: "65" }),
		refuses("tick-invalid", "one more than it proves", { ...ticked(meter, 40), ticks: 41 }),
		refuses("tick-invalid", "one less than it proves", { ...ticked(meter, 40), ticks: 39 }),
		refuses("tick-invalid", "none", { ...ticked(meter, 40), ticks: 0 }),
		refuses("tick-invalid", "more than the meter has", { ...ticked(meter, 100), ticks: 101 }),
		refuses("tick-invalid", "of another meter", { ...ticked(meter, 40), meter: long.meter.id }),
		refuses("tick-invalid", "of the chain before", { ...ticked(long, 5), ticks: limits.ticks + 5 }),
		refuses("tick-invalid", "the anchor itself", ticked(meter, 1, meter.meter.terms.anchors[0]?.slice())),
	],
};

const refund = { account: alice.certificate.hash, fallback: null } as const;
const meterOutput = meter.token.outputId;
export const saysTicked = (ticks: number, output = meterOutput): StatementBody["says"] => {
	return { kind: "ticked", meter: output, ticks, preimage: bytesOf("preimage"), ...refund };
};
export const saysRest = (output = meterOutput): StatementBody["says"] => ({
	kind: "rest",
	meter: output,
	...refund,
});
export const tickedStatement: SignedStatement = await statementOf(bob, saysTicked(42));
export const restStatement: SignedStatement = await statementOf(alice, saysRest());
export const close: ConsumedOutput = consumedOutputs(closed.rest, trust).at(-1) as ConsumedOutput;
const onward = await passed(closed.paid, bob, carol, "spent beside a claim");
const spent = consumedOutputs(onward, trust).at(-1) as ConsumedOutput;
const show = (statement: SignedStatement, beside = close): Inputs => ({
	evidence: meteredEvidenceFrom(statement, beside),
});

export const meterEvidence: readonly Case[] = [
	accepts("a payee that signed low, and claimed deep", show(tickedStatement), { kind: "metered" }),
	accepts("a payer that closed a meter, and claimed the rest", show(restStatement), { kind: "metered" }),
	accepts(
		"a payee that claimed, and spent its part of a Close",
		show(await statementOf(bob, saysTicked(1)), spent),
		{
			kind: "metered",
		},
	),
	refuses(
		"not-evidence",
		"a payee that claimed what it signed",
		show(await statementOf(bob, saysTicked(41))),
	),
	refuses("not-evidence", "a claim of somebody else", show(await statementOf(carol, saysTicked(42)))),
	refuses(
		"not-evidence",
		"a claim on another meter",
		show(await statementOf(bob, saysTicked(42, long.token.outputId))),
	),
	refuses("not-evidence", "the rest, claimed by somebody else", show(await statementOf(bob, saysRest()))),
	refuses("not-evidence", "the rest, and what spent the payee's part", show(restStatement, spent)),
	refuses(
		"not-evidence",
		"no claim on a meter",
		show(await statementOf(alice, { kind: "unclaimed", output: meterOutput, ...refund })),
	),
	refuses("not-evidence", "another opening of the meter", {
		evidence: changed(meteredEvidenceFrom(restStatement, close), [3, 3, 1], 11),
	}),
];

const id = meter.meter.id;
const requestBody: MeterRequestBody = {
	certificate: bob.encoded,
	asset: yen,
	units: 10n,
	perTicks: 4,
	ticks: 100,
	until: now + 2 * 86_400,
	offer: bytesOf("offer"),
	nonce: bytesOf("nonce of a meter"),
	purpose: "power",
	issuedAt: now - 60,
	expiresAt: now + 300,
};
const link = meter.token.path.at(-1)?.id ?? id;
const proof41 = tickProof(id, { ticks: 41, preimage: meter.chains.preimage(41) });
const messages: readonly MeterMessage[] = [
	{
		kind: "request",
		request: {
			body: requestBody,
			signature: await bob.signer.sign("meter-request", meterRequestPayload(requestBody)),
		},
	},
	{ kind: "open", meter: id, request: bytesOf("request"), token: meter.token.token },
	{
		kind: "opened",
		meter: id,
		link,
		signature: await bob.signer.sign("meter-opened", meterOpenedPayload(link)),
	},
	{ kind: "release", meter: id, secret: bytesOf("release") },
	{
		kind: "stop",
		meter: id,
		ticks: 41,
		signature: await alice.signer.sign("meter-stop", meterStopPayload(id, 41)),
	},
	{ kind: "count", meter: id, proof: proof41, ...(await counted(41)) },
	{ kind: "close", meter: id, token: closed.paid.token },
	{ kind: "closed", meter: id },
	{ kind: "status", meter: id },
	{ kind: "refused", about: id, code: "meter-over", detail: "" },
	{ kind: "reached", meter: id, ticks: 41, proof: proof41 },
];

const of = <T>(shape: Shape<T>, structure: string, comment: string, value: T): Case =>
	accepts(`${structure}: ${comment}`, { structure, bytes: serialize(shape, value) });

/** What carries a meter, of structures whose others stand in structures.ts. */
export const meterStructures: readonly Case[] = [
	of(token, "token", "with a metered output", meter.token.token),
	of(token, "token", "with a Close", closed.paid.token),
	of(signedStatement, "signedStatement", "ticked", tickedStatement),
	of(signedStatement, "signedStatement", "rest", restStatement),
	of(rulingRequest, "rulingRequest", "a Close", { kind: "close", token: closed.rest.token }),
	of(rulingReply, "rulingReply", "claimed", { kind: "claimed", meter: meterOutput, ticks: 42, from: now }),
	of(consumedOutput, "consumedOutput", "of a Close", close),
	accepts("evidence: a claim on a meter", {
		structure: "evidence",
		bytes: meteredEvidenceFrom(tickedStatement, close),
	}),
	...casesOf(
		also(
			shapedOf(meterMessage, "meterMessage", ...messages.map((message) => [message.kind, message] as const)),
			["type-unknown", "kind 12", [0], 12],
			["malformed", "no request", [1], null],
		),
	),
	...casesOf(
		also(shapedOf(claimedPart, "claimedPart", ["on ticks", { statement: tickedStatement }]), [
			"malformed",
			"no statement",
			[0],
			0,
		]),
	),
];
