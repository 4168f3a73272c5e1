/** Vectors of freeze lists, of what they freeze, of appeals and of their outcomes. */
import {
	type AppealBody,
	type AppealOutcomeBody,
	type Bytes,
	compareBytes,
	type FreezeEntry,
	type FreezeListBody,
	serializeToken,
	signAppeal,
	signAppealOutcome,
	signFreezeList,
	statesOf,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, flipped, itemAt, refuses } from "./drafts.ts";
import { passed } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	day,
	densha,
	encodedList,
	issueTo,
	machi,
	now,
	type Operator,
	type Person,
	tickets,
} from "./world.ts";

const issued = await issueTo(alice, 600n, "frozen");
const toBob = await passed(issued, alice, bob, "frozen, to bob");
const toCarol = await passed(toBob, bob, carol, "frozen, to carol");
const [first, second, third] = statesOf(toCarol) as [Bytes, Bytes, Bytes];

function entryOf(output: Bytes, changes: Partial<FreezeEntry> = {}): FreezeEntry {
	return {
		output,
		reason: "stolen",
		since: now - day,
		case: bytesOf("case"),
		appealUntil: now + day,
		...changes,
	};
}

function bodyOf(outputs: readonly Bytes[], changes: Partial<FreezeListBody> = {}): FreezeListBody {
	return {
		operator: densha.id,
		number: 3,
		issuedAt: now - 60,
		expiresAt: now + day,
		entries: [...outputs].sort(compareBytes).map((output) => entryOf(output)),
		cleared: [],
		...changes,
	};
}

const listOf = (body: FreezeListBody, by: Operator = densha): Promise<Bytes> =>
	signFreezeList(body, by.ruling);
const [low, high] = [bytesOf("one"), bytesOf("two")].sort(compareBytes) as [Bytes, Bytes];
const plain = await listOf(bodyOf([low, high]));
const everyReason = (["stolen", "deceived", "unpaid", "ordered"] as const).map((reason, i) =>
	entryOf(new Uint8Array(32).fill(i), { reason }),
);

export const freezeLists: Draft = {
	name: "freeze-lists",
	comment: "Signed freeze lists: docs/spec/freeze.md#how-a-list-is-verified.",
	judge: "freezeList",
	given: { trustList: encodedList, now },
	cases: [
		accepts("two entries, where none was held", { bytes: plain }),
		accepts("nothing frozen", { bytes: await listOf(bodyOf([])) }),
		accepts("every reason, and what is cleared", {
			bytes: await listOf(bodyOf([], { entries: everyReason, cleared: [low, high] })),
		}),
		accepts("by an ES256 operator", { bytes: await listOf(bodyOf([low], { operator: machi.id }), machi) }),
		accepts("a higher number than that held", {
			bytes: await listOf(bodyOf([low], { number: 4 })),
			newest: plain,
		}),
		accepts("the one that is held", { bytes: plain, newest: plain }),
		accepts("in its last second", { bytes: plain, now: now + day - 1 }),
		refuses("issuer-unknown", "of an operator that is not listed", {
			bytes: await listOf(bodyOf([low], { operator: bytesOf("nobody") })),
		}),
		refuses("authority-unknown", "by another operator's ruling key", {
			bytes: await listOf(bodyOf([low]), machi),
		}),
		refuses("authority-unknown", "by an issuing key", {
			bytes: await signFreezeList(bodyOf([low]), densha.issuing),
		}),
		refuses("signature-invalid", "another number than was signed", { bytes: changed(plain, [0, 1], 9) }),
		refuses("signature-invalid", "a bit of the signature", {
			bytes: changed(plain, [2], flipped(itemAt(plain, [2]) as Bytes, 40)),
		}),
		refuses("malformed", "entries out of order", {
			bytes: await listOf(bodyOf([], { entries: [entryOf(high), entryOf(low)] })),
		}),
		refuses("malformed", "an entry twice", {
			bytes: await listOf(bodyOf([], { entries: [entryOf(low), entryOf(low)] })),
		}),
		refuses("malformed", "cleared out of order", {
			bytes: await listOf(bodyOf([], { cleared: [high, low] })),
		}),
		refuses("malformed", "an output frozen and cleared", {
			bytes: await listOf(bodyOf([low], { cleared: [low] })),
		}),
		refuses("freeze-list-rollback", "a lower number than that held", {
			bytes: await listOf(bodyOf([low], { number: 2 })),
			newest: plain,
		}),
		refuses("freeze-list-rollback", "another list of the number held", {
			bytes: await listOf(bodyOf([low])),
			newest: plain,
		}),
		refuses("freeze-list-rollback", "an older one that has expired, too", {
			bytes: await listOf(bodyOf([low], { number: 2, expiresAt: now })),
			newest: plain,
		}),
		refuses("freeze-list-expired", "in the second of its end", { bytes: plain, now: now + day }),
		refuses("malformed", "number zero", { bytes: changed(plain, [0, 1], 0) }),
		refuses("malformed", "a reason that is not listed", { bytes: changed(plain, [0, 4, 0, 1], 5) }),
		refuses("malformed", "an output of 31 bytes", {
			bytes: changed(plain, [0, 4, 0, 0], new Uint8Array(31)),
		}),
		refuses("too-many", "513 entries", { bytes: changed(plain, [0, 4], new Array(513).fill(0)) }),
		refuses("too-many", "513 cleared", { bytes: changed(plain, [0, 5], new Array(513).fill(0)) }),
		refuses("malformed", "cut short", { bytes: plain.subarray(0, -1) }),
	],
};

const ticket = await issueTo(alice, 5n, "a ticket beside", { asset: tickets });
const encode = (token: VerifiedToken): { readonly token: Bytes } => ({ token: serializeToken(token) });
const under = async (outputs: readonly Bytes[], cleared: readonly Bytes[] = []) => ({
	...encode(toCarol),
	freezeList: await listOf(bodyOf(outputs, { cleared: [...cleared].sort(compareBytes) })),
});

export const frozenTokens: Draft = {
	name: "frozen",
	comment:
		"What a list says of a token that verifies: docs/spec/freeze.md#what-is-frozen. freezeList: the one that is held, which counts as verified; none where it is left out.",
	judge: "frozen",
	given: { trustList: encodedList, now },
	cases: [
		accepts("no list was ever held", encode(toCarol)),
		accepts("nothing on its path is named", await under([bytesOf("another")])),
		accepts("another operator's value", {
			...encode(ticket),
			freezeList: await listOf(bodyOf(statesOf(ticket))),
		}),
		refuses("frozen", "its issue", await under([first])),
		refuses("frozen", "an output on its path", await under([second])),
		refuses("frozen", "its present output", await under([third])),
		accepts("frozen and cleared further down", await under([first], [second])),
		accepts("frozen and cleared at its present output", await under([first, second], [third])),
		refuses("frozen", "cleared, and frozen again further down", await under([third], [second])),
		refuses("frozen", "cleared above what is frozen", await under([second], [first])),
		refuses("frozen", "frozen, under a list that has ended", { ...(await under([first])), now: now + day }),
		refuses("freeze-list-expired", "free, under a list that has ended", {
			...(await under([])),
			now: now + day,
		}),
		accepts("another operator's, under a list that has ended", {
			...encode(ticket),
			freezeList: await listOf(bodyOf([])),
			now: now + day,
		}),
		refuses("malformed", "no token", { ...(await under([first])), token: Uint8Array.of(0) }),
	],
};

function appealBody(token: VerifiedToken, changes: Partial<AppealBody> = {}): AppealBody {
	return {
		operator: densha.id,
		frozen: second,
		output: token.outputId,
		ground: "goodFaith",
		statement: null,
		issuedAt: now,
		...changes,
	};
}

const appealOf = async (
	token: VerifiedToken,
	{ signer }: Person,
	changes: Partial<AppealBody> = {},
): Promise<{ readonly appeal: Bytes }> => ({
	appeal: await signAppeal(appealBody(token, changes), token.token, signer),
});
const heard = await appealOf(toCarol, carol);

export const appeals: Draft = {
	name: "appeals",
	comment: "Appeals as their operator hears them, under its newest list: docs/spec/freeze.md#appeals.",
	judge: "appeal",
	given: { trustList: encodedList, freezeList: await listOf(bodyOf([second])), now },
	cases: [
		accepts("of what descends from the frozen output", heard),
		accepts("of the frozen output", await appealOf(toBob, bob)),
		accepts("on every other ground, with something beside", {
			...(await appealOf(toCarol, carol, { ground: "mistaken", statement: bytesOf("beside") })),
		}),
		accepts("in its last second", { ...heard, now: now + day - 1 }),
		refuses("asset-unknown", "to another operator", await appealOf(toCarol, carol, { operator: machi.id })),
		refuses("asset-unknown", "of another operator's value", await appealOf(ticket, alice)),
		refuses("owner-mismatch", "of an output that the token does not end in", {
			...(await appealOf(toCarol, carol, { output: second })),
		}),
		refuses("signature-invalid", "by somebody else", await appealOf(toCarol, bob)),
		refuses("signature-invalid", "another ground than was signed", {
			appeal: changed(heard.appeal, [0, 3], 3),
		}),
		refuses("freeze-unknown", "against another output than freezes it", {
			...(await appealOf(toCarol, carol, { frozen: first })),
		}),
		refuses("freeze-unknown", "of what is above the frozen output", await appealOf(issued, alice)),
		refuses("appeal-closed", "in the second of its end", { ...heard, now: now + day }),
		refuses("malformed", "a ground that is not listed", { appeal: changed(heard.appeal, [0, 3], 4) }),
		refuses("malformed", "a statement of 31 bytes", {
			appeal: changed(heard.appeal, [0, 4], new Uint8Array(31)),
		}),
	],
};

const outcomeBody: AppealOutcomeBody = {
	operator: densha.id,
	appeal: bytesOf("appeal"),
	frozen: first,
	output: third,
	verdict: "upheld",
	decidedAt: now,
};
const outcomeOf = async (changes: Partial<AppealOutcomeBody> = {}, by: Operator = densha) => ({
	outcome: await signAppealOutcome({ ...outcomeBody, ...changes }, by.ruling),
});
const upheld = await outcomeOf();

export const appealOutcomes: Draft = {
	name: "appeal-outcomes",
	comment: "Signed outcomes of appeals: docs/spec/freeze.md#appeals.",
	judge: "appealOutcome",
	given: { trustList: encodedList },
	cases: [
		accepts("upheld", upheld),
		accepts("cleared", await outcomeOf({ verdict: "cleared" })),
		accepts(
			"lifted, by an ES256 operator",
			await outcomeOf({ verdict: "lifted", operator: machi.id }, machi),
		),
		refuses("authority-unknown", "of an operator that is not listed", {
			...(await outcomeOf({ operator: bytesOf("nobody") })),
		}),
		refuses("authority-unknown", "by another operator's key", await outcomeOf({}, machi)),
		refuses("authority-unknown", "by an issuing key", {
			outcome: await signAppealOutcome(outcomeBody, densha.issuing),
		}),
		refuses("signature-invalid", "another verdict than was signed", {
			outcome: changed(upheld.outcome, [0, 4], 3),
		}),
		refuses("malformed", "a verdict that is not listed", { outcome: changed(upheld.outcome, [0, 4], 4) }),
		refuses("malformed", "decided below zero", { outcome: changed(upheld.outcome, [0, 5], -1) }),
	],
};

export const encodedFreezes = { list: plain, appeal: heard.appeal, outcome: upheld.outcome };
