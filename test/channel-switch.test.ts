/** A hand-over that was begun over one channel ends over another, wherever the first one broke off. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startBroker } from "@tenten/operator";
import { isRefusal, refuse } from "@tenten/protocol";
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
import { ok, openTown, type Town } from "./support/town.ts";

/** A way from one wallet to another, and what ends it. */
type Way = { readonly channel: Channel; readonly stop: () => Promise<void> };

const ways: Readonly<Record<string, (payer: Wallet, payee: Wallet) => Promise<Way>>> = {
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

/** Where the first channel breaks off: nothing of this exchange arrives, or its answer does not. */
const breaks = [
	{ at: 1, arrives: false, what: "before the transfer arrives" },
	{ at: 1, arrives: true, what: "before the reservation is known" },
	{ at: 2, arrives: false, what: "before the release arrives" },
	{ at: 2, arrives: true, what: "before the end is known" },
] as const;

function breaking(
	channel: Channel,
	{ at, arrives }: { readonly at: number; readonly arrives: boolean },
): Channel {
	let exchanges = 0;
	return {
		exchange: async (messages) => {
			exchanges++;
			if (exchanges < at) return channel.exchange(messages);
			if (exchanges === at && arrives) await channel.exchange(messages);
			return refuse("channel-failed", "it broke off");
		},
	};
}

describe("a hand-over goes on", () => {
	let town: Town;
	before(async () => {
		town = await openTown();
	});
	after(() => town.close());

	for (const [firstName, first] of Object.entries(ways))
		for (const [secondName, second] of Object.entries(ways).filter(([name]) => name !== firstName))
			for (const cut of breaks)
				test(`from ${firstName} to ${secondName}, ${cut.what}`, async () => {
					const [payer, payee] = [await town.wallet(500n), await town.wallet()];
					const { encoded } = ok(await payee.request({ asset: town.asset, amount: 200n }));
					const begun = await first(payer, payee);
					const paid = ok(await payer.pay({ request: encoded }, breaking(begun.channel, cut)));
					await begun.stop();
					assert.equal(paid.fundsState, cut.at === 1 ? "inFlight" : "spent");
					const other = await second(payer, payee);
					assert.equal(await payer.recover(paid.attempt, other.channel), "spent");
					await other.stop();
					assert.equal(payer.balance(town.asset).available, 300n);
					assert.equal(payer.balance(town.asset).locked, 0n);
					assert.equal(payee.balance(town.asset).available, 200n);
				});
});
