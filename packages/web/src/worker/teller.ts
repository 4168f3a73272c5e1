/** What the page asks for beside the desk: bundles as links, and links as bundles. */
import { isRefusal, type Refusal } from "@tenten/protocol";
import {
	type Desk,
	decodeBundle,
	encodeBundle,
	linkOf,
	messagesOfLink,
	type Taken,
} from "@tenten/wallet/browser";

export class Teller {
	readonly #desk: Desk;

	constructor(desk: Desk) {
		this.#desk = desk;
	}

	/** A bundle as a link: into the wallet at `page`, an https address, where one is given. */
	linkOf(bundle: Uint8Array, page?: string): string | Refusal {
		const messages = decodeBundle(bundle);
		return isRefusal(messages) ? messages : linkOf(messages, page);
	}

	/** Takes what is in a link, as the desk takes a bundle. */
	async takeLink(link: string): Promise<Taken | Refusal> {
		const messages = messagesOfLink(link);
		return isRefusal(messages) ? messages : this.#desk.take(encodeBundle(messages));
	}
}
