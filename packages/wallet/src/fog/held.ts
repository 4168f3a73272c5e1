/** What a gateway keeps of a device's tokens, for the party that answers for it (docs/spec/fog.md#questions). */
import { type Bytes, compareBytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { type AskGateway, askGateway } from "./gateway.ts";

/** An encoded token, by the id of its present output: the gateway's word, until an operator judges it. */
export type HeldByDevice = { readonly output: Bytes; readonly token: Bytes };

/** as many as a gateway keeps of one device */
const heldMost = 1_024;

/**
 * All tokens of a device that the gateway keeps for who signed `question`, a `deviceQuestion`. `channel-failed` where its
 * answers cannot be: out of order, or more than any gateway keeps.
 */
export async function heldAtGateway(
	ask: AskGateway,
	question: Bytes,
	random: (bytes: number) => Bytes,
): Promise<readonly HeldByDevice[] | Refusal> {
	const all: HeldByDevice[] = [];
	for (;;) {
		const after = all.at(-1)?.output ?? null;
		const answer = await askGateway({ ask, random }, { kind: "tokensOf", question, after });
		if (isRefusal(answer)) return answer;
		if (answer.kind !== "tokens") return refuse("channel-failed", "no answer to tokensOf");
		for (const held of answer.tokens) {
			const last = all.at(-1)?.output;
			if (last !== undefined && compareBytes(last, held.output) >= 0)
				return refuse("channel-failed", "tokens that are told again, or out of order");
			all.push(held);
		}
		if (!answer.more) return all;
		if (answer.tokens.length === 0 || all.length > heldMost)
			return refuse("channel-failed", "more tokens than a gateway keeps");
	}
}
