/** Bugs of the operator: in what it pays for a token, from which book, and how often. */
import type { Bug, Edit } from "../bug.ts";

const recording = "packages/operator/src/recording.ts";
const settlement = "packages/operator/src/settlement.ts";
const conflict = "packages/protocol/src/registry/conflict.ts";
const claim = "packages/protocol/src/registry/claim.ts";
const payout = "packages/protocol/src/registry/payout.ts";
const issuer = "packages/operator/src/issuer.ts";
const claims = "packages/operator/test/claims.test.ts";
const forks = "packages/operator/test/forks.test.ts";
const terms = "packages/operator/test/terms.test.ts";
const management = "packages/operator/test/management.test.ts";

/** No reply that was stored is found again. */
const repliesForgotten: readonly Edit[] = [
	{
		file: "packages/operator/src/claiming/line.ts",
		find: "	return hashes.map((hash) => replies.get(toHex(hash)));",
		put: "	return hashes.map((hash) => (hash.length === 0 ? replies.get(toHex(hash)) : undefined));",
	},
	{
		file: "packages/operator/src/claiming/together.ts",
		find: "			if (before !== undefined) return",
		put: "			if (before !== undefined && claim.hash.length === 0) return",
	},
	{
		file: "packages/operator/src/claims.ts",
		find: "	const before = await context.store.read((transaction) => storedReply(transaction, hash));",
		put: "	const before = await context.store.read(async () => undefined);",
	},
	{
		file: "packages/operator/src/claims.ts",
		find: "			const before = await storedReply(transaction, hash);",
		put: "			const before = hash.length === 0 ? await storedReply(transaction, hash) : undefined;",
	},
];

export const redeeming: readonly Bug[] = [
	{
		name: "row-conflict-ignored",
		why: "a row that another link took already is no matter: one output is paid to everybody who holds a branch of it",
		promise: 6,
		edits: [
			{
				file: conflict,
				find: "		else if (!equalBytes(before.consumer, row.consumer)) {",
				put: "		else if (!equalBytes(before.output, row.output)) {",
			},
		],
		test: { file: claims, name: "parallel claims of the same token under two orders pay one of them" },
	},
	{
		name: "refresh-without-rows",
		why: "a refresh takes no registry rows: its tokens are reissued, and redeemed once more",
		promise: 6,
		edits: [
			{
				file: recording,
				find: "	await insertRows(transaction, issue, verdict.missing);",
				put: `	if (claimed.order.action.kind === "account") await insertRows(transaction, issue, verdict.missing);`,
			},
			{
				file: "packages/operator/src/claiming/together.ts",
				find: "	const rows = taken.flatMap(({ missing }) => missing).sort(inOrder);",
				put: `	const credits = ({ takings }: PreparedClaim) => takings[0]?.order.action.kind === "account";
	const rows = taken.flatMap(({ missing, claim }) => (credits(claim) ? missing : [])).sort(inOrder);`,
			},
		],
		test: {
			file: claims,
			name: "what was refreshed is not redeemed too: the second order is a fork by its owner",
		},
	},
	{
		name: "own-row-not-taken",
		why: "a payout takes the rows of its path and not of the output that it pays",
		promise: 6,
		edits: [
			{
				file: claim,
				find: "	return [...pathRows(token, trust), { output: token.outputId, consumer: payee, consumed: null }];",
				put: "	return payee.length === 0 ? [] : pathRows(token, trust);",
			},
		],
		test: {
			file: "packages/operator/test/rulings.test.ts",
			name: "what was redeemed is not taken back on the word that none came of it",
		},
		blind: "a second wall: a primary key stands behind it",
	},
	{
		name: "only-last-row-taken",
		why: "only the last link of a path gets its row: a fork further up is never found, and both branches are paid",
		promise: 6,
		edits: [
			{
				file: claim,
				find: `		return meterRows(link.input, link.id, kept, link.kind === "change");
	});`,
				put: `		return meterRows(link.input, link.id, kept, link.kind === "change");
	}).slice(-1);`,
			},
		],
		test: {
			file: forks,
			name: "a fork deep in the path convicts whoever made it, not those who passed it on",
		},
	},
	{
		name: "settled-twice-in-a-race",
		why: "two answers to one order that are made at the same time are both paid: what waits is not looked at again",
		promise: 6,
		edits: [
			{
				file: settlement,
				find: '			if (!isSame(current, settlement.unsettled)) return { kind: "changed" as const, current };\n',
				put: '			if (current.open.length > 99) return { kind: "changed" as const, current };\n',
			},
		],
		test: {
			file: claims,
			name: "the same claim many times at once is paid once, with the same bytes for all; …",
		},
	},
	{
		name: "more-than-issued",
		why: "more may be paid for an issue than it holds, where its rows are free",
		promise: 1,
		edits: [
			{
				file: "packages/operator/src/store/registry.ts",
				find: `		.where((row) => row(row("issued", "-", row.ref("paid")), ">=", amount))\n`,
				put: "",
			},
			{
				file: "packages/operator/src/store/migrations.ts",
				find: " CHECK (paid >= 0 AND paid <= issued)",
				put: "",
			},
		],
		test: {
			file: "packages/operator/test/issues.test.ts",
			name: "an issue pays no more than it holds, to the unit",
		},
		blind: "a second wall: the rows stand before it, and hold",
	},
	{
		name: "retry-is-refused",
		why: "a claim whose answer was lost is told that its tokens are taken: what was paid for them never arrives",
		promise: 7,
		edits: [
			{
				file: recording,
				find: "	if (await isRecorded(transaction, claimed)) return undefined;",
				put: `	if (await isRecorded(transaction, claimed)) return refuse("ruling-taken");`,
			},
			...repliesForgotten,
		],
		test: { file: claims, name: "the same claim again gets the same bytes, and pays nothing more" },
	},
	{
		name: "record-not-recognised",
		why: "a claim that stands recorded is not known again: whoever lost the answer asks for ever",
		promise: 2,
		edits: [
			{
				file: recording,
				find: "	if (await isRecorded(transaction, claimed)) return undefined;\n",
				put: "	await isRecorded(transaction, claimed);\n",
			},
			...repliesForgotten,
		],
		test: { file: claims, name: "the same claim again gets the same bytes, and pays nothing more" },
	},
	{
		name: "unsettled-is-forgotten",
		why: "what was recorded before a crash and not settled is settled never, unless its holder comes back",
		promise: 2,
		edits: [
			{
				file: settlement,
				find: "	for (const { order_digest } of waiting) await settle(context, order_digest, async () => {});",
				put: "	for (const { order_digest } of waiting.slice(1)) await settle(context, order_digest, async () => {});",
			},
		],
		test: {
			file: "packages/operator/test/crash.test.ts",
			name: "an order that nobody retries is settled when the operator opens again",
		},
	},
	{
		name: "burned-is-paid",
		why: "what burns at its expiry is paid all the same",
		promise: 1,
		edits: [
			{
				file: settlement,
				find: `			case "burned":
				return 0n;`,
				put: `			case "burned":
				return amount;`,
			},
		],
		test: {
			file: terms,
			name: "what is refunded at expiry is credited after it; what burns is paid to nobody, once",
		},
	},
	{
		name: "merge-counts-twice",
		why: "a merge serves every owner in full, and what should have been used up goes to the fallback once more",
		promise: 1,
		edits: [{ file: payout, find: "		left -= paid;\n", put: "" }],
		test: {
			file: claims,
			name: "a merge serves owners in order, and what is left over goes to the fallback",
		},
	},
	{
		name: "leftover-to-last-owner",
		why: "what an order leaves over goes to the last of its owners, and not to whom it named for it",
		promise: 8,
		edits: [
			{
				file: payout,
				find: "	return [...issues, { ...rest, hopsUsed: mergedHops(merged, keeper) }];",
				put: "	return [...issues.slice(0, -1), { ...(issues.at(-1) ?? rest), amount: (issues.at(-1)?.amount ?? 0n) + left }];",
			},
		],
		test: {
			file: claims,
			name: "a merge serves owners in order, and what is left over goes to the fallback",
		},
		blind: "orders there pay their own signer alone",
	},
	{
		name: "merge-forgets-hops",
		why: "a merge carries the smallest count of hops: a limit on hops is evaded by adding a fresh token",
		promise: 8,
		edits: [
			{
				file: payout,
				find: "	return Math.max(\n		...merged.map(",
				put: "	return Math.min(\n		...merged.map(",
			},
		],
		test: {
			file: terms,
			name: "a merge carries the largest count of hops; keeping it is no hop, handing it to another owner is one",
		},
	},
	{
		name: "refresh-drops-conditions",
		why: "a refresh makes money of what was bound to conditions",
		promise: 8,
		edits: [
			{
				file: "packages/protocol/src/registry/terms.ts",
				find: "	return { conditions: issue.conditions, ",
				put: "	return { conditions: issue.conditions.slice(1), ",
			},
		],
		test: { file: terms, name: "a refresh copies conditions and caveats, and takes the asset's new windows" },
	},
	{
		name: "order-of-anybody",
		why: "an order need not be signed by an owner of its tokens: who intercepts redeeming links sends them elsewhere",
		promise: 8,
		edits: [
			{
				file: claim,
				find: "	if (redeemed.length > 0 && !signedByOwner)",
				put: "	if (redeemed.length > 99 && !signedByOwner)",
			},
		],
		test: { file: claims, name: "a claim whose order nobody with a token in it signed is refused whole" },
		blind: "nobody there intercepts redeeming links",
	},
	{
		name: "withdrawal-not-booked",
		why: "a withdrawal issues tokens and leaves the account as it was",
		promise: 1,
		edits: [
			{
				file: issuer,
				find: "	await postEntry(transaction, { id: order.digest, asset, lines, at: context.now() });\n",
				put: "	if (total < 0n) await postEntry(transaction, { id: order.digest, asset, lines, at: context.now() });\n",
			},
		],
		test: { file: management, name: "parallel withdrawals never take more than the account holds" },
	},
	{
		name: "withdrawal-answered-anew",
		why: "a withdrawal that is asked for again is carried out again",
		promise: 6,
		edits: [
			{
				file: issuer,
				find: `	const stored = await storedAnswer(transaction, order.digest);
	if (stored !== undefined) return stored;
	const stopped = await`,
				put: "	const stopped = await",
			},
			{
				file: issuer,
				find: `	if (stored !== undefined) return stored;
	const stopped = context`,
				put: "	const stopped = context",
			},
			{
				file: issuer,
				find: `	await insertNew(transaction, "withdrawals", [answered]);`,
				put: `	await transaction
		.insertInto("withdrawals")
		.values(answered)
		.onConflict((conflict) => conflict.doNothing())
		.execute();`,
			},
			{
				file: issuer,
				find: "	await postEntry(transaction, { id: order.digest, asset, lines, at: context.now() });",
				put: "	await postEntry(transaction, { id: context.entropy(32), asset, lines, at: context.now() });",
			},
		],
		test: {
			file: management,
			name: "the same withdrawal again, or many times at once, takes its amount once and gets the same tokens",
		},
	},
	{
		name: "outstanding-miscounted",
		why: "what rulings refunded still counts as in circulation: the books say that more is out than was issued",
		promise: 1,
		edits: [
			{
				file: "packages/operator/src/totals.ts",
				find: "		outstanding: issued - redeemed - refunded - burned,",
				put: "		outstanding: issued - redeemed - burned,",
			},
		],
		test: {
			file: "packages/operator/test/rulings.test.ts",
			name: "nothing is refunded before redeem until and grace; then the whole input is",
		},
		blind: "it adds up the tables itself and does not ask the operator for totals",
	},
];
