/** What both machines of a meter share: as of a hand-over, events come in with time, effects go out in order. */
import type { Bytes, Refusal } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import {
	type SignatureRequest,
	type Token,
	type TokenChanges,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { type MeterMessage, serializeMeterMessage } from "./messages.ts";

/** What the app is told; it changes nothing. */
export type MeterNews =
	| "locked"
	| "reserved"
	| "open"
	| "ticked"
	| "counted"
	| "closed"
	| "cancelled"
	| "claimed";

export type MeterEffect =
	| { readonly kind: "sign"; readonly requests: readonly SignatureRequest[] }
	/** the state that the step returned, with these changes, in one durable write */
	| { readonly kind: "persist"; readonly changes: TokenChanges }
	/** an encoded message, or a tick */
	| { readonly kind: "send"; readonly frame: Bytes }
	| { readonly kind: "tell"; readonly news: MeterNews };

export type MeterStep<S> = {
	readonly state: S;
	readonly effects: readonly MeterEffect[];
	readonly refusal?: Refusal;
};

export type MeterContext = {
	readonly trust: Trust;
	/** unix seconds */
	readonly now: number;
};

export function remain<S>(state: S, refusal: Refusal): MeterStep<S> {
	return { state, effects: [], refusal };
}

export function sending(message: MeterMessage): MeterEffect {
	return { kind: "send", frame: serializeMeterMessage(message) };
}

/** A token that this side verified before it kept it, or why a newer trust list does not know it. */
export function reopened(kept: Token, trust: Trust): VerifiedToken | Refusal {
	return verifyParsedToken(kept, trust, { signatures: false });
}

/** As `reopened`, of a token with a metered output that was checked: its meter. */
export function meterIn(token: VerifiedToken) {
	const { meter } = token.owner;
	if (meter === undefined) throw new Error("a meter's token without its meter");
	return meter;
}

/** `until` and grace: from then on the operator alone closes it. Unix seconds. */
export function claimableFrom(token: VerifiedToken, trust: Trust): number {
	return meterIn(token).terms.until + (trust.asset(token.asset)?.grace ?? 0);
}
