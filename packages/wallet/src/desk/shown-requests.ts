/** Requests that were shown and not yet agreed to: consent is given to one of these, by its digest. */
import type { OpenedRequest } from "@tenten/module";
import type { Bytes } from "@tenten/protocol";

export type ShownRequest = OpenedRequest & { readonly messages: readonly Bytes[] };

const mostRequests = 32;

export class ShownRequests {
	readonly #requests = new Map<string, ShownRequest>();

	/** The oldest goes where there are too many. */
	add(digest: string, request: ShownRequest): void {
		const [oldest] = this.#requests.keys();
		if (this.#requests.size >= mostRequests && oldest !== undefined) this.#requests.delete(oldest);
		this.#requests.set(digest, request);
	}

	get(digest: string): ShownRequest | undefined {
		return this.#requests.get(digest);
	}

	delete(digest: string): void {
		this.#requests.delete(digest);
	}
}
