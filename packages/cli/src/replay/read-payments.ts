/** Reader of plain payments between anybody: `time,payer,payee,amount`, whole minor units. */
import { amountField, nameField, refuseField, timeField } from "./fields.ts";
import type { FileShape, RecordedPayment } from "./recording.ts";
import { readRows } from "./rows.ts";

export const paymentShape: FileShape = {
	columns: ["time", "payer", "payee", "amount"],
	asset: { code: "UNIT", scale: 0 },
};

export async function* readPayments(file: string): AsyncGenerator<RecordedPayment> {
	for await (const row of readRows(file)) {
		const payer = nameField(row, "payer");
		const payee = nameField(row, "payee");
		if (payer === payee) refuseField(row, "payee", "someone other than the payer");
		const amount = amountField(row, "amount");
		yield { line: row.line, time: timeField(row, "time"), payer, payee, amount, invoice: null };
	}
}
