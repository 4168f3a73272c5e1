/** `Content-Digest` (RFC 9530): SHA-256 of what a message carries, as it is on the wire. */
import { type Bytes, equalBytes, sha256 } from "@tenten/protocol";

export function digestOf(content: Bytes): string {
	return `sha-256=:${Buffer.from(sha256(content)).toString("base64")}:`;
}

const member = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/** Whether the field names this content by its SHA-256; other digests beside it are passed over. */
export function holdsDigest(field: string | null, content: Bytes): boolean {
	const named = (field ?? "").split(",").map((each) => member.exec(each.trim())?.[1]);
	const [digest, ...more] = named.filter((each) => each !== undefined);
	return (
		digest !== undefined &&
		more.length === 0 &&
		equalBytes(new Uint8Array(Buffer.from(digest, "base64")), sha256(content))
	);
}
