/** Zengin files to the byte, in the characters that banks take; and what a bank returns, read back and added up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import fc from "fast-check";
import { codeOf, must } from "../../../protocol/test/crossing/support/sides.ts";
import { type BankFile, type BankLine, writeBankFile } from "../../src/settle/bank-file.ts";
import { readBankResult } from "../../src/settle/bank-result.ts";
import { readZengin } from "../../src/settle/zengin/file.ts";
import { bankText, textOfBank } from "../../src/settle/zengin/text.ts";
import { answered } from "./support/debit-results.ts";
import { reference, yen, zenginFile } from "./support/files.ts";

/** A file's bytes as text: half-width kana for the bytes above 0xA0. */
const shown = (bytes: Bytes): string =>
	[...bytes].map((byte) => String.fromCharCode(byte > 0xa0 ? byte - 0xa1 + 0xff61 : byte)).join("");
const pad = (text: string, length: number): string => text.padEnd(length, " ");
const name = { name: "holder", length: 30 };
const said = (text: string, length = 30): string => {
	const bytes = bankText(text, { ...name, length });
	return isRefusal(bytes) ? `${(bytes as Refusal).code} ${(bytes as Refusal).detail}` : shown(bytes as Bytes);
};

test("総合振込 is written to the byte", () => {
	const bytes = must(writeBankFile(zenginFile("credit")));
	const records = [
		`1210${"0000012345"}${pad("ﾃﾝﾃﾝ(ｶ", 40)}11270001${pad("ﾐｽﾞﾎ", 15)}001${pad("ﾄｳｷﾖｳ", 15)}11234567${pad("", 17)}`,
		`20005${pad("ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ", 15)}001${pad("ﾎﾝﾃﾝ", 15)}${pad("", 4)}10076543${pad("ﾔﾏﾀﾞ ﾊﾅｺ", 30)}00000003500${reference(1)}7${pad("", 8)}`,
		`20005${pad("ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ", 15)}001${pad("ﾎﾝﾃﾝ", 15)}${pad("", 4)}10076543${pad("ｻﾄｳ ﾀﾛｳ", 30)}99999999990${reference(2)}7${pad("", 8)}`,
		pad("8000002010000000349", 120),
		pad("9", 120),
	];
	assert.deepEqual(shown(bytes).split("\r\n"), [...records, ""]);
	for (const record of records) assert.equal(record.length, 120);
	const own = { ...zenginFile("credit").own, isBroken: false } as BankFile["own"];
	assert.equal(shown(must(writeBankFile(zenginFile("credit", { own })))), records.join(""));
});

test("口座振替 is written to the byte", () => {
	const records = shown(must(writeBankFile(zenginFile("debit")))).split("\r\n");
	assert.equal(
		records[1],
		`20005${pad("ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ", 15)}001${pad("ﾎﾝﾃﾝ", 15)}${pad("", 4)}10076543${pad("ﾔﾏﾀﾞ ﾊﾅｺ", 30)}00000003500${reference(1)}0${pad("", 8)}`,
	);
	assert.equal(records[0]?.slice(0, 4), "1910");
	assert.equal(records[3], pad(`8000002010000000349${"0".repeat(36)}`, 120));
});

test("text becomes what banks take, and what has no place is refused by its field", () => {
	assert.deepEqual(
		[
			"カブシキガイシャ　テンテン",
			"ｶ)ﾃﾝﾃﾝ",
			"きゃっきゃ",
			"ヴォーカル",
			"ＡＢＣ－１２３",
			"abc",
			"１．２/３",
			"￥5",
			"サー−‐–—ビス",
		].map((text) => said(text)),
		["ｶﾌﾞｼｷｶﾞｲｼﾔ ﾃﾝﾃﾝ", "ｶ)ﾃﾝﾃﾝ", "ｷﾔﾂｷﾔ", "ｳﾞｵ-ｶﾙ", "ABC-123", "ABC", "1.2/3", "\\5", "ｻ-----ﾋﾞｽ"],
	);
	for (const text of [
		"山田",
		"ヲ",
		"「",
		"、",
		"。",
		"・",
		"ヰ",
		"é",
		"\n",
		"\0",
		"\\",
		"ﾞ",
		"😀",
		"a,b",
		"_",
	])
		assert.match(said(text), /^text-refused holder: banks take no "/, text);
	const edi = { ...name, isEdi: true } as const;
	assert.equal(shown(must(bankText("ヲ「」,", edi))), "ｦ｢｣,");
});

test("a voiced kana is never split at a field's end, and no byte of a long vowel or of a small kana is written", () => {
	assert.equal(said("ガガ", 4), "ｶﾞｶﾞ");
	assert.equal(said("ガガ", 3), "ｶﾞ");
	assert.equal(said("アパ", 2), "ｱ");
	const kana = fc.string({ unit: fc.constantFrom(..."アァガパーヴっゃアＡa9 -"), maxLength: 60 });
	fc.assert(
		fc.property(kana, fc.integer({ min: 0, max: 40 }), (text, length) => {
			const bytes = must(bankText(text, { name: "x", length }));
			const whole = must(bankText(text, { name: "x", length: 1_000 }));
			assert.deepEqual(whole.subarray(0, bytes.length), bytes);
			assert.ok(bytes.length <= length && bytes.length >= Math.min(whole.length, length - 1));
			const next = whole[bytes.length];
			assert.ok(next !== 0xde && next !== 0xdf, "a mark was cut off");
			assert.ok(bytes.every((byte) => byte < 0xa7 || byte > 0xb0));
			assert.equal(textOfBank(bytes)?.trimEnd(), shown(bytes).replaceAll("\\", "¥").trimEnd());
		}),
		{ numRuns: 300, seed: 6 },
	);
});

test("what no bank could take is refused, and names its line and field", () => {
	const file = zenginFile("debit");
	const [first, second] = file.lines as [BankLine, BankLine];
	const refused = (more: Partial<BankFile>): string => {
		const bytes = writeBankFile(zenginFile("debit", more));
		return isRefusal(bytes) ? `${(bytes as Refusal).code} ${(bytes as Refusal).detail}` : "written";
	};
	const withLine = (more: Partial<BankLine>): string => refused({ lines: [first, { ...second, ...more }] });
	const withAccount = (more: object): string =>
		withLine({
			account: { rail: "zengin", account: { ...(second.account.account as object), ...more } } as never,
		});
	assert.match(withAccount({ bank: "0002" }), /^bank-unknown line 2: no bank 0002/);
	assert.match(withAccount({ branch: "999" }), /^bank-unknown line 2: bank 0005 has no branch 999/);
	assert.match(withAccount({ bank: "constructor" }), /^bank-unknown/);
	assert.match(withAccount({ number: "12345678" }), /^text-refused line 2, account number/);
	assert.match(withAccount({ kind: "savings" }), /^text-refused line 2, account kind/);
	assert.match(withAccount({ holder: "山田" }), /^text-refused line 2, holder: banks take no "山"/);
	assert.match(withAccount({ holder: " " }), /^text-refused line 2, holder/);
	const amounts = (amount: bigint): string => withLine({ amount, evidence: amount });
	assert.match(amounts(10_000_000_000n), /^amount-invalid line 2/);
	assert.match(amounts(0n), /^amount-invalid line 2/);
	assert.match(withLine({ reference: reference(1) }), /^malformed a reference twice/);
	assert.match(withLine({ reference: "7" }), /^text-refused line 2, reference/);
	assert.match(refused({ lines: [] }), /^malformed a file without a line/);
	assert.match(refused({ date: "2026-13-01" }), /^text-refused date/);
	assert.match(refused({ money: { currency: "EUR", scale: 2 } }), /^asset-mismatch/);
	const own = { ...file.own, clientCode: "12345678901" } as BankFile["own"];
	assert.match(refused({ own }), /^text-refused header, client code/);
	const many = Array.from({ length: 101 }, (_, at) => ({ ...second, reference: reference(at) }));
	assert.match(refused({ lines: many }), /^amount-invalid 1009999999899 yen in all/);
	assert.match(
		withLine({ account: { rail: "iso20022", account: {} as never, mandate: null } }),
		/^asset-mismatch line 2/,
	);
});

test("a file that would say anything else than its evidence is none", () => {
	for (const direction of ["credit", "debit"] as const) {
		const { lines } = zenginFile(direction);
		for (const more of [1n, -1n]) {
			const off = lines.map((line, at) => (at === 1 ? { ...line, evidence: line.evidence + more } : line));
			assert.equal(codeOf(writeBankFile(zenginFile(direction, { lines: off }))), "sum-mismatch");
		}
	}
});

const debits = must(writeBankFile(zenginFile("debit")));

test("results of 口座振替 are read where they add up, each with what the bank says", () => {
	assert.deepEqual(must(readBankResult(answered(debits, ["0", "1"]), yen)), [
		{ about: { kind: "line", reference: reference(1) }, says: "settled", why: "", amount: 350n },
		{
			about: { kind: "line", reference: reference(2) },
			says: "refused",
			why: "1 funds insufficient",
			amount: 9_999_999_999n,
		},
	]);
	const even = [1n, 350n, 1n, 9_999_999_999n];
	assert.equal(codeOf(readBankResult(answered(debits, ["1", "0"], even), yen)), "sum-mismatch");
	assert.equal(codeOf(readBankResult(answered(debits, ["0", "0"], even), yen)), "sum-mismatch");
	assert.equal(
		codeOf(readBankResult(must(writeBankFile(zenginFile("debit"))), yen)),
		"sum-mismatch",
		"as it was sent",
	);
	assert.equal(
		codeOf(readBankResult(must(writeBankFile(zenginFile("credit"))), yen)),
		"malformed",
		"no debits",
	);
});

test("no byte of a file is read as anything else than it is", () => {
	const bytes = answered(debits, ["0", "1"]);
	let same = 0;
	const before = must(readBankResult(bytes, yen));
	for (const at of bytes.keys())
		for (const to of [0x00, 0x30, 0x41, 0xb1, 0x20]) {
			if (bytes[at] === to) continue;
			const changed = Uint8Array.from(bytes);
			changed[at] = to;
			const read = readBankResult(changed, yen);
			if (isRefusal(read)) continue;
			// Names, codes and dates of banks say nothing of money; references do, and are looked for.
			same++;
			const known = (read as typeof before).map(({ says, amount }) => [says, amount]);
			assert.deepEqual(
				known,
				before.map(({ says, amount }) => [says, amount]),
				`byte ${at}`,
			);
		}
	assert.ok(same > 0);
	for (const cut of [0, 1, 119, 120, 121, 122, bytes.length - 1, bytes.length - 122])
		assert.ok(isRefusal(readZengin(bytes.subarray(0, cut))), `${cut} bytes`);
});
