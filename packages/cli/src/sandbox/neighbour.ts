/**
 * A person of the sandbox meets a phone through the relay: pays what it asks for, or asks it for money.
 *
 *   phone ── link ──▶ pay ──▶ spent          ask ── link ──▶ phone, which pays when it likes
 */
import { type AssetId, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import {
	encodeInvitation,
	type FundsState,
	invitationIn,
	linkOf,
	makeInvitation,
	messagesOfLink,
	nodeDial,
	type RelayLink,
	relayLink,
} from "@tenten/wallet";
import { findRequest } from "../wallet/paying.ts";
import type { Person } from "./town.ts";

/** Requests that are open at once; for another one the oldest is no longer answered. */
const mostOpen = 16;

const dial = nodeDial({ loopback: true });

export class Neighbour {
	readonly name: string;
	readonly #person: Person;
	readonly #relayUrl: string;
	readonly #links: RelayLink[] = [];

	constructor(person: Person, relayUrl: string) {
		this.name = person.name;
		this.#person = person;
		this.#relayUrl = relayUrl;
	}

	/** Pays the request in a link, as much as it asks for. */
	async pay(link: string): Promise<FundsState | Refusal> {
		const { folder } = this.#person;
		const messages = messagesOfLink(link);
		if (isRefusal(messages)) return messages;
		const invitation = invitationIn(messages);
		if (invitation?.relay !== this.#relayUrl)
			return refuse("peer-refused", "the request names no way back through the relay of this town");
		const shown = findRequest(folder, messages);
		if (isRefusal(shown)) return shown;
		const { amount } = shown.request.body;
		if (amount === 0n) return refuse("amount-invalid", "the request does not say how much");
		const { handle } = folder.wallet;
		const channel = relayLink({ invitation, side: "guest", handle, dial });
		if (isRefusal(channel)) return channel;
		this.#keep(channel);
		const payment = await folder.wallet.pay({ request: shown.encoded, messages, amount }, channel);
		return isRefusal(payment) ? payment : payment.fundsState;
	}

	/** A link that asks for so much, in minor units; whoever has it may pay it through the relay. */
	async ask(asset: AssetId, amount: bigint): Promise<string | Refusal> {
		const { folder } = this.#person;
		const made = await folder.wallet.request({ asset, amount, memo: this.name });
		if (isRefusal(made)) return made;
		const invitation = makeInvitation(this.#relayUrl);
		const { handle } = folder.wallet;
		const link = relayLink({ invitation, side: "inviter", handle, dial });
		if (isRefusal(link)) return link;
		this.#keep(link);
		return linkOf([...made.messages, encodeInvitation(invitation)]);
	}

	/** Links connect again whenever the relay is back: a payment that was cut off ends by itself. */
	#keep(link: RelayLink): void {
		this.#links.push(link);
		if (this.#links.length > mostOpen) this.#links.shift()?.close();
	}

	close(): void {
		for (const link of this.#links) link.close();
	}
}
