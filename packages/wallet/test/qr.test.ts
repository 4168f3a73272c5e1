/** A letter on a screen: any frames that are enough give it back, and no frame makes a reader grow. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, encodeItem, isRefusal } from "@tenten/protocol";
import fc from "fast-check";
import encodeQR from "qr";
import decodeQR from "qr/decode.js";
import { type QrFrames, type QrLetter, QrReader, qrFrames, qrLink } from "../src/index.ts";
import { fromBase45, toBase45 } from "../src/transport/base45.ts";
import { checkOf, decodeQrFrame, encodeQrFrame } from "../src/transport/qr-frame.ts";

const ascii = (text: string): Bytes => new TextEncoder().encode(text);

function framesOf(letter: QrLetter, partBytes?: number): QrFrames {
	const frames = qrFrames(letter, partBytes);
	if (isRefusal(frames)) throw new Error(frames.detail);
	return frames;
}

function letterOf(length: number, id: Bytes | null = null, fill = 7): QrLetter {
	const messages = [];
	for (let left = length; left > 0; left -= 60_000)
		messages.push(Uint8Array.from({ length: Math.min(left, 60_000) }, (_, i) => (i * fill) & 0xff));
	return { id, messages };
}

/** What a reader makes of the frames of these numbers; how many of them it took. */
function readFrom(
	frames: QrFrames,
	numbers: Iterable<number>,
	reader = new QrReader(),
): { readonly letter: QrLetter; readonly taken: number } {
	let taken = 0;
	for (const number of numbers) {
		const read = reader.take(frames.text(number));
		assert.ok(!isRefusal(read), isRefusal(read) ? `${read.code} ${read.detail}` : "");
		taken++;
		if (read.kind === "whole") return { letter: read.letter, taken };
		assert.equal(read.kind, "partial");
	}
	throw new Error("never whole");
}

describe("base45", () => {
	test("writes what RFC 9285 writes", () => {
		for (const [text, encoded] of [
			["AB", "BB8"],
			["Hello!!", "%69 VD92EX0"],
			["base-45", "UJCLQE7W581"],
			["ietf!", "QED8WEX0"],
			["", ""],
		] as const) {
			assert.equal(toBase45(ascii(text)), encoded);
			assert.deepEqual(fromBase45(encoded), ascii(text));
		}
	});

	test("reads what it writes, and only that", () => {
		fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromBase45(toBase45(bytes)), bytes)));
		for (const wrong of ["A", "AAAA", "GGW", ":::", "ab8", "BB8 ", "::", "E6", "BB8é", "0\n0"])
			assert.equal(fromBase45(wrong), undefined, wrong);
		fc.assert(
			fc.property(fc.string(), (text) => {
				const bytes = fromBase45(text);
				if (bytes !== undefined) assert.equal(toBase45(bytes), text);
			}),
		);
	});
});

describe("frames", () => {
	test("of a short letter are one code, whatever its number", () => {
		const frames = framesOf(letterOf(700));
		assert.equal(frames.count, 1);
		assert.equal(frames.text(0), frames.text(12));
		assert.deepEqual(readFrom(frames, [5]).letter, letterOf(700));
	});

	test("shown once and all seen, are enough: as many as parts", () => {
		for (const length of [0, 1, 790, 801, 1_200, 5_000, 60_000, 102_000, 250_000]) {
			const frames = framesOf(letterOf(length));
			const { letter, taken } = readFrom(
				frames,
				Array.from({ length: frames.count }, (_, i) => i),
			);
			assert.deepEqual(letter, letterOf(length));
			assert.equal(taken, frames.count);
		}
	});

	test("any of them do, in any order, from any on: few more than parts", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 4_000 }),
				fc.integer({ min: 1, max: 600 }),
				fc.infiniteStream(fc.nat(5_000)),
				(length, partBytes, numbers) => {
					const sent = letterOf(length, new Uint8Array(16).fill(3));
					assert.deepEqual(readFrom(framesOf(sent, partBytes), numbers).letter, sent);
				},
			),
			{ numRuns: 60 },
		);
	});

	test("of which a third is lost cost fewer than two more on average, wherever one begins", (t) => {
		let state = 11;
		const isSeen = (): boolean => {
			state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
			return state / 2_147_483_648 > 1 / 3;
		};
		const extra: number[] = [];
		for (let run = 0; run < 120; run++) {
			const frames = framesOf(letterOf(10_000 + run, null, run + 1));
			const from = run * 7;
			const { taken } = readFrom(
				frames,
				(function* () {
					for (let number = from; ; number++) if (isSeen()) yield number;
				})(),
			);
			extra.push(taken - frames.count);
		}
		const average = extra.reduce((sum, each) => sum + each, 0) / extra.length;
		t.diagnostic(
			`${framesOf(letterOf(10_000)).count} parts: ${average.toFixed(2)} frames more on average, ${Math.max(...extra)} at most, of ${extra.length} letters`,
		);
		assert.ok(average < 2, `${average}`);
	});

	test("of two letters that are shown side by side are told apart", () => {
		const [first, second] = [letterOf(3_000, null, 3), letterOf(3_000, null, 5)];
		const reader = new QrReader();
		const found: QrLetter[] = [];
		for (let number = 0; found.length < 2; number++)
			for (const frames of [framesOf(first), framesOf(second)]) {
				const read = reader.take(frames.text(number));
				assert.ok(!isRefusal(read));
				if (read.kind === "whole") found.push(read.letter);
			}
		assert.deepEqual(found, [first, second]);
	});

	test("of a letter that was whole are known, and not taken for another", () => {
		const frames = framesOf(letterOf(2_000));
		const reader = new QrReader();
		readFrom(frames, [0, 1, 2, 3, 4, 5], reader);
		assert.deepEqual(reader.take(frames.text(9)), { kind: "known" });
	});

	test("of a letter that no screen shows are refused", () => {
		const frames = qrFrames(letterOf(263_000));
		assert.ok(isRefusal(frames) && frames.code === "too-large");
	});

	test("are codes that are drawn and read, at most of version 20", () => {
		for (const length of [10, 700, 780, 20_000]) {
			const frames = framesOf(letterOf(length));
			for (const number of [0, frames.count + 3]) {
				const text = frames.text(number);
				const modules = encodeQR(text, "raw", { ecc: "low", encoding: "alphanumeric", border: 4 });
				assert.ok(modules.length - 8 <= 17 + 4 * 20, `${modules.length} modules`);
				assert.equal(decodeQR(pictureOf(modules, 3)), text);
			}
		}
	});
});

function pictureOf(modules: readonly (readonly boolean[])[], scale: number) {
	const side = modules.length * scale;
	const data = new Uint8ClampedArray(side * side * 4);
	for (let y = 0; y < side; y++)
		for (let x = 0; x < side; x++) {
			const isDark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
			data.set([isDark ? 0 : 255, isDark ? 0 : 255, isDark ? 0 : 255, 255], 4 * (y * side + x));
		}
	return { width: side, height: side, data };
}

describe("hostile frames", () => {
	const codeOf = (text: string): string => {
		const read = decodeQrFrame(text);
		return isRefusal(read) ? read.code : "accepted";
	};
	const content = new Uint8Array(1_000).fill(1);
	const check = checkOf(content);

	test("are refused by what is wrong with them", () => {
		const frame = { number: 0, count: 2, length: 1_000, check, part: content.subarray(0, 500) };
		assert.equal(codeOf(encodeQrFrame(frame)), "accepted");
		const cases: readonly (readonly [string, string])[] = [
			["", "type-unknown"],
			["https://example.com", "type-unknown"],
			["tenten:gUE", "type-unknown"],
			["TENTEN:", "malformed"],
			["TENTEN:abc", "malformed"],
			[`TENTEN:${"0".repeat(2_042)}`, "too-large"],
			[`TENTEN:${toBase45(encodeItem([0, 1, 1]))}`, "malformed"],
			[encodeQrFrame({ ...frame, count: 3 }), "malformed"],
			[encodeQrFrame({ ...frame, length: 1_001 }), "malformed"],
			[encodeQrFrame({ ...frame, length: 998 }), "malformed"],
			[encodeQrFrame({ ...frame, count: 1, length: 500, number: 1 }), "malformed"],
			[encodeQrFrame({ ...frame, count: 1, length: 500 }), "document-mismatch"],
			// Five bytes in four parts: two of them hold no byte of the content.
			[encodeQrFrame({ ...frame, count: 4, length: 5, part: new Uint8Array(2) }), "malformed"],
		];
		for (const [text, code] of cases) assert.equal(codeOf(text), code, text.slice(0, 40));
	});

	test("that contradict each other end in no letter, and leave nothing: the honest ones are read after", () => {
		const frames = framesOf(letterOf(3_000));
		const reader = new QrReader();
		const forged = decodeQrFrame(frames.text(1));
		assert.ok(!isRefusal(forged));
		reader.take(encodeQrFrame({ ...forged, part: forged.part.toReversed() }));
		let code = "";
		for (let number = 0; code === ""; number++) {
			const read = reader.take(frames.text(number));
			if (isRefusal(read)) code = read.code;
		}
		assert.equal(code, "document-mismatch");
		const later = (function* () {
			for (let number = 20; ; number++) yield number;
		})();
		assert.deepEqual(readFrom(frames, later, reader).letter, letterOf(3_000));
	});

	test("never make a reader hold more than two contents, and nothing is thrown", () => {
		const reader = new QrReader();
		const part = new Uint8Array(1_024);
		for (let i = 0; i < 2_000; i++) {
			const claim = new Uint8Array(8);
			new DataView(claim.buffer).setUint32(0, i);
			const read = reader.take(encodeQrFrame({ number: i, count: 256, length: 262_144, check: claim, part }));
			assert.ok(!isRefusal(read) && read.kind === "partial" && read.have === 1);
		}
		// The two that were seen last are there; the one before them begins anew.
		const again = (i: number) => {
			const claim = new Uint8Array(8);
			new DataView(claim.buffer).setUint32(0, i);
			return reader.take(encodeQrFrame({ number: 0, count: 256, length: 262_144, check: claim, part }));
		};
		assert.deepEqual(again(1_999), { kind: "partial", have: 2, count: 256 });
		assert.deepEqual(again(1_998), { kind: "partial", have: 2, count: 256 });
		assert.deepEqual(again(1_997), { kind: "partial", have: 1, count: 256 });
		fc.assert(
			fc.property(fc.string({ maxLength: 300 }), (text) => {
				reader.take(`TENTEN:${text}`);
			}),
		);
	});
});

describe("two screens and two cameras", () => {
	/** Shows the frames of each side to the other, every third unseen. */
	function facing(handle: (messages: readonly Bytes[]) => Promise<readonly Bytes[]>) {
		const shown: { a?: QrFrames; b?: QrFrames } = {};
		const show = (side: "a" | "b") => (frames: QrFrames | { readonly code: string }) => {
			if ("count" in frames) shown[side] = frames;
		};
		const a = qrLink({ handle: async () => [], show: show("a"), timeout_ms: 10_000 });
		const b = qrLink({ handle, show: show("b"), timeout_ms: 10_000 });
		let number = 0;
		const timer = setInterval(() => {
			for (let burst = 0; burst < 20; burst++) {
				number++;
				if (number % 3 === 0) continue;
				if (shown.a !== undefined) b.scanned(shown.a.text(number));
				if (shown.b !== undefined) a.scanned(shown.b.text(number));
			}
		}, 1);
		const stop = (): void => {
			clearInterval(timer);
			a.close();
			b.close();
		};
		return { a, b, stop };
	}

	test("bring messages there and answers back, one letter after another", async () => {
		const { a, stop } = facing(async (messages) => messages.map((each) => each.toReversed()));
		for (const length of [10, 3_000, 20_000, 10]) {
			const [sent] = letterOf(length).messages;
			assert.deepEqual(await a.exchange([sent as Bytes]), [(sent as Bytes).toReversed()]);
		}
		// The same again is another letter: what is still shown of the first is no answer to it.
		assert.deepEqual(await a.exchange([ascii("ab")]), [ascii("ba")]);
		assert.deepEqual(await a.exchange([ascii("ab")]), [ascii("ba")]);
		stop();
	});

	test("refuse what no screen shows, and end in time where nobody looks", async () => {
		const { a, stop } = facing(async () => []);
		const tooLarge = await a.exchange(letterOf(263_000).messages);
		assert.ok(isRefusal(tooLarge) && tooLarge.code === "too-large");
		stop();
		const alone = qrLink({ handle: async () => [], show: () => undefined, timeout_ms: 50 });
		const failed = await alone.exchange([ascii("anybody?")]);
		assert.ok(isRefusal(failed) && failed.code === "channel-failed");
	});

	test("say when an answer does not fit a screen, and give the page what asks for no answer", () => {
		let shown = "";
		const link = qrLink({
			handle: async () => letterOf(263_000).messages,
			show: (frames) => {
				shown = "code" in frames ? frames.code : "frames";
			},
		});
		const read = link.scanned(framesOf(letterOf(100)).text(0));
		assert.deepEqual(read, { kind: "whole", letter: letterOf(100) });
		assert.equal(shown, "");
		link.scanned(framesOf(letterOf(100, new Uint8Array(16))).text(0));
		return new Promise<void>((resolve) =>
			setTimeout(() => {
				assert.equal(shown, "too-large");
				resolve();
			}, 20),
		);
	});
});
