/** Vectors of items, hashes and Merkle paths. */
import {
	type Bytes,
	concatBytes,
	encodeItem,
	fromHex,
	type Item,
	merkleTree,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, flipped, refuses } from "./drafts.ts";
import { alice, bob, bytesOf, densha, encodedKeyOf, now, yen } from "./world.ts";

const hex = (text: string): Bytes => fromHex(text.replaceAll(" ", "")) as Bytes;

const item = (comment: string, value: Item): Case => accepts(comment, { bytes: encodeItem(value) });

const nested = (depth: number): Bytes => concatBytes(new Uint8Array(depth).fill(0x81), Uint8Array.of(0));

/** Refused as `malformed`, by what is wrong with them. */
const faults: readonly (readonly [comment: string, bytes: string])[] = [
	["nothing", ""],
	["a number in two bytes that fits one", "18 17"],
	["a number in three bytes that fits two", "19 00 ff"],
	["a number in five bytes that fits three", "1a 00 00 ff ff"],
	["a number in nine bytes that fits five", "1b 00 00 00 00 ff ff ff ff"],
	["a negative number in two bytes that fits one", "38 00"],
	["a length of a byte string in two bytes that fits one", "58 01 00"],
	["a length of a text in two bytes that fits one", "78 01 61"],
	["a count of an array in two bytes that fits one", "98 01 00"],
	["a count of a map in two bytes that fits one", "b8 01 00 00"],
	["a byte string of indefinite length", "5f 41 00 ff"],
	["a text of indefinite length", "7f 61 61 ff"],
	["an array of indefinite length", "9f 00 ff"],
	["a map of indefinite length", "bf 00 00 ff"],
	["a break alone", "ff"],
	["keys not sorted", "a2 01 00 00 00"],
	["keys sorted by length of text, not bytewise by encoding", "a2 20 00 18 18 00"],
	["a key twice", "a2 00 00 00 01"],
	["a key that is a byte string", "a1 41 00 00"],
	["a key that is an array", "a1 80 00"],
	["a key that is true", "a1 f5 00"],
	["a half float", "f9 3c 00"],
	["a float", "fa 3f 80 00 00"],
	["a double", "fb 3f f0 00 00 00 00 00 00"],
	["a date by tag", "c1 00"],
	["a big number", "c2 41 01"],
	["undefined", "f7"],
	["an unassigned simple value", "e0"],
	["a simple value in two bytes", "f8 20"],
	["false in two bytes", "f8 14"],
	["a reserved length of a number", "1c"],
	["a reserved length of an array", "9c"],
	["a byte after the item", "00 00"],
	["a number cut short", "19 01"],
	["a byte string cut short", "42 00"],
	["an array cut short", "82 00"],
	["a map without its last value", "a1 00"],
	["a byte string of 2^64 - 1 bytes", "5b ff ff ff ff ff ff ff ff"],
	["an array of 2^32 items", "9b 00 00 00 01 00 00 00 00"],
	["text that is not UTF-8", "61 ff"],
	["text with a surrogate in UTF-8", "63 ed a0 80"],
	["text with an overlong character", "62 c0 80"],
	["text that begins with U+FEFF", "64 ef bb bf 61"],
];

export const items: Draft = {
	name: "items",
	comment: "One item of deterministic CBOR: docs/spec/encoding.md#deterministic-cbor.",
	judge: "item",
	given: {},
	cases: [
		...[0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296].map((n) =>
			item(`the number ${n}`, n),
		),
		item("the number 2^53 - 1", Number.MAX_SAFE_INTEGER),
		item("the number 2^53", 2n ** 53n),
		item("the number 2^64 - 1", 2n ** 64n - 1n),
		...[-1, -24, -25, -256, -257, -65_537].map((n) => item(`the number ${n}`, n)),
		item("the number -2^64", -(2n ** 64n)),
		item("no bytes", new Uint8Array()),
		item("23 bytes", new Uint8Array(23)),
		item("24 bytes", new Uint8Array(24)),
		item("no text", ""),
		item("text in Japanese", "領収"),
		item("text with a character beyond the Basic Multilingual Plane", "𠮷"),
		item("text with U+FEFF inside", "a\ufeff"),
		item("no items", []),
		item("an array of all kinds", [0, -1, new Uint8Array(1), "a", [], new Map(), true, false, null]),
		item(
			"a map with keys in bytewise order",
			new Map<number | string, Item>([
				[10, 1],
				[100, 2],
				[-1, 3],
				["z", 4],
				["aa", 5],
			]),
		),
		accepts("sixteen arrays open at once", { bytes: nested(16) }),
		refuses("too-deep", "seventeen arrays open at once", { bytes: nested(17) }),
		refuses("too-deep", "a map inside sixteen arrays", {
			bytes: concatBytes(new Uint8Array(16).fill(0x81), hex("a1 00 00")),
		}),
		refuses("too-large", "65,537 bytes", { bytes: encodeItem(new Uint8Array(65_537 - 3)) }),
		refuses("too-many", "8,193 maps", {
			bytes: concatBytes(hex("99 20 01"), new Uint8Array(8193).fill(0xa0)),
		}),
		...faults.map(([comment, bytes]) => refuses("malformed", comment, { bytes: hex(bytes) })),
	],
};

const hash = (comment: string, tag: string, content: Item): Case =>
	accepts(comment, { tag, content: encodeItem(content) });

export const hashes: Draft = {
	name: "hashes",
	comment:
		"Every domain tag: docs/spec/crypto.md#hashes. content is the encoded content; of a lock its release, of a tick the id of its meter and its preimage, of an enrolment its encoded body.",
	judge: "hash",
	given: {},
	cases: [
		accepts("the id of an Ed25519 key", { tag: "key", content: encodedKeyOf(alice.signer) }),
		accepts("the id of an ES256 key", { tag: "key", content: encodedKeyOf(bob.signer) }),
		hash("an asset", "asset", [densha.id, "JPY"]),
		hash("a certificate payload", "certificate", [bytesOf("authority"), new Map([[4, now]])]),
		hash("an issue", "issue", [
			[yen.operator, yen.code],
			1,
			bytesOf("owner"),
			[],
			[],
			0,
			new Uint8Array(16),
			0,
			0,
			0,
		]),
		hash("a link", "link", [bytesOf("input"), [[[1, bytesOf("owner"), []]], null, null, null, [], null]]),
		hash("output 0 of an issue or a link", "output", [bytesOf("parent"), 0]),
		hash("output 1 of the same", "output", [bytesOf("parent"), 1]),
		hash("an owner with a purpose", "owner", [bytesOf("certificate"), "books", bytesOf("request")]),
		hash("a metered owner", "owner", [
			bytesOf("certificate"),
			null,
			bytesOf("request"),
			[bytesOf("payee"), 10, 4, 100, [bytesOf("anchor")], 1_800_000_000, bytesOf("offer")],
		]),
		hash("a meter", "meter", [
			bytesOf("input"),
			[bytesOf("certificate"), null, bytesOf("request")],
			bytesOf("payee"),
			10,
			4,
			100,
			1_800_000_000,
			bytesOf("offer"),
		]),
		hash("a request for a meter", "meter-request", [bytesOf("certificate")]),
		hash("the proof of a tick", "tick-proof", [bytesOf("meter"), 41, bytesOf("preimage")]),
		hash("the seed of a meter's second chain", "tick-seed", [bytesOf("secret"), 1]),
		hash("an owner without", "owner", [bytesOf("certificate"), null, bytesOf("request")]),
		hash("a document", "document", [bytesOf("salt"), Uint8Array.of(1, 2, 3)]),
		hash("a manifest", "data", [bytesOf("salt"), [["text/plain", 3, bytesOf("hash")]]]),
		hash("a freeze list", "freeze-list", [densha.id, 1, now, now + 1, [], []]),
		hash("an appeal", "appeal", [densha.id, bytesOf("frozen"), bytesOf("output"), 1, null, now]),
		hash("what became of an appeal", "appeal-outcome", [
			densha.id,
			bytesOf("appeal"),
			bytesOf("frozen"),
			bytesOf("output"),
			2,
			now,
		]),
		hash("a request's body", "request", [1, 2, 3]),
		hash("an attempt", "attempt", [bytesOf("request"), [bytesOf("link 1"), bytesOf("link 2")]]),
		hash("consent to a payment", "consent", [
			1,
			bytesOf("request"),
			bytesOf("certificate"),
			[densha.id, "JPY"],
			300,
			bytesOf("nonce"),
		]),
		hash("consent to a new passkey", "consent", [2, bytesOf("nonce")]),
		hash("consent to remove a passkey", "consent", [3, bytesOf("nonce")]),
		hash("a definition's body", "definition", [1, 2, 3]),
		hash("an order", "order", [1, 2, 3]),
		hash("an account of the account rail", "account", "7-1"),
		hash("a transfer of the account rail", "transfer", ["payment-7", "recredited"]),
		hash("a line of a sum tree", "line", [bytesOf("account"), bytesOf("salt")]),
		hash("a seal", "seal", [1, 2, 3]),
		hash("a leaf of a state map", "state-leaf", [bytesOf("key"), bytesOf("value")]),
		hash("a node of a state map", "state-node", [bytesOf("left"), bytesOf("right")]),
		hash("a leaf of a sum tree", "sum-leaf", [bytesOf("key"), 7]),
		hash("a commitment to a nonce", "sample-nonce", [bytesOf("nonce")]),
		hash("a draw of a sample", "sample-draw", [
			bytesOf("operator"),
			5,
			bytesOf("asset"),
			bytesOf("checkpoint"),
			bytesOf("nonce"),
			0,
			1,
			63,
		]),
		hash("a node of a sum tree", "sum-node", [bytesOf("left"), 7, bytesOf("right"), 0]),
		hash("an agreement's body", "agreement", [1, 2, 3]),
		hash("a quote across operators", "crossing", [1, 2, 3]),
		hash("a version of a rule book", "rule-book", [bytesOf("operator"), 1, null]),
		hash("a settlement", "settlement", [bytesOf("agreement"), 1, null]),
		hash("a state of it", "crossing-state", [bytesOf("transfer"), 2, bytesOf("secret")]),
		hash("a lot's id", "lot", [1, bytesOf("keeper"), bytesOf("asset"), "Reforestation 12, 2025, 1 to 50000"]),
		hash("the key of a status", "status", [bytesOf("credential"), bytesOf("salt")]),
		hash("a record", "record", [2, bytesOf("credential"), bytesOf("salt"), 1, 1_800_000_000]),
		hash("under the tag count", "count", [1, 2, 3]),
		hash("a deal", "deal", [bytesOf("offer"), [1, 2]]),
		hash("an offer of a deal", "deal-offer", [1, 2, 3]),
		hash("a device record", "device-record", [bytesOf("operator"), bytesOf("asset"), 350, 1_800_000_000]),
		hash("who a party is", "party", ["Densha Parking, register 0105", bytesOf("opening")]),
		hash("a statement of a party", "party-statement", [bytesOf("operator"), bytesOf("party"), []]),
		hash("a claim on a party", "party-claim", [bytesOf("operator"), bytesOf("statement")]),
		hash("a file for a bank", "party-file", [bytesOf("operator"), "2026-11"]),
		hash("a mandate", "mandate", [bytesOf("operator"), 500, 1_200]),
		hash("the secret of an invitation", "room", bytesOf("secret")),
		accepts("a lock is the plain SHA-256 of its release", { tag: "lock", content: bytesOf("secret") }),
		accepts("a step of a meter's chain, one block", {
			tag: "tick",
			content: concatBytes(bytesOf("meter"), bytesOf("preimage")),
		}),
		accepts("the same, of a meter whose id differs in its second half: the first half is hashed", {
			tag: "tick",
			content: concatBytes(bytesOf("meter").subarray(0, 16), new Uint8Array(16), bytesOf("preimage")),
		}),
		accepts("an enrolment's digest is the plain SHA-256 of its encoded body", {
			tag: "enrolment",
			content: encodeItem([1, 2, 3]),
		}),
	],
};

/** For each size of tree the path of each entry. */
const pathCases: readonly Case[] = [1, 2, 3, 4, 5, 7, 8, 13].flatMap((size) => {
	const entries = Array.from({ length: size }, (_, i) => bytesOf("entry", i));
	const { paths } = merkleTree(entries);
	return entries.map((entry, index) =>
		accepts(`entry ${index} of ${size}`, { entry, index, size, path: paths[index] ?? [] }),
	);
});

const seven = merkleTree(Array.from({ length: 7 }, (_, i) => bytesOf("entry", i))).paths;
const at = (index: number): readonly Bytes[] => seven[index] ?? [];
const entry = bytesOf("entry", 0);
const invalid = "issue-proof-invalid";

export const paths: Draft = {
	name: "merkle-paths",
	comment:
		"Roots from paths: docs/spec/crypto.md#merkle-trees. Another sibling leads to another root, which is accepted here and refused where the root is signed.",
	judge: "path",
	given: {},
	cases: [
		...pathCases,
		accepts("a sibling that is not the tree's leads to another root", {
			entry,
			index: 0,
			size: 7,
			path: [flipped(at(0)[0] as Bytes), ...at(0).slice(1)],
		}),
		refuses(invalid, "an index as high as the size", { entry, index: 7, size: 7, path: at(0) }),
		refuses(invalid, "a path that is too short", { entry, index: 0, size: 7, path: at(0).slice(1) }),
		refuses(invalid, "no path in a tree of two", { entry, index: 0, size: 2, path: [] }),
		refuses(invalid, "a path that is too long", { entry, index: 0, size: 7, path: [...at(0), entry] }),
		refuses(invalid, "a sibling in a tree of one", { entry, index: 0, size: 1, path: [entry] }),
		refuses(invalid, "the path of another place", {
			entry: bytesOf("entry", 6),
			index: 6,
			size: 7,
			path: at(0),
		}),
	],
};
