/** Judge of asset definitions. */
import { isRefusal, toHex, verifyDefinition } from "@tenten/protocol";
import { bytesIn, factsOf, type Judge, trustIn } from "./vector.ts";

export const judgeDefinition: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const verified = verifyDefinition(bytesIn(input, "definition"), bytesIn(input, "operator"), trust);
	if (isRefusal(verified)) return verified;
	const { id, body, proposer, approvers } = verified;
	return {
		id: toHex(id),
		body: factsOf(body),
		proposer: toHex(proposer.hash),
		approvers: approvers.map(({ hash }) => toHex(hash)),
	};
};
