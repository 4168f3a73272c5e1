/**
 * Ways from hand to hand that need nobody else: two screens and two cameras, files on a memory card, links in whatever
 * still carries a few lines, and HTTP from one device to the other. What passes is the same bytes everywhere.
 */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type AssetId, type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import {
	type Channel,
	fileReceiver,
	fileSender,
	type Handle,
	handoverApp,
	httpChannel,
	linkOf,
	listenOnLoopback,
	messagesOfLink,
	nodeDial,
	type Payment,
	QrReader,
	qrFrames,
	relayLink,
} from "@tenten/wallet";
import { must, random } from "../../ecosystem.ts";
import type { Phone } from "./phone.ts";

/** A way to somebody, who has come to it as well. */
export type Way = Channel & { readonly close: () => Promise<void> };

/** One passage of messages, and what arrives. */
type Carry = (messages: readonly Bytes[]) => Promise<readonly Bytes[] | Refusal>;

function byHand({ wallet }: Phone, carry: Carry): Way {
	return {
		exchange: async (messages) => {
			const arrived = await carry(messages);
			return isRefusal(arrived) ? arrived : carry(await wallet.handle(arrived));
		},
		close: async () => undefined,
	};
}

/** Two screens and two cameras, which miss every third frame: what need not pass does not. */
export function byScreens(payee: Phone): Way {
	const way = byHand(payee, async (messages) => {
		if (messages.length === 0) return [];
		const screen = must(qrFrames({ id: null, messages }));
		const camera = new QrReader();
		for (let number = 0; ; number++) {
			if (screen.count > 1 && number % 3 === 1) continue;
			const read = must(camera.take(screen.text(number)));
			if (read.kind === "whole") return read.letter.messages;
		}
	});
	return { ...way, isNarrow: true };
}

/** A memory card that goes to and fro. */
export function byFiles(payee: Phone, folder: string): Way {
	return byHand(payee, async (messages) => {
		if (messages.length === 0) return [];
		const card = join(folder, `card-${randomUUID()}.tenten`);
		await fileSender(card).send(messages);
		const arrived = await fileReceiver(card).receive();
		rmSync(card);
		return arrived;
	});
}

/** Lines of text that somebody passes on. */
export function byLinks(payee: Phone): Way {
	return byHand(payee, async (messages) => (messages.length === 0 ? [] : messagesOfLink(linkOf(messages))));
}

/** Straight from one device to the other. */
export async function byHttp(payee: Phone): Promise<Way> {
	const server = await listenOnLoopback(handoverApp(payee.wallet.handle, (error) => console.error(error)));
	const channel = must(httpChannel(server.url, { rules: { loopback: true } }));
	return {
		exchange: channel.exchange,
		close: async () => {
			channel.close();
			await server.stop();
		},
	};
}

/** A room at a relay, or at the broker of a gateway. `hears`: what the payee does with what comes; its wallet, without. */
export function byRoom(payee: Phone, place: string, hears: Handle = payee.wallet.handle): Way {
	const invitation = { relay: place, secret: random(32) };
	const meets = (side: "inviter" | "guest", handle: Handle) =>
		must(relayLink({ invitation, side, handle, dial: nodeDial({ loopback: true }) }));
	const [there, here] = [meets("inviter", hears), meets("guest", async () => [])];
	return {
		exchange: here.exchange,
		close: async () => {
			here.close();
			there.close();
		},
	};
}

export type Asked = { readonly asset: AssetId; readonly amount: bigint };

/** A payment as far as its way lets it; the way is gone afterwards. */
export async function pay(payer: Phone, payee: Phone, asked: Asked, way: Way): Promise<Payment> {
	const request = must(await payee.wallet.request({ ...asked, memo: payee.name }));
	const paid = must(await payer.wallet.pay({ request: request.encoded }, way));
	await way.close();
	return paid;
}
