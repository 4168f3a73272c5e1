/**
 * Authentication of the person at a payment: once a passkey is registered, nothing is paid without its word.
 *
 *   app ◀── challenge (what is shown, and a nonce) ── module        the app has the browser ask the authenticator
 *   app ── consent with the assertion ──▶ module verifies, then signs; the new count is durable with the lock
 *
 * The app is believed in nothing here but the first registration: a passkey is replaced or removed by its own word
 * only. A restored backup has none: whoever opened it has shown more, and its authenticator may be lost too.
 */
import {
	type Bytes,
	isRefusal,
	parse,
	type Refusal,
	refuse,
	serialize,
	type VerifiedRequest,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import {
	type Assertion,
	type Passkey,
	type Registration,
	verifyAssertion,
	verifyRegistration,
} from "./passkey/assertion.ts";
import type { Subject } from "./passkey/challenge.ts";
import { parseClientData } from "./passkey/client-data.ts";
import { passkeyRow } from "./rows.ts";
import type { StoreWrite } from "./store.ts";

export const passkeyKey = "passkey";

/** What an authenticator is to be asked for. */
export type Authentication = { readonly challenge: Bytes; readonly passkey: Passkey };

/** The passkey that is registered. */
export function passkeyOf({ vault }: Core): Passkey | undefined {
	const kept = vault.state.rows.get(passkeyKey);
	if (kept === undefined) return undefined;
	const passkey = parse(passkeyRow, kept);
	if (isRefusal(passkey)) throw new Error(`the kept passkey does not parse: ${passkey.detail}`);
	return passkey;
}

/** What a payment is that is consented to. `amount` in minor units. */
export function paymentOf({ digest, payee, body }: VerifiedRequest, amount: bigint): Subject {
	return { kind: "payment", request: digest, payee: payee.hash, asset: body.asset, amount };
}

/** A challenge for the passkey that is registered, good for once; undefined where none is. */
export function askPasskey(core: Core, subject: Subject): Authentication | undefined {
	const passkey = passkeyOf(core);
	return passkey && { challenge: core.challenges.draw(subject, core.random), passkey };
}

/**
 * What becomes durable with what was consented to: nothing where no passkey is registered. Refused, whatever else
 * was shown, without an assertion of the one that is.
 */
export function authenticate(
	core: Core,
	subject: Subject,
	assertion: Assertion | undefined,
): readonly StoreWrite[] | Refusal {
	const passkey = passkeyOf(core);
	if (passkey === undefined) return [];
	if (assertion === undefined) return refuse("authentication-failed", "a passkey is registered");
	const challenge = takeChallenge(core, assertion.clientData, subject);
	if (isRefusal(challenge)) return challenge;
	const after = verifyAssertion(assertion, passkey, challenge, core.cryptography.verify);
	return isRefusal(after) ? after : [writeOf(after)];
}

/** Registers the first passkey: the one that is registered has to be removed before. */
export async function registerPasskey(core: Core, registration: Registration): Promise<Refusal | undefined> {
	if (passkeyOf(core) !== undefined)
		return refuse("authentication-failed", "a passkey is registered already");
	const challenge = takeChallenge(core, registration.clientData, { kind: "registration" });
	const passkey = isRefusal(challenge) ? challenge : verifyRegistration(registration, challenge);
	if (isRefusal(passkey)) return passkey;
	await core.commit({ other: [writeOf(passkey)] });
	return undefined;
}

export async function removePasskey(core: Core, assertion: Assertion): Promise<Refusal | undefined> {
	const asked = authenticate(core, { kind: "removal" }, assertion);
	if (isRefusal(asked)) return asked;
	await core.commit({ other: [{ key: passkeyKey, value: null }] });
	return undefined;
}

/** The challenge that client data answers, used up, where it was drawn for this subject. */
function takeChallenge(core: Core, clientData: Bytes, subject: Subject): Bytes | Refusal {
	const client = parseClientData(clientData);
	if (isRefusal(client)) return client;
	return (
		core.challenges.take(client.challenge, subject) ?? refuse("authentication-failed", "another challenge's")
	);
}

function writeOf(passkey: Passkey): StoreWrite {
	return { key: passkeyKey, value: serialize(passkeyRow, passkey) };
}
