/**
 * One verdict, in Node and in a browser: every file of vectors/ and every published signature vector.
 *
 * The browser runs the same protocol on its own suites (WebAssembly libsodium, @noble/curves); Node has its
 * native ones. P-256 is asked three ways: node:crypto, @noble/curves in Node, @noble/curves in the browser.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 as noble256 } from "@noble/curves/nist.js";
import { sameJson, type VectorFile, type Verdict } from "../packages/cli/src/vectors/vector.ts";
import { verify } from "../packages/module/src/index.ts";
import { openBrowserSuites } from "../packages/module/src/suite/browser.ts";
import { documentPublicKey, openerFrom } from "../packages/module/src/suite/documents.ts";
import { compressPoint } from "../packages/module/src/suite/p256.ts";
import { fromHex, type SuiteName, sigStructure, toHex } from "../packages/protocol/src/index.ts";
import { bundle, skip, withPage } from "./browser/chromium.ts";
import { ran } from "./support/ran.ts";

const files = readdirSync("vectors")
	.filter((name) => name.endsWith(".json"))
	.map((name) => ({ name, text: readFileSync(`vectors/${name}`, "utf8") }))
	.map(({ name, text }) => ({ name, text, file: JSON.parse(text) as VectorFile }));
/**
 * Addresses of peers are not judged there: a page can neither resolve a name nor pin an address. Backups are opened
 * in `browser-keys.test.ts`: Argon2id takes seconds in a page (vectors/README.md).
 */
const judged = files.filter(({ file }) => file.judge !== "peer" && file.judge !== "backup");

type SignatureCase = readonly [suite: SuiteName, key: string, message: string, signature: string];

/** Our own edge cases. */
const ownCases = files.flatMap(({ file }) =>
	file.judge !== "signature"
		? []
		: file.vectors.map(({ input }): SignatureCase => {
				const { suite, key, message, signature } = { ...file.given, ...input };
				return [suite as SuiteName, key as string, message as string, signature as string];
			}),
);

type Group = {
	readonly publicKey: { readonly pk?: string; readonly uncompressed?: string };
	readonly tests: readonly { readonly msg: string; readonly sig: string }[];
};

const published = join(import.meta.dirname, "../../shared/vectors");

/** Project Wycheproof's, where they are beside this repository. */
function publishedCases(): readonly SignatureCase[] {
	if (!existsSync(published)) return [];
	const names = readdirSync(published).filter((name) => name.endsWith(".json"));
	const groups = names.flatMap((name) => {
		const { testGroups } = JSON.parse(readFileSync(join(published, name), "utf8")) as {
			testGroups: readonly Group[];
		};
		return testGroups;
	});
	return groups.flatMap(({ publicKey: { pk, uncompressed }, tests }) =>
		tests.map(({ msg, sig }): SignatureCase => {
			const suite = pk === undefined ? "ES256" : "Ed25519";
			return [suite, pk ?? toHex(compressPoint(hex(uncompressed ?? ""))), msg, sig];
		}),
	);
}

const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;

const fromWycheproof = publishedCases();
const cases = [...ownCases, ...fromWycheproof];
const p256 = cases.filter(([suite]) => suite === "ES256").length;
const inNode = cases.map(([suite, key, message, signature]) =>
	verify({ suite, bytes: hex(key) }, hex(message), hex(signature)),
);

test("the browser's suites, run in Node, say what Node's own say", async (t) => {
	if (fromWycheproof.length === 0) t.diagnostic("no published vectors beside this repository: our own alone");
	const suites = await openBrowserSuites();
	const verdicts = cases.map(([suite, key, message, signature]) =>
		suites.verify({ suite, bytes: hex(key) }, hex(message), hex(signature)),
	);
	assert.deepEqual(verdicts, inNode);
	assert.ok(inNode.includes(true) && inNode.includes(false));
	t.diagnostic(`${cases.length} signatures, ${p256} of P-256`);
});

test("our edge cases are such that a verifier without our rules accepts them", () => {
	const laxly = ownCases.filter(([suite, key, message, signature], i) => {
		if (inNode[i] === true) return false;
		const curve = suite === "Ed25519" ? ed25519 : noble256;
		const options = suite === "Ed25519" ? { zip215: true } : { lowS: false };
		try {
			return curve.verify(hex(signature), hex(message), hex(key), options);
		} catch {
			return false;
		}
	});
	assert.ok(laxly.length >= 50, `${laxly.length}`);
});

test("each vector gets the same verdict in a browser", { skip }, async (t) => {
	const code = await bundle("test/browser/judge-page.ts");
	await withPage(code, async (page) => {
		let vectors = 0;
		for (const { name, text, file } of judged) {
			const said = (await page.evaluate(`judgeFile(${JSON.stringify(text)})`)) as string;
			const verdicts = JSON.parse(said) as readonly Verdict[];
			assert.equal(verdicts.length, file.vectors.length, name);
			for (const [i, { comment, expect }] of file.vectors.entries())
				assert.ok(
					sameJson(verdicts[i] ?? {}, expect),
					`${name}: ${comment}: ${JSON.stringify(verdicts[i])?.slice(0, 300)}`,
				);
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
		const secret = new Uint8Array(32).fill(7);
		const recipient = documentPublicKey(secret);
		const said = (await page.evaluate(`sealFresh("${toHex(recipient)}", "0102")`)) as Record<string, string>;
		const sealed = { enc: hex(said["enc"] ?? ""), ciphertext: hex(said["ciphertext"] ?? "") };
		const open = await openerFrom(secret, recipient);
		assert.deepEqual(await open(hex("aabb"), sealed), hex("0102"), "a document sealed in a browser");
		ran(t, "vectors", { "in Chromium": vectors, "signatures in Node and Chromium": cases.length });
	});
});
