/**
 * Paying from a folder: the payee's request first, then the hand-over, over one address.
 *
 *   address ──ask──▶ request ──checked, shown, agreed to──▶ pay ──▶ spent | in flight | safe
 */
import type { OpenedRequest, RequestOptions } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	parseMessage,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
} from "@tenten/protocol";
import {
	type AskedRequest,
	type Channel,
	decodeInvitation,
	type HttpChannel,
	httpChannel,
	inProcessChannel,
	type Payment,
	type Wallet,
} from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import type { WalletFolder } from "./folder.ts";

/** A request whose signature holds, as it is shown before anyone agrees to it, with the messages it came in. */
export type ShownRequest = OpenedRequest & { readonly messages: readonly Bytes[] };

/** The request in the entries of a bundle, which may hold an invitation, too. */
export function findRequest({ wallet }: WalletFolder, entries: readonly Bytes[]): ShownRequest | Refusal {
	const messages = entries.filter((entry) => isRefusal(decodeInvitation(entry)));
	const opened = wallet.module.openRequest(messages);
	return isRefusal(opened) ? opened : { ...opened, messages };
}

export async function askFor(
	folder: WalletFolder,
	channel: HttpChannel,
	asked: AskedRequest,
): Promise<ShownRequest | Refusal> {
	const messages = await channel.ask(asked);
	return isRefusal(messages) ? messages : findRequest(folder, messages);
}

/** Pays what was shown and agreed to. The address is kept first, so that the payment can be taken up again. */
export function payShown(
	{ wallet, addresses }: WalletFolder,
	{ encoded, request, messages }: ShownRequest,
	amount: bigint,
	channel: Channel,
	address: string,
): Promise<Payment | Refusal> {
	addresses.keep(request.digest, address);
	return wallet.pay({ request: encoded, messages, amount }, channel);
}

/** A channel to an address that the user gave: it may be on this machine. */
export function channelTo(address: string): HttpChannel {
	const origin = URL.parse(address)?.origin;
	if (origin === undefined) throw new BadInput(`${address} is no address`);
	const channel = httpChannel(address, { rules: { origins: [origin], loopback: true } });
	if (isRefusal(channel)) throw new BadInput(`${address}: ${channel.detail}`);
	return channel;
}

/**
 * The same channel, with the last refusal that came over it: why a payee said no. A payer that was refused calls it off,
 * and a payee that took nothing answers that it knows of no such attempt: that is no reason where there was one.
 */
export function withReasons(channel: Channel): {
	readonly channel: Channel;
	readonly last: () => Refusal | undefined;
} {
	let last: Refusal | undefined;
	const exchange: Channel["exchange"] = async (messages) => {
		const answers = await channel.exchange(messages);
		const said = isRefusal(answers) ? answers : answers.map(refusalIn).find((each) => each !== undefined);
		if (said !== undefined && (last === undefined || said.code !== "attempt-unknown")) last = said;
		return answers;
	};
	return { channel: { exchange }, last: () => last };
}

/**
 * One wallet asks another in this process for money, and is paid; why it was not, and then it is called off: a payee may
 * take later what it does not take now, and nobody waits here.
 */
export async function payOrCallOff(
	payer: Wallet,
	payee: Wallet,
	asked: RequestOptions,
): Promise<Refusal | null> {
	const request = await payee.request(asked);
	if (isRefusal(request)) return request;
	const { channel, last } = withReasons(inProcessChannel(payee.handle));
	const paid = await payer.pay({ request: request.encoded }, channel);
	if (isRefusal(paid)) return paid;
	if (paid.fundsState === "spent") return null;
	const reason = last() ?? refuse("peer-refused", `the money is ${paid.fundsState}`);
	if (paid.fundsState === "inFlight") await payer.cancel(paid.attempt, channel);
	return reason;
}

/** The refusal that a message carries. A code that is not ours is not put into words. */
export function refusalIn(encoded: Bytes): Refusal | undefined {
	const message = parseMessage(encoded);
	if (message.kind !== "refused") return undefined;
	const { code, detail } = message;
	return Object.hasOwn(refusals, code) ? refuse(code as RefusalCode, detail) : refuse("type-unknown", code);
}
