/**
 * Unclaimed outputs: what an owner is told whose wallet was restored from a backup, and who does not know
 * whether it has spent them since (ADR 0041); and who answers for a device that is lost (ADR 0085).
 *
 *   shown ──▶ rows of the links before it, as a claim writes them ──▶ spent by a link? that link, to who asks
 *                                                                └──▶ otherwise refunded when it is due
 *
 * What could go wrong is that two owners are refunded one value: a payer that forgot that it paid, and the payee
 * that forgot what it did with it. So what the payee shows counts against the payer from then on.
 */
import {
	type Bytes,
	type ConsumedOutput,
	consumedOutput,
	equalBytes,
	isRefusal,
	parse,
	type Refund,
	type RegistryRow,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { insertRows, storedRows } from "./store/registry.ts";

/** The link that consumed the output, if one did. The links before it stand in the registry from now on. */
export async function consumptionOf(
	{ store }: OperatorContext,
	{ token: { issueId }, output, path }: Pick<Refund, "token" | "output" | "path">,
): Promise<ConsumedOutput | undefined> {
	const own = { output, consumer: issueId, consumed: null };
	const stored = await store.read((transaction) => storedRows(transaction, issueId, [...path, own]));
	if (missingOf(path, stored).length > 0)
		await store.run(async (transaction) => {
			const before = await storedRows(transaction, issueId, path);
			await insertRows(transaction, issueId, missingOf(path, before));
		});
	return linkOf(stored.find((row) => equalBytes(row.output, output))?.consumed ?? null);
}

/** A row that says otherwise stays: that is a fork, and is judged when something is paid. */
function missingOf(path: readonly RegistryRow[], stored: readonly RegistryRow[]): readonly RegistryRow[] {
	return path.filter(({ output }) => !stored.some((row) => equalBytes(row.output, output)));
}

/** What a row keeps of a link; of what was paid or refunded it keeps something else, or nothing. */
function linkOf(kept: Bytes | null): ConsumedOutput | undefined {
	const consumed = kept && parse(consumedOutput, kept, kept.length);
	return consumed === null || isRefusal(consumed) ? undefined : consumed;
}
