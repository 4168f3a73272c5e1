/** A Close beside what was claimed of its meter before: a claim that it makes a lie convicts its claimant. */
import {
	type Bytes,
	consumedOutput,
	isRefusal,
	meteredEvidenceFrom,
	parse,
	type RegistryRow,
	type SignedStatement,
	type Trust,
	verifyEvidence,
} from "@tenten/protocol";
import { openCase } from "./cases.ts";
import { claimOn } from "./store/meter-claims.ts";
import type { Transaction } from "./store/store.ts";
import type { Teller } from "./webhooks/outbox.ts";

/** Opens a case for each Close among the rows that the payee's kept claim contradicts. */
export async function convictClaimants(
	transaction: Transaction,
	teller: Teller,
	{ issue, rows }: { readonly issue: Bytes; readonly rows: readonly RegistryRow[] },
	trust: Trust,
): Promise<void> {
	for (const { meter, consumed } of rows) {
		const claim = meter && (await claimOn(transaction, issue, meter.output));
		if (claim !== undefined && consumed !== null)
			await convictBeside(transaction, teller, consumed, claim.statement, trust);
	}
}

/** Whether this Close, an encoded `ConsumedOutput`, makes the statement a lie; then a case is open. */
export async function convictBeside(
	transaction: Transaction,
	teller: Teller,
	close: Bytes,
	statement: SignedStatement,
	trust: Trust,
): Promise<boolean> {
	const consumed = parse(consumedOutput, close, close.length);
	if (isRefusal(consumed)) return false;
	const evidence = meteredEvidenceFrom(statement, consumed);
	const conviction = verifyEvidence(evidence, trust);
	if (isRefusal(conviction)) return false;
	const { kind, culprit, input } = conviction;
	await openCase(transaction, teller, { kind, culprit: culprit.hash, input, evidence });
	return true;
}
