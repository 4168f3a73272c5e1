/** The keypad: what stands there is what will be asked for, key by key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOf, type KeypadKey, keyOf, press } from "../src/till/keypad.ts";

const typed = (...keys: readonly KeypadKey[]): string => keys.reduce(press, "");

test("digits come in from the right, in minor units", () => {
	assert.equal(amountOf(typed("1", "2", "5", "0")), 1_250n);
	assert.equal(amountOf(typed("4", "00", "back")), 40n);
	assert.equal(amountOf(typed()), 0n);
});

test("zeros before an amount are nothing, and there is nothing to delete in nothing", () => {
	assert.equal(typed("0", "00", "7"), "7");
	assert.equal(typed("00"), "");
	assert.equal(typed("7", "back", "back", "back"), "");
});

test("an amount stays below a million millions: what would make it longer is not taken", () => {
	const most = "9".repeat(12);
	assert.equal(press(most, "1"), most);
	assert.equal(press("9".repeat(11), "00"), "9".repeat(11));
	assert.equal(press("9".repeat(11), "0"), `${"9".repeat(11)}0`);
});

test("a keyboard's digits and its backspace are keys of the keypad, and nothing else is", () => {
	assert.deepEqual(["0", "9", "Backspace"].map(keyOf), ["0", "9", "back"]);
	assert.deepEqual(["a", "F1", "Enter", "٣", "-", "."].map(keyOf), Array(6).fill(undefined));
});
