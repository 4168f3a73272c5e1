/** Whatever is asked for, and however, the answer bears the whole policy: each file, what is not there, what is refused. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { before, describe, test } from "node:test";
import { buildWeb, webApp } from "../src/server/index.ts";

const expected = {
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-resource-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
};

/** What a policy lets load code, markup or styles from, by directive. */
function directives(policy: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		policy.split(";").map((part) => {
			const [name = "", ...sources] = part.trim().split(" ");
			return [name, sources.join(" ")];
		}),
	);
}

describe("every answer", () => {
	let folder: string;
	before(async () => {
		folder = await buildWeb();
	});

	for (const isFramedBySelf of [false, true])
		test(`has the policy${isFramedBySelf ? ", and lets only pages of ours frame it where that is asked for" : ""}`, async () => {
			const app = webApp(folder, { isFramedBySelf });
			const files = globSync("**/*.*", { cwd: folder });
			assert.ok(files.length >= 8);
			const asked = [
				...["", ...files, "none", "assets/none.js", "%00", "%ff", "..%2f..%2fpackage.json"].flatMap((path) =>
					["GET", "HEAD"].map((method) => [method, path] as const),
				),
				...["POST", "PUT", "DELETE", "PATCH", "OPTIONS"].map((method) => [method, ""] as const),
			];
			for (const [method, path] of asked) {
				const headers = { origin: "http://elsewhere.example", "accept-encoding": "gzip" };
				const answer = await app.request(`/${path}`, { method, headers });
				const what = `${method} /${path}`;
				if (!["GET", "HEAD"].includes(method)) assert.equal(answer.status, 404, what);
				for (const [name, value] of Object.entries(expected))
					assert.equal(answer.headers.get(name), value, what);
				assert.equal(answer.headers.get("x-frame-options"), isFramedBySelf ? "SAMEORIGIN" : "DENY", what);
				assert.equal(answer.headers.get("access-control-allow-origin"), null, what);
				const policy = directives(answer.headers.get("content-security-policy") ?? "");
				assert.equal(policy["default-src"], "'none'", what);
				assert.equal(policy["script-src"], "'self' 'wasm-unsafe-eval'", what);
				assert.equal(policy["style-src"], "'self'", what);
				assert.equal(policy["frame-ancestors"], isFramedBySelf ? "'self'" : "'none'", what);
				assert.equal(policy["require-trusted-types-for"], "'script'", what);
				assert.equal(policy["base-uri"], "'none'", what);
				assert.equal(policy["form-action"], "'none'", what);
				assert.doesNotMatch(
					Object.values(policy).join(" "),
					/unsafe-inline|'unsafe-eval'|unsafe-hashes/,
					what,
				);
			}
		});
});
