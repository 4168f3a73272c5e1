/**
 * What a camera sees, put together: any frames of a content in any order, until it is whole.
 *
 * Frames are sums of parts; a reader solves for the parts, one frame at a time (Gaussian elimination over bits). It
 * keeps two contents at most, the least recently seen goes first, and of each no more than its parts: 256 KiB.
 * Frames that contradict each other end in a content that fails its check, and nothing is left of it.
 */
import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, toHex } from "@tenten/protocol";
import { decodeBundle } from "./bundle.ts";
import { addInto, checkOf, decodeQrFrame, maximumContentBytes, partsIn, type QrFrame } from "./qr-frame.ts";
import { type QrLetter, qrContent } from "./qr-frames.ts";

export type QrRead =
	/** `have` of `count` independent frames */
	| { readonly kind: "partial"; readonly have: number; readonly count: number }
	| { readonly kind: "whole"; readonly letter: QrLetter }
	/** of a content that was whole before: what the screen still shows */
	| { readonly kind: "known" };

const mostContents = 2;
const mostKnown = 16;

/** A sum of parts; its pivot is in no other row. */
type Row = { parts: bigint; readonly sum: Bytes };

export class QrReader {
	readonly #contents = new Map<string, Map<number, Row>>();
	readonly #known = new Set<string>();

	/** The text of one QR code. */
	take(text: string): QrRead | Refusal {
		const frame = decodeQrFrame(text);
		if (isRefusal(frame)) return frame;
		const key = `${toHex(frame.check)} ${frame.count} ${frame.length}`;
		if (this.#known.has(key)) return { kind: "known" };
		const rows = this.#contents.get(key) ?? new Map<number, Row>();
		this.#contents.delete(key);
		solve(rows, { parts: partsIn(frame), sum: Uint8Array.from(frame.part) });
		if (rows.size < frame.count) {
			this.#contents.set(key, rows);
			for (const [oldest] of this.#contents)
				if (this.#contents.size > mostContents) this.#contents.delete(oldest);
			return { kind: "partial", have: rows.size, count: frame.count };
		}
		const letter = letterOf(frame, rows);
		if (isRefusal(letter)) return letter;
		this.#known.add(key);
		for (const oldest of this.#known) if (this.#known.size > mostKnown) this.#known.delete(oldest);
		return { kind: "whole", letter };
	}
}

/** Adds what a row says that the others do not. */
function solve(rows: Map<number, Row>, row: Row): void {
	for (const [pivot, other] of rows)
		if ((row.parts >> BigInt(pivot)) & 1n) {
			row.parts ^= other.parts;
			addInto(row.sum, other.sum);
		}
	if (row.parts === 0n) return;
	let pivot = 0;
	while (((row.parts >> BigInt(pivot)) & 1n) === 0n) pivot++;
	for (const other of rows.values())
		if ((other.parts >> BigInt(pivot)) & 1n) {
			other.parts ^= row.parts;
			addInto(other.sum, row.sum);
		}
	rows.set(pivot, row);
}

/** With as many rows as parts, each row is the part of its pivot. */
function letterOf(
	{ count, length, check, part }: QrFrame,
	rows: ReadonlyMap<number, Row>,
): QrLetter | Refusal {
	const padded = new Uint8Array(count * part.length);
	for (const [position, { sum }] of rows) padded.set(sum, position * part.length);
	const content = padded.subarray(0, length);
	if (!equalBytes(check, checkOf(content)))
		return refuse("document-mismatch", "frames of different contents");
	const read = parse(qrContent, content, maximumContentBytes);
	if (isRefusal(read)) return read;
	const messages = decodeBundle(read.bundle);
	return isRefusal(messages) ? messages : { id: read.id && Uint8Array.from(read.id), messages };
}
