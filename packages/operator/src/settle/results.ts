/**
 * Results: what a bank sent, kept as it came, and what each of its words does to a claim, in one durable write.
 *
 *   document ─▶ words ─▶ each line of ours ─▶ paid | reopened | as it was | contradicts
 *
 * Read twice it changes nothing. A word that contradicts an earlier one, or what was asked for, changes nothing either;
 * it is kept, beside its document, until somebody has looked.
 */
import {
	type Bytes,
	type ClaimEvent,
	type ClaimStep,
	type Direction,
	equalBytes,
	isRefusal,
	partyFileId,
	sha256,
	toHex,
} from "@tenten/protocol";
import { insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import type { BankWord } from "./bank-word.ts";
import { claimOf, stepIn } from "./claim-rows.ts";

export type ResultLine = {
	readonly reference: string;
	/** hexadecimal; null where no line of ours has this reference */
	readonly claim: string | null;
	/** `same`: known before. `unknown`: no line of ours. `contradicts`: kept for somebody to look at */
	readonly became: "paid" | "reopened" | "same" | "unknown" | "contradicts";
	readonly why: string;
};

type FileLine = {
	readonly reference: string;
	readonly file_id: Bytes;
	readonly claim_id: Bytes;
	readonly amount: bigint;
};

/** What became of each line that a document speaks of, whose words were read. */
export async function resultIn(
	transaction: Transaction,
	content: Bytes,
	words: readonly BankWord[],
	{ operator, asset, now }: { readonly operator: Bytes; readonly asset: Bytes; readonly now: number },
): Promise<readonly ResultLine[]> {
	const id = sha256(content);
	await insertMissing(transaction, "party_results", [{ result_id: id, content, read_at: now }]);
	const said: ResultLine[] = [];
	for (const word of words) {
		const lines = await linesOf(transaction, operator, word);
		if (lines.length === 0) said.push(unknown(word));
		for (const line of lines) said.push(await judge(transaction, word, line, asset));
	}
	const contradictions = said.flatMap(({ became, reference, why }, place) =>
		became === "contradicts" ? [{ result_id: id, place, reference, detail: why }] : [],
	);
	if (contradictions.length > 0) await insertMissing(transaction, "party_contradictions", contradictions);
	return said;
}

function unknown({ about, why }: BankWord): ResultLine {
	const reference = about.kind === "line" ? about.reference : about.message;
	return { reference, claim: null, became: "unknown", why };
}

async function linesOf(
	transaction: Transaction,
	operator: Bytes,
	{ about }: BankWord,
): Promise<readonly FileLine[]> {
	const rows = transaction
		.selectFrom("party_file_lines")
		.select(["reference", "file_id", "claim_id", "amount"])
		.orderBy("reference");
	return about.kind === "line"
		? rows.where("reference", "=", about.reference).execute()
		: rows.where("file_id", "=", partyFileId({ operator, name: about.message.slice(0, 64) })).execute();
}

/** Of a word on one line. */
async function judge(
	transaction: Transaction,
	word: BankWord,
	{ reference, file_id, claim_id, amount }: FileLine,
	asset: Bytes,
): Promise<ResultLine> {
	const line = { reference, claim: toHex(claim_id) };
	const claim = await claimOf(transaction, claim_id);
	if (claim === undefined) throw new Error("the database is damaged: a line of no claim");
	if (!equalBytes(claim.asset, asset))
		return { ...line, became: "contradicts", why: "a claim of another asset than the document is read as" };
	if (word.amount !== null && word.amount !== amount)
		return { ...line, became: "contradicts", why: `${word.amount} minor units, asked for ${amount}` };
	const step = await stepIn(transaction, claim, eventOf(word, claim.direction, file_id));
	if (isRefusal(step))
		return { ...line, became: "contradicts", why: `${word.says} ${word.why}: ${step.detail}` };
	const { next } = step as ClaimStep;
	if (next === null) return { ...line, became: "same", why: word.why };
	return next.kind === "reopened"
		? { ...line, became: "reopened", why: next.why }
		: { ...line, became: "paid", why: "" };
}

/** Money that came onto our account pays a debit; the other way it gives one back, and so for credits. */
function eventOf({ says, why }: BankWord, direction: Direction, file: Bytes): ClaimEvent {
	if (says === "refused") return { kind: "refused", file, why };
	if (says === "settled") return { kind: "settled", file };
	const isAsAsked = (says === "credited") === (direction === "debit");
	return isAsAsked ? { kind: "settled", file } : { kind: "refused", file, why: "returned" };
}
