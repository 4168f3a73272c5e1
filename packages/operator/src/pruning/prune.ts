/**
 * Pruning: deletes what no rule can ask for any more (ADR 0040), while the operator works.
 *
 *   settlements, withdrawals, batches    the issues that these brought: those that have ended
 *   orders                               what was recorded and paid under them, once all of it is gone
 *   replies                              to claims of such orders
 *
 * One walk after another, in transactions that are bounded by rows; each looks at what is stored, so a run that was
 * killed is begun anew and ends the same. What could go wrong is that something is asked for after its rows are gone:
 * it is refused by its dates, and its issue, which went first, pays nothing. The audit log says who asked for it.
 */
import { type Bytes, issueId, toHex } from "@tenten/protocol";
import type { Acting } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { appendAudit } from "../store/audit-log.ts";
import { selectIn } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { inBatches, inSettlements, inWithdrawals, type Pages, type ProofPlace } from "./brought.ts";
import { both, type Found, gone, nothing } from "./found.ts";
import { hasEnded, type Pruning, pruneIssues } from "./issues.ts";
import { pruneOrders, pruneReplies } from "./orders.ts";

export type Pruned = {
	readonly found: Found;
	/** where to go on; null at the end */
	readonly next: string | null;
};

type Walk = (
	context: OperatorContext,
	pruning: Pruning,
	after: string,
) => Promise<{ readonly found: Found; readonly last: string | null }>;

const walks = {
	settlements: issuesOf(inSettlements),
	withdrawals: issuesOf(inWithdrawals),
	batches: pruneBatches,
	orders: pruneOrders,
	replies: pruneReplies,
} as const satisfies Readonly<Record<string, Walk>>;
const order = Object.keys(walks) as readonly (keyof typeof walks)[];

/** Pages of one answer: some seconds at most. */
const pagesTogether = 20;

/** Nothing ends by a clock that is ahead: what ended so many seconds ago did by every process's. */
export const leastAge = 86_400;

/** A part of a run; `from` is where the part before ended, null at the beginning. Undefined where it is no such place. */
export async function prune(
	context: OperatorContext,
	acting: Acting,
	pruning: Pruning,
	from: string | null,
): Promise<Pruned | undefined> {
	if (pruning.before > context.now() - leastAge) throw new Error("what may still be asked for is not pruned");
	let place = placeIn(from);
	if (place === undefined) return undefined;
	if (from === null && pruning.isApplied) await noteBegun(context, acting, pruning.before);
	let found = nothing;
	for (let page = 0; page < pagesTogether && place !== undefined; page++) {
		const walked: Awaited<ReturnType<Walk>> = await walks[place.walk](context, pruning, place.after);
		found = both(found, walked.found);
		place = walked.last === null ? walkAfter(place.walk) : { ...place, after: walked.last };
	}
	return { found, next: place === undefined ? null : `${place.walk}/${place.after}` };
}

type Place = { readonly walk: keyof typeof walks; readonly after: string };

function placeIn(text: string | null): Place | undefined {
	if (text === null) return { walk: "settlements", after: "" };
	const [name, after] = text.split("/");
	const walk = order.find((each) => each === name);
	const isPlace = walk !== undefined && /^([0-9a-f]{64}(:[0-9]{1,6})?)?$/.test(after ?? "-");
	return isPlace ? { walk, after: after ?? "" } : undefined;
}

function walkAfter(walk: keyof typeof walks): Place | undefined {
	const next = order[order.indexOf(walk) + 1];
	return next && { walk: next, after: "" };
}

function issuesOf(pages: Pages): Walk {
	return async (context, pruning, after) => {
		const { proofs, last } = await context.store.read((transaction) => pages(transaction, after));
		return { found: await pruneIssues(context, pruning, proofs), last };
	};
}

/** As of other issues. Their proofs go after them, while the batch's name stays: it is never issued again. */
async function pruneBatches(context: OperatorContext, pruning: Pruning, after: string): ReturnType<Walk> {
	const { store } = context;
	const page = await store.read((transaction) => inBatches(transaction, after));
	const found = await pruneIssues(context, pruning, page.proofs);
	const ended = page.proofs.flatMap((proof, i) => {
		const place = page.places[i];
		const isOver = place !== undefined && hasEnded(context, proof, pruning.before);
		return isOver ? [{ place, issue: issueId(proof.issue) }] : [];
	});
	const directProofs = pruning.isApplied
		? await store.run((transaction) => forgetProofs(transaction, ended))
		: ended.length;
	return { found: both(found, gone({ directProofs })), last: page.last };
}

/** Deletes proofs of issues that are gone; how many. */
async function forgetProofs(
	transaction: Transaction,
	ended: readonly { readonly place: ProofPlace; readonly issue: Bytes }[],
): Promise<number> {
	const ids = ended.map(({ issue }) => issue);
	const left = await selectIn(transaction, "issues", "issue_id", ["issue_id"], ids);
	const there = new Set(left.map(({ issue_id }) => toHex(issue_id)));
	const over = ended.filter(({ issue }) => !there.has(toHex(issue)));
	for (const { place } of over)
		await transaction
			.deleteFrom("direct_proofs")
			.where("batch_id", "=", place.batch_id)
			.where("position", "=", place.position)
			.execute();
	return over.length;
}

async function noteBegun({ store, now }: OperatorContext, acting: Acting, before: number): Promise<void> {
	const at = now();
	const entry = { ...acting, at, act: "pruned", subject: `${before}`, outcome: "done", detail: "" } as const;
	await store.run((transaction) => appendAudit(transaction, entry));
}
