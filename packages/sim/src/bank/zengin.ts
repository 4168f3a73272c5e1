/** What a bank reads of 総合振込 and 口座振替, and answers to the second: the file itself, with a result on each line. */
import type { Bytes } from "@tenten/protocol";
import type { AskedFile, AskedLine } from "./asked.ts";

const recordBytes = 120;

export function readZenginFile(content: Bytes): AskedFile {
	const records = recordsIn(content);
	const [head = ""] = records;
	const kind = head.slice(1, 3) === "91" ? "debit" : "credit";
	const lines: readonly AskedLine[] = records
		.filter((record) => record.startsWith("2"))
		.map((record) => ({
			reference: record.slice(91, 111),
			account: accountOf(record.slice(1, 5), record.slice(20, 23), record.slice(42, 50)),
			amount: BigInt(record.slice(80, 90)),
		}));
	const trailer = records.find((record) => record.startsWith("8")) ?? "";
	const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
	if (BigInt(trailer.slice(1, 7)) !== BigInt(lines.length) || BigInt(trailer.slice(7, 19)) !== total)
		throw new Error("a file whose trailer is not the sum of its lines");
	const own = accountOf(head.slice(58, 62), head.slice(77, 80), head.slice(95, 103));
	return { kind, own, message: "", lines };
}

/** As records name it: bank, branch, and kind with number. */
function accountOf(bank: string, branch: string, number: string): string {
	return `${bank}-${branch}-${number}`;
}

/** Bytes are characters of one byte each: digits, and kana that nobody here reads. */
function recordsIn(content: Bytes): readonly string[] {
	const text = Buffer.from(content).toString("latin1").replaceAll("\r\n", "");
	return Array.from({ length: text.length / recordBytes }, (_, at) =>
		text.slice(recordBytes * at, recordBytes * (at + 1)),
	);
}

/** `0`: transferred; `1`: funds insufficient. The trailer says how many of either, and how much. */
export function answerZenginDebits(content: Bytes, isRefused: readonly boolean[]): Bytes {
	const isBroken = content[recordBytes] === 0x0d;
	let at = 0;
	const sums = [0n, 0n, 0n, 0n] as [bigint, bigint, bigint, bigint];
	const answered = recordsIn(content).map((record) => {
		if (record.startsWith("2")) {
			const refused = isRefused[at++] === true;
			sums[refused ? 2 : 0]++;
			sums[refused ? 3 : 1] += BigInt(record.slice(80, 90));
			return `${record.slice(0, 111)}${refused ? "1" : "0"}${record.slice(112)}`;
		}
		if (!record.startsWith("8")) return record;
		const text = sums.map((sum, place) => `${sum}`.padStart(place % 2 === 0 ? 6 : 12, "0")).join("");
		return `${record.slice(0, 19)}${text}${record.slice(19 + text.length)}`;
	});
	return new Uint8Array(
		Buffer.from(answered.map((record) => record + (isBroken ? "\r\n" : "")).join(""), "latin1"),
	);
}
