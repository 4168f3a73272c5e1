/** Vectors of the relay: invitations, frames, and letters sealed under a nonce that is fixed here. */
import sodium from "sodium-native";
import { type Bytes, concatBytes, encodeItem, taggedHash } from "../../packages/protocol/src/index.ts";
import { accepts, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const secret = bytesOf("secret of an invitation");
const relay = "wss://relay.example";
const invitation = (...fields: Parameters<typeof encodeItem>[0][]): Inputs => ({
	invitation: encodeItem(fields),
});

export const invitations: Draft = {
	name: "invitations",
	comment: "Where a payee can be reached that has no address of its own: docs/spec/transports.md#relay.",
	judge: "invitation",
	given: {},
	cases: [
		accepts("to a relay", invitation("relay", relay, secret)),
		accepts("to a relay under a path", invitation("relay", "wss://shop.example/relay", secret)),
		accepts("to an address of 256 characters", invitation("relay", `wss://${"a".repeat(250)}`, secret)),
		refuses("malformed", "of another kind", invitation("mail", relay, secret)),
		refuses("malformed", "without a kind", invitation(relay, secret)),
		refuses("malformed", "a field more", invitation("relay", relay, secret, null)),
		refuses(
			"malformed",
			"an address of 257 characters",
			invitation("relay", `wss://${"a".repeat(251)}`, secret),
		),
		refuses("malformed", "an address as bytes", invitation("relay", new Uint8Array(8), secret)),
		refuses("malformed", "a secret of 31 bytes", invitation("relay", relay, secret.subarray(1))),
		refuses("malformed", "nothing", { invitation: new Uint8Array() }),
		refuses("malformed", "a byte after it", {
			invitation: concatBytes(encodeItem(["relay", relay, secret]), Uint8Array.of(0)),
		}),
	],
};

const room = taggedHash("room", secret);
const id = bytesOf("letter").subarray(0, 16);
const bundle = encodeItem([Uint8Array.of(1, 2, 3)]);

/** XChaCha20-Poly1305, its nonce before it. */
function seal(place: Bytes, plaintext: Bytes, key = secret): Bytes {
	const nonce = bytesOf("nonce").subarray(0, 24);
	const ciphertext = new Uint8Array(plaintext.length + 16);
	sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
		...([ciphertext, plaintext, place, null, nonce, key] as unknown as Parameters<
			typeof sodium.crypto_aead_xchacha20poly1305_ietf_encrypt
		>),
	);
	return concatBytes(nonce, ciphertext);
}

const place = (from: string, letter = id, where = room): Bytes => encodeItem([where, from, letter]);
const sealed = seal(place("inviter"), bundle);
const letter = (content: Bytes, letterId = id): Inputs => ({ frame: encodeItem([1, letterId, content]) });

export const relayFrames: Draft = {
	name: "relay-frames",
	comment:
		"What comes to the guest of a room: docs/spec/transports.md#relay. A letter is opened with the secret of the invitation.",
	judge: "relayFrame",
	given: { secret, side: "guest" },
	cases: [
		accepts("a letter", letter(sealed)),
		accepts("an empty letter", letter(seal(place("inviter"), encodeItem([])))),
		accepts("a letter to the inviter", { side: "inviter", ...letter(seal(place("guest"), bundle)) }),
		accepts("a letter that was taken", { frame: encodeItem([2, id]) }),
		accepts("a beat", { frame: encodeItem([3]) }),
		refuses(
			"document-mismatch",
			"a letter of one's own, shown to oneself",
			letter(seal(place("guest"), bundle)),
		),
		refuses("document-mismatch", "under another id", letter(sealed, bytesOf("other").subarray(0, 16))),
		refuses(
			"document-mismatch",
			"of another room",
			letter(seal(place("inviter", id, bytesOf("room")), bundle)),
		),
		refuses(
			"document-mismatch",
			"under another secret",
			letter(seal(place("inviter"), bundle, bytesOf("other secret"))),
		),
		refuses("document-mismatch", "a bit of the nonce", letter(flipped(sealed))),
		refuses("document-mismatch", "a bit of the ciphertext", letter(flipped(sealed, 24))),
		refuses("document-mismatch", "a bit of the tag", letter(flipped(sealed, sealed.length - 1))),
		refuses(
			"malformed",
			"a letter that holds no bundle",
			letter(seal(place("inviter"), Uint8Array.of(0xff))),
		),
		refuses("malformed", "a letter that is too short to be sealed", letter(sealed.subarray(0, 40))),
		refuses("malformed", "an id of 15 bytes", letter(sealed, id.subarray(1))),
		refuses("malformed", "a letter without its content", { frame: encodeItem([1, id]) }),
		refuses("malformed", "a letter with a field more", { frame: encodeItem([1, id, sealed, null]) }),
		refuses("malformed", "a letter as text", { frame: encodeItem([1, id, "a".repeat(60)]) }),
		refuses("malformed", "taken, without an id", { frame: encodeItem([2]) }),
		refuses("malformed", "a beat with a field more", { frame: encodeItem([3, 0]) }),
		refuses("malformed", "a byte after it", { frame: concatBytes(encodeItem([3]), Uint8Array.of(0)) }),
		refuses("malformed", "cut short", { frame: encodeItem([2, id]).subarray(0, -1) }),
		refuses("malformed", "a kind in two bytes that fits one", { frame: Uint8Array.of(0x81, 0x18, 0x03) }),
		refuses("malformed", "a kind below zero", { frame: encodeItem([-1]) }),
		refuses("malformed", "no array", { frame: encodeItem(3) }),
		refuses("malformed", "nothing", { frame: new Uint8Array() }),
		refuses("type-unknown", "of a kind that is not listed", { frame: encodeItem([4, id]) }),
	],
};
