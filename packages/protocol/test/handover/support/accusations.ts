/** Whom the evidence of a test world convicts. */
import {
	type ConsumedOutput,
	consumedOutputs,
	extendToken,
	forkEvidenceFrom,
	releaseToken,
	toHex,
	verifyEvidence,
} from "@tenten/protocol";
import { must, trust } from "./ecosystem.ts";
import type { Ledger, LedgerLink } from "./ledger.ts";
import { Violation } from "./violation.ts";

/** Every fork names its culprit, and nobody honest is ever accused. How many there were. */
export function checkEvidence(ledger: Ledger): number {
	for (const fork of ledger.forks()) {
		const [first, second] = fork.map((link) => consumedBy(link, ledger));
		if (first === undefined || second === undefined) continue;
		const conviction = must(verifyEvidence(forkEvidenceFrom(first, second), trust));
		const culprit = ledger.owners.get(toHex(conviction.culprit.hash)) ?? "nobody";
		if (!ledger.dishonest.has(culprit)) throw new Violation("accused", culprit);
	}
	return ledger.forks().length;
}

function consumedBy(link: LedgerLink, ledger: Ledger): ConsumedOutput | undefined {
	const token = must(extendToken(link.signed, link.signature, 0));
	const secret = link.lock === null ? undefined : ledger.secrets.get(link.lock);
	const effective = secret === undefined ? token : must(releaseToken(token, secret));
	return consumedOutputs(effective, trust).at(-1);
}
