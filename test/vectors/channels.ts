/** Vectors of what channels carry: bundles, links, addresses, and documents sealed to their reader. */
import { createCipheriv, createHmac } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import {
	type Bytes,
	concatBytes,
	encodeItem,
	fromHex,
	serializeMessage,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const hex = (text: string): Bytes => fromHex(text.replaceAll(" ", "")) as Bytes;
const done = serializeMessage({ kind: "done", attempt: bytesOf("attempt") });
const status = serializeMessage({ kind: "status", attempt: bytesOf("attempt") });
const two = encodeItem([done, status]);
const bundle = (bytes: Bytes): Inputs => ({ bytes });

export const bundles: Draft = {
	name: "bundles",
	comment:
		"Several messages as one body: docs/spec/transports.md#bundles. A message that does not decode is the reader's to pass over.",
	judge: "bundle",
	given: {},
	cases: [
		accepts("two messages", bundle(two)),
		accepts("no message: an empty answer", bundle(encodeItem([]))),
		accepts("64 messages", bundle(encodeItem(new Array(64).fill(done)))),
		accepts("one that is no message", bundle(encodeItem([Uint8Array.of(0xff)]))),
		refuses("too-many", "65 messages", bundle(encodeItem(new Array(65).fill(Uint8Array.of(0))))),
		refuses(
			"too-large",
			"a message of 65,537 bytes, by its length alone",
			bundle(hex("81 5a 00 01 00 01 00")),
		),
		refuses("malformed", "nothing", bundle(new Uint8Array())),
		refuses("malformed", "an empty message", bundle(encodeItem([new Uint8Array()]))),
		refuses("malformed", "no array", bundle(encodeItem(done))),
		refuses("malformed", "a text in it", bundle(encodeItem(["a"]))),
		refuses("malformed", "a byte after it", bundle(concatBytes(two, Uint8Array.of(0)))),
		refuses("malformed", "cut short", bundle(two.subarray(0, -1))),
		refuses("malformed", "a count in two bytes that fits one", bundle(hex("98 01 41 00"))),
		refuses("malformed", "a length in two bytes that fits one", bundle(hex("81 58 01 00"))),
		refuses("malformed", "a length in eight bytes", bundle(hex("81 5b 00 00 00 00 00 00 00 01 00"))),
		refuses("malformed", "of indefinite length", bundle(hex("9f 41 00 ff"))),
	],
};

const text = Buffer.from(two).toString("base64url");
const link = (value: string): Inputs => ({ link: value });

export const links: Draft = {
	name: "links",
	comment: "A bundle as a link: docs/spec/transports.md#file-and-link.",
	judge: "link",
	given: {},
	cases: [
		accepts("by the scheme", link(`tenten:${text}`)),
		accepts("into a page", link(`https://wallet.example/pay#${text}`)),
		accepts("with white space around it", link(`\n tenten:${text} \n`)),
		refuses("type-unknown", "of another scheme", link(`mailto:${text}`)),
		refuses("type-unknown", "into a page over plain http", link(`http://wallet.example/#${text}`)),
		refuses("type-unknown", "into a page without a fragment", link("https://wallet.example/")),
		refuses("type-unknown", "nothing", link("")),
		refuses("malformed", "of no bundle", link("tenten:")),
		refuses("malformed", "with padding", link(`tenten:${text}=`)),
		refuses(
			"malformed",
			"in the other alphabet",
			link(`tenten:${Buffer.from(concatBytes(hex("81 43"), hex("fb ff fe"))).toString("base64")}`),
		),
		refuses("malformed", "with a space inside", link(`tenten:${text.slice(0, 8)} ${text.slice(8)}`)),
		refuses("malformed", "with bits left over in its last character", link("tenten:gB")),
		refuses("malformed", "one character left over", link(`tenten:${text}A`)),
		refuses(
			"too-many",
			"of 65 messages",
			link(`tenten:${Buffer.from(encodeItem(new Array(65).fill(Uint8Array.of(0)))).toString("base64url")}`),
		),
		refuses("too-large", "of 131,073 characters", link(`tenten:${"A".repeat(131_066)}`)),
	],
};

const peer = (url: string): Inputs => ({ url });
const refused = "peer-refused";

export const peers: Draft = {
	name: "peers",
	comment:
		"Addresses that somebody else gave, where none is configured: docs/spec/transports.md#http-hand-over.",
	judge: "peer",
	given: {},
	cases: [
		accepts("a name", peer("https://shop.example/pay")),
		accepts("a name and a port", peer("https://shop.example:8443")),
		accepts("a public address", peer("https://93.184.216.34/")),
		accepts("a public address of version 6", peer("https://[2606:2800:220:1::1]/")),
		...[
			["plain http", "http://shop.example/"],
			["another scheme", "file:///etc/passwd"],
			["no URL", "shop.example"],
			["a user in it", "https://user@shop.example/"],
			["a query", "https://shop.example/?a=b"],
			["a fragment", "https://shop.example/#a"],
			["this machine", "https://127.0.0.1/"],
			["this machine, as a number", "https://2130706433/"],
			["this machine, version 6", "https://[::1]/"],
			["this machine, mapped into version 6", "https://[::ffff:127.0.0.1]/"],
			["a private network", "https://10.0.0.1/"],
			["another private network", "https://192.168.1.1/"],
			["a link-local address, where clouds keep keys", "https://169.254.169.254/"],
			["an address shared by a carrier", "https://100.64.0.1/"],
			["a local address of version 6", "https://[fd00::1]/"],
			["multicast", "https://224.0.0.1/"],
			["the address of nowhere", "https://0.0.0.0/"],
		].map(([comment = "", url = ""]) => refuses(refused, comment, peer(url))),
	],
};

const ascii = (value: string): Bytes => Uint8Array.from(value, (c) => c.charCodeAt(0));
const hmac = (key: Bytes, data: Bytes): Bytes =>
	new Uint8Array(createHmac("sha256", key).update(data).digest());

/** RFC 9180, written out for one suite so that the ephemeral key can be fixed. */
export function seal(recipient: Bytes, ephemeral: Bytes, associatedData: Bytes, plaintext: Bytes): Bytes {
	const kem = concatBytes(ascii("KEM"), hex("0020"));
	const hpke = concatBytes(ascii("HPKE"), hex("0020 0001 0003"));
	const extract = (suite: Bytes, salt: Bytes, label: string, input: Bytes): Bytes =>
		hmac(
			salt.length === 0 ? new Uint8Array(32) : salt,
			concatBytes(ascii("HPKE-v1"), suite, ascii(label), input),
		);
	const expand = (suite: Bytes, secret: Bytes, label: string, info: Bytes, length: number): Bytes =>
		hmac(
			secret,
			concatBytes(Uint8Array.of(0, length), ascii("HPKE-v1"), suite, ascii(label), info, Uint8Array.of(1)),
		).subarray(0, length);
	const none = new Uint8Array();
	const enc = x25519.getPublicKey(ephemeral);
	const shared = extract(kem, none, "eae_prk", x25519.getSharedSecret(ephemeral, recipient));
	const secret = expand(kem, shared, "shared_secret", concatBytes(enc, recipient), 32);
	const context = concatBytes(
		Uint8Array.of(0),
		extract(hpke, none, "psk_id_hash", none),
		extract(hpke, none, "info_hash", ascii("tenten/1/document")),
	);
	const scheduled = extract(hpke, secret, "secret", none);
	const key = expand(hpke, scheduled, "key", context, 32);
	const nonce = expand(hpke, scheduled, "base_nonce", context, 12);
	const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
	cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
	const sealed = concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
	return encodeItem([enc, sealed]);
}

const privateKey = bytesOf("document key");
const publicKey = x25519.getPublicKey(privateKey);
const place = { bundle: bytesOf("bundle"), position: 3 };
const document = new TextEncoder().encode("請求書");
const aad = encodeItem([place.bundle, place.position]);
const ephemeral = bytesOf("ephemeral key");
const content = seal(publicKey, ephemeral, aad, document);
const [enc, ciphertext] = [
	x25519.getPublicKey(ephemeral),
	content.subarray(content.length - document.length - 16),
];
const order8 = hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");

export const sealed: Draft = {
	name: "sealed-documents",
	comment:
		"Documents sealed to their reader's key: docs/spec/handover.md#documents. content is an encoded sealedContent.",
	judge: "sealed",
	given: { privateKey, ...place },
	cases: [
		accepts("a document", { content }),
		accepts("an empty document", {
			content: seal(publicKey, bytesOf("another ephemeral key"), aad, new Uint8Array()),
		}),
		accepts("at position 0", {
			position: 0,
			content: seal(publicKey, ephemeral, encodeItem([place.bundle, 0]), document),
		}),
		refuses("document-mismatch", "at another position", { position: 4, content }),
		refuses("document-mismatch", "of another bundle", { bundle: bytesOf("another bundle"), content }),
		refuses("document-mismatch", "to another key", { privateKey: bytesOf("another key"), content }),
		refuses("document-mismatch", "a bit of the ciphertext", {
			content: encodeItem([enc, flipped(ciphertext)]),
		}),
		refuses("document-mismatch", "a bit of the tag", {
			content: encodeItem([enc, flipped(ciphertext, ciphertext.length - 1)]),
		}),
		refuses("document-mismatch", "another encapsulated key", {
			content: encodeItem([publicKey, ciphertext]),
		}),
		refuses("document-mismatch", "an encapsulated key of zeros", {
			content: encodeItem([new Uint8Array(32), ciphertext]),
		}),
		refuses("document-mismatch", "an encapsulated key of order eight", {
			content: encodeItem([order8, ciphertext]),
		}),
		refuses("malformed", "a ciphertext shorter than its tag", {
			content: encodeItem([enc, ciphertext.subarray(0, 15)]),
		}),
		refuses("malformed", "an encapsulated key of 31 bytes", {
			content: encodeItem([enc.subarray(1), ciphertext]),
		}),
		refuses("malformed", "a field more", { content: encodeItem([enc, ciphertext, 0]) }),
		refuses("malformed", "the document itself", { content: document }),
	],
};

export const documentKeys: Draft = {
	name: "document-keys",
	comment:
		"X25519 keys that a peer gave to seal to: docs/spec/handover.md#documents. Those that lead to the same secret whatever is agreed on are refused.",
	judge: "documentKey",
	given: {},
	cases: [
		accepts("a key", { documentKey: publicKey }),
		refuses("key-refused", "zero", { documentKey: new Uint8Array(32) }),
		refuses("key-refused", "one", { documentKey: new Uint8Array(32).with(0, 1) }),
		refuses("key-refused", "of order eight", { documentKey: order8 }),
		refuses("key-refused", "of order eight, the other", {
			documentKey: hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
		}),
		refuses("key-refused", "p - 1", {
			documentKey: hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		}),
		refuses("key-refused", "p, which is zero", {
			documentKey: hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		}),
		refuses("key-refused", "p + 1, which is one", {
			documentKey: hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		}),
		refuses("key-refused", "of 33 bytes", { documentKey: new Uint8Array(33) }),
	],
};
