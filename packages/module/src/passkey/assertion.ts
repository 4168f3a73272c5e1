/**
 * Whether a passkey said yes: Web Authentication, sections 7.1 and 7.2, as far as one relying party with one
 * credential and no attestation needs them.
 *
 * What can go wrong: another challenge, page or relying party, nobody there or nobody recognised, a signature of
 * another key, a count that went back (a copied authenticator): all `authentication-failed`, and the detail says which.
 */
import {
	type Bytes,
	concatBytes,
	equalBytes,
	isRefusal,
	type PublicKey,
	type Refusal,
	refuse,
	sha256,
	type Verify,
} from "@tenten/protocol";
import { toBase64url, utf8 } from "../text.ts";
import { type AuthenticatorData, parseAuthenticatorData } from "./authenticator-data.ts";
import { parseClientData } from "./client-data.ts";
import { signatureOfDer } from "./der-signature.ts";

/** A passkey that was registered. */
export type Passkey = {
	readonly credentialId: Bytes;
	readonly key: PublicKey;
	/** the relying party's id: a domain */
	readonly relyingParty: string;
	/** the page that may ask, e.g. `https://wallet.example` */
	readonly origin: string;
	/** signatures so far, as of the last one that counted */
	readonly signCount: number;
};

/** What `navigator.credentials.get` answers, byte for byte. */
export type Assertion = {
	readonly authenticatorData: Bytes;
	/** `clientDataJSON` */
	readonly clientData: Bytes;
	readonly signature: Bytes;
};

/** What `navigator.credentials.create` answers: `getAuthenticatorData()` and `clientDataJSON`. */
export type Registration = {
	readonly authenticatorData: Bytes;
	readonly clientData: Bytes;
	readonly relyingParty: string;
};

const failed = (detail: string): Refusal => refuse("authentication-failed", detail);

/** The passkey that a registration for this challenge makes, or `key-refused`, `authentication-failed`, `malformed`. */
export function verifyRegistration(registration: Registration, challenge: Bytes): Passkey | Refusal {
	const { relyingParty } = registration;
	const client = checkClient(registration.clientData, "webauthn.create", challenge);
	if (typeof client !== "string") return client;
	const data = checkAuthenticator(registration.authenticatorData, relyingParty);
	if (isRefusal(data)) return data;
	if (data.credential === null) return refuse("malformed", "no credential");
	const { id: credentialId, key } = data.credential;
	return { credentialId, key, relyingParty, origin: client, signCount: data.signCount };
}

/** The passkey with its new count, where the assertion is its own for this challenge. */
export function verifyAssertion(
	{ authenticatorData, clientData, signature }: Assertion,
	passkey: Passkey,
	challenge: Bytes,
	verify: Verify,
): Passkey | Refusal {
	const origin = checkClient(clientData, "webauthn.get", challenge);
	if (typeof origin !== "string") return origin;
	if (origin !== passkey.origin) return failed("another page's");
	const data = checkAuthenticator(authenticatorData, passkey.relyingParty);
	if (isRefusal(data)) return data;
	const { key } = passkey;
	const plain = key.suite === "ES256" ? signatureOfDer(signature) : signature;
	const message = concatBytes(authenticatorData, sha256(clientData));
	if (plain === undefined || plain.length !== 64 || !verify(key, message, plain)) return failed("signature");
	const counts = data.signCount !== 0 || passkey.signCount !== 0;
	if (counts && data.signCount <= passkey.signCount) return failed("its count went back: is there a copy?");
	return { ...passkey, signCount: data.signCount };
}

/** The origin of client data of this type for this challenge. */
function checkClient(encoded: Bytes, type: string, challenge: Bytes): string | Refusal {
	const client = parseClientData(encoded);
	if (isRefusal(client)) return client;
	if (client.type !== type) return failed("another ceremony's");
	if (client.challenge !== toBase64url(challenge)) return failed("another challenge's");
	return client.isCrossOrigin ? failed("asked inside another page") : client.origin;
}

function checkAuthenticator(encoded: Bytes, relyingParty: string): AuthenticatorData | Refusal {
	const data = parseAuthenticatorData(encoded);
	if (isRefusal(data)) return data;
	if (!equalBytes(data.relyingParty, sha256(utf8(relyingParty)))) return failed("another relying party's");
	return data.isPresent && data.isVerified ? data : failed("nobody was recognised");
}
