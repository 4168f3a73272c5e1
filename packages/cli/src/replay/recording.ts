/**
 * Recordings: payments that really happened, read from files of several shapes as one stream of rows.
 *
 * The shape is told by the header alone. Amounts are whole minor units of the recording's asset; times are
 * seconds since 1970. An invoice with a negative amount is a refund: the shop pays its customer.
 */
import { existsSync, statSync } from "node:fs";
import { BadInput } from "../bad-input.ts";
import { chargingShape, energyShape, readCharging } from "./read-charging.ts";
import { invoiceShape, readInvoices } from "./read-invoices.ts";
import { paymentShape, readPayments } from "./read-payments.ts";
import { readHeader } from "./rows.ts";

export type RecordedPayment = {
	/** where it stands in the file */
	readonly line: number;
	readonly time: number;
	readonly payer: string;
	readonly payee: string;
	readonly amount: bigint;
	readonly invoice: Invoice | null;
};

export type Invoice = {
	readonly number: string;
	readonly isRefund: boolean;
	/** lines that the invoice itemises */
	readonly lines: number;
};

type RecordedAsset = { readonly code: string; readonly scale: number };

export type Recording = {
	readonly kind: "invoices" | "payments";
	readonly file: string;
	readonly asset: RecordedAsset;
	readonly payments: AsyncIterable<RecordedPayment>;
};

/** A shape of file: the columns by which it is known, and what its amounts are in. */
export type FileShape = { readonly columns: readonly string[]; readonly asset: RecordedAsset };

const readers = [
	{ kind: "invoices", shape: invoiceShape, read: readInvoices },
	{ kind: "payments", shape: chargingShape, read: (file: string) => readCharging(file, "money") },
	{ kind: "payments", shape: energyShape, read: (file: string) => readCharging(file, "energy") },
	{ kind: "payments", shape: paymentShape, read: readPayments },
] as const;

/** What `file` holds, or that its header is of no known shape. */
export async function openRecording(file: string): Promise<Recording> {
	const { columns } = await readHeader(file);
	const reader = readers.find(({ shape }) => shape.columns.every((column) => columns.includes(column)));
	if (reader === undefined) {
		const known = readers.map(({ shape }) => shape.columns.join(",")).join("\n  ");
		const found = `columns ${columns.join(",")} are of no known shape; known are\n  ${known}`;
		throw new BadInput(found, { file, line: 1 });
	}
	return { kind: reader.kind, file, asset: reader.shape.asset, payments: reader.read(file) };
}

/** Whether `path` is a folder: of GTFS, then. */
export function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The file of lines that lies beside a file of invoices, by its name; undefined where there is none. */
export function linesBeside(file: string): string | undefined {
	const beside = file.replace("invoices", "lines");
	return beside !== file && existsSync(beside) ? beside : undefined;
}
