/** Bugs in settlement: what a bank's word does to a claim, and what a refusal does to a party. */
import type { Bug } from "../bug.ts";

const claim = "packages/protocol/src/settle/party-claim.ts";
const seen = {
	file: "packages/sim/test/settlement-world.test.ts",
	name: "whatever fails and whatever a bank says, each record is on one claim of either party, and paid once",
};
const blind = "its worlds move tokens: settlement has a world of its own, in which the named test finds it";

export const settling: readonly Bug[] = [
	{
		name: "filed-in-two-files",
		why: "a file takes a claim that another file has: the bank takes the money twice",
		promise: 1,
		edits: [
			{
				file: claim,
				find: 'return isIn ? nothing : refuse("claim-filed", "it is in another file");',
				put: 'return isIn ? nothing : to({ kind: "filed", file: event.file });',
			},
		],
		test: seen,
		model: "settlement files-filed",
		blind,
	},
	{
		name: "returned-stays-paid",
		why: "a debit that comes back after it was settled leaves its claim paid: nobody asks for the money again",
		promise: 2,
		edits: [
			{
				file: claim,
				find: 'if (isIn) return to({ kind: "reopened"',
				put: 'if (isIn && now.kind !== "paid") return to({ kind: "reopened"',
			},
		],
		test: seen,
		model: "settlement paid-is-final",
		blind,
	},
	{
		name: "refusal-of-an-older-file",
		why: "the refusal of an older file, read again, reopens a claim that its bank pays by the next: it is paid twice",
		promise: 1,
		edits: [
			{
				file: claim,
				find: 'if (was("reopened")) return nothing;\n\t\t\tif (isIn) return',
				put: 'if (now.kind === "reopened") return nothing;\n\t\t\tif (now.kind !== "claimed") return',
			},
		],
		test: seen,
		model: "settlement result-by-claim",
		blind,
	},
	{
		name: "suspended-for-one-refusal-again",
		why: "a suspension that is told again after a crash suspends again, though somebody let the party act since",
		promise: 5,
		edits: [
			{
				file: "packages/operator/src/devices/parties.ts",
				find: " || (await hasCause(transaction, id, cause))",
				put: "",
			},
		],
		test: seen,
		model: "settlement keeps-no-cause",
		blind,
	},
];
