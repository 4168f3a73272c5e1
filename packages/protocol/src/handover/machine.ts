/**
 * What both machines share: events come in with time and entropy, effects go out in order.
 *
 * The host (the secure module, the simulator, a test) runs the effects one after another. `persist` is
 * durable before the next effect runs. What `sign` asks for comes back as `signed` before anything of it is
 * persisted; a crash between leaves nothing. A step that refuses returns the state it was given.
 */
import type { Refusal } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import type { SignatureRequest, TokenChanges } from "../token/index.ts";
import type { Manifest } from "./document.ts";
import type { Message } from "./messages.ts";

/** What the app is told; it changes nothing. */
export type News =
	| "locked"
	| "reserved"
	| "sent"
	| "released"
	| "owned"
	| "cancelled"
	| "refused"
	| "returned"
	| "ruled"
	| "double-decision";

export type Effect =
	| { readonly kind: "sign"; readonly requests: readonly SignatureRequest[] }
	/** the state that the step returned, with these changes, in one durable write */
	| { readonly kind: "persist"; readonly changes: TokenChanges }
	/** with the documents of `manifest`, which the host keeps */
	| { readonly kind: "send"; readonly messages: readonly Message[]; readonly manifest: Manifest | null }
	/** to the operator, whose answer stands */
	| { readonly kind: "forward"; readonly message: Message }
	/** ask the payee's app whether to take it, and with what documents to answer */
	| { readonly kind: "ask" }
	| { readonly kind: "tell"; readonly news: News };

export type Step<S> = { readonly state: S; readonly effects: readonly Effect[]; readonly refusal?: Refusal };

export type Context = {
	readonly trust: Trust;
	/** unix seconds */
	readonly now: number;
};

export function stay<S>(state: S, refusal: Refusal): Step<S> {
	return { state, effects: [], refusal };
}

export function send(message: Message, manifest: Manifest | null = null): Effect {
	return { kind: "send", messages: [message], manifest };
}
