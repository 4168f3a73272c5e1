/**
 * What a person consents to with a passkey, as a challenge: the hash of what was shown, and a nonce of the module's.
 *
 * The authenticator signs the challenge, so its signature counts for this request, payee, asset and amount and for
 * nothing else. The nonce makes it count once: it is drawn here, kept in memory alone, and gone when it is used.
 */
import {
	amount,
	assetId,
	type Bytes,
	bytes32,
	record,
	serialize,
	type TypeOf,
	taggedHashOfEncoded,
	union,
} from "@tenten/protocol";
import type { Random } from "../cryptography.ts";
import { toBase64url } from "../text.ts";

const nonce = bytes32;
const consentContent = union({
	payment: [
		1,
		record({
			/** digest */
			request: bytes32,
			/** hash of the payee's certificate */
			payee: bytes32,
			asset: assetId,
			amount,
			nonce,
		}),
	],
	registration: [2, record({ nonce })],
	removal: [3, record({ nonce })],
});
type ConsentContent = TypeOf<typeof consentContent>;

type WithoutNonce<T> = T extends unknown ? Omit<T, "nonce"> : never;
/** What is consented to. */
export type Subject = WithoutNonce<ConsentContent>;

/** The 32 bytes that an authenticator is asked to sign over. */
export function challengeOf(subject: Subject, nonce: Bytes): Bytes {
	return taggedHashOfEncoded("consent", serialize(consentContent, { ...subject, nonce } as ConsentContent));
}

const mostOpen = 16;

/** Challenges that were given out and are not used yet; a few, the newest. */
export class Challenges {
	readonly #nonces = new Map<string, Bytes>();

	draw(subject: Subject, random: Random): Bytes {
		const nonce = random(32);
		const challenge = challengeOf(subject, nonce);
		this.#nonces.set(toBase64url(challenge), nonce);
		for (const oldest of [...this.#nonces.keys()].slice(0, -mostOpen)) this.#nonces.delete(oldest);
		return challenge;
	}

	/** Uses a challenge up, as a client writes it in base64url; undefined where it is not open, or not for this. */
	take(written: string, subject: Subject): Bytes | undefined {
		const nonce = this.#nonces.get(written);
		this.#nonces.delete(written);
		const challenge = nonce && challengeOf(subject, nonce);
		return challenge !== undefined && toBase64url(challenge) === written ? challenge : undefined;
	}
}
