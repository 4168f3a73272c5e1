/** Vectors of QR codes: what their texts say, one after another, to one reader. */
import { type Bytes, encodeItem } from "../../packages/protocol/src/index.ts";
import { toBase45 } from "../../packages/wallet/src/transport/base45.ts";
import {
	checkOf,
	decodeQrFrame,
	encodeQrFrame,
	type QrFrame,
} from "../../packages/wallet/src/transport/qr-frame.ts";
import { qrFrames } from "../../packages/wallet/src/transport/qr-frames.ts";
import { accepts, type Draft, type Inputs, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const id = bytesOf("letter on a screen").subarray(0, 16);
const messages = [0, 1, 2, 3].map((i) => bytesOf("message", i));
const show = (
	partBytes: number,
	letter = { id: id as Bytes | null, messages: messages as readonly Bytes[] },
) => {
	const frames = qrFrames(letter, partBytes);
	if ("code" in frames) throw new Error(frames.detail);
	return frames;
};
const codes = (...texts: readonly string[]): Inputs => ({ codes: texts });
const many = show(15);
const { count } = many;
const of = (...numbers: readonly number[]): Inputs => codes(...numbers.map(many.text));
const first = decodeQrFrame(many.text(0)) as QrFrame;
const changed = (fields: Partial<QrFrame>): Inputs => codes(encodeQrFrame({ ...first, ...fields }));
const single = (content: Bytes): Inputs =>
	codes(
		encodeQrFrame({ number: 0, count: 1, length: content.length, check: checkOf(content), part: content }),
	);
const encoded = (item: Parameters<typeof encodeItem>[0]): Inputs =>
	codes(`TENTEN:${toBase45(encodeItem(item))}`);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

const bundle = encodeItem(messages);
const { number, length, check, part } = first;

export const qrCodes: Draft = {
	name: "qr-codes",
	comment:
		"A letter on a screen: docs/spec/transports.md#qr-codes. codes are the texts that one reader sees, in this order, until a letter is whole.",
	judge: "qr",
	given: {},
	cases: [
		accepts("one code", codes(show(800).text(0))),
		accepts("one code of no id", codes(show(800, { id: null, messages }).text(0))),
		accepts("one code of an empty letter", codes(show(800, { id, messages: [] }).text(0))),
		accepts(`${count} codes, each a part`, of(...range(0, count))),
		accepts("the same in another order", of(...range(0, count).reverse())),
		accepts("parts of which one was missed, and sums", of(...range(1, count + 12))),
		accepts("sums alone", of(...range(count, 2 * count + 12))),
		accepts("sums of high numbers", of(...range(4_294_967_295 - count - 12, 4_294_967_295))),
		accepts("in two parts", codes(...[0, 1].map(show(100).text))),
		accepts("in two parts, of which sums are drawn", codes(...range(2, 12).map(show(100).text))),
		accepts("in 256 parts", {
			codes: range(0, 256).map(show(1, { id: null, messages: [new Uint8Array(244).fill(9)] }).text),
		}),
		accepts("not yet enough", of(0, 1, 2)),
		accepts("the same code again says nothing more", of(0, 0, 0)),
		accepts(
			"beside another letter",
			codes(...range(0, count).flatMap((n) => [many.text(n), show(15, { id: null, messages }).text(n)])),
		),
		refuses("type-unknown", "nothing", codes("")),
		refuses("type-unknown", "a link", codes("tenten:gUE")),
		refuses("type-unknown", "in small letters", codes(many.text(0).toLowerCase())),
		refuses("too-large", "2,049 characters", codes(`TENTEN:${"0".repeat(2_042)}`)),
		refuses("malformed", "no frame", codes("TENTEN:")),
		refuses("malformed", "one character left over", codes(`${many.text(0)}0`)),
		refuses("malformed", "a character that is none of the 45", codes("TENTEN:BB!")),
		refuses("malformed", "three characters above 65,535", codes("TENTEN::::")),
		refuses("malformed", "two characters above 255", codes("TENTEN:::")),
		refuses("malformed", "a field less", encoded([number, count, length, check])),
		refuses("malformed", "a field more", encoded([number, count, length, check, part, null])),
		refuses("malformed", "a number of 2³²", encoded([4_294_967_296, count, length, check, part])),
		refuses("malformed", "no part", encoded([number, 0, length, check, part])),
		refuses("malformed", "257 parts", encoded([number, 257, 257, check, Uint8Array.of(0)])),
		refuses(
			"malformed",
			"a content of 262,145 bytes",
			encoded([0, 256, 262_145, check, new Uint8Array(1_024)]),
		),
		refuses("malformed", "a check of 7 bytes", encoded([number, count, length, check.subarray(1), part])),
		refuses("malformed", "a part of 1,025 bytes", encoded([0, 2, 2_050, check, new Uint8Array(1_025)])),
		refuses("malformed", "a part that is too short", changed({ part: part.subarray(1) })),
		refuses("malformed", "a part that is too long", changed({ part: new Uint8Array(part.length + 1) })),
		refuses(
			"malformed",
			"parts that are all filling",
			changed({ count: 4, length: 5, part: new Uint8Array(2) }),
		),
		refuses("malformed", "a sum of one part", changed({ number: 1, count: 1, length: part.length })),
		refuses("document-mismatch", "another check", changed({ count: 1, length: part.length })),
		refuses(
			"document-mismatch",
			"parts of different contents",
			codes(encodeQrFrame({ ...first, part: part.toReversed() }), ...range(1, count).map(many.text)),
		),
		refuses("malformed", "a content that is none", single(Uint8Array.of(0xff))),
		refuses("malformed", "a content with a field more", single(encodeItem([null, bundle, null]))),
		refuses("malformed", "an id of 15 bytes", single(encodeItem([id.subarray(1), bundle]))),
		refuses("malformed", "a bundle that is none", single(encodeItem([id, Uint8Array.of(0)]))),
		refuses(
			"too-many",
			"65 messages",
			single(encodeItem([id, encodeItem(new Array(65).fill(Uint8Array.of(0)))])),
		),
	],
};
