/** Judge of approvals: what whoever is shown one asks of it. */
import { approves, isRefusal, toHex, verifyApproval } from "@tenten/protocol";
import { bytesIn, factsOf, type Judge, numberIn, textIn, trustIn } from "./vector.ts";

export const judgeApproval: Judge = (input, verify) => {
	const approval = verifyApproval(bytesIn(input, "approval"), trustIn(input, verify));
	if (isRefusal(approval)) return approval;
	const refusal = approves(approval, {
		request: bytesIn(input, "request"),
		asset: { operator: bytesIn(input, "operator"), code: textIn(input, "code") },
		amount: BigInt(textIn(input, "amount")),
		payer: bytesIn(input, "payer"),
		now: numberIn(input, "now"),
	});
	return refusal ?? { mandate: toHex(approval.mandate.id), body: factsOf(approval.body) };
};
