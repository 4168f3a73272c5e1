/**
 * A bundle as a link: `tenten:<base64url>`, or `https://…/#<base64url>` for a wallet on the web. One way.
 *
 * The fragment of a URL never reaches the server. Whoever sees the link can read it, and what it carries may
 * be value, so links belong into messages between the two sides and nowhere else.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { decodeBundle, encodeBundle } from "./bundle.ts";

const scheme = "tenten:";

/** Characters; what mail and chat programs still pass on whole. */
const maximumLinkLength = 131_072;

/** A `tenten:` link, or one into the wallet at `page`, an https URL without fragment. */
export function linkOf(messages: readonly Bytes[], page?: string): string {
	const text = toBase64url(encodeBundle(messages));
	const link = page === undefined ? `${scheme}${text}` : `${page}#${text}`;
	if (link.length > maximumLinkLength) throw new RangeError(`a link of ${link.length} characters`);
	return link;
}

/** The messages in a link, or why it is none: `too-large`, `type-unknown`, or what the bundle says. */
export function messagesOfLink(link: string): readonly Bytes[] | Refusal {
	if (link.length > maximumLinkLength) return refuse("too-large", `a link of ${link.length} characters`);
	const text = textOf(link.trim());
	if (text === undefined) return refuse("type-unknown", "neither tenten: nor https:");
	const body = fromBase64url(text);
	return body === undefined ? refuse("malformed", "not base64url") : decodeBundle(body);
}

function textOf(link: string): string | undefined {
	if (link.startsWith(scheme)) return link.slice(scheme.length);
	if (link.startsWith("https://") && link.includes("#")) return link.slice(link.indexOf("#") + 1);
	return undefined;
}
