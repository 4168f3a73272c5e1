/** What a side gave in an attempt, as it keeps it: a statement shows it to an operator. */
import {
	type DurablePayee,
	type DurablePayer,
	type Message,
	toHex,
	verifyParsedToken,
} from "@tenten/protocol";
import { must, trust } from "./ecosystem.ts";

export function givenBy(state: DurablePayer | DurablePayee): Message | undefined {
	return "transfer" in state ? state.transfer : "answer" in state ? state.answer : undefined;
}

/** The outputs that would be refunded: what locked links consumed, and outputs 0 of direct ones. */
export function inQuestion(message: Message | undefined): readonly string[] {
	const isGiven = message?.kind === "transfer" || message?.kind === "counterTransfer";
	return (isGiven ? message.tokens : []).map((carried) => {
		const token = must(verifyParsedToken(carried, trust, { signatures: false }));
		return toHex(token.pending === null ? token.outputId : (token.path.at(-1)?.input ?? token.outputId));
	});
}
