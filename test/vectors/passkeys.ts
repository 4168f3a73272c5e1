/** Vectors of passkeys: registrations and assertions, of an authenticator whose keys and signatures follow from a seed. */

import { utf8 } from "../../packages/module/src/text.ts";
import {
	Authenticator,
	origin,
	relyingParty,
	type Said,
} from "../../packages/module/test/support/authenticator.ts";
import {
	type Bytes,
	concatBytes,
	coseKey,
	encodeItem,
	type SuiteName,
	serialize,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const challenge = bytesOf("challenge");
const failed = "authentication-failed";
const authenticators = {
	ES256: new Authenticator("ES256", 1),
	Ed25519: new Authenticator("Ed25519", 1),
} satisfies Record<SuiteName, Authenticator>;

/** Lies that both ceremonies refuse, with what they are refused for. */
const lies: readonly (readonly [string, string, Said])[] = [
	[failed, "for another relying party", { relyingParty: "evil.example" }],
	[failed, "asked from inside another page", { crossOrigin: true }],
	[failed, "asked under another page's address", { topOrigin: "https://evil.example" }],
	[failed, "of another ceremony", { type: "payment.get" }],
];

function registered(said: Said = {}, suite: SuiteName = "ES256"): Inputs {
	return { ...authenticators[suite].register(challenge, said), relyingParty };
}

const data = authenticators.ES256.register(challenge).authenticatorData;
const keyAt = 37 + 16 + 2 + 16;
const key = data.slice(keyAt);
const text = (value: string): Inputs => ({ ...registered(), clientData: utf8(value) });

export const registrations: Draft = {
	name: "passkey-registrations",
	comment: "What is registered as a passkey: docs/spec/passkeys.md#what-is-registered.",
	judge: "registration",
	given: { challenge, relyingParty },
	cases: [
		accepts("of ES256", registered()),
		accepts("of Ed25519", registered({}, "Ed25519")),
		accepts("with the algorithm's number of RFC 9864", registered({ coseKey: key.with(4, 0x28) })),
		accepts("of another page of the relying party", registered({ origin: "https://pay.wallet.example" })),
		accepts("with a count", registered({ signCount: 0xffff_ffff })),
		accepts("with extensions", registered({ flags: 0xc5, extensions: encodeItem(new Map()) })),
		accepts("that may be backed up and is", registered({ flags: 0x5d })),
		...lies.map(([code, what, said]) => refuses(code, what, registered(said))),
		refuses(failed, "for another challenge", { ...registered(), challenge: bytesOf("another challenge") }),
		refuses(failed, "that nobody touched", registered({ flags: 0x44 })),
		refuses(failed, "of which nobody was recognised", registered({ flags: 0x41 })),
		refuses("malformed", "without a credential", {
			...authenticators.ES256.answer(challenge, { type: "webauthn.create" }),
			relyingParty,
		}),
		refuses("malformed", "that is backed up and could not be", registered({ flags: 0x55 })),
		refuses("malformed", "that says extensions and has none", registered({ flags: 0xc5 })),
		refuses("malformed", "with a byte behind it", registered({ extensions: Uint8Array.of(0) })),
		refuses("malformed", "shorter than its head", { ...registered(), authenticatorData: data.slice(0, 36) }),
		refuses("malformed", "cut inside the credential's id", {
			...registered(),
			authenticatorData: data.slice(0, 60),
		}),
		refuses("malformed", "with an id of no bytes", {
			...registered(),
			authenticatorData: concatBytes(data.slice(0, 53), Uint8Array.of(0, 0), key),
		}),
		refuses("key-refused", "cut inside the key", { ...registered(), authenticatorData: data.slice(0, -1) }),
		refuses("key-refused", "with a key of P-384", registered({ coseKey: key.with(6, 2) })),
		refuses("key-refused", "with a key of another algorithm", registered({ coseKey: key.with(4, 0x27) })),
		refuses(
			"key-refused",
			"with a compressed point",
			registered({ coseKey: serialize(coseKey, authenticators.ES256.key) }),
		),
		refuses("too-large", "of 4,097 bytes", { ...registered(), authenticatorData: new Uint8Array(4097) }),
		refuses("malformed", "by client data that is no JSON", text("{")),
		refuses("malformed", "by client data that is no object", text("[]")),
		refuses(
			"malformed",
			"by client data without an origin",
			text('{"type":"webauthn.create","challenge":""}'),
		),
		refuses(
			"malformed",
			"by client data whose challenge is no text",
			text('{"type":"webauthn.create","challenge":1,"origin":""}'),
		),
		refuses("malformed", "by client data that is no UTF-8", {
			...registered(),
			clientData: Uint8Array.of(0x22, 0xff, 0x22),
		}),
		refuses("too-large", "by client data of 4,097 bytes", text(" ".repeat(4097))),
	],
};

function asserted(suite: SuiteName, said: Said = {}): Inputs {
	return { ...authenticators[suite].answer(challenge, said) };
}

function casesOf(suite: SuiteName): readonly Case[] {
	const { credentialId, key: publicKey } = authenticators[suite];
	const passkey = { credentialId, key: serialize(coseKey, publicKey), relyingParty, origin, signCount: 0 };
	const of = (given: Inputs): Inputs => ({ ...passkey, ...given });
	const said = (what: Said): Inputs => of(asserted(suite, what));
	const honest = said({});
	const signature = honest["signature"] as Bytes;
	const other = new Authenticator(suite, 2).answer(challenge);
	return [
		accepts(`${suite}: without a count`, honest),
		accepts(`${suite}: with a first count`, said({ signCount: 1 })),
		accepts(`${suite}: with the next count`, { ...said({ signCount: 8 }), signCount: 7 }),
		accepts(`${suite}: with extensions`, said({ flags: 0x85, extensions: encodeItem(new Map()) })),
		...lies.map(([code, what, lie]) => refuses(code, `${suite}: ${what}`, said(lie))),
		refuses(failed, `${suite}: from another page`, said({ origin: "https://pay.wallet.example" })),
		refuses(failed, `${suite}: for another challenge`, {
			...honest,
			challenge: bytesOf("another challenge"),
		}),
		refuses(failed, `${suite}: that nobody touched`, said({ flags: 0x04 })),
		refuses(failed, `${suite}: of which nobody was recognised`, said({ flags: 0x01 })),
		refuses(failed, `${suite}: with the count of before`, { ...said({ signCount: 7 }), signCount: 7 }),
		refuses(failed, `${suite}: with no count any more`, { ...honest, signCount: 7 }),
		refuses(failed, `${suite}: by another key`, of({ ...other })),
		refuses(failed, `${suite}: with a bit of the signature`, {
			...honest,
			signature: flipped(signature, 12),
		}),
		refuses(failed, `${suite}: with a byte behind the signature`, {
			...honest,
			signature: concatBytes(signature, Uint8Array.of(0)),
		}),
		refuses(failed, `${suite}: without a signature`, { ...honest, signature: new Uint8Array() }),
	];
}

const es256 = casesOf("ES256");
const answer = authenticators.ES256.answer(challenge);
const es256Passkey = {
	credentialId: authenticators.ES256.credentialId,
	key: serialize(coseKey, authenticators.ES256.key),
	relyingParty,
	origin,
	signCount: 0,
};

export const assertions: Draft = {
	name: "passkey-assertions",
	comment: "A passkey's word: docs/spec/passkeys.md#what-a-payment-shows. key is an encoded coseKey.",
	judge: "assertion",
	given: { challenge },
	cases: [
		...es256,
		...casesOf("Ed25519"),
		refuses("malformed", "authenticator data shorter than its head", {
			...es256Passkey,
			...answer,
			authenticatorData: answer.authenticatorData.slice(0, 36),
		}),
		refuses(failed, "ES256: a length of the signature in two bytes", {
			...es256Passkey,
			...answer,
			signature: concatBytes(Uint8Array.of(0x30, 0x81), answer.signature.slice(1)),
		}),
		refuses(failed, "ES256: r and s as 64 plain bytes", {
			...es256Passkey,
			...answer,
			signature: new Uint8Array(64).fill(1),
		}),
		refuses(failed, "ES256: r of zero", {
			...es256Passkey,
			...answer,
			signature: Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 1),
		}),
	],
};
