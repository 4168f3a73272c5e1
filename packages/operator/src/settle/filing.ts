/**
 * Filing: claims become a file for a bank, durable before anybody has it.
 *
 *   claims ─▶ lines, each with the sum of its records ─▶ bytes, read back ─▶ file, lines and states: one durable write
 *
 * A file is known by its name. The same name with the same content is the same bytes, however often it is asked for and
 * whatever failed; with another content it is refused.
 */
import {
	type Bytes,
	concatBytes,
	equalBytes,
	isRefusal,
	partyFileId,
	type Refusal,
	refuse,
	sha256,
	stepClaim,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import { insertNewSet } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { type AssetMoney, refuseScale } from "./asset-money.ts";
import {
	type BankFile,
	type BankLine,
	type OwnAccount,
	type PartyAccount,
	writeBankFile,
} from "./bank-file.ts";
import { claimOf, type KeptClaim, stepIn } from "./claim-rows.ts";
import { evidenceOf } from "./device-records.ts";

export type Filing = {
	/** letters, digits and hyphens, at most 35: also what the bank knows the file by */
	readonly name: string;
	/** their ids */
	readonly claims: readonly Bytes[];
	readonly own: OwnAccount;
	/** by party, in hexadecimal */
	readonly accounts: Readonly<Record<string, PartyAccount>>;
	readonly money: AssetMoney;
	/** YYYY-MM-DD */
	readonly date: string;
};

export type KeptFile = { readonly id: Bytes; readonly name: string; readonly content: Bytes };

/**
 * The file of a name. `order-mismatch` where that is another's, `claim-unknown`, `asset-mismatch` where claims are of
 * another asset than the money, or of both directions, or by `refuseScale`, `bank-unknown` where a party has no account; the refusals of `stepClaim` and
 * `writeBankFile`.
 */
export async function fileIn(
	transaction: Transaction,
	filing: Filing,
	operator: Bytes,
	now: number,
): Promise<KeptFile | Refusal> {
	const { name, own, money } = filing;
	const id = partyFileId({ operator, name });
	const asked = sha256(
		toUtf8(
			JSON.stringify({
				...filing,
				claims: filing.claims.map(toHex),
				money: { ...money, asset: toHex(money.asset) },
			}),
		),
	);
	const known = await keptFile(transaction, id);
	if (known !== undefined)
		return equalBytes(known.asked, asked) ? known : refuse("order-mismatch", "another file");
	const claims = await claimsFor(transaction, filing, id);
	if (isRefusal(claims)) return claims;
	const wrong = await refuseScale(transaction, money);
	if (wrong !== undefined) return wrong;
	const file = await bankFile(transaction, filing, id, claims as readonly KeptClaim[], now);
	if (isRefusal(file)) return file;
	const content = writeBankFile(file);
	if (isRefusal(content)) return content;
	const row = { file_id: id, name, rail: own.rail, asked, content: content as Bytes, made_at: now };
	await keepFile(transaction, row, claims as readonly KeptClaim[]);
	return { id, name, content: content as Bytes };
}

/** Claims that this file may take, in its order. */
async function claimsFor(
	transaction: Transaction,
	{ name, claims: ids, money }: Filing,
	file: Bytes,
): Promise<readonly KeptClaim[] | Refusal> {
	if (!/^[0-9A-Za-z-]{1,35}$/.test(name)) return refuse("text-refused", `name of the file: "${name}"`);
	if (new Set(ids.map(toHex)).size !== ids.length) return refuse("malformed", "a claim twice");
	const claims: KeptClaim[] = [];
	for (const id of ids) {
		const claim = await claimOf(transaction, id);
		if (claim === undefined) return refuse("claim-unknown", toHex(id));
		const step = stepClaim(claim.history, { kind: "file", file }, claim.direction);
		if (isRefusal(step)) return step;
		claims.push(claim);
	}
	const [first] = claims;
	const other = claims.find(
		({ asset, direction }) => !equalBytes(asset, money.asset) || direction !== first?.direction,
	);
	return other === undefined
		? claims
		: refuse("asset-mismatch", "claims of another asset, or of both directions");
}

async function bankFile(
	transaction: Transaction,
	{ name, own, accounts, money, date }: Filing,
	file: Bytes,
	claims: readonly KeptClaim[],
	madeAt: number,
): Promise<BankFile | Refusal> {
	const lines: BankLine[] = [];
	for (const { id, party, direction, amount } of claims) {
		const account = accounts[toHex(party)];
		if (account === undefined) return refuse("bank-unknown", `no account of party ${toHex(party)}`);
		const balance = await evidenceOf(transaction, id, party);
		const evidence = direction === "debit" ? -balance : balance;
		lines.push({ reference: lineReference(file, id), amount, evidence, account });
	}
	return { direction: claims[0]?.direction ?? "debit", message: name, own, money, date, madeAt, lines };
}

type FileRow = {
	readonly file_id: Bytes;
	readonly name: string;
	readonly rail: string;
	readonly asked: Bytes;
	readonly content: Bytes;
	readonly made_at: number;
};

/** Writes a file, its lines, and the next state of each claim, all of which may be in it. */
export async function keepFile(
	transaction: Transaction,
	row: FileRow,
	claims: readonly KeptClaim[],
): Promise<void> {
	for (const claim of claims) {
		const step = await stepIn(transaction, claim, { kind: "file", file: row.file_id });
		if (isRefusal(step)) throw new Error("a claim that could be filed cannot");
	}
	await insertNewSet(transaction, "party_files", [row]);
	const lines = claims.map(({ id, amount }) => ({
		...{ reference: lineReference(row.file_id, id), file_id: row.file_id },
		...{ claim_id: id, amount },
	}));
	await insertNewSet(transaction, "party_file_lines", lines);
}

export async function keptFile(
	transaction: Transaction,
	id: Bytes,
): Promise<(KeptFile & { readonly asked: Bytes; readonly rail: string }) | undefined> {
	const row = await transaction
		.selectFrom("party_files")
		.select(["name", "rail", "asked", "content"])
		.where("file_id", "=", id)
		.executeTakeFirst();
	return row && { id, ...row };
}

/** What a bank names a line by: twenty digits that follow from its file and its claim. */
export function lineReference(file: Bytes, claim: Bytes): string {
	const first = sha256(concatBytes(file, claim)).subarray(0, 8);
	return `${BigInt(`0x${toHex(first)}`)}`.padStart(20, "0");
}
