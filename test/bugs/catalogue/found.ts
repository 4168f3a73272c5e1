/** Bugs that simulator and models found in the product: their mends taken out again. Kept seeds name them. */
import type { Bug } from "../bug.ts";

export const found: readonly Bug[] = [
	{
		name: "clock-forgets",
		why: "records of payments go by one's own clock alone: one that is ahead forgets a release that its payee never heard",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/module.ts",
				find: "this.#core.vault.forget(this.#core.now(), this.#core.surelyPast())",
				put: "this.#core.vault.forget(this.#core.now(), this.#core.now())",
			},
		],
		test: {
			file: "test/growth.test.ts",
			name: "takes nothing by a clock that is ahead: what is owed is still told once it is mended",
		},
	},
	{
		name: "clock-ends-reservation",
		why: "a payee whose clock is ahead gives up what its operator has just ruled released to it",
		promise: 2,
		edits: [
			{
				file: "packages/protocol/src/handover/payee.ts",
				find: `	if (!isOver) return stay(state, refuse("redeem-closed", "by one's own clock alone"));\n`,
				put: "",
			},
		],
		test: {
			file: "test/rulings.test.ts",
			name: "gives up nothing by it: a release is its own once the clock is mended",
		},
	},
	{
		name: "shown-release-ignored",
		why: "a release on the path of a token that comes in is not taken for one: the side of an exchange without the secret has it in hand, and loses what it was to receive",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/shown.ts",
				find: "	return [...shown.values()];",
				put: "	return [...shown.values()].slice(0, 0);",
			},
		],
		test: {
			file: "test/exchange-late.test.ts",
			name: "completes by a release that comes on the path of what it is paid, from whoever pays it",
		},
	},
	{
		name: "passing-on-is-no-word",
		why: "a token that comes back is no word of arrival: a payer takes back a direct payment whose value it holds again, and what it pays on from there is worth nothing",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/arriving.ts",
				find: "	if (isRefusal(trust)) return [];",
				put: "	if (isRefusal(trust) || tokens.length > 0) return [];",
			},
		],
		test: {
			file: "test/direct.test.ts",
			name: "has arrived once its payee pays it back, from the reservation on: nothing of it is refunded",
		},
	},
	{
		name: "cancelled-owns-late",
		why: "a payee that had read a cancel owns by a release that is ruled after redeem until and grace: nobody pays for it",
		promise: 1,
		edits: [
			{
				file: "packages/protocol/src/handover/payee.ts",
				find: `	if (state.kind === "cancelled") return stay(state, refuse("redeem-closed", "cancelled, and now over"));\n`,
				put: `	if (state.kind === "cancelled") return owns(state, secret, trust);\n`,
			},
		],
		test: {
			file: "packages/protocol/test/handover/payee-rulings.test.ts",
			name: "what was cancelled is owned by its release all the same, until grace is over",
		},
		model: "rulings cancelled-owns-when-over",
	},
	{
		name: "refund-not-asked-for",
		why: "a payee in doubt asks for a release alone: of a payer that was refunded, and has forgotten it, nobody tells it, and it waits for ever",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/ruling.ts",
				find: `state?.kind !== "resolving" || state.terms.lock === null) return [];
	const request = serializeRulingRequest({ kind: "question"`,
				put: `state?.kind !== "owned" || state.terms.lock === null) return [];
	const request = serializeRulingRequest({ kind: "question"`,
			},
		],
		test: {
			file: "test/rulings.test.ts",
			name: "once it was refunded what was asked for …: the payee asks what was ruled, and waits no more",
		},
	},
];
