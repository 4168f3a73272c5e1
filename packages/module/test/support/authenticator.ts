/** An authenticator in software: makes what a real one makes, and whatever else a test asks for. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import {
	type Bytes,
	concatBytes,
	encodeItem,
	type Item,
	type PublicKey,
	type SuiteName,
	sha256,
} from "@tenten/protocol";
import type { Assertion, Registration } from "../../src/index.ts";
import { pointOf } from "../../src/suite/es256.ts";
import { signerFrom } from "../../src/suite/index.ts";
import { toBase64url, utf8 } from "../../src/text.ts";

export const origin = "https://wallet.example";
export const relyingParty = "wallet.example";

/** What differs from an honest answer. */
export type Said = {
	readonly type?: string;
	readonly origin?: string;
	readonly relyingParty?: string;
	/** user present and verified without */
	readonly flags?: number;
	readonly signCount?: number;
	readonly crossOrigin?: boolean;
	readonly topOrigin?: string;
	/** of the credential, encoded */
	readonly coseKey?: Bytes;
	/** behind everything else of the authenticator data */
	readonly extensions?: Bytes;
};

export class Authenticator {
	readonly credentialId: Bytes;
	readonly key: PublicKey;
	readonly #privateKey: Bytes;
	readonly #suite: SuiteName;

	constructor(suite: SuiteName, seed: number) {
		this.#suite = suite;
		this.#privateKey = sha256(Uint8Array.of(seed));
		this.key = signerFrom(this.#privateKey, suite).key;
		this.credentialId = this.#privateKey.slice(0, 16);
	}

	register(challenge: Bytes, said: Said = {}): Registration {
		const credential = concatBytes(
			new Uint8Array(16),
			Uint8Array.of(0, this.credentialId.length),
			this.credentialId,
			said.coseKey ?? encodeItem(this.#coseKey()),
		);
		return {
			authenticatorData: dataOf({ flags: 0x45, ...said }, credential),
			clientData: clientDataOf("webauthn.create", challenge, said),
			relyingParty: said.relyingParty ?? relyingParty,
		};
	}

	answer(challenge: Bytes, said: Said = {}): Assertion {
		const authenticatorData = dataOf(said);
		const clientData = clientDataOf("webauthn.get", challenge, said);
		return {
			authenticatorData,
			clientData,
			signature: this.#sign(concatBytes(authenticatorData, sha256(clientData))),
		};
	}

	/** As CTAP2 writes it: EC2 with both coordinates, and the numbers of RFC 9053. */
	#coseKey(): Item {
		if (this.#suite === "Ed25519") {
			return new Map<number, Item>([
				[1, 1],
				[3, -8],
				[-1, 6],
				[-2, this.key.bytes],
			]);
		}
		const point = pointOf(this.#privateKey);
		return new Map<number, Item>([
			[1, 2],
			[3, -7],
			[-1, 1],
			[-2, point.slice(1, 33)],
			[-3, point.slice(33)],
		]);
	}

	/** Either half of s, as chance has it; the same bytes each time (RFC 6979, RFC 8032). */
	#sign(message: Bytes): Bytes {
		return this.#suite === "ES256"
			? p256.sign(message, this.#privateKey, { prehash: true, lowS: false, format: "der" })
			: ed25519.sign(message, this.#privateKey);
	}
}

function dataOf(said: Said, credential: Bytes = new Uint8Array()): Bytes {
	const counted = new Uint8Array(4);
	new DataView(counted.buffer).setUint32(0, said.signCount ?? 0);
	return concatBytes(
		sha256(utf8(said.relyingParty ?? relyingParty)),
		Uint8Array.of(said.flags ?? 0x05),
		counted,
		credential,
		said.extensions ?? new Uint8Array(),
	);
}

function clientDataOf(type: string, challenge: Bytes, said: Said): Bytes {
	const { topOrigin } = said;
	return utf8(
		JSON.stringify({
			type: said.type ?? type,
			challenge: toBase64url(challenge),
			origin: said.origin ?? origin,
			crossOrigin: said.crossOrigin ?? false,
			...(topOrigin === undefined ? {} : { topOrigin }),
		}),
	);
}
