/**
 * The passkey at the desk: without its word nothing is paid, once one is registered.
 *
 *   page ◀── challenge ── desk       the page calls `createPasskey` or `usePasskey`, where `navigator.credentials` is
 *   page ── its answer ──▶ desk ──▶ the module verifies
 */
import type { Assertion, Authentication, Registration } from "@tenten/module";
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import type { Wallet } from "../wallet.ts";
import type { ShownRequests } from "./shown-requests.ts";
import type { PasskeyView } from "./views.ts";

export class PasskeyDesk {
	readonly #wallet: Wallet;
	readonly #requests: ShownRequests;

	constructor(wallet: Wallet, requests: ShownRequests) {
		this.#wallet = wallet;
		this.#requests = requests;
	}

	/** The passkey that must agree to payments; null where none is registered. */
	registered(): PasskeyView | null {
		const { passkey } = this.#wallet.module;
		return passkey === undefined ? null : { relyingParty: passkey.relyingParty, origin: passkey.origin };
	}

	/** For `createPasskey`. */
	challenge(): Bytes {
		return this.#wallet.module.newPasskey();
	}

	/** From now on nothing is paid without this passkey's word. */
	register(registration: Registration): Promise<Refusal | undefined> {
		return this.#wallet.module.registerPasskey(registration);
	}

	/**
	 * For `usePasskey`, about a request that was shown and the amount to be paid; its answer goes into `pay`. Null where
	 * no passkey is registered.
	 */
	ask(digest: string, amount: bigint): Authentication | null | Refusal {
		const shown = this.#requests.get(digest);
		if (shown === undefined) return refuse("consent-missing", "this request was not shown");
		return this.#wallet.module.askPasskey(shown.encoded, amount) ?? null;
	}

	/** For `usePasskey`; its answer goes into `remove`. Null where no passkey is registered. */
	askToRemove(): Authentication | null {
		return this.#wallet.module.askToRemovePasskey() ?? null;
	}

	/** From now on nothing asks for it. */
	remove(assertion: Assertion): Promise<Refusal | undefined> {
		return this.#wallet.module.removePasskey(assertion);
	}
}
