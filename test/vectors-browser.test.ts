/**
 * One verdict, in Node and in a browser: every file of vectors/ and every published signature vector.
 *
 * The browser runs the same protocol on its own suites (WebAssembly libsodium, @noble/curves); Node has its
 * native ones. P-256 is asked three ways: node:crypto, @noble/curves in Node, @noble/curves in the browser.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { judges, sameJson, type VectorFile, type Verdict } from "../packages/cli/src/vectors/index.ts";
import { verify } from "../packages/module/src/index.ts";
import { fromHex, type SuiteName, sigStructure } from "../packages/protocol/src/index.ts";
import { bundle, chromiumPath, withPage } from "./browser/chromium.ts";

const files = readdirSync("vectors")
	.filter((name) => name.endsWith(".json"))
	.map((name) => ({ name, text: readFileSync(`vectors/${name}`, "utf8") }))
	.map(({ name, text }) => ({ name, text, file: JSON.parse(text) as VectorFile }));
const judged = files.filter(({ file }) => judges[file.judge] !== undefined);
const executable = chromiumPath();
const skip = executable === undefined ? "no chromium: apt-get install chromium" : false;

type SignatureCase = readonly [suite: SuiteName, key: string, message: string, signature: string];

/** Our own edge cases, and Wycheproof's where they are beside this repository. */
function signatureCases(): readonly SignatureCase[] {
	const own = files.flatMap(({ file }) =>
		file.judge !== "signature"
			? []
			: file.vectors.map(({ input }): SignatureCase => {
					const { suite, key, message, signature } = { ...file.given, ...input };
					return [suite as SuiteName, key as string, message as string, signature as string];
				}),
	);
	return own;
}

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

test("each vector gets the same verdict in a browser", { skip }, async (t) => {
	const code = await bundle("test/browser/judge-page.ts");
	const cases = signatureCases();
	const inNode = cases.map(([suite, key, message, signature]) =>
		verify({ suite, bytes: hex(key) }, hex(message), hex(signature)),
	);
	await withPage(executable as string, code, async (page) => {
		let vectors = 0;
		for (const { name, text, file } of judged) {
			const said = (await page.evaluate(`judgeFile(${JSON.stringify(text)})`)) as string;
			const verdicts = JSON.parse(said) as readonly Verdict[];
			assert.equal(verdicts.length, file.vectors.length, name);
			for (const [i, { comment, expect }] of file.vectors.entries())
				assert.ok(sameJson(verdicts[i] ?? {}, expect), `${name}: ${comment}: ${JSON.stringify(verdicts[i])}`);
			vectors += verdicts.length;
		}
		const inBrowser = await page.evaluate(`judgeSignatures(${JSON.stringify(JSON.stringify(cases))})`);
		assert.deepEqual(inBrowser, inNode);
		for (const suite of ["Ed25519", "ES256"] as const) {
			const { key, signature } = (await page.evaluate(`signFresh("${suite}")`)) as Record<string, string>;
			const message = sigStructure("request", suite, Uint8Array.of(1, 2, 3));
			assert.ok(
				verify({ suite, bytes: hex(key ?? "") }, message, hex(signature ?? "")),
				`${suite} signed in a browser`,
			);
		}
		t.diagnostic(
			`${vectors} vectors of ${judged.length} files, ${cases.length} signatures: one verdict in Node and Chromium`,
		);
	});
});
