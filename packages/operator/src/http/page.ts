/** Pages to read: plain HTML under a policy that lets a browser fetch and run nothing. */
import { createHash } from "node:crypto";

const style =
	"body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}code{font-size:1rem}section{border-top:1px solid #8888;padding:.5rem 0}dt{font-weight:600}";

/** Sent with every page. */
const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Whatever a browser is given, it guesses no type, runs nothing, keeps nothing and tells nobody. */
export const alwaysSent: Readonly<Record<string, string>> = {
	"content-security-policy": pagePolicy,
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
	"cache-control": "no-store",
};

/** `body` is HTML; whatever stands in it from elsewhere went through `asText`. */
export function page(title: string, body: string): string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${asText(title)}</title>
<style>${style}</style></head><body>${body}</body></html>`;
}

export function asText(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
