/** What a stranger wrote stands where it is, and moves nothing around it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "@tenten/wallet";

test("texts of every script stay as they are", () => {
	for (const text of [
		"",
		"tea",
		"お茶 と ケーキ",
		"שלום",
		"مرحبا",
		"नमस्ते",
		"👩‍👩‍👧",
		"e\u0301 \u00a0½ ﷺ",
		"<b>=1+1</b>",
	])
		assert.equal(plainText(text), text);
});

test("what is unseen and turns, ends or commands is shown as such, each by itself", () => {
	const turning = [..."\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"];
	for (const character of [...turning, ..."\0\b\t\n\r\x1b\x7f\x85\x9b", "\u2028", "\u2029"])
		assert.equal(plainText(`1${character}2${character}`), "1\ufffd2\ufffd", JSON.stringify(character));
});
