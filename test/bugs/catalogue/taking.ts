/** Bugs in what a payee takes, and in what a token must prove to anyone who reads it. */
import type { Bug } from "../bug.ts";

const verify = "packages/protocol/src/token/verify.ts";
const acceptance = "packages/protocol/src/handover/acceptance.ts";
const offer = "packages/protocol/src/handover/offer.ts";
const refusedOffers = {
	file: "packages/protocol/test/handover/payee-offers.test.ts",
	name: "a payee refuses a transfer …: …",
};
const verified = "packages/protocol/test/token/verify.test.ts";

export const taking: readonly Bug[] = [
	{
		name: "sum-not-checked",
		why: "the outputs of a link need not add up to its input: a payer makes money by writing a larger amount",
		promise: 1,
		edits: [
			{
				file: verify,
				find: `	if (sumOf(link.body.outputs) !== state.amount) return refuse("sum-mismatch");\n`,
				put: "	sumOf(link.body.outputs);\n",
			},
		],
		test: { file: verified, name: "outputs add up to the input, to the minor unit and beyond 64 bits" },
		blind: "nobody there signs a link that does not add up",
	},
	{
		name: "sum-may-be-less",
		why: "a link may pay out less than it consumes: the rest is nobody's",
		promise: 2,
		edits: [
			{
				file: verify,
				find: "	if (sumOf(link.body.outputs) !== state.amount)",
				put: "	if (sumOf(link.body.outputs) > state.amount)",
			},
		],
		test: { file: verified, name: "outputs add up to the input, to the minor unit and beyond 64 bits" },
		blind: "nobody there signs a link that does not add up",
	},
	{
		name: "amount-below-zero",
		why: "an amount may be below zero: an output of more than its input adds up with change of less than nothing",
		promise: 1,
		edits: [
			{
				file: "packages/protocol/src/codec/wire.ts",
				find: "		return minor >= 1n && minor <= limits.amount ? minor",
				put: "		return minor !== 0n && minor <= limits.amount ? minor",
			},
			{
				file: "packages/protocol/src/token/build.ts",
				find: "	if (body.outputs.some(({ amount }) => amount < 1n || amount > limits.amount))",
				put: "	if (body.outputs.some(({ amount }) => amount === 0n || amount > limits.amount))",
			},
			{
				file: "packages/protocol/src/handover/draft.ts",
				find: `	if (change < 0n) return refuse("funds-insufficient");\n`,
				put: "",
			},
			{
				file: "packages/protocol/src/handover/draft.ts",
				find: "...(kept > 0n ? [{ amount: kept, owner: own, caveats: [] }] : []),",
				put: "...(kept !== 0n ? [{ amount: kept, owner: own, caveats: [] }] : []),",
			},
		],
		test: { file: verified, name: "amounts of zero, below zero and above the limit are refused" },
		blind: "nobody there signs amounts below zero",
	},
	{
		name: "amount-overflow",
		why: "the sum of a payment may be more than an amount holds: what is reserved can be written down nowhere",
		promise: 8,
		edits: [
			{
				file: acceptance,
				find: `	if (amount > limits.amount) return refuse("amount-invalid", "more than an amount holds");\n`,
				put: "",
			},
			{
				file: "packages/protocol/src/handover/draft.ts",
				find: `	if (amount > limits.amount) return refuse("amount-invalid");\n`,
				put: "",
			},
		],
		test: {
			file: "packages/protocol/test/handover/boundaries.test.ts",
			name: "amounts: the most that an amount holds is paid and taken, one more is not",
		},
		blind: "no world holds 2⁶³ minor units",
	},
	{
		name: "link-signature-not-checked",
		why: "nobody checks the signature of a link: whoever has seen a token writes itself a link to it",
		promise: 1,
		edits: [
			{
				file: verify,
				find: `	if (!signed) return refuse("signature-invalid", "link");`,
				put: `	if (!signed && hop.signature.length === 0) return refuse("signature-invalid", "link");`,
			},
		],
		test: { file: verified, name: "links swapped, dropped, repeated or spliced make no path" },
	},
	{
		name: "locked-is-worth-something",
		why: "a link may follow one that is locked: a reservation is spent, or redeemed, as if the operator presumed its release",
		promise: 1,
		edits: [
			{
				file: verify,
				find: `	if (state.pending !== null) return refuse("lock-pending", "a link follows one that is locked");\n`,
				put: "",
			},
			{
				file: "packages/protocol/src/token/build.ts",
				find: `	if (input.pending !== null) return refuse("lock-pending");\n`,
				put: "",
			},
		],
		test: {
			file: "packages/operator/test/rulings.test.ts",
			name: "a locked token without its release is worth nothing to anyone",
		},
		model: "two-phase presumes-release",
	},
	{
		name: "owner-without-request",
		why: "an owner is a certificate alone: what was paid for one request is shown again as the payment of another",
		promise: 5,
		edits: [
			{
				file: "packages/protocol/src/token/link.ts",
				find: "	const owner = [certificate, purpose, request];",
				put: "	const owner = [certificate, purpose, request.subarray(0, 0)];",
			},
		],
		test: { file: verified, name: "only the owner can spend, and only as the owner it is" },
		blind: "its checker takes ids from the same functions",
	},
	{
		name: "other-request-taken",
		why: "a payee takes a payment that answers another request than the one that is being paid",
		promise: 8,
		edits: [
			{
				file: acceptance,
				find: "	if (!equalBytes(token.owner.request, request.digest) || token.owner.purpose !== request.body.purpose)",
				put: "	if (token.owner.purpose !== request.body.purpose)",
			},
		],
		test: refusedOffers,
		blind: "as above, and a payer that pays another request has to mean it",
	},
	{
		name: "other-amount-taken",
		why: "a payee takes less than it had asked for",
		promise: 8,
		edits: [
			{
				file: acceptance,
				find: `	if (asked !== 0n && asked !== amount && request.body.mode !== "direct") return refuse("amount-mismatch");\n`,
				put: '	if (asked < 0n) return refuse("amount-mismatch");\n',
			},
		],
		test: refusedOffers,
		blind: "what a payee had asked for is no value: every unit is where it was signed to",
	},
	{
		name: "spend-until-one-second-more",
		why: "a payee takes a token in the second in which its time to be spent is over",
		promise: 8,
		edits: [
			{
				file: acceptance,
				find: `	if (now >= token.issue.spendUntil) return refuse("expired");`,
				put: `	if (now > token.issue.spendUntil) return refuse("expired");`,
			},
		],
		test: {
			file: "packages/protocol/test/handover/boundaries.test.ts",
			name: "dates: a second before, all is taken; on the second, nothing is",
		},
		blind: "one second of thirty days, and an honest payee loses nothing in it",
	},
	{
		name: "locks-may-differ",
		why: "the tokens of one payment may wait for different releases: one of them opens a part, and the rest is stuck",
		promise: 2,
		edits: [
			{
				file: acceptance,
				find: `	if (tokens.some(({ pending }) => !sameLock(pending, lock))) return refuse("lock-mismatch");\n`,
				put: "	tokens.some(({ pending }) => !sameLock(pending, lock));\n",
			},
		],
		test: refusedOffers,
		blind: "nobody there signs one payment under two locks",
	},
	{
		name: "token-counts-twice",
		why: "one token stands twice in a payment, and is counted twice",
		promise: 1,
		edits: [
			{
				file: acceptance,
				find: "	if (new Set(tokens.map(({ outputId }) => toHex(outputId))).size !== tokens.length)",
				put: "	if (new Set(tokens.map(({ outputId }) => toHex(outputId))).size > tokens.length)",
			},
		],
		test: refusedOffers,
		blind: "nobody there offers one token twice in a payment",
	},
	{
		name: "seen-outputs-forgotten",
		why: "a module does not remember what it once owned: what comes back to it is taken, spent again, and a fork by an honest hand",
		promise: 5,
		edits: [
			{
				file: "packages/module/src/vault.ts",
				find: "	const isOwned = this.tokens.get(output) !== undefined || this.#owned.get(output) !== undefined;",
				put: "	const isOwned = this.tokens.get(output) !== undefined;",
			},
		],
		test: {
			file: "test/hostile-operator.test.ts",
			name: "that brings back a token which was here before is not taken: spending it would be a fork",
		},
	},
	{
		name: "offered-in-two-attempts",
		why: "an output that one attempt keeps is taken in another: with both releases it is owned twice",
		promise: 3,
		edits: [
			{
				file: "packages/module/src/vault.ts",
				find: "		return isOwned || this.index.keeps(output);",
				put: "		return isOwned;",
			},
		],
		test: {
			file: "test/hostile.test.ts",
			name: "who cancels, and offers a part of what it cancelled again, is refused: it could be owned twice",
		},
	},
	{
		name: "replay-reserves-again",
		why: "a repeated transfer of a payment that is over reserves it once more: the release makes spendable what was spent",
		promise: 1,
		edits: [
			{ file: offer, find: "	if (known !== undefined) return { known };\n", put: "" },
			{
				file: offer,
				find: "	if (accepted.tokens.some(({ outputId }) => everOwned(outputId)))",
				put: "	if (accepted.tokens.length === 0 && everOwned(attempt))",
			},
			{
				file: "packages/module/src/receiving.ts",
				find: "	const taken = offered.accepted.tokens.some(({ outputId }) => core.everOwned(outputId));",
				put: "	const taken = false;",
			},
			{
				file: "packages/module/src/receiving.ts",
				find: `(row.active !== null && offered.request.body.mode !== "direct"))`,
				put: "row.attempts > 99)",
			},
		],
		test: {
			file: "test/hostile.test.ts",
			name: "who replays a whole hand-over, in any order, changes nothing and is paid nothing",
		},
	},
	{
		name: "replay-is-refused",
		why: "a transfer that comes again is refused instead of answered: the payer gives up what its payee holds",
		promise: 7,
		edits: [{ file: offer, find: "	if (known !== undefined) return { known };\n", put: "" }],
		test: {
			file: "packages/protocol/test/handover/payee-offers.test.ts",
			name: "an attempt that is known gets its answer, whatever dates have passed since",
		},
	},
	{
		name: "caveat-falls-off-change",
		why: "what a holder may spend for books only is free of it as change: pocket money becomes money",
		promise: 8,
		edits: [
			{
				file: verify,
				find: `	const kept = link.kind === "payment" ? liveRules(state.rules, certificate) : state.rules;`,
				put: `	const kept = link.kind === "payment" ? liveRules(state.rules, certificate) : state.rules.slice(0, state.issue.conditions.length);`,
			},
		],
		test: {
			file: "packages/protocol/test/token/conditions.test.ts",
			name: "a caveat binds from the payee on, adds to what bound before, and cannot be dropped",
		},
	},
	{
		name: "output-for-another",
		why: "a payee takes an output of a link that is not its own, or not the first",
		promise: 8,
		edits: [
			{
				file: acceptance,
				find: '	if (!equalBytes(token.owner.certificate.hash, request.payee.hash)) return refuse("owner-mismatch");\n',
				put: "",
			},
		],
		test: refusedOffers,
		blind: "nobody there offers what belongs to somebody else",
	},
];
