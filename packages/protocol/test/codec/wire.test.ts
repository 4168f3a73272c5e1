/** Shapes: each refuses what is not its own, with the code that says why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	amount,
	amountOrZero,
	boolean,
	bytes,
	constant,
	encodeItem,
	enumeration,
	type Item,
	integer,
	labelled,
	limits,
	list,
	mapped,
	nullable,
	parse,
	parseItem,
	parseOwn,
	type RefusalCode,
	record,
	type Shape,
	serialize,
	text,
	union,
	unixSeconds,
} from "@tenten/protocol";
import { expectRefusal } from "../../../module/test/support/world.ts";

function reads<T>(shape: Shape<T>, item: Item, expected: T): void {
	assert.deepEqual(parse(shape, encodeItem(item)), expected);
	assert.deepEqual(serialize(shape, expected), encodeItem(item));
}

function refuses(shape: Shape<unknown>, code: RefusalCode, ...items: readonly Item[]): void {
	for (const item of items) expectRefusal(parse(shape, encodeItem(item)), code);
}

test("bytes and text have bounds", () => {
	reads(bytes(1, 2), Uint8Array.of(7), Uint8Array.of(7));
	refuses(bytes(1, 2), "malformed", new Uint8Array(), new Uint8Array(3), "a", 1, null);
	reads(text(2), "あ", "あ");
	refuses(text(2), "malformed", "abc", Uint8Array.of(1), 1);
});

test("integers have bounds and are whole", () => {
	reads(integer(-1, 3), -1, -1);
	refuses(integer(-1, 3), "malformed", -2, 4, "1", null, 2n ** 63n);
	reads(unixSeconds, 0, 0);
	refuses(unixSeconds, "malformed", -1, 2n ** 53n, 2n ** 64n - 1n);
});

test("an amount is above zero and at most what a signed 64-bit column holds", () => {
	reads(amount, 1, 1n);
	reads(amount, limits.amount, limits.amount);
	refuses(amount, "amount-invalid", 0, -1, limits.amount + 1n, 2n ** 64n - 1n, -(2n ** 63n), "1", null, [1]);
	reads(amountOrZero, 0, 0n);
	refuses(amountOrZero, "amount-invalid", -1, limits.amount + 1n, null);
});

test("booleans, constants and enumerations take their own values only", () => {
	reads(boolean, true, true);
	refuses(boolean, "malformed", 0, 1, null);
	reads(constant(5), 5, 5);
	refuses(constant(5), "malformed", 4, "5");
	const colour = enumeration({ red: 1, blue: 2 });
	reads(colour, 2, "blue");
	refuses(colour, "malformed", 0, 3, "red", true);
});

test("lists have a least and a greatest length", () => {
	reads(list(boolean, 2, 1), [true], [true]);
	refuses(list(boolean, 2, 1), "too-many", [true, true, true]);
	refuses(list(boolean, 2, 1), "malformed", [], [1], true, new Map());
});

test("a record is an array of exactly its fields", () => {
	const point = record({ x: integer(0, 9), y: nullable(integer(0, 9)) });
	reads(point, [1, null], { x: 1, y: null });
	refuses(point, "malformed", [1], [1, 2, 3], [null, 1], new Map([[0, 1]]), 1);
});

test("a labelled map leaves null out, and holds nothing else", () => {
	const claims = labelled({ a: [1, integer(0, 9)], b: [-2, nullable(boolean)] });
	reads(claims, new Map([[1, 5]]), { a: 5, b: null });
	reads(
		claims,
		new Map<number, Item>([
			[1, 5],
			[-2, false],
		]),
		{ a: 5, b: false },
	);
	const withNull = new Map<number, Item>([
		[1, 5],
		[-2, null],
	]);
	const withMore = new Map<number | string, Item>([
		[1, 5],
		[3, 1],
	]);
	refuses(claims, "malformed", new Map([[-2, true]]), withNull, withMore, new Map([["a", 5]]), [5, null]);
});

test("a union knows its numbers, and names the code for others", () => {
	const shape = union(
		{ circle: [1, record({ r: integer(0, 9) })], none: [2, record({})] },
		"condition-unknown",
	);
	reads(shape, [1, 3], { kind: "circle", r: 3 });
	reads(shape, [2], { kind: "none" });
	refuses(shape, "condition-unknown", [3], [3, 1], [-1]);
	refuses(shape, "malformed", [], ["1", 3], [1], [1, 3, 4], 1, [2n ** 63n]);
});

test("what a program sealed itself is read by its shape, as long as it is, and no other", () => {
	const long = new Uint8Array(limits.message);
	assert.deepEqual(parseOwn(bytes(0, limits.message), encodeItem(long)), long);
	expectRefusal(parseOwn(bytes(0, limits.message), encodeItem("text")), "malformed");
	expectRefusal(parseOwn(bytes(0, limits.message), Uint8Array.of(0xff)), "malformed");
	expectRefusal(parseOwn(boolean, new Uint8Array(40).fill(0x81)), "too-deep");
});

test("an exception in a shape is a bug, not a refusal", () => {
	const broken = mapped(
		boolean,
		(): boolean => {
			throw new TypeError("a bug");
		},
		(value) => value,
	);
	assert.throws(() => parseItem(broken, true), TypeError);
});
