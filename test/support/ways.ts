/** Ways from a payer's wallet to a payee's, over every channel on which both speak. */
import { startBroker } from "@tenten/operator/fog";
import { isRefusal } from "@tenten/protocol";
import {
	type Channel,
	handoverApp,
	httpChannel,
	inProcessChannel,
	listenAsRelay,
	listenOnLoopback,
	makeInvitation,
	nodeDial,
	type QrFrames,
	qrLink,
	relayLink,
	type Wallet,
} from "@tenten/wallet";
import { ok } from "./town.ts";

/** A way from one wallet to another, and what ends it. */
export type Way = { readonly channel: Channel; readonly stop: () => Promise<void> };

export const ways: Readonly<Record<string, (payer: Wallet, payee: Wallet) => Promise<Way>>> = {
	"a call": async (_, payee) => ({ channel: inProcessChannel(payee.handle), stop: async () => undefined }),
	HTTP: async (_, payee) => {
		const server = await listenOnLoopback(handoverApp(payee.handle));
		const channel = ok(httpChannel(server.url, { rules: { loopback: true } }));
		const stop = async () => {
			channel.close();
			await server.stop();
		};
		return { channel, stop };
	},
	"a relay": async (payer, payee) => {
		const relay = await listenAsRelay();
		const shared = { invitation: makeInvitation(relay.url), dial: nodeDial({ loopback: true }) };
		const inviter = ok(relayLink({ ...shared, side: "inviter", handle: payee.handle }));
		const guest = ok(relayLink({ ...shared, side: "guest", handle: payer.handle }));
		const stop = async () => {
			inviter.close();
			guest.close();
			await relay.stop();
		};
		return { channel: guest, stop };
	},
	"a broker": async (payer, payee) => {
		const broker = await startBroker({ port: 0 });
		const shared = { invitation: makeInvitation(broker.url), dial: nodeDial({ loopback: true }) };
		const inviter = ok(relayLink({ ...shared, side: "inviter", handle: payee.handle }));
		const guest = ok(relayLink({ ...shared, side: "guest", handle: payer.handle }));
		const stop = async () => {
			inviter.close();
			guest.close();
			await broker.close();
		};
		return { channel: guest, stop };
	},
	"two screens": async (payer, payee) => {
		const shown: { payer?: QrFrames; payee?: QrFrames } = {};
		const link = (side: "payer" | "payee", wallet: Wallet) =>
			qrLink({
				handle: wallet.handle,
				show: (frames) => {
					if (!isRefusal(frames)) shown[side] = frames as QrFrames;
				},
			});
		const [payers, payees] = [link("payer", payer), link("payee", payee)];
		let number = 0;
		const eyes = setInterval(() => {
			number++;
			// Every other frame is missed.
			if (shown.payer !== undefined) payees.scanned(shown.payer.text(2 * number));
			if (shown.payee !== undefined) payers.scanned(shown.payee.text(2 * number + 1));
		}, 1);
		const stop = async () => {
			clearInterval(eyes);
			payers.close();
			payees.close();
		};
		return { channel: payers, stop };
	},
};
