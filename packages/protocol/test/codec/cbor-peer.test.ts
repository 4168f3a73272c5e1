/**
 * The reader and writer beside cborg, which wrote nothing of them: the same bytes of every item, the same verdict on
 * all bytes. cborg alone would take unsorted keys and more; encoded again and compared, it is as strict.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeItem, encodeItem, equalBytes, type Item, isRefusal } from "@tenten/protocol";
import { decode, encode, rfc8949EncodeOptions, Tokenizer, Type } from "cborg";
import fc from "fast-check";

const readOptions = {
	strict: true,
	allowIndefinite: false,
	allowUndefined: false,
	allowInfinity: false,
	allowNaN: false,
	allowBigInt: true,
	useMaps: true,
	rejectDuplicateMapKeys: true,
};

/** No floats, no tags. */
class WholeItems extends Tokenizer {
	override next(): ReturnType<Tokenizer["next"]> {
		const token = super.next();
		const { type } = token;
		if (type === Type.float || type === Type.tag || type === Type.undefined) throw new Error(type.name);
		return token;
	}
}

/** What cborg makes of `bytes`, undefined where they are not the one encoding of anything. */
function peer(bytes: Uint8Array): Item | undefined {
	try {
		const item = decode(bytes, { ...readOptions, tokenizer: new WholeItems(bytes, readOptions) }) as Item;
		return equalBytes(encode(item, rfc8949EncodeOptions), bytes) && !hasForeignKey(item) ? item : undefined;
	} catch {
		return undefined;
	}
}

/** Keys are whole numbers or text: of other kinds there are none in the protocol. */
function hasForeignKey(item: Item): boolean {
	if (item instanceof Map)
		return [...item].some(
			([key, value]) => !["number", "bigint", "string"].includes(typeof key) || hasForeignKey(value),
		);
	return Array.isArray(item) && item.some(hasForeignKey);
}

const whole = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }).map((value) => {
	const number = Number(value);
	return Number.isSafeInteger(number) ? number : value;
});
const edge = fc
	.constantFrom(
		...[8, 16, 32, 53, 63, 64].flatMap((bits) => [2n ** BigInt(bits) - 1n, 2n ** BigInt(bits)]),
		23n,
		24n,
	)
	.filter((value) => value < 2n ** 64n)
	.chain((value) => fc.constantFrom(value, -1n - value))
	.map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
const text = fc.string({ unit: "grapheme", maxLength: 300 });
const { item } = fc.letrec<{ item: Item }>((tie) => ({
	item: fc.oneof(
		{ maxDepth: 4 },
		whole,
		edge,
		fc.uint8Array({ maxLength: 300 }),
		text,
		fc.constantFrom(true, false, null),
		fc.array(tie("item"), { maxLength: 30 }),
		fc
			.array(fc.tuple(fc.oneof(edge, text) as fc.Arbitrary<number | string>, tie("item")), { maxLength: 6 })
			.map((entries) => new Map(entries)),
	),
}));

test("every item is written as cborg writes it, and read as it was", () => {
	fc.assert(
		fc.property(item, (value) => {
			const bytes = encodeItem(value);
			assert.deepEqual(bytes, new Uint8Array(encode(value, rfc8949EncodeOptions)));
			assert.deepEqual(decodeItem(bytes), value);
		}),
		{ numRuns: 2_000 },
	);
});

test("of altered encodings, and of any bytes, both read the same and refuse the same", () => {
	const altered = fc
		.tuple(item, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
		.map(([value, changes]) => {
			const bytes = encodeItem(value);
			for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
			return bytes;
		});
	let [accepted, refused] = [0, 0];
	fc.assert(
		fc.property(fc.oneof(altered, fc.uint8Array({ maxLength: 16 })), (bytes) => {
			const [ours, theirs] = [decodeItem(bytes), peer(bytes)];
			if (isRefusal(ours)) {
				refused++;
				assert.equal(theirs, undefined);
			} else {
				accepted++;
				assert.deepEqual(ours, theirs);
			}
		}),
		{ numRuns: 30_000 },
	);
	assert.ok(accepted > 3_000 && refused > 3_000, `${accepted} were accepted, ${refused} refused`);
});

test("text of any characters, and of bytes that are none, is read alike", () => {
	const strange = fc
		.uint8Array({ minLength: 1, maxLength: 8 })
		.map((bytes) => Uint8Array.of(0x60 + bytes.length, ...bytes));
	const lead = fc
		.tuple(
			fc.constantFrom(0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5),
			fc.array(fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0), {
				minLength: 1,
				maxLength: 3,
			}),
		)
		.map(([first, rest]) => Uint8Array.of(0x60 + 1 + rest.length, first, ...rest));
	let accepted = 0;
	fc.assert(
		fc.property(fc.oneof(strange, lead), (bytes) => {
			const ours = decodeItem(bytes);
			if (!isRefusal(ours)) accepted++;
			assert.deepEqual(isRefusal(ours) ? undefined : ours, peer(bytes));
		}),
		{ numRuns: 20_000 },
	);
	assert.ok(accepted > 300, `${accepted} were accepted`);
});

test("what is no item is not written", () => {
	for (const none of [1.5, Number.NaN, 2 ** 53, 2n ** 64n, -(2n ** 64n) - 1n, undefined, {}])
		assert.throws(() => encodeItem([none as unknown as Item]));
});

test("an item larger than any buffer before it is written whole, and the next one after it", () => {
	const large = [new Uint8Array(3_000_000).fill(7), "あ".repeat(100_000)];
	assert.deepEqual(encodeItem(large), new Uint8Array(encode(large, rfc8949EncodeOptions)));
	assert.deepEqual(encodeItem([1]), Uint8Array.of(0x81, 1));
});
