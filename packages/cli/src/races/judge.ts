/** What may come of a race over one token: one payout, and evidence against nobody but whoever signed twice. */
import { parseReply, toHex, verifyEvidence } from "@tenten/protocol";
import { type Holder, must } from "../ecosystem.ts";
import type { Answer } from "./crowd.ts";
import type { Track } from "./racer.ts";

/** One payout of the contested token, which is the first of every claim; forks name one of `culprits`. */
export function judgeToken(
	{ trust }: Track,
	answers: readonly Answer[],
	worth: bigint,
	culprits: readonly Holder[],
): readonly string[] {
	const wrong: string[] = [];
	const replies = new Map(
		answers.flatMap((one) => (one.kind === "reply" ? [[toHex(one.bytes), one.bytes] as const] : [])),
	);
	const guilty = culprits.map(({ certificate }) => toHex(certificate.hash));
	let payouts = 0;
	for (const bytes of replies.values()) {
		const [result] = must(parseReply(bytes)).results;
		if (result?.kind === "paid" || result?.kind === "refreshed") {
			payouts++;
			if (result.amount !== worth) wrong.push(`${result.amount} paid of ${worth}`);
		} else if (result?.kind === "forked") {
			const { culprit } = must(verifyEvidence(result.evidence, trust));
			if (!guilty.includes(toHex(culprit.hash))) wrong.push("evidence against somebody honest");
		} else wrong.push(`a reply of ${result?.kind ?? "nothing"}`);
	}
	if (payouts !== 1) wrong.push(`${payouts} payouts of one token`);
	return wrong;
}
