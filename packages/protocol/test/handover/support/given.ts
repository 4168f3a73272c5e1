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

export type InQuestion = {
	/** what would be refunded */
	readonly output: string;
	/** output and link, for all links on its path */
	readonly path: readonly (readonly [string, string])[];
};

/** What locked links consumed, and outputs 0 of direct ones; a locked link counts for nothing. */
export function inQuestion(message: Message | undefined): readonly InQuestion[] {
	const isGiven = message?.kind === "transfer" || message?.kind === "counterTransfer";
	return (isGiven ? message.tokens : []).map((carried) => {
		const { path, pending, outputId } = must(verifyParsedToken(carried, trust, { signatures: false }));
		const effective = pending === null ? path : path.slice(0, -1);
		return {
			output: toHex(pending === null ? outputId : (path.at(-1)?.input ?? outputId)),
			path: effective.map((link) => [toHex(link.input), toHex(link.id)] as const),
		};
	});
}
