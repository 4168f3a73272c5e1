/**
 * What a relay and a side say to each other: docs/spec/transports.md#relay.
 *
 * A letter may be 4 MiB, so frames are read head by head, as bundles are.
 */
import { type Bytes, encodeItem, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { maximumBundleBytes } from "./bundle.ts";
import { majorArray, majorByteString, majorUnsigned, readHead } from "./heads.ts";
import { letterIdBytes } from "./letters.ts";

export type RelayFrame =
	| { readonly kind: "letter"; readonly id: Bytes; readonly sealed: Bytes }
	| { readonly kind: "taken"; readonly id: Bytes }
	| { readonly kind: "beat" };

/** What sealing adds: a nonce and a tag. */
const sealBytes = 24 + 16;
const minimumSealedBytes = sealBytes + 1;
const maximumSealedBytes = sealBytes + maximumBundleBytes;

/** The longest frame: heads of the array, the kind, the id and the sealed bytes. */
export const maximumFrameBytes: number = 1 + 1 + 1 + letterIdBytes + 5 + maximumSealedBytes;

/** Either side says it in silence, so that each knows the other is there. */
export const beatInterval_ms = 20_000;
export const silenceLimit_ms = 60_000;

/** Why a relay closes a connection; the reason is the code of a refusal. */
export const closeCodes = { refused: 4000, replaced: 4001 } as const;

/** The two sides of a room: who made the invitation, and who was given it. */
export type Side = "inviter" | "guest";

export const otherSide: Readonly<Record<Side, Side>> = { inviter: "guest", guest: "inviter" };

const kinds = { letter: 1, taken: 2, beat: 3 } as const;

export function encodeFrame(frame: RelayFrame): Bytes {
	switch (frame.kind) {
		case "letter":
			return encodeItem([kinds.letter, frame.id, frame.sealed]);
		case "taken":
			return encodeItem([kinds.taken, frame.id]);
		case "beat":
			return encodeItem([kinds.beat]);
		default:
			return frame satisfies never;
	}
}

/** A frame, whose parts are views of `bytes`; or `too-large`, `malformed`, `type-unknown`. */
export function decodeFrame(bytes: Bytes): RelayFrame | Refusal {
	if (bytes.length > maximumFrameBytes) return refuse("too-large", `a frame of ${bytes.length} bytes`);
	const array = readHead(bytes, 0, majorArray);
	if (isRefusal(array)) return array;
	const number = readHead(bytes, array.end, majorUnsigned);
	if (isRefusal(number)) return number;
	const rest = { bytes, end: number.end };
	switch (number.count) {
		case kinds.letter: {
			const id = bytesAt(rest, letterIdBytes, letterIdBytes);
			const sealed = isRefusal(id) ? id : bytesAt(id, minimumSealedBytes, maximumSealedBytes);
			if (isRefusal(id) || isRefusal(sealed)) return sealed as Refusal;
			return whole(array.count === 3, sealed, { kind: "letter", id: id.part, sealed: sealed.part });
		}
		case kinds.taken: {
			const id = bytesAt(rest, letterIdBytes, letterIdBytes);
			return isRefusal(id) ? id : whole(array.count === 2, id, { kind: "taken", id: id.part });
		}
		case kinds.beat:
			return whole(array.count === 1, rest, { kind: "beat" });
		default:
			return refuse("type-unknown", `frame ${number.count}`);
	}
}

type Place = { readonly bytes: Bytes; readonly end: number };

function bytesAt(
	{ bytes, end }: Place,
	minimum: number,
	maximum: number,
): (Place & { readonly part: Bytes }) | Refusal {
	const head = readHead(bytes, end, majorByteString);
	if (isRefusal(head)) return head;
	const after = head.end + head.count;
	if (head.count < minimum || head.count > maximum || after > bytes.length)
		return refuse("malformed", `${head.count} bytes`);
	return { bytes, end: after, part: bytes.subarray(head.end, after) };
}

function whole(hasItsFields: boolean, { bytes, end }: Place, frame: RelayFrame): RelayFrame | Refusal {
	return hasItsFields && end === bytes.length ? frame : refuse("malformed", "other fields");
}
