/** Bugs in a ledger of accounts: reservations, limits, and what was done before. */
import type { Bug } from "../bug.ts";

const decide = "packages/protocol/src/ledger/decide.ts";
const account = "packages/protocol/src/ledger/account.ts";
const seen = {
	file: "packages/sim/test/ledger-world.test.ts",
	name: "whatever clients ask and wherever power fails, a ledger does and says what the checker's book says",
};
const blind = "its worlds move tokens: a ledger has a world of its own, in which the named test finds it";

export const accounts: readonly Bug[] = [
	{
		name: "posts-after-time-limit",
		why: "a reservation is posted after its time limit: the payer was told that it is free again",
		promise: 1,
		edits: [
			{
				file: decide,
				find: `	if (isDue && kind !== "expire") return refusedBy("reservation-expired");\n`,
				put: "",
			},
		],
		test: seen,
		blind,
	},
	{
		name: "reserved-is-available",
		why: "what is reserved of an account counts as available: it is spent twice",
		promise: 3,
		edits: [
			{
				file: account,
				find: "	return balanceOf(sums) - sums.debitsPending;",
				put: "	return balanceOf(sums);",
			},
		],
		test: seen,
		blind,
	},
	{
		name: "rest-stays-reserved",
		why: "a reservation that is posted in part keeps its rest for ever: nobody can use it",
		promise: 2,
		edits: [
			{
				file: decide,
				find: "{ pending: -reserved, posted:",
				put: "{ pending: -amount, posted:",
			},
		],
		test: seen,
		blind,
	},
	{
		name: "linked-done-apart",
		why: "of linked transfers those before the refused one stay done: one side of an exchange is paid",
		promise: 2,
		edits: [
			{
				file: decide,
				find: "	const apart = book.fork();",
				put: "	const apart = book;",
			},
		],
		test: seen,
		blind,
	},
];
