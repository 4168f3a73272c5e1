/** Channels that misbehave, for tests: they lose, repeat, delay or look at what passes. */
import {
	type Bytes,
	isRefusal,
	type Message,
	type OperatorClient,
	parseListMessage,
	parseMessage,
	refuse,
} from "@tenten/protocol";
import { type Channel, type Handle, inProcessChannel } from "@tenten/wallet";

/** What may happen to the message that passes as the n-th, counted from one over both ways. */
export type Meddling = (message: Message, n: number) => "pass" | "lose" | "repeat" | Bytes;

/** A channel in one process, every message of which passes by `meddle`. */
export function meddledChannel(
	handle: Handle,
	meddle: Meddling,
): Channel & { readonly passed: () => number } {
	let passed = 0;
	const through = (messages: readonly Bytes[]): readonly Bytes[] =>
		messages.flatMap((encoded) => {
			// What wallets say of lists beside a hand-over is none of its messages.
			if (!isRefusal(parseListMessage(encoded))) return [encoded];
			const fate = meddle(parsed(encoded), ++passed);
			if (fate === "lose") return [];
			if (fate === "repeat") return [encoded, encoded];
			return [fate === "pass" ? encoded : fate];
		});
	const inner = inProcessChannel(async (messages) => through(await handle(through(messages))));
	return { exchange: inner.exchange, passed: () => passed };
}

function parsed(encoded: Bytes): Message {
	const message = parseMessage(encoded);
	if (isRefusal(message)) throw new Error("a message that does not parse");
	return message;
}

/** Loses the n-th message. */
export function losing(handle: Handle, n: number): ReturnType<typeof meddledChannel> {
	return meddledChannel(handle, (_, number) => (number === n ? "lose" : "pass"));
}

/** Loses every message of this kind. */
export function without(handle: Handle, kind: Message["kind"]): ReturnType<typeof meddledChannel> {
	return meddledChannel(handle, (message) => (message.kind === kind ? "lose" : "pass"));
}

const nobody = async () => refuse("channel-failed", "nobody there");

/** Nobody there. */
export const deadChannel: Channel = { exchange: nobody };

/** An operator out of reach. */
export const deadOperator: OperatorClient = {
	trustList: nobody,
	freezeList: nobody,
	appeal: nobody,
	enrol: nobody,
	withdraw: nobody,
	claim: nobody,
	rule: nobody,
	release: nobody,
	account: nobody,
};
