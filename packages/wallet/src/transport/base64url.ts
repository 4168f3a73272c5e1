/** Bytes as text that an address carries: base64url without padding (RFC 4648 section 5), in Node and in browsers. */
import { toBase64url } from "@tenten/module";
import type { Bytes } from "@tenten/protocol";

export { toBase64url };

/** The bytes, or undefined where the text is not the one that `toBase64url` writes for them. */
export function fromBase64url(text: string): Bytes | undefined {
	if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
	const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
	// Bits after the last byte may be anything to atob.
	return toBase64url(bytes) === text ? bytes : undefined;
}
