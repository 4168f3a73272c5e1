/** Text as bytes and bytes as text, whatever the platform. */
import type { Bytes } from "@tenten/protocol";

const encoder = new TextEncoder();

export function utf8(text: string): Bytes {
	return encoder.encode(text);
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Bytes): string {
	let binary = "";
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
