/** What a browser says it was asked, by whom and where (Web Authentication, section 5.8.1): JSON, as the browser wrote it. */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";

export type ClientData = {
	/** `webauthn.create` or `webauthn.get` */
	readonly type: string;
	/** in base64url */
	readonly challenge: string;
	readonly origin: string;
	/** asked from inside another site's page */
	readonly isCrossOrigin: boolean;
};

const maximumBytes = 4096;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Or `malformed`, `too-large`. */
export function parseClientData(encoded: Bytes): ClientData | Refusal {
	if (encoded.length > maximumBytes) return refuse("too-large", "client data");
	let value: unknown;
	try {
		value = JSON.parse(decoder.decode(encoded));
	} catch {
		return refuse("malformed", "client data that is no JSON in UTF-8");
	}
	if (typeof value !== "object" || value === null) return refuse("malformed", "client data");
	const {
		type,
		challenge,
		origin,
		crossOrigin = false,
		topOrigin,
	}: { readonly [name: string]: unknown } = { ...value };
	if (typeof type !== "string" || typeof challenge !== "string" || typeof origin !== "string")
		return refuse("malformed", "client data");
	if (typeof crossOrigin !== "boolean") return refuse("malformed", "client data");
	return { type, challenge, origin, isCrossOrigin: crossOrigin || topOrigin !== undefined };
}
