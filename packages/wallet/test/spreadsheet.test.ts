/** No cell that a stranger filled is a formula, in any spreadsheet, or a second cell or line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadsheet } from "../src/desk/spreadsheet.ts";

const asset = { id: "x/JPY", code: "JPY", scale: 0, name: "Yen", operator: "Town" };
const entry = {
	id: "paid/1",
	at: 0,
	kind: "paid",
	asset,
	amount: 5n,
	party: "",
	note: "",
	attempt: null,
} as const;

function noteOf(note: string): string {
	const lines = new TextDecoder().decode(spreadsheet([{ ...entry, note }])).split("\r\n");
	const [, cell = ""] = /,Town,,(.*),paid\/1$/s.exec(lines.slice(1, -1).join("\r\n")) ?? [];
	return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

test("what begins like a formula begins with an apostrophe, whatever stands before it unseen", () => {
	for (const sign of ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
		for (const before of ["", " ", "\t", "\u202e", "\ufeff", "\u200b", "\u3000", "\n"]) {
			const note = `${before}${sign}HYPERLINK("https://evil.example";"yen")`;
			assert.equal(noteOf(note), `'${note}`, JSON.stringify(note));
		}
	for (const start of ["\t", "\r", "\n"]) assert.equal(noteOf(`${start}x`), `'${start}x`);
});

test("what is no formula is as it was written, quotes and lines too", () => {
	for (const note of ["tea", "1+1", "お茶 = 5", 'a "b", c', "a\nb", "a,b"]) assert.equal(noteOf(note), note);
});
