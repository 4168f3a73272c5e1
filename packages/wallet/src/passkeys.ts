/// <reference lib="dom" />
/**
 * Asking a browser's authenticator: what the page does between the module's challenge and its answer. It runs where
 * `navigator.credentials` is, so in a window and in no worker, and decides nothing: the module verifies.
 */
import type { Assertion, Authentication, Registration } from "@tenten/module";
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";

/** Algorithms of RFC 9053: Ed25519 first, where the authenticator has it. */
const algorithms = [-8, -7];

/** Makes a passkey for this page's own domain; `name` is what the person will see in a list of passkeys. */
export async function createPasskey(challenge: Bytes, name: string): Promise<Registration | Refusal> {
	const relyingParty = location.hostname;
	const credential = await asked(() =>
		navigator.credentials.create({
			publicKey: {
				challenge: own(challenge),
				rp: { id: relyingParty, name },
				user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
				pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
				authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
				attestation: "none",
			},
		}),
	);
	if (!(credential?.response instanceof AuthenticatorAttestationResponse)) return nobody;
	return {
		authenticatorData: new Uint8Array(credential.response.getAuthenticatorData()),
		clientData: new Uint8Array(credential.response.clientDataJSON),
		relyingParty,
	};
}

/** Has the registered passkey agree. */
export async function usePasskey({ challenge, passkey }: Authentication): Promise<Assertion | Refusal> {
	const credential = await asked(() =>
		navigator.credentials.get({
			publicKey: {
				challenge: own(challenge),
				rpId: passkey.relyingParty,
				allowCredentials: [{ type: "public-key", id: own(passkey.credentialId) }],
				userVerification: "required",
			},
		}),
	);
	if (!(credential?.response instanceof AuthenticatorAssertionResponse)) return nobody;
	const { authenticatorData, clientDataJSON, signature } = credential.response;
	return {
		authenticatorData: new Uint8Array(authenticatorData),
		clientData: new Uint8Array(clientDataJSON),
		signature: new Uint8Array(signature),
	};
}

const nobody: Refusal = refuse("authentication-failed", "no passkey answered");

/** Null where the person closed the dialogue, took too long, or has no such passkey: a page is not told which. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
	try {
		const credential = await ask();
		return credential instanceof PublicKeyCredential ? credential : null;
	} catch (error) {
		if (error instanceof DOMException) return null;
		throw error;
	}
}

/** A copy in a buffer of its own, as the interface asks for. */
function own(bytes: Bytes): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(bytes);
}
