/**
 * Records of Zengin files: fields at fixed places of 120 bytes.
 *
 *   N: digits, to the right, filled with zeros        C: text, to the left, filled with spaces
 *
 * A layout says what stands where, for writing and for reading: a record that is read is every byte of its layout.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { bankText, textOfBank } from "./text.ts";

export const recordBytes = 120;

/** `value`: what always stands there. */
export type Field = {
	readonly name: string;
	readonly form: "N" | "C" | "EDI";
	readonly length: number;
	readonly value?: string;
};
export type Layout = readonly Field[];

export const digits = (name: string, length: number): Field => ({ name, form: "N", length });
export const words = (name: string, length: number): Field => ({ name, form: "C", length });
export const always = (name: string, value: string): Field => ({
	name,
	form: "C",
	length: value.length,
	value,
});
export const blank = (length: number): Field => always("dummy", " ".repeat(length));

export type Values = Readonly<Record<string, string>>;

/** One record. `text-refused` names `of` and the field that does not take its value. */
export function writeRecord(layout: Layout, values: Values, of: string): Bytes | Refusal {
	const record = new Uint8Array(recordBytes).fill(0x20);
	let at = 0;
	for (const field of layout) {
		const bytes = fieldBytes(field, field.value ?? values[field.name] ?? "", of);
		if (isRefusal(bytes)) return bytes;
		record.set(bytes, at);
		at += field.length;
	}
	if (at !== recordBytes) throw new Error(`a layout of ${at} bytes`);
	return record;
}

function fieldBytes({ name, form, length }: Field, text: string, of: string): Bytes | Refusal {
	if (form === "N") {
		if (!/^[0-9]*$/.test(text) || text.length > length)
			return refuse("text-refused", `${of}, ${name}: at most ${length} digits, not "${text}"`);
		return Uint8Array.from(text.padStart(length, "0"), (digit) => digit.charCodeAt(0));
	}
	const field = { name: `${of}, ${name}`, length };
	return bankText(text, form === "EDI" ? { ...field, isEdi: true } : field);
}

/** The values of a record; `malformed` where a byte is not what its layout has there. */
export function readRecord(layout: Layout, record: Bytes): Values | Refusal {
	const values: Record<string, string> = {};
	let at = 0;
	for (const { name, form, length, value } of layout) {
		const text = textOfBank(record.subarray(at, at + length));
		at += length;
		if (text === undefined) return refuse("malformed", `${name}: a byte that is no character of banks`);
		if (form === "N" && !new RegExp(`^[0-9]{${length}}$`).test(text))
			return refuse("malformed", `${name}: not ${length} digits`);
		if (value !== undefined && text !== value.trimEnd()) return refuse("malformed", `${name}: "${text}"`);
		if (value === undefined) values[name] = text;
	}
	return values;
}
