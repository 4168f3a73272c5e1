/** All that the protocol asks of an engine beside the language: cborg's `TextEncoder` and `TextDecoder`, for UTF-8. */
import { fromUtf8, toUtf8 } from "../../packages/protocol/src/codec/utf8.ts";

class Utf8Encoder {
	encode(text: string): Uint8Array {
		return toUtf8(text);
	}
}

class Utf8Decoder {
	decode(bytes: Uint8Array): string {
		const text = fromUtf8(bytes);
		if (text === undefined) throw new TypeError("no UTF-8");
		return text;
	}
}

Object.assign(globalThis, { TextEncoder: Utf8Encoder, TextDecoder: Utf8Decoder });
