/** Bugs in rulings: what an operator gives back, when, and on whose word. */
import type { Bug } from "../bug.ts";

const refunds = "packages/operator/src/refunds.ts";
const request = "packages/protocol/src/registry/ruling-request.ts";
const rulings = "packages/operator/test/rulings.test.ts";
const modules = "test/rulings.test.ts";

export const ruling: readonly Bug[] = [
	{
		name: "early-refund",
		why: "a refund is given on a statement alone before redeem until and grace: the payee redeems what its payer was paid",
		promise: 6,
		edits: [
			{
				file: refunds,
				find: "	if (context.now() < due) return refuse(",
				put: "	if (context.now() < 0) return refuse(",
			},
		],
		test: {
			file: rulings,
			name: "nothing is refunded before redeem until and grace; then the whole input is",
		},
		model: "rulings rules-early",
	},
	{
		name: "ruling-takes-no-row",
		why: "a refund leaves the row of what it pays free: a second statement, or a claim, is paid for it again",
		promise: 6,
		edits: [
			{
				file: refunds,
				find: "			const rows = [...path, { output, consumer: digest, consumed: kept }];",
				put: "			const rows = kept === undefined ? [] : path;",
			},
		],
		test: { file: rulings, name: "a second statement about the same lock is paid nothing more" },
		model: "rulings takes-no-rows",
	},
	{
		name: "direct-freed-by-statement",
		why: "a direct link is taken back whole on a mere statement: its payee has an effective link on what was refunded",
		promise: 5,
		edits: [
			{
				file: request,
				find: '	const { outputId: output, amount } = says.kind === "noWord" ? token : held;',
				put: "	const { outputId: output, amount } = held;",
			},
		],
		test: { file: rulings, name: "a direct link of which no word came: its output 0 alone comes back" },
		model: "direct freed-by-statement",
	},
	{
		name: "known-release-ignored",
		why: "a refund is given although the release is published: who was paid by it finds its output taken",
		promise: 6,
		edits: [
			{
				file: refunds,
				find: "		if (published !== undefined && answersStatement(",
				put: "		if (published === null && answersStatement(",
			},
		],
		test: { file: rulings, name: "a release shown by anybody decides for the payee, for good" },
	},
	{
		name: "refund-to-anybody",
		why: "a statement need not be signed by the owner of what is refunded",
		promise: 8,
		edits: [
			{
				file: request,
				find: `	if (!equalBytes(held.owner.certificate.hash, signer.hash)) return refuse("owner-mismatch");\n`,
				put: "",
			},
		],
		test: { file: rulings, name: "nobody but the owner of the input is refunded" },
		blind: "nobody there states for somebody else",
	},
	{
		name: "grace-for-everything",
		why: "grace is given to every token: what a refund has paid is still redeemable",
		promise: 6,
		edits: [
			{
				file: "packages/protocol/src/registry/claim.ts",
				find: "	if (lock === null || publishedAt(lock.hash) === undefined) return redeemUntil;\n",
				put: "	if (lock === null && publishedAt === undefined) return redeemUntil;\n",
			},
		],
		test: { file: rulings, name: "a release that nobody published does not extend anything" },
		blind: "its healing redeems before redeem until",
	},
	{
		name: "late-release-counts",
		why: "a release of another's lock counts in grace whenever it was published: its decider claims in the last moment, and leaves the other side none",
		promise: 2,
		model: "exchange counts-whenever",
		edits: [
			{
				file: "packages/protocol/src/registry/claim.ts",
				find: "	return publishedAt !== undefined && publishedAt < redeemUntil;",
				put: "	return publishedAt !== undefined && redeemUntil > 0;",
			},
		],
		test: {
			file: "packages/operator/test/late-release.test.ts",
			name: "a decider that publishes and claims in the last moment of grace gets nothing; the other side is refunded",
		},
	},
	{
		name: "releases-not-published",
		why: "a redemption publishes no release: the other side of an exchange, which waits for it, cannot complete",
		promise: 2,
		edits: [
			{
				file: "packages/operator/src/claims.ts",
				find: "		await publishVouched(transaction, releasesIn(takings, context.now()));",
				put: "		await publishVouched(transaction, releasesIn(takings.slice(0, 0), context.now()));",
			},
			{
				file: "packages/operator/src/claiming/together.ts",
				find: "	await publishVouched(transaction, shown);",
				put: "	await publishVouched(transaction, shown.slice(0, 0));",
			},
		],
		test: { file: rulings, name: "a redemption publishes its releases" },
		blind: "everybody can be asked again before it is needed",
	},
	{
		name: "stated-then-released",
		why: "a payer that stated that it never released still releases: its own word convicts it",
		promise: 5,
		edits: [
			{
				file: "packages/module/src/paying.ts",
				find: "	if (core.vault.isStated(state.terms.attempt))\n		return",
				put: "	if (core.vault.isStated(state.terms.attempt) && state.terms.inputs.length === 0)\n		return",
			},
		],
		test: {
			file: modules,
			name: "once asked for keeps a module from ever releasing or cancelling, even where its clock goes back",
		},
	},
	{
		name: "stated-too-early",
		why: "a module signs the statement before redeem until and grace, and so gives up a payment that goes on",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/ruling.ts",
				find: "	if (core.now() < due) return",
				put: "	if (core.now() < 0) return",
			},
		],
		test: { file: modules, name: "asked for too early is not signed: the payment goes on" },
	},
	{
		name: "cancel-after-statement",
		why: "who asked for a refund of its leg of an exchange still takes a cancel that frees it, and spends what was refunded",
		promise: 5,
		edits: [
			{
				file: "packages/protocol/src/handover/payee.ts",
				find: "	if (isPastRedeeming(givenIn(state), now)) return { state, effects: [] };",
				put: "	if (now < 0 && isPastRedeeming(givenIn(state), now)) return { state, effects: [] };",
			},
			{
				file: "packages/module/src/receiving.ts",
				find: "		if (core.vault.isStated(state.terms.attempt) || core.vault.hasLost(state))",
				put: "		if (core.vault.hasLost(state))",
			},
		],
		test: {
			file: "test/rulings-exchange.test.ts",
			name: "is given the other leg back, and then takes no cancel that would free it to be spent",
		},
		model: "exchange cancels-late",
	},
	{
		name: "other-operators-word",
		why: "a payer takes any operator's word that its tokens were refunded, and drops them",
		promise: 8,
		edits: [
			{
				file: "packages/protocol/src/handover/payer.ts",
				find: "	if (!equalBytes(ruling.operator, request.body.asset.operator))",
				put: "	if (!equalBytes(ruling.operator, ruling.operator))",
			},
		],
		test: {
			file: "packages/protocol/test/handover/payer-answers.test.ts",
			name: "a payer that can be refunded believes only the operator of the asset, on this lock",
		},
		blind: "its wallets take no refund from whoever shows a ruling",
	},
	{
		name: "refund-by-the-first-date",
		why: "of tokens with several dates all are refunded when the first of them is due: the later ones can still be redeemed",
		promise: 6,
		edits: [{ file: refunds, find: "	const due = Math.max(", put: "	const due = Math.min(" }],
		test: {
			file: rulings,
			name: "tokens of several dates are refunded together once the last of them is due, in whatever order they are shown",
		},
	},
	{
		name: "refund-for-ever",
		why: "a refund is given whenever it is asked for: once its rows are pruned, what was redeemed is paid again",
		promise: 6,
		edits: [
			{
				file: "packages/operator/src/recording.ts",
				find: "		closed: now >= until,",
				put: "		closed: now < 0 && until > 0,",
			},
		],
		test: {
			file: "packages/operator/test/refund-until.test.ts",
			name: "a refund is given until its last day, and not a second longer",
		},
		model: "rulings rules-for-ever",
		blind: "its worlds end before that day",
	},
	{
		name: "prunes-too-early",
		why: "rows are pruned as soon as nothing can be redeemed: what was paid on is refunded to its payer, too",
		promise: 6,
		edits: [
			{
				file: "packages/operator/src/pruning/issues.ts",
				find: "	return grace !== undefined && refundUntil(issue, grace) <= before;",
				put: "	return grace !== undefined && issue.redeemUntil + grace <= before && refundUntil(issue, grace) > 0;",
			},
		],
		test: {
			file: "packages/operator/test/prune.test.ts",
			name: "nothing goes before its last day: rows, answers, and what an answer brought",
		},
		blind: "nobody there prunes",
	},
	{
		name: "refund-not-in-time",
		why: "a wallet does not ask by itself for what it locked and never gave: one day it is too late",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/ruling.ts",
				find: "		return isDue ? [{ attempt, isSure: core.surelyPast() >= keepUntil }] : [];",
				put: "		return isDue ? [{ attempt, isSure: core.surelyPast() < 0 }] : [];",
			},
		],
		test: {
			file: "test/due-refunds.test.ts",
			name: "asks for its refund in its upkeep, once its dates are over; what it sent directly only its user asks for",
		},
		blind: "its healing asks for every refund",
	},
	{
		name: "states-against-word",
		why: "a payer swears that it heard no word of a direct payment while it holds its payee's: it is refunded what was paid",
		promise: 6,
		edits: [
			{
				file: "packages/module/src/ruling.ts",
				find: "	if (acknowledged !== null) return undefined;",
				put: "	if (acknowledged === undefined) return undefined;",
			},
		],
		test: {
			file: modules,
			name: "on a direct payment is not asked for by a payer that has its payee's word, whoever asks",
		},
	},
	{
		name: "second-refund-dropped",
		why: "what a refund of the second direct link brings in tokens is not kept: it is with nobody",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/taking-rulings.ts",
				find: "	await core.commit({ tokens: { ...noChanges, add: fresh }, other });",
				put: "	await core.commit({ tokens: { ...noChanges, add: fresh.slice(0, 0) }, other });",
			},
			{
				file: "packages/module/src/taking-rulings.ts",
				find: "		return hears(core, state, ruled.ruling, true, { tokens: fresh, rows });",
				put: "		return hears(core, state, ruled.ruling, true, { tokens: fresh.slice(0, 0), rows });",
			},
		],
		test: {
			file: modules,
			name: "on each of several direct links brings its fresh tokens, those of the second, too",
		},
	},
	{
		name: "unclaimed-after-one-grace",
		why: "what is unclaimed is refunded with the first: a payee that was held in an exchange until then comes too late",
		promise: 2,
		edits: [
			{
				file: "packages/protocol/src/registry/ruling-request.ts",
				find: `isAboutOutput(says) ? 2 : 1`,
				put: `isAboutOutput(says) ? 1 : 1`,
			},
		],
		test: {
			file: "packages/operator/test/unclaimed.test.ts",
			name: "what nobody claimed is refunded once two graces have passed, and not a second before",
		},
	},
	{
		name: "lost-said-by-the-manager",
		why: "of what is lost the key speaks that delegated to the device: a manager takes what its party answers for",
		promise: 2,
		edits: [
			{
				file: "packages/protocol/src/token/statement.ts",
				find: "return responsible?.delegations[0]?.by;",
				put: "return responsible?.delegations.at(-1)?.by;",
			},
		],
		test: {
			file: "packages/operator/test/lost.test.ts",
			name: "nobody but the party of the certificate says it: no device, no manager, no other party, nobody of a person",
		},
	},
	{
		name: "unclaimed-leaves-no-trace",
		why: "what a restored payee shows is not kept: its restored payer is refunded first what it had paid",
		promise: 2,
		edits: [
			{
				file: "packages/operator/src/unclaimed.ts",
				find: "	if (missingOf(path, stored).length > 0)",
				put: "	if (missingOf(path, stored).length > 32)",
			},
		],
		test: {
			file: "packages/operator/test/unclaimed.test.ts",
			name: "what a payee shows counts against its payer from then on: one value comes back once",
		},
	},
];
