/** One encoding of each item, and nothing else is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeItem, encodeItem, type Item, isRefusal, limits } from "@tenten/protocol";
import fc from "fast-check";
import { expectRefusal } from "../../../module/test/support/world.ts";
import { faultyEncodings, write } from "../support/faulty-encodings.ts";

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

const key = fc.oneof(fc.integer({ min: -70_000, max: 70_000 }), fc.string({ maxLength: 5 }));
const { item } = fc.letrec<{ item: Item }>((tie) => ({
	item: fc.oneof(
		{ maxDepth: 4 },
		fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }).map(smallest),
		fc.integer({ min: -300, max: 300 }),
		fc.uint8Array({ maxLength: 40 }),
		fc.string({ unit: "binary", maxLength: 40 }),
		fc.boolean(),
		fc.constant(null),
		fc.array(tie("item"), { maxLength: 4 }),
		fc.array(fc.tuple(key, tie("item")), { maxLength: 4 }).map((entries) => new Map(entries)),
	),
}));

/** As the decoder gives it: a number where a number can hold it. */
function smallest(whole: bigint): number | bigint {
	const number = Number(whole);
	return Number.isSafeInteger(number) ? number : whole;
}

/** Text of lone surrogates has no encoding: the writer under test and ours put a replacement. */
const isEncodable = (text: Item): boolean => !/\p{Surrogate}/u.test(JSON.stringify(plainJson(text)));

function plainJson(value: Item): unknown {
	if (value instanceof Map) return [...value].map(([k, v]) => [k, plainJson(v)]);
	if (Array.isArray(value)) return value.map(plainJson);
	return typeof value === "string" ? value : null;
}

test("what is encoded decodes to the same item, in the bytes that RFC 8949 section 4.2.1 asks for", () => {
	fc.assert(
		fc.property(item.filter(isEncodable), (value) => {
			const bytes = encodeItem(value);
			assert.deepEqual(bytes, write(value));
			assert.deepEqual(decodeItem(bytes), value);
		}),
		{ numRuns: 500 },
	);
});

test("one fault anywhere in an encoding is refused as malformed", () => {
	let faults = 0;
	fc.assert(
		fc.property(item.filter(isEncodable), (value) => {
			for (const { fault, bytes } of faultyEncodings(value)) {
				faults++;
				const result = decodeItem(bytes);
				assert.ok(isRefusal(result), `${fault}: ${Buffer.from(bytes).toString("hex")}`);
				assert.equal(result.code, "malformed", fault);
			}
		}),
		{ numRuns: 1_500 },
	);
	assert.ok(faults > 5_000, `only ${faults} faults were tried`);
});

test("bytes left over, and bytes missing, are malformed", () => {
	fc.assert(
		fc.property(item.filter(isEncodable), fc.uint8Array({ minLength: 1, maxLength: 3 }), (value, rest) => {
			const bytes = encodeItem(value);
			expectRefusal(decodeItem(Uint8Array.of(...bytes, ...rest)), "malformed");
			expectRefusal(decodeItem(bytes.subarray(0, -1)), "malformed");
		}),
	);
	expectRefusal(decodeItem(new Uint8Array()), "malformed");
});

test("whatever bytes are accepted are the one encoding of what they decode to", () => {
	let accepted = 0;
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
			const value = decodeItem(bytes);
			if (isRefusal(value)) return;
			accepted++;
			assert.deepEqual(encodeItem(value), bytes);
		}),
		{ numRuns: 5_000 },
	);
	assert.ok(accepted > 100);
});

for (const [name, bytes] of [
	["keys sorted by length first (RFC 7049) but not bytewise", "a2 61 62 01 02 02"],
	["a float where a whole number stands", "f9 3c 00"],
	["a NaN", "f9 7e 00"],
	["an infinity", "f9 7c 00"],
	["a negative zero", "f9 80 00"],
	["a date tag", "c1 00"],
	["an indefinite array", "9f ff"],
	["an indefinite map", "bf ff"],
	["indefinite bytes", "5f 41 00 ff"],
	["indefinite text", "7f 61 61 ff"],
	["a key that is true", "a1 f5 00"],
	["a key that is bytes", "a1 41 00 00"],
	["text with an overlong form", "62 c0 80"],
	["text that starts with a byte order mark", "63 ef bb bf"],
] as const)
	test(`${name} is malformed`, () => {
		expectRefusal(decodeItem(hex(bytes)), "malformed");
	});

test("nesting is counted: as deep as the limit is read, one deeper is not", () => {
	for (const [open, close] of [
		["81", "80"],
		["a1 00", "a0"],
	] as const) {
		const nested = (depth: number): Uint8Array => hex(open.repeat(depth - 1) + close);
		assert.ok(!isRefusal(decodeItem(nested(limits.depth))));
		expectRefusal(decodeItem(nested(limits.depth + 1)), "too-deep");
		expectRefusal(decodeItem(nested(60_000 / open.length)), "too-deep");
	}
	// Depth is what stands open at once, not how many arrays there are.
	assert.ok(!isRefusal(decodeItem(encodeItem(new Array(1000).fill([[[]]])))));
});

test("items are counted: as many as the limit are read, one more is not", () => {
	const flat = (count: number): Uint8Array => encodeItem(new Array(count - 1).fill(0));
	assert.ok(!isRefusal(decodeItem(flat(limits.items), limits.evidence)));
	expectRefusal(decodeItem(flat(limits.items + 1), limits.evidence + 7), "too-many");
	// An operator's own reply may be longer, and as full.
	assert.ok(!isRefusal(decodeItem(flat(limits.items + 1), 2 * limits.evidence)));
});

test("maps and their keys are counted, in one map or in many", () => {
	const maps = (count: number): Uint8Array => encodeItem(new Array(count).fill(new Map([[0, 0]])));
	assert.ok(!isRefusal(decodeItem(maps(limits.mapKeys / 2))));
	expectRefusal(decodeItem(maps(limits.mapKeys / 2 + 1)), "too-many");
	const map = (size: number): Uint8Array =>
		encodeItem(new Map(Array.from({ length: size }, (_, key) => [key, 0])));
	assert.ok(!isRefusal(decodeItem(map(limits.mapKeys - 1))));
	expectRefusal(decodeItem(map(limits.mapKeys)), "too-many");
	assert.ok(!isRefusal(decodeItem(map(limits.mapKeys), 2 * limits.evidence)));
});

test("size is judged before anything is read", () => {
	expectRefusal(decodeItem(new Uint8Array(limits.message + 1)), "too-large");
	expectRefusal(decodeItem(new Uint8Array(3), 2), "too-large");
	const largest = encodeItem(new Uint8Array(limits.message - 3));
	assert.equal(largest.length, limits.message);
	assert.ok(!isRefusal(decodeItem(largest)));
});

test("a key such as __proto__ is a key like any other", () => {
	const value = decodeItem(encodeItem(new Map([["__proto__", 1]])));
	assert.ok(value instanceof Map);
	assert.equal(value.get("__proto__"), 1);
});

test("what was read does not change when the caller uses its buffer again", () => {
	const buffer = Buffer.from(encodeItem([new Uint8Array([1, 2, 3])]));
	const read = decodeItem(buffer) as readonly Uint8Array[];
	buffer.fill(0);
	assert.deepEqual(read, [new Uint8Array([1, 2, 3])]);
});
