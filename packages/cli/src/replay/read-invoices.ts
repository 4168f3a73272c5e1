/** Reader of a shop's invoices, one a row: a negative amount is a refund, which the shop pays. */
import { nameField, refuseField, timeField, wholeField } from "./fields.ts";
import type { FileShape, RecordedPayment } from "./recording.ts";
import { readRows } from "./rows.ts";

export const invoiceShape: FileShape = {
	columns: ["time", "invoice", "customer", "country", "amount_pence", "lines"],
	asset: { code: "GBP", scale: 2 },
};

export const shopName = "shop";

export async function* readInvoices(file: string): AsyncGenerator<RecordedPayment> {
	for await (const row of readRows(file)) {
		const signed = wholeField(row, "amount_pence");
		if (signed === 0n) refuseField(row, "amount_pence", "an amount above or below zero");
		const lines = Number(wholeField(row, "lines"));
		if (lines < 1) refuseField(row, "lines", "at least one line");
		const isRefund = signed < 0n;
		const customer = `customer ${nameField(row, "customer")}`;
		yield {
			line: row.line,
			time: timeField(row, "time"),
			payer: isRefund ? shopName : customer,
			payee: isRefund ? customer : shopName,
			amount: isRefund ? -signed : signed,
			invoice: { number: nameField(row, "invoice"), isRefund, lines },
		};
	}
}
