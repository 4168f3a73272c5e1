/**
 * Ways to the other side of a payment, by the address that is kept with its request: over HTTP, or in a room at a
 * relay or an MQTT broker, where a terminal and a phone meet that have no address of their own.
 *
 *   wss://relay.example#5a0f…   the room: its relay, and the secret that the two sides share
 *   mqtts://broker.example#5a…  the same, at a broker
 *   https://shop.example        a wallet that listens
 *
 * A room is reached once its user has agreed to pay, or asks to be paid; never because a request names it.
 */
import { type Bytes, fromHex, isRefusal, toHex } from "@tenten/protocol";
import { type Channel, type Invitation, nodeDial, relayLink } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import type { WalletFolder } from "./folder.ts";
import { channelTo } from "./paying.ts";

export type Way = Channel & {
	/** resolves once whatever came has been answered */
	readonly settled: () => Promise<void>;
	readonly close: () => void;
};

type Side = "guest" | "inviter";

/** The address of the room of an invitation. It is as private as the payment. */
export function roomAddress({ relay, secret }: Invitation): string {
	return `${relay}#${toHex(secret)}`;
}

/** The way to an address, as whoever invited or was invited there; bad input where there can be none. */
export function wayTo(folder: WalletFolder, address: string, side: Side): Way {
	const invitation = invitationAt(address);
	if (invitation === undefined) return { ...channelTo(address), settled: async () => undefined };
	return room(folder, invitation, side);
}

/** Whether an address is a room's. */
export function isRoom(address: string | undefined): address is string {
	return address !== undefined && invitationAt(address) !== undefined;
}

function invitationAt(address: string): Invitation | undefined {
	const [relay = "", hex = ""] = address.split("#");
	const secret = fromHex(hex);
	return /^(wss?|mqtts?):\/\//.test(relay) && secret?.length === 32 ? { relay, secret } : undefined;
}

function room({ wallet }: WalletFolder, invitation: Invitation, side: Side): Way {
	let inHand: Promise<unknown> = Promise.resolve();
	const handle = (messages: readonly Bytes[]): Promise<readonly Bytes[]> => {
		const answers = wallet.handle(messages);
		inHand = Promise.allSettled([inHand, answers]);
		return answers;
	};
	// A relay of this machine has no TLS; one elsewhere must, and no address of a private network is tried.
	const dial = nodeDial({ loopback: true });
	const link = relayLink({ invitation, side, handle, dial });
	if (isRefusal(link)) throw new BadInput(`${invitation.relay} is no relay: ${link.detail}`);
	return {
		...link,
		settled: async () => {
			await inHand;
			// The answer goes out right after it was made.
			await new Promise((resolve) => setImmediate(resolve));
		},
	};
}
