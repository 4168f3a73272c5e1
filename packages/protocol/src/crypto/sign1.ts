/**
 * COSE_Sign1 (RFC 9052 section 4.4), rebuilt rather than carried.
 *
 * What is signed is the Sig_structure: the key's suite in the protected header, the type of what is signed
 * in `external_aad`, and the payload. Only the signature travels; everything else the verifier knows. A
 * signature of one type therefore never verifies as another.
 */
import { type Bytes, decodeItem, encodeItem } from "../codec/index.ts";
import { type PublicKey, type SuiteName, suites, type Verify } from "./suite.ts";

/** Everything that is ever signed. */
export const signedTypes = [
	"agreement",
	"appeal",
	"appeal-outcome",
	"approval",
	"cancel",
	"certificate",
	"completion",
	"counter",
	"deal-acceptance",
	"deal-offer",
	"definition",
	"device-evidence",
	"device-order",
	"device-question",
	"device-record",
	"delegation",
	"drill",
	"enrolment",
	"final-count",
	"fog-approval",
	"freeze-list",
	"issue-batch",
	"link",
	"meter-opened",
	"meter-request",
	"meter-stop",
	"mandate",
	"order",
	"quote",
	"request",
	"reserve",
	"reserved",
	"rule-book",
	"ruling",
	"sample-challenge",
	"sample-commitment",
	"seal-cosignature",
	"seal-refusal",
	"settlement",
	"statement",
	"time",
	"trust-list",
] as const;

export type SignedType = (typeof signedTypes)[number];

const protectedHeaders = Object.fromEntries(
	Object.entries(suites).map(([name, { algorithm }]) => [name, encodeItem(new Map([[1, algorithm]]))]),
) as Readonly<Record<SuiteName, Bytes>>;

const externalAad = Object.fromEntries(
	signedTypes.map((type) => [type, Uint8Array.from(`tenten/1/${type}`, (c) => c.charCodeAt(0))]),
) as Readonly<Record<SignedType, Bytes>>;

/**
 * What a signer signs: the types above, and as they are signature bases of HTTP messages (RFC 9421, section 2.5),
 * texts of signed notes (docs/spec/log.md) and Sig_structures of CWTs, whose `external_aad` is empty (RFC 8392). A base begins with a quotation mark, a Sig_structure with an array of
 * four, and a text with neither: UTF-8 never begins so. None is ever another.
 */
export type Signable = SignedType | "http-message" | "note" | "cwt";
const quotationMark = 0x22;
const arrayOfFour = 0x84;

/** The bytes that a signer signs. Throws where a signature base or a note's text is none. */
export function sigStructure(type: Signable, suite: SuiteName, payload: Bytes): Bytes {
	if (type === "http-message") {
		if (payload[0] !== quotationMark) throw new RangeError("no signature base of an HTTP message");
		return payload;
	}
	if (type === "cwt") {
		if (!isForeign(payload)) throw new RangeError("no Sig_structure without external data");
		return payload;
	}
	if (type === "note") {
		if (payload[0] === quotationMark || payload[0] === arrayOfFour)
			throw new RangeError("no text of a note that is signed here");
		return payload;
	}
	return encodeItem(["Signature1", protectedHeaders[suite], externalAad[type], payload]);
}

/** Whether this is a Sig_structure whose `external_aad` is empty, as none of ours is. */
function isForeign(payload: Bytes): boolean {
	const item = decodeItem(payload);
	if (!Array.isArray(item) || item.length !== 4 || item[0] !== "Signature1") return false;
	const [, , external] = item;
	return external instanceof Uint8Array && external.length === 0;
}

/** Whether `signature` is this key's over a payload of this type. */
export function verifySign1(
	verify: Verify,
	key: PublicKey,
	type: Signable,
	payload: Bytes,
	signature: Bytes,
): boolean {
	const { keyBytes, signatureBytes } = suites[key.suite];
	if (key.bytes.length !== keyBytes || signature.length !== signatureBytes) return false;
	return verify(key, sigStructure(type, key.suite, payload), signature);
}
