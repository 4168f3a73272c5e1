/**
 * Reader of the lines behind invoices, joined to them as a stream.
 *
 * Lines stand about in the order of their invoices, not quite: those of other invoices wait in a buffer
 * until asked for. Lines without a customer belong to no invoice here. Unit prices have up to three
 * decimals, so a sum is taken in tenths of a minor unit; a part below one minor unit is dropped (four
 * invoices hold one item at £0.001).
 */
import { BadInput } from "../bad-input.ts";
import { decimalField, nameField, textField, wholeField } from "./fields.ts";
import { readRows } from "./rows.ts";

export type InvoiceLine = {
	readonly stockCode: string;
	readonly description: string;
	/** below zero on a refund, and for some discounts */
	readonly quantity: bigint;
	/** in tenths of a minor unit */
	readonly unitPriceTenths: bigint;
};

/** Lines that may wait for their invoice: a bound on memory, far above what real files need. */
const bufferLines = 100_000;

export class InvoiceLines {
	readonly #file: string;
	readonly #rows: AsyncIterator<{ readonly invoice: string; readonly line: InvoiceLine }>;
	readonly #waiting = new Map<string, InvoiceLine[]>();
	#waitingLines = 0;

	constructor(file: string) {
		this.#file = file;
		this.#rows = readLines(file)[Symbol.asyncIterator]();
	}

	/** The `count` lines of an invoice. Each can be taken once. */
	async take(invoice: string, count: number): Promise<readonly InvoiceLine[]> {
		while ((this.#waiting.get(invoice)?.length ?? 0) < count) {
			const next = await this.#rows.next();
			const held = this.#waiting.get(invoice)?.length ?? 0;
			if (next.done || this.#waitingLines > bufferLines)
				throw new BadInput(`invoice ${invoice} has ${held} of its ${count} lines`, { file: this.#file });
			const { invoice: owner, line } = next.value;
			const lines = this.#waiting.get(owner);
			if (lines === undefined) this.#waiting.set(owner, [line]);
			else lines.push(line);
			this.#waitingLines++;
		}
		const lines = this.#waiting.get(invoice) ?? [];
		this.#waiting.delete(invoice);
		this.#waitingLines -= lines.length;
		return lines;
	}

	async close(): Promise<void> {
		await this.#rows.return?.();
	}
}

/** The sum of lines in whole minor units, and what of it lies below one unit, in tenths. */
export function sumOfLines(lines: readonly InvoiceLine[]): {
	readonly minor: bigint;
	readonly tenths: bigint;
} {
	const tenths = lines.reduce((sum, { quantity, unitPriceTenths }) => sum + quantity * unitPriceTenths, 0n);
	return { minor: tenths / 10n, tenths: tenths % 10n };
}

async function* readLines(
	file: string,
): AsyncGenerator<{ readonly invoice: string; readonly line: InvoiceLine }> {
	for await (const row of readRows(file)) {
		if (["NA", ""].includes(textField(row, "CustomerID"))) continue;
		yield {
			invoice: nameField(row, "InvoiceNo"),
			line: {
				stockCode: nameField(row, "StockCode"),
				description: textField(row, "Description"),
				quantity: wholeField(row, "Quantity"),
				unitPriceTenths: decimalField(row, "UnitPrice", 3),
			},
		};
	}
}
