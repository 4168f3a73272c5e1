/** Issues that no account pays for: tickets, gifts and prizes, which the operator answers for itself. */
import {
	assetHash,
	type Bytes,
	type IssueProof,
	isRefusal,
	limits,
	type Refusal,
	refuse,
	sumOf,
	type Terms,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { insertIssues, makeIssues } from "./issuer.ts";
import { hasEntry, hasRoomFor, nobody, postEntry } from "./store/books.ts";

export type DirectIssue = {
	/** 32 bytes that name this batch: a second one under the same name is refused */
	readonly id: Bytes;
	readonly code: string;
	/** at most 65,536, signed once */
	readonly outputs: readonly { readonly amount: bigint; readonly owner: Bytes }[];
	readonly terms: Terms;
};

const rowsTogether = 1_000;

export async function issueDirectly(
	context: OperatorContext,
	{ id, code, outputs, terms }: DirectIssue,
): Promise<readonly IssueProof[] | Refusal> {
	const total = sumOf(outputs);
	if (total > limits.amount || outputs.some(({ amount }) => amount <= 0n)) return refuse("amount-invalid");
	const planned = outputs.map(({ amount, owner }, output) => ({ output, amount, owner, hopsUsed: 0, terms }));
	const proofs = await makeIssues(context, code, planned);
	if (isRefusal(proofs)) return proofs;
	const asset = assetHash({ operator: context.id, code });
	return context.store.run(async (transaction) => {
		if (await hasEntry(transaction, id)) return refuse("request-reused", "issued before");
		if (!(await hasRoomFor(transaction, asset, total)))
			return refuse("limit-exceeded", "more than the books hold");
		for (let from = 0; from < proofs.length; from += rowsTogether)
			await insertIssues(transaction, proofs.slice(from, from + rowsTogether));
		const lines = [
			{ book: "outside", owner: nobody, amount: -total },
			{ book: "issued", owner: nobody, amount: total },
		] as const;
		await postEntry(transaction, { id, asset, lines, at: context.now() });
		return proofs;
	});
}
