/** Keys and changes for properties: some far apart, some that agree on all but their last bits. */
import type { Bytes, Change } from "@tenten/protocol";
import fc from "fast-check";

/** Few enough that changes meet the same key again, and as close as keys can be. */
export const key: fc.Arbitrary<Bytes> = fc
	.record({
		first: fc.constantFrom(0x00, 0x01, 0x80, 0xff),
		middle: fc.constantFrom(0x00, 0x10),
		last: fc.constantFrom(0x00, 0x01, 0x02, 0xff),
	})
	.map(({ first, middle, last }) => {
		const bytes = new Uint8Array(32);
		bytes[0] = first;
		bytes[9] = middle;
		bytes[31] = last;
		return bytes;
	});

export const digest: fc.Arbitrary<Bytes> = fc
	.integer({ min: 0, max: 255 })
	.map((fill) => new Uint8Array(32).fill(fill));

/** Batches of changes, in which entries come, change and go. */
export function batchesOf<E>(entry: fc.Arbitrary<E>): fc.Arbitrary<readonly (readonly Change<E>[])[]> {
	const change = fc.record({ key, entry: fc.option(entry, { nil: null, freq: 3 }) });
	return fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 6 });
}
