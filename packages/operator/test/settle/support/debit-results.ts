/** A bank's answer to a 口座振替: the file that it was sent, with a result on each line and their sums. */
import { type Bytes, concatBytes } from "@tenten/protocol";

const recordAndBreak = 122;
const ascii = (text: string): Bytes => Uint8Array.from(text, (each) => each.charCodeAt(0));
const numberAt = (record: Bytes, from: number, length: number): bigint =>
	BigInt(String.fromCharCode(...record.subarray(from, from + length)));

/** `results` by line; `sums`, where they shall not be those of the results: settled and refused, counts and totals. */
export function answered(sent: Bytes, results: readonly string[], sums?: readonly bigint[]): Bytes {
	const records: Bytes[] = [];
	for (let at = 0; at < sent.length; at += recordAndBreak)
		records.push(Uint8Array.from(sent.subarray(at, at + recordAndBreak)));
	const lines = records.filter(([kind]) => kind === 0x32);
	const meant = [0n, 0n, 0n, 0n];
	for (const [at, line] of lines.entries()) {
		const result = results[at] as string;
		line.set(ascii(result), 111);
		const place = result === "0" ? 0 : 2;
		meant[place] = (meant[place] ?? 0n) + 1n;
		meant[place + 1] = (meant[place + 1] ?? 0n) + numberAt(line, 80, 10);
	}
	const trailer = records.find(([kind]) => kind === 0x38) as Bytes;
	const text = (sums ?? meant).map((sum, at) => `${sum}`.padStart(at % 2 === 0 ? 6 : 12, "0")).join("");
	trailer.set(ascii(text), 19);
	return concatBytes(...records);
}
