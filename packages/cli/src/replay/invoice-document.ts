/**
 * Invoices as documents: what travels with a payment, and what the payee answers.
 *
 *   payer ──▶ the invoice's lines, in as many documents as they need ──▶ payee adds them up
 *   payer ◀── what was received, for which invoice ◀── payee, under its signature
 *
 * The payee refuses what does not add up to what was paid, or is for another invoice than it asked to be
 * paid for. A credit note has a sum below zero: then the shop pays.
 */
import {
	amount,
	type Bytes,
	type Document,
	type Item,
	integer,
	isRefusal,
	limits,
	list,
	malformed,
	maximumDocumentBytes,
	type Offer,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	text,
} from "@tenten/protocol";
import { type InvoiceLine, sumOfLines } from "./read-lines.ts";

const mediaType = "application/cbor";
const nameCharacters = 128;
/** room in a document for all but its lines */
const headBytes = 2 * nameCharacters;
/** fewer than fit, so that no document is dear to read */
const linesOfDocument = 2048;

const signedWhole: Shape<bigint> = {
	read: (item: Item) =>
		typeof item === "bigint" || (typeof item === "number" && Number.isSafeInteger(item))
			? BigInt(item)
			: malformed("expected a whole number"),
	write: (value) => value,
};

const invoiceLine: Shape<InvoiceLine> = record({
	stockCode: text(nameCharacters),
	description: text(nameCharacters),
	quantity: signedWhole,
	unitPriceTenths: signedWhole,
});

const invoicePart = record({
	invoice: text(nameCharacters),
	lines: list(invoiceLine, linesOfDocument, 1),
});

const invoiceReply = record({
	invoice: text(nameCharacters),
	received: amount,
	lines: integer(1, limits.documents * linesOfDocument),
});

/** The documents of one invoice, each within the limit of a document. */
export function invoiceDocuments(invoice: string, lines: readonly InvoiceLine[]): readonly Document[] {
	const parts: InvoiceLine[][] = [];
	let left = 0;
	for (const whole of lines) {
		const line = { ...whole, description: whole.description.slice(0, nameCharacters) };
		const bytes = serialize(invoiceLine, line).length;
		if (left < bytes || (parts.at(-1)?.length ?? 0) === linesOfDocument) {
			parts.push([]);
			left = maximumDocumentBytes - headBytes;
		}
		parts.at(-1)?.push(line);
		left -= bytes;
	}
	return parts.map((part) => ({ mediaType, content: serialize(invoicePart, { invoice, lines: part }) }));
}

type ReadInvoice = {
	readonly invoice: string;
	/** minor units, below zero on a credit note */
	readonly sum: bigint;
	readonly lines: number;
};

function readInvoice(documents: readonly Document[]): ReadInvoice | Refusal {
	const lines: InvoiceLine[] = [];
	let invoice: string | undefined;
	for (const { content } of documents) {
		const part = parse(invoicePart, content);
		if (isRefusal(part)) return refuse("document-mismatch", `no invoice: ${part.detail}`);
		invoice ??= part.invoice;
		if (invoice !== part.invoice) return refuse("document-mismatch", "parts of two invoices");
		lines.push(...part.lines);
	}
	if (invoice === undefined) return refuse("document-missing", "no invoice");
	return { invoice, sum: sumOfLines(lines).minor, lines: lines.length };
}

/** What a payee says to a payment that passed every check: its reply, or why the invoice is not taken. */
export async function considerInvoice({
	documents,
	request,
	accepted,
}: Offer): Promise<{ readonly documents: readonly Document[] } | Refusal> {
	const read = readInvoice(documents);
	if (isRefusal(read)) return read;
	if (read.invoice !== request.body.memo) return refuse("document-mismatch", "another invoice");
	const paid = accepted.amount;
	if (read.sum !== paid && read.sum !== -paid)
		return refuse("amount-mismatch", `lines add up to ${read.sum}, not ${paid}`);
	return { documents: [{ mediaType, content: replyContent(read.invoice, paid, read.lines) }] };
}

function replyContent(invoice: string, received: bigint, lines: number): Bytes {
	return serialize(invoiceReply, { invoice, received, lines });
}

/** Whether these documents are the one reply that is due for an invoice of so many lines. */
export function isReplyTo(
	documents: readonly Document[],
	due: { readonly invoice: string; readonly amount: bigint; readonly lines: number },
): boolean {
	const [reply, ...more] = documents;
	const read = reply && parse(invoiceReply, reply.content);
	if (read === undefined || isRefusal(read) || more.length > 0) return false;
	return read.invoice === due.invoice && read.received === due.amount && read.lines === due.lines;
}
