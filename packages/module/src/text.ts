/** Text as bytes: UTF-8, whatever the platform. */
import type { Bytes } from "@tenten/protocol";

const encoder = new TextEncoder();

export function utf8(text: string): Bytes {
	return encoder.encode(text);
}
