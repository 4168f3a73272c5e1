/**
 * Zengin files (全銀), written to the byte and read back: 総合振込 and 口座振替.
 *
 *   header: who, when, from which account ── a record for each line ── trailer: how many, how much ── end
 *
 * A file that is read is whole: its records in their order, its trailer the sums of its lines. A 口座振替 comes back from
 * the bank as it was sent, with a result on each line and their sums in the trailer; one without those sums is none.
 */
import { type Bytes, concatBytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { bankNames } from "./banks.ts";
import { type ServiceName, services } from "./layouts.ts";
import { readRecord, recordBytes, type Values, writeRecord } from "./record.ts";

const kinds = { ordinary: "1", current: "2", tax: "3", savings: "4", other: "9" } as const;
type AccountKind = keyof typeof kinds;

export type ZenginAccount = {
	/** four digits, and three */
	readonly bank: string;
	readonly branch: string;
	readonly kind: AccountKind;
	/** at most seven digits */
	readonly number: string;
	readonly holder: string;
};

type ZenginLine = {
	readonly account: ZenginAccount;
	/** yen */
	readonly amount: bigint;
	/** twenty digits by which its result is known */
	readonly reference: string;
};

export type ZenginFile = {
	readonly service: ServiceName;
	/** of the operator at its bank: at most ten digits */
	readonly clientCode: string;
	/** the operator's account; its holder is the client */
	readonly own: ZenginAccount;
	/** MMDD */
	readonly date: string;
	readonly lines: readonly ZenginLine[];
	/** whether CR and LF follow each record */
	readonly isBroken: boolean;
};

const amountMost = 9_999_999_999n;
const totalMost = 999_999_999_999n;
const linesMost = 999_999;

/** Which kinds of accounts each place of each service takes. */
const taken: Readonly<Record<ServiceName | "own", readonly AccountKind[]>> = {
	own: ["ordinary", "current", "other"],
	transfer: ["ordinary", "current", "savings", "other"],
	debit: ["ordinary", "current", "tax", "other"],
};

/** `text-refused`, `bank-unknown`, `amount-invalid` and `too-many` name the line and field that cannot be written. */
export function writeZengin(file: ZenginFile): Bytes | Refusal {
	const { service, clientCode, own, date, lines, isBroken } = file;
	const refusal = beyondLimits(file);
	if (refusal !== undefined) return refusal;
	const layouts = services[service];
	const account = accountValues(own, "own", "own account");
	if (isRefusal(account)) return account;
	const head = { ...account, "client code": clientCode, "client name": own.holder, date };
	const records = [writeRecord(layouts.header, head, "header")];
	for (const [at, { account: theirs, amount, reference }] of lines.entries()) {
		const of = `line ${at + 1}`;
		const values = accountValues(theirs, service, of);
		if (isRefusal(values)) return values;
		const rest = { amount: `${amount}`, new: "0", reference, by: "7", result: "0" };
		records.push(writeRecord(layouts.data, { ...values, ...rest }, of));
	}
	const total = `${totalOf(lines)}`;
	records.push(writeRecord(layouts.trailer, { count: `${lines.length}`, total }, "trailer"));
	records.push(writeRecord(layouts.end, {}, "end"));
	const refused = records.find(isRefusal);
	if (refused !== undefined) return refused;
	const broken = isBroken ? Uint8Array.of(0x0d, 0x0a) : new Uint8Array();
	return concatBytes(...records.flatMap((record) => [record as Bytes, broken]));
}

function beyondLimits({ service, date, lines }: ZenginFile): Refusal | undefined {
	if (!/^(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$/.test(date))
		return refuse("text-refused", `date: MMDD, not "${date}"`);
	if (lines.length === 0) return refuse("malformed", "a file without a line");
	if (lines.length > linesMost)
		return refuse("too-many", `${lines.length} lines of a file, at most ${linesMost}`);
	for (const [at, { amount, reference }] of lines.entries()) {
		if (amount < 1n || amount > amountMost)
			return refuse("amount-invalid", `line ${at + 1}: ${amount} yen, from 1 to ${amountMost}`);
		if (!/^[0-9]{20}$/.test(reference))
			return refuse("text-refused", `line ${at + 1}, reference: twenty digits, not "${reference}"`);
	}
	if (new Set(lines.map(({ reference }) => reference)).size !== lines.length)
		return refuse("malformed", `a reference twice in one ${service} file`);
	const total = totalOf(lines);
	return total > totalMost
		? refuse("amount-invalid", `${total} yen in all, at most ${totalMost}`)
		: undefined;
}

function totalOf(lines: readonly Pick<ZenginLine, "amount">[]): bigint {
	return lines.reduce((sum, { amount }) => sum + amount, 0n);
}

function accountValues(account: ZenginAccount, place: ServiceName | "own", of: string): Values | Refusal {
	const { bank, branch, kind, number, holder } = account;
	if (!taken[place].includes(kind)) return refuse("text-refused", `${of}, account kind: not ${kind}`);
	if (!/^[0-9]{1,7}$/.test(number))
		return refuse("text-refused", `${of}, account number: at most seven digits, not "${number}"`);
	if (holder.trim() === "") return refuse("text-refused", `${of}, holder: nobody`);
	const names = bankNames(bank, branch, of);
	if (isRefusal(names)) return names;
	return {
		...{ bank, "bank name": names.bank, branch, "branch name": names.branch },
		...{ "account kind": kinds[kind], "account number": number, holder },
	};
}

type ReadLine = {
	readonly reference: string;
	readonly amount: bigint;
	/** of a 口座振替 alone: 0 is settled */
	readonly result: string;
};

export type ReadFile = {
	readonly service: ServiceName;
	readonly date: string;
	readonly lines: readonly ReadLine[];
};

/** A whole file, whoever wrote it. `malformed` where a record or a trailer is not as it should be, `too-large`. */
export function readZengin(bytes: Bytes): ReadFile | Refusal {
	const records = recordsIn(bytes);
	if (isRefusal(records)) return records;
	const [first, ...others] = records;
	const [trailer, end] = others.splice(-2);
	if (first === undefined || trailer === undefined || end === undefined)
		return refuse("malformed", "no header, trailer and end");
	const service = first[1] === 0x32 ? "transfer" : "debit";
	const layouts = services[service];
	const head = readRecord(layouts.header, first);
	const said = readRecord(layouts.trailer, trailer);
	const over = readRecord(layouts.end, end);
	const read = others.map((record) => readRecord(layouts.data, record));
	const refusal = [head, said, over, ...read].find(isRefusal);
	if (refusal !== undefined) return refusal;
	const lines = (read as readonly Values[]).map(({ reference = "", amount = "", result = "" }) => ({
		reference,
		amount: BigInt(amount),
		result,
	}));
	const sums = said as Values;
	if (BigInt(sums["count"] ?? "") !== BigInt(lines.length) || BigInt(sums["total"] ?? "") !== totalOf(lines))
		return refuse("sum-mismatch", "the trailer is not the sum of the lines");
	return { service, date: (head as Values)["date"] ?? "", lines };
}

/** As `readZengin`, of a 口座振替 with the bank's results: their sums are in its trailer, too, else `sum-mismatch`. */
export function readDebitResults(bytes: Bytes): ReadFile | Refusal {
	const file = readZengin(bytes);
	if (isRefusal(file)) return file;
	if (file.service !== "debit") return refuse("malformed", "no file of debits");
	const records = recordsIn(bytes) as readonly Bytes[];
	const sums = readRecord(services.debit.trailer, records.at(-2) as Bytes) as Values;
	const settled = file.lines.filter(({ result }) => result === "0");
	const refused = file.lines.filter(({ result }) => result !== "0");
	const said = ["settled count", "settled total", "refused count", "refused total"].map((name) =>
		BigInt(sums[name] ?? ""),
	);
	const meant = [
		...[BigInt(settled.length), totalOf(settled)],
		...[BigInt(refused.length), totalOf(refused)],
	];
	return said.every((each, at) => each === meant[at])
		? file
		: refuse("sum-mismatch", "no results, or a trailer that is not their sum");
}

const bytesMost = 128 * 1024 * 1024;

/** All broken by CR and LF, or none; the last may be without. */
function recordsIn(bytes: Bytes): readonly Bytes[] | Refusal {
	if (bytes.length > bytesMost) return refuse("too-large", "a file of more than 128 MiB");
	const step = bytes[recordBytes] === 0x0d ? recordBytes + 2 : recordBytes;
	const isWhole = bytes.length % step === 0 || (bytes.length + 2) % step === 0;
	if (bytes.length < recordBytes || !isWhole) return refuse("malformed", "no records of 120 bytes");
	const records: Bytes[] = [];
	for (let at = 0; at < bytes.length; at += step) {
		const broken = bytes.subarray(at + recordBytes, at + step);
		if (broken.length > 0 && (broken[0] !== 0x0d || broken[1] !== 0x0a))
			return refuse("malformed", `no line break after record ${records.length + 1}`);
		records.push(bytes.subarray(at, at + recordBytes));
	}
	return records;
}
