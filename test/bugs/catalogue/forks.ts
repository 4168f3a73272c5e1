/** Bugs of the operator in what it makes of a fork: who draws on its reserve, how much, and what is filed. */
import type { Bug } from "../bug.ts";

const settlement = "packages/operator/src/settlement.ts";
const conflict = "packages/protocol/src/registry/conflict.ts";
const forks = "packages/operator/test/forks.test.ts";

export const forking: readonly Bug[] = [
	{
		name: "culprit-draws",
		why: "who made the fork draws on the reserve for the branch that lost",
		promise: 1,
		edits: [
			{
				file: conflict,
				find: `	return { kind: "forked", missing, forks, last, draws: !isCulprit };`,
				put: `	return { kind: "forked", missing, forks, last, draws: !isCulprit || forks.length > 0 };`,
			},
		],
		test: { file: forks, name: "spent by its owner and then redeemed: the culprit itself draws nothing" },
	},
	{
		name: "reserve-without-limit",
		why: "the fork reserve pays under one culprit whatever is asked: what an operator repays is unbounded",
		promise: 5,
		edits: [
			{
				file: settlement,
				find: "				const paid = !outcome.draws ? 0n : amount < left ? amount : left;",
				put: "				const paid = !outcome.draws ? 0n : left < 0n ? left : amount;",
			},
		],
		test: { file: forks, name: "under one culprit the reserve pays up to its limit, then only proves" },
		blind: "no culprit there reaches its limit",
	},
	{
		name: "reserve-per-fork",
		why: "each fork of one order draws as if none before it had: the reserve pays past the culprit's limit",
		promise: 1,
		edits: [{ file: settlement, find: "				running.set(culprit, before + paid);\n", put: "" }],
		test: {
			file: forks,
			name: "of forks claimed in one order the reserve pays up to the culprit's limit all the same",
		},
	},
	{
		name: "reserve-race",
		why: "a settlement is written although another drew under the same culprit since it was planned: the limit is passed",
		promise: 1,
		edits: [{ file: settlement, find: ", ...[...drawn].flat()].join();", put: ", drawn.size < 0].join();" }],
		test: {
			file: forks,
			name: "of forks claimed in many orders at once the reserve pays up to the culprit's limit all the same; …",
		},
	},
	{
		name: "one-case-a-culprit",
		why: "every fork of one owner is filed under the first: the later ones are answered with evidence of another",
		promise: 5,
		edits: [
			{
				file: "packages/operator/src/store/case-files.ts",
				find: "	const id = sha256(encodeItem([kind, culprit, input]));",
				put: "	const id = sha256(encodeItem([kind, culprit, input.subarray(0, 0)]));",
			},
		],
		test: {
			file: forks,
			name: "two outputs that one owner spent twice are two cases, each with evidence of its own",
		},
	},
];
