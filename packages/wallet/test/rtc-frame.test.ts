/** Letters cut into chunks are put together again, and what does not follow is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal, serialize } from "@tenten/protocol";
import fc from "fast-check";
import { maximumBundleBytes } from "../src/transport/bundle.ts";
import { ChunkReader, chunksOf, encodeSignal, rtcChunk, signalIn } from "../src/transport/rtc-frame.ts";

const id = new Uint8Array(16).fill(1);
const chunk = (length: number, part: Bytes, of = id): Bytes => serialize(rtcChunk, { id: of, length, part });

test("letters come out as they went in, one after another", () => {
	const letter = fc.record({
		id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
		body: fc
			.tuple(fc.integer({ min: 1, max: 100_000 }), fc.nat(255))
			.map(([length, fill]) => new Uint8Array(length).fill(fill)),
	});
	fc.assert(
		fc.property(fc.array(letter, { maxLength: 5 }), (letters) => {
			const reader = new ChunkReader();
			const came = letters.flatMap((each) =>
				[...chunksOf(each)].flatMap((encoded) => {
					assert.ok(encoded.length < 16_384 + 64);
					const whole = reader.take(encoded);
					assert.ok(whole === undefined || !isRefusal(whole));
					return whole === undefined ? [] : [whole];
				}),
			);
			assert.deepEqual(
				came,
				letters.map((each) => ({ ...each })),
			);
		}),
		{ numRuns: 30 },
	);
});

test("a chunk that does not follow is malformed: of another letter, of another length, too much, none", () => {
	const part = new Uint8Array(10);
	for (const wrong of [
		chunk(30, part, new Uint8Array(16)),
		chunk(31, part),
		chunk(30, new Uint8Array(21)),
		new Uint8Array(),
		chunk(30, part).subarray(1),
	]) {
		const reader = new ChunkReader();
		assert.equal(reader.take(chunk(30, part)), undefined);
		const refused = reader.take(wrong);
		assert.ok(refused !== undefined && isRefusal(refused) && refused.code === "malformed");
	}
	const tooLong = new ChunkReader().take(chunk(maximumBundleBytes + 1, part));
	assert.ok(tooLong !== undefined && isRefusal(tooLong));
});

test("a signal is found among messages, by its kind", () => {
	const offer = { kind: "rtc-offer", sdp: "v=0" } as const;
	const messages = [Uint8Array.of(0xff), encodeSignal({ kind: "rtc-answer", sdp: "" }), encodeSignal(offer)];
	assert.deepEqual(signalIn(messages, "rtc-offer"), offer);
	assert.equal(signalIn(messages.slice(0, 2), "rtc-offer"), undefined);
});
