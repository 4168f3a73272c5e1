/** Has the payee reserve a payment that is set aside; the module releases it by the payee's answer. */
import {
	type Bytes,
	isRefusal,
	parseMessage,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
} from "@tenten/protocol";
import type { Channel } from "../transport/channel.ts";
import type { Wallet } from "../wallet.ts";

/** Asks so many times. Why it was not released: the payee's reason, or undefined where it could not be reached. */
export async function reserve(
	wallet: Wallet,
	attempt: Bytes,
	messages: readonly Bytes[],
	channel: Channel,
	tries: number,
): Promise<Refusal | undefined> {
	let why: Refusal | undefined;
	for (let tried = 0; tried < tries; tried++) {
		const answers = await channel.exchange(messages);
		if (isRefusal(answers)) continue;
		await wallet.handle(answers);
		why = reasonIn(answers) ?? why;
		if (wallet.module.payer(attempt) !== "locked") break;
	}
	return why;
}

function reasonIn(messages: readonly Bytes[]): Refusal | undefined {
	for (const message of messages.map(parseMessage))
		if (message.kind === "refused" && Object.hasOwn(refusals, message.code))
			return refuse(message.code as RefusalCode, message.detail);
	return undefined;
}
