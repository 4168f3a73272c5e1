/**
 * Does each property see? A mutant is one wrong in a sound variant, by an edit of the model's text or by a flag of
 * a broken variant that is set elsewhere. Each named property must be violated with it.
 *
 * A property that no mutant and no broken variant of its world violates is claimed of nothing: `unshown` lists
 * those, and a test wants none. An edit changes what is done and never what is asked: it may assign only what the
 * sound model assigns itself.
 */
import type { Model, Variant } from "./variant.ts";

export type Edit = { readonly find: string; readonly put: string };

export type Mutant = {
	readonly model: string;
	readonly name: string;
	/** texts that stand once in the model */
	readonly edits: readonly Edit[];
	/** flags of broken variants */
	readonly flags: readonly string[];
	/** by the sound variant that is changed: the properties that must be violated */
	readonly kills: Readonly<Record<string, readonly string[]>>;
};

function edited(model: string, name: string, find: string, put: string, kills: Mutant["kills"]): Mutant {
	return { model, name, edits: [{ find, put }], flags: [], kills };
}

function flagged(model: string, flag: string, kills: Mutant["kills"]): Mutant {
	return { model, name: flag.toLowerCase().replaceAll("_", "-"), edits: [], flags: [flag], kills };
}

const twoPhase = [
	edited(
		"two-phase",
		"locks an input that another attempt keeps",
		"(rolledBack || (payer[0] == cancelled && payerMemory[0] == cancelled))",
		"true",
		{ sound: ["oneeffective", "noframe"], lost: ["nocreate", "noframe"], skew: ["oneeffective"] },
	),
	edited(
		"two-phase",
		"change is paid as often as it is asked for",
		"A_HAS_CHANGE && row[CHANGE] == FREE &&",
		"A_HAS_CHANGE &&",
		{ sound: ["paysonce"], skew: ["paysonce"] },
	),
	edited(
		"two-phase",
		"who has asked for a ruling reads no cancel",
		"(payeeMemory[h] == reserved || payeeMemory[h] == resolving) && cancelSent[h]",
		"payeeMemory[h] == reserved && cancelSent[h]",
		{ sound: ["settles"], lost: ["settles"] },
	),
	edited(
		"two-phase",
		"cancels what it has released",
		"payerMemory[h] == locked\n#ifndef STATES_AND_CANCELS",
		"(payerMemory[h] == locked || payerMemory[h] == released)\n#ifndef STATES_AND_CANCELS",
		{ same: ["oneword"], skew: ["oneword"] },
	),
	edited(
		"two-phase",
		"a fork convicts who claims",
		"culprit = (ROW_FITS(X, LINK(h == 1)) -> Bob : Alice)",
		"culprit = Bob",
		{ "rolled-back": ["proven"] },
	),
	flagged("two-phase", "RELEASE_BY_TOKEN", { same: ["nocreate"] }),
	flagged("two-phase", "PAYEE_TIMER", { same: ["noloss"], lost: ["noloss"] }),
];

const rulings = [
	edited(
		"rulings",
		"the wrong owner is convicted",
		"TAKE(X, LINK(1), Alice) :: else",
		"TAKE(X, LINK(1), Bob) :: else",
		{ "bad-a": ["noframe"] },
	),
	edited(
		"rulings",
		"nobody is convicted",
		"#else\n#define CONVICT_BY(o, owner) forked = true; CONVICT(owner)",
		"#else\n#define CONVICT_BY(o, owner) forked = true",
		{ "bad-a": ["named"], "bad-b": ["named"] },
	),
	edited(
		"rulings",
		"the reserve pays nobody",
		":: forked && (claimant == Carol || claimant == Dora || (claimant == Bob && !convictedB)) ->" +
			" drawn = drawn + 1; gained[h] = true; claimed = true",
		"",
		{ "bad-a": ["notrobbed"], "bad-b": ["notrobbed"] },
	),
	edited(
		"rulings",
		"a claim is answered and not paid",
		"paid = paid + 1; gained[h] = true; claimed = true",
		"claimed = true",
		{ honest: ["notrobbed"] },
	),
	edited(
		"rulings",
		"who has asked for a ruling reads no cancel",
		"(payee[h] == reserved || payee[h] == resolving) && cancelSent[h]",
		"payee[h] == reserved && cancelSent[h]",
		{ honest: ["settles"], "bad-a": ["settles"], "bad-b": ["settles"] },
	),
	edited("rulings", "a row that is taken is no matter", "if :: !forked -> paid", "if :: true -> paid", {
		"bad-b": ["paysonce"],
	}),
	edited(
		"rulings",
		"a claim is paid as often as it is made",
		"payee[h] == owned && !answered[h] && CLAIMABLE(h)",
		"payee[h] == owned && CLAIMABLE(h)",
		{ honest: ["paysonce", "named"] },
	),
	edited(
		"rulings",
		"what is free is not refunded",
		"#define ROW_LEFT(o) (row[o] == FREE)",
		"#define ROW_LEFT(o) (row[o] == SELF)",
		{ honest: ["getsback"], "bad-b": ["getsback"] },
	),
	edited(
		"rulings",
		"a payee owns without a release",
		"payee[h] == reserved && phase <= REDEEMING && releaseSent[h]",
		"payee[h] == reserved && phase <= REDEEMING",
		{ honest: ["keepsown"], "bad-b": ["keepsown"] },
	),
	flagged("rulings", "RULES_EARLY", { honest: ["notboth", "noframe"], "bad-b": ["notboth", "noframe"] }),
	flagged("rulings", "OWNS_WHEN_OVER", { honest: ["notfooled"], "bad-b": ["notfooled"] }),
];

const exchange = [
	edited(
		"exchange",
		"the decider is paid 3 for a leg of 1",
		":: rowB == FREE -> rowB = LEG; paidX = paidX + 1",
		":: rowB == FREE -> rowB = LEG; paidX = paidX + 3",
		{
			sound: ["nocreate"],
			"one-operator": ["nocreate"],
			"bad-x": ["nocreate"],
			"bad-x-one-operator": ["nocreate"],
			"bad-y": ["nocreate"],
			"bad-y-one-operator": ["nocreate"],
		},
	),
	edited(
		"exchange",
		"the decider cancels what it has released",
		"decider == locked && !deciderStated, decider = cancelled",
		"(decider == locked || decider == released) && !deciderStated, decider = cancelled",
		{
			sound: ["oneword"],
			"one-operator": ["oneword"],
			"bad-y": ["oneword"],
			"bad-y-one-operator": ["oneword"],
		},
	),
	edited(
		"exchange",
		"the next payee is answered and not paid",
		":: rowB == FREE -> rowB = AGAIN; paidW = 1",
		":: rowB == FREE -> rowB = AGAIN",
		{
			sound: ["fairforw"],
			"one-operator": ["fairforw"],
			"bad-x": ["fairforw"],
			"bad-x-one-operator": ["fairforw"],
			"bad-y": ["fairforw"],
			"bad-y-one-operator": ["fairforw"],
		},
	),
	edited(
		"exchange",
		"who has asked for a ruling reads no cancel",
		"(other == lockedForeign || other == resolving) && cancelSent",
		"other == lockedForeign && cancelSent",
		{ sound: ["settles"], "one-operator": ["settles"] },
	),
	edited(
		"exchange",
		"what was not given is redeemed and not paid",
		'rowA = AGAIN; paidX = paidX + 1, ("X redeems a, which',
		'rowA = AGAIN, ("X redeems a, which',
		{ sound: ["noloss"], "one-operator": ["noloss"] },
	),
	edited(
		"exchange",
		"the other side owns without a release",
		"(other == lockedForeign && phase <= REDEEMING && releaseSent)",
		"(other == lockedForeign && phase <= REDEEMING)",
		{ sound: ["fairforx"], "one-operator": ["fairforx"] },
	),
	edited(
		"exchange",
		"a claim needs no release",
		"STEP(releaseSent && paidY == 0 && CLAIMABLE_A",
		"STEP(transferSent && paidY == 0 && CLAIMABLE_A",
		{ "bad-y": ["fairforx"], "bad-y-one-operator": ["fairforx"] },
	),
	edited(
		"exchange",
		"the other side learns of no published release",
		"#define LEARNED ((phase <= REDEEMING && (publishedA || publishedB)) || inTimeB)",
		"#define LEARNED false",
		{ sound: ["fairfory"], "one-operator": ["fairfory"], "bad-x-one-operator": ["fairfory"] },
	),
	edited(
		"exchange",
		"the other side is never refunded",
		"otherStated && counterSent && phase == OVER && !ruledB",
		"otherStated && counterSent && phase < OVER && !ruledB",
		{ sound: ["getsback"], "bad-x-one-operator": ["getsback"] },
	),
	edited(
		"exchange",
		"a decider that redeems what it gave is not convicted",
		":: else -> convictedX = true; drawn = drawn + 1; paidY",
		":: else -> drawn = drawn + 1; paidY",
		{ "bad-x": ["named"], "bad-x-one-operator": ["named"] },
	),
	edited(
		"exchange",
		"who spends twice is not convicted",
		":: else -> convictedY = true; drawn = drawn + 1; paidX",
		":: else -> drawn = drawn + 1; paidX",
		{ "bad-y": ["named"], "bad-y-one-operator": ["named"] },
	),
	edited(
		"exchange",
		"the decider is convicted for who spends twice",
		":: else -> convictedY = true; drawn = drawn + 1; paidX",
		":: else -> convictedX = true; drawn = drawn + 1; paidX",
		{ "bad-y": ["noframe"], "bad-y-one-operator": ["noframe"] },
	),
	flagged("exchange", "OTHER_HAS_A_TIMER", { "one-operator": ["onecopy", "nodraw", "noframe"] }),
	flagged("exchange", "NO_AFTER", { "bad-x-one-operator": ["noframe"] }),
];

const direct = [
	edited("direct", "a refund pays nobody", "rowOut = REFUND; paidA = 1", "rowOut = REFUND", {
		sound: ["noloss"],
	}),
];

const meter = [
	edited(
		"meter",
		"a Close gives its payer no change",
		"rowPayer = CLOSE; paidA = 2 - count",
		"rowPayer = CLOSE",
		{
			sound: ["noloss"],
		},
	),
];

const settlement = [
	edited(
		"settlement",
		"a claim counts what is under no seal yet",
		"#define OPEN (sealed & ~marked)",
		"#define OPEN (taken & ~marked)",
		{ sound: ["proved"] },
	),
];

const account = [
	edited(
		"account",
		"D voids, and tells nobody",
		'd = voided; endedAbandoned = true, ("D takes the word',
		'd = voided, ("D takes the word',
		{ sound: ["noloss", "settles"], lost: ["noloss"] },
	),
	edited(
		"account",
		"nobody rules where the payer paid otherwise",
		"d == creditReserved && app == gaveUp",
		"d == refused && app == gaveUp",
		{ lost: ["settles"] },
	),
	flagged("account", "C_FREES_BY_TIME", { lost: ["nocreate"] }),
	flagged("account", "D_VOIDS_BY_TIME", { lost: ["shownispaid"] }),
	flagged("account", "ANSWERS_TWICE", { lost: ["oneword"] }),
];

const crossing = [
	edited(
		"crossing",
		"S gives nothing back",
		"!stopped && IS_DECIDED && source == locked, source = givenBack",
		"!stopped && IS_DECIDED && source == locked && reserveShown, source = givenBack",
		{ sound: ["noloss", "settles"] },
	),
	edited(
		"crossing",
		"S commits without a release",
		"source == locked && released && !IS_DECIDED",
		"source == locked && !IS_DECIDED",
		{ sound: ["consents"], stalls: ["consents"] },
	),
	flagged("crossing", "CREDITS_BY_RELEASE", { stalls: ["nocreate"] }),
	flagged("crossing", "COMMITS_LATE", { stalls: ["agrees"] }),
];

const bound = [
	edited(
		"bound",
		"D gives back, and tells nobody",
		"d = voided; settledNull = true, (\"D voids: T's side",
		"d = voided, (\"D voids: T's side",
		{ sound: ["noloss", "settles"], cheat: ["noloss", "settles"], lost: ["noloss", "settles"] },
	),
	flagged("bound", "DECIDES_IN_TWO_PLACES", {
		sound: ["nocreate", "giverkeeps"],
		cheat: ["nocreate"],
	}),
	flagged("bound", "RULES_BLINDLY", { lost: ["nocreate"] }),
];

export const mutants: readonly Mutant[] = [
	...twoPhase,
	...rulings,
	...exchange,
	...direct,
	...account,
	...bound,
	...crossing,
	...meter,
	...settlement,
];

/** The model's text with these edits in it. */
export function edit(text: string, edits: readonly Edit[]): string {
	return edits.reduce((before, { find, put }) => {
		if (before.split(find).length !== 2) throw new Error(`not once in the model: ${find}`);
		return before.replace(find, () => put);
	}, text);
}

/** Properties that are claimed of a variant of `model`, and that nothing is shown to violate there. */
export function unshown({ name, variants }: Model): readonly string[] {
	return variants.flatMap((variant) => {
		const seen = new Set([...byMutants(name, variant), ...byBroken(variants, variant)]);
		return variant.holds.filter((property) => !seen.has(property)).map((p) => `${variant.name} ${p}`);
	});
}

function byMutants(model: string, { name }: Variant): readonly string[] {
	return mutants.filter((mutant) => mutant.model === model).flatMap(({ kills }) => kills[name] ?? []);
}

/** A broken variant is its world's own mutant: the flag that breaks it stands last. */
function byBroken(variants: readonly Variant[], { flags }: Variant): readonly string[] {
	return variants
		.filter((other) => !other.isSound && other.flags.slice(0, -1).join(" ") === flags.join(" "))
		.flatMap(({ fails }) => fails);
}
