/** What the page asks for beside the desk: bundles and receipts as links, and links as what they hold. */
import { isRefusal, limits, type Refusal, refuse } from "@tenten/protocol";
import {
	type Desk,
	decodeBundle,
	encodeBundle,
	linkOf,
	messagesOfLink,
	type ReceiptView,
	type Taken,
} from "@tenten/wallet/browser";

export type ShownReceipt = {
	readonly receipt: ReceiptView;
	/** as it is saved and sent */
	readonly file: Uint8Array;
	/** the same for a code or a link; null where it is too long for one */
	readonly bundle: Uint8Array | null;
};

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

	/** One's own proof of a payment, read as anybody would read it. */
	receipt(attempt: string): ShownReceipt | Refusal {
		const file = this.#desk.receipt(attempt);
		if (isRefusal(file)) return file;
		const receipt = this.#desk.readReceipt(file);
		if (isRefusal(receipt)) return receipt;
		return { receipt, file, bundle: file.length > limits.message ? null : encodeBundle([file]) };
	}

	/** What a receipt in a link proves, whoever's it is. */
	readReceiptLink(link: string): ReceiptView | Refusal {
		const entries = messagesOfLink(link);
		if (isRefusal(entries)) return entries;
		const [receipt, ...others] = entries;
		if (receipt === undefined || others.length > 0) return refuse("malformed", "not one receipt");
		return this.#desk.readReceipt(receipt);
	}
}
