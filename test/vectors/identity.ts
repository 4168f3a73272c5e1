/** Vectors of trust lists and certificates. */
import { type Bytes, serialize, trustList } from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, flipped, itemAt, refuses } from "./drafts.ts";
import {
	alice,
	bob,
	carol,
	certify,
	day,
	densha,
	early,
	encodedKeyOf,
	encodedList,
	late,
	listBody,
	machi,
	now,
	shop,
	signerOf,
	signList,
} from "./world.ts";

const hint = [0, 1];
const strangerAuthority = signerOf("stranger authority", "Ed25519");
const byStranger = await certify(strangerAuthority, alice.signer, "by a stranger");
/** Of the same hint, by another key: the full id is in what is signed. */
const underOurHint = changed(byStranger, hint, itemAt(alice.encoded, hint));

const signature = (encoded: Bytes): Bytes => itemAt(encoded, [1]) as Bytes;

export const certificates: Draft = {
	name: "certificates",
	comment: "Certificates under a trust list: docs/spec/identity.md#certificates. With now, their dates too.",
	judge: "certificate",
	given: { trustList: encodedList },
	cases: [
		accepts("Ed25519, by an Ed25519 authority", { certificate: alice.encoded }),
		accepts("ES256, by an Ed25519 authority", { certificate: bob.encoded }),
		accepts("Ed25519, by an ES256 authority", { certificate: carol.encoded }),
		accepts("a merchant with category and region", { certificate: shop.encoded }),
		accepts("the desk of an operator", { certificate: densha.entry.desk }),
		accepts("the desk of another", { certificate: machi.entry.desk }),
		accepts("not yet valid: the dates are not judged without now", { certificate: early.encoded }),
		accepts("in its last second", { certificate: late.encoded, now: now - day - 1 }),
		refuses("certificate-expired", "in the second of its end", { certificate: late.encoded, now: now - day }),
		refuses("certificate-not-yet-valid", "in the second before its beginning", {
			certificate: early.encoded,
			now: now + day - 1,
		}),
		accepts("in its first second", { certificate: early.encoded, now: now + day }),
		refuses("authority-unknown", "by a key that is not listed", { certificate: byStranger }),
		refuses("authority-unknown", "by a key that is listed for issuing", {
			certificate: await certify(densha.issuing, alice.signer, "by issuing"),
		}),
		refuses("signature-invalid", "by another key, under the hint of an authority", {
			certificate: underOurHint,
		}),
		refuses("signature-invalid", "a bit of the signature", {
			certificate: changed(alice.encoded, [1], flipped(signature(alice.encoded), 40)),
		}),
		refuses("signature-invalid", "another serial than was signed", {
			certificate: changed(alice.encoded, [0, 7], new Uint8Array(8)),
		}),
		refuses("malformed", "nothing", { certificate: new Uint8Array() }),
		refuses("malformed", "a profile one field short", {
			certificate: changed(alice.encoded, [0, -65537, 6], undefined),
		}),
		refuses("malformed", "a role that is not listed", {
			certificate: changed(alice.encoded, [0, -65537, 0], 8),
		}),
		refuses("malformed", "a merchant category of five digits", {
			certificate: changed(alice.encoded, [0, -65537, 2], 10_000),
		}),
		refuses("malformed", "a label that is not known", { certificate: changed(alice.encoded, [0, 9], 1) }),
		refuses("malformed", "a label that is null", { certificate: changed(alice.encoded, [0, 5], null) }),
		refuses("malformed", "no serial", { certificate: changed(alice.encoded, [0, 7], undefined) }),
		refuses("malformed", "a serial of 17 bytes", {
			certificate: changed(alice.encoded, [0, 7], new Uint8Array(17)),
		}),
		refuses("malformed", "a key of another curve", { certificate: changed(alice.encoded, [0, 8, 1, -1], 4) }),
		refuses("malformed", "an EC key without the sign of y", {
			certificate: changed(bob.encoded, [0, 8, 1, -3], undefined),
		}),
		refuses("malformed", "a signature of 63 bytes", {
			certificate: changed(alice.encoded, [1], new Uint8Array(63)),
		}),
		refuses("amount-invalid", "a limit of zero", {
			certificate: changed(alice.encoded, [0, -65537, 5], [0, null, null]),
		}),
		refuses("too-large", "1,025 bytes", {
			certificate: changed(alice.encoded, [0, -65537, 1], "a".repeat(900)),
		}),
	],
};

const body = (changes: Partial<typeof listBody>): typeof listBody => ({ ...listBody, ...changes });
const withEntry = (entry: Partial<typeof densha.entry>): typeof listBody =>
	body({ operators: [{ ...densha.entry, ...entry }, machi.entry] });
const signed = async (changes: Partial<typeof listBody>): Promise<Bytes> =>
	signList(densha.root, body(changes));
const list = (operators: typeof listBody.operators): Promise<Bytes> => signed({ operators });
const shortened = await signed({});

export const trustLists: Draft = {
	name: "trust-lists",
	comment:
		"Signed trust lists: docs/spec/identity.md#trust-lists. counted: the operators whose desk is a certificate of one of their own authorities.",
	judge: "trustList",
	given: { pinnedSigner: densha.id, minimumVersion: 3, now },
	cases: [
		accepts("two operators, by an Ed25519 root", { bytes: encodedList }),
		accepts("by an ES256 root", { bytes: await signList(machi.root, listBody), pinnedSigner: machi.id }),
		accepts("no operators", { bytes: await list([]) }),
		accepts("a newer version", { bytes: await signed({ version: 4 }) }),
		accepts("in its last second", { bytes: encodedList, now: listBody.expiresAt - 1 }),
		accepts("an operator does not count whose desk another operator certified", {
			bytes: await list([{ ...densha.entry, desk: machi.entry.desk }, machi.entry]),
		}),
		accepts("an operator does not count whose desk is no certificate", {
			bytes: await list([{ ...densha.entry, desk: Uint8Array.of(0) }]),
		}),
		accepts("an operator does not count that lists no authority", {
			bytes: await signList(densha.root, withEntry({ keys: densha.entry.keys.slice(1) })),
		}),
		accepts("an authority that is retired still counts", {
			bytes: await signList(
				densha.root,
				withEntry({ keys: densha.entry.keys.map((key) => ({ ...key, status: "retired" as const })) }),
			),
		}),
		refuses("authority-unknown", "by a root that is not pinned", {
			bytes: await signList(machi.root, listBody),
		}),
		refuses("signature-invalid", "the pinned root is named, and another key signed", {
			bytes: changed(await signList(machi.root, listBody), [1], itemAt(encodedKeyOf(densha.root), [])),
		}),
		refuses("signature-invalid", "another version than was signed", {
			bytes: changed(encodedList, [0, 0], 9),
		}),
		refuses("signature-invalid", "signed as another type", {
			bytes: serialize(trustList, {
				body: listBody,
				signer: densha.root.key,
				signature: await densha.root.sign("ruling", Uint8Array.of(0)),
			}),
		}),
		refuses("trust-list-rollback", "an older version", { bytes: await signed({ version: 2 }) }),
		refuses("trust-list-rollback", "an older version that has expired, too", {
			bytes: await signed({ version: 2, expiresAt: now }),
		}),
		refuses("trust-list-expired", "in the second of its end", {
			bytes: encodedList,
			now: listBody.expiresAt,
		}),
		refuses("malformed", "version zero", { bytes: await signed({ version: 0 }) }),
		refuses("malformed", "a purpose of a key that is not listed", {
			bytes: changed(shortened, [0, 3, 0, 3, 0, 0], 4),
		}),
		refuses("malformed", "a scale of 19", { bytes: changed(shortened, [0, 3, 0, 5, 0, 1], 19) }),
		refuses("malformed", "a window of zero", { bytes: changed(shortened, [0, 3, 0, 5, 0, 3], 0) }),
		refuses("malformed", "a name of 65 characters", {
			bytes: changed(shortened, [0, 3, 0, 1], "a".repeat(65)),
		}),
		refuses("malformed", "a name of 33 characters that count twice", {
			bytes: changed(shortened, [0, 3, 0, 1], "𠮷".repeat(33)),
		}),
		refuses("malformed", "a desk of 1,025 bytes", {
			bytes: changed(shortened, [0, 3, 0, 4], new Uint8Array(1025)),
		}),
		refuses("too-many", "257 operators", { bytes: changed(shortened, [0, 3], new Array(257).fill(0)) }),
		refuses("too-many", "65 keys", { bytes: changed(shortened, [0, 3, 0, 3], new Array(65).fill(0)) }),
		refuses("malformed", "cut short", { bytes: encodedList.subarray(0, -1) }),
	],
};
