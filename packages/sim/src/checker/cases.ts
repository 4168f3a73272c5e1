/**
 * Cases: what an operator has proven, read again from its evidence: against whom, and of which output or lock.
 *
 * Signatures are verified with the protocol's function, which the operator uses, too; that the links are those
 * of the output, and not another's, is looked up in the checker's own ledger.
 */
import {
	type Bytes,
	evidence,
	falseStatement,
	isRefusal,
	limits,
	linkId,
	lockHash,
	parse,
	type Trust,
	toHex,
	verifyEvidence,
	verifyFalseStatement,
} from "@tenten/protocol";
import { Violation } from "../violation.ts";
import type { Ledger, Output } from "./ledger.ts";

export type Case = {
	/** certificate of the culprit */
	readonly culprit: string;
	/** the output that was spent twice, or of whose lock both was said; null for a statement about a lock */
	readonly output: string | null;
	readonly lock: string | null;
	/** certificate of the owner, where it was deceived */
	readonly excused: string | null;
};

/** What stands in a case file. Throws where it proves nothing, or something else. */
export function caseOf(
	{ kind, culprit, encoded }: { readonly kind: string; readonly culprit: string; readonly encoded: Bytes },
	{ operator, trust, ledger }: { readonly operator: Bytes; readonly trust: Trust; readonly ledger: Ledger },
): Case {
	if (kind === "falseStatement") {
		const liar = verifyFalseStatement(encoded, operator, trust);
		const shown = parse(falseStatement, encoded, limits.message);
		if (isRefusal(liar) || isRefusal(shown) || toHex(liar.hash) !== culprit) throw unproven(kind);
		return { culprit, output: null, lock: toHex(lockHash(shown.release)), excused: null };
	}
	const convicted = verifyEvidence(encoded, trust);
	const shown = parse(evidence, encoded, limits.evidence);
	if (isRefusal(convicted) || isRefusal(shown)) throw unproven(kind);
	if (toHex(convicted.culprit.hash) !== culprit || convicted.kind !== kind) throw unproven(kind);
	const output = toHex(convicted.input);
	const links = shown.kind === "fork" ? [shown.first, shown.second] : [shown.link];
	for (const { payload } of links) {
		const known = ledger.links.get(toHex(linkId(payload)));
		if (known !== undefined && known.input !== output) throw unproven(kind);
	}
	return { culprit, output, lock: null, excused: convicted.excused && toHex(convicted.excused.hash) };
}

function unproven(kind: string): Violation {
	return new Violation("accused", `a case of ${kind} that its evidence does not prove`);
}

/** Whether a case says who spent this output twice: its owner, or whoever deceived that. */
export function proves({ culprit, output, lock, excused }: Case, forked: Output): boolean {
	const isOfOwner = culprit === forked.owner || excused === forked.owner;
	const isOfIt = output === forked.id || forked.consumers.some((link) => lock !== null && link.lock === lock);
	return isOfOwner && isOfIt;
}
