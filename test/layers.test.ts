/**
 * The arrows of the house: who may import whom, and why.
 * A rule whose folder is gone fails, and so does a folder that no rule speaks of: the table is the whole truth.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { test } from "node:test";

type Rule = { readonly from: string; readonly may: readonly string[]; readonly why: string };

const P = "packages/protocol";
const src = (folder: string): string => `${P}/src/${folder}`;
const codec = src("codec");
const crypto = src("crypto");
const identity = src("identity");
const token = src("token");
const role = [codec, crypto, identity, token];

// A folder may import itself and what `may` names; everything else inside the repository is refused.
const packageRules: readonly Rule[] = [
	{ from: P, may: [], why: "it is pure, so it runs anywhere" },
	{ from: "packages/client", may: [], why: "it is made from the document alone" },
	{ from: "packages/module", may: [P], why: "keys trust nothing above them" },
	{
		from: "packages/wallet",
		may: ["packages/module", "packages/client", P],
		why: "an app never imports a server",
	},
	{ from: "packages/operator", may: ["packages/module", P], why: "a server never imports an app" },
	{
		from: "packages/sim",
		may: ["packages/wallet", "packages/operator", "packages/module", P],
		why: "it runs the real code of both sides, and nothing of theirs knows of it",
	},
	{
		from: "packages/web",
		may: ["packages/wallet", P],
		why: "screens call the wallet, and hold no rules of their own",
	},
	{
		from: "packages/cli",
		may: [
			"packages/web",
			"packages/sim",
			"packages/wallet",
			"packages/operator",
			"packages/module",
			"packages/client",
			P,
		],
		why: "the command is on top: it starts both sides, and serves the screens",
	},
];

const folderRules: readonly Rule[] = [
	{ from: codec, may: [], why: "bytes know nothing of meaning" },
	{ from: crypto, may: [codec], why: "signatures are over bytes, whoever owns the keys" },
	{ from: identity, may: [codec, crypto], why: "a certificate says who, never what is owned" },
	{
		from: token,
		may: [codec, crypto, identity],
		why: "a token is proved without knowing how it was handed over",
	},
	{ from: src("handover"), may: role, why: "roles meet only in index.ts and in the packages above" },
	{ from: src("deal"), may: role, why: "what two agree on moves nothing" },
	{ from: src("asset"), may: role, why: "what may be issued says nothing of how it is handed on" },
	{ from: src("rail"), may: [codec, crypto], why: "accounts know nothing of tokens" },
	{ from: src("log"), may: [codec, crypto], why: "a log proves entries, whatever they say" },
	{ from: src("seal"), may: [codec, crypto], why: "what adds up is checked without knowing a token" },
	{
		from: src("crossing"),
		may: [codec, crypto, src("log"), src("seal")],
		why: "what a seal shows decides, whatever value is paid in",
	},
	{
		from: src("domain"),
		may: [codec, crypto, src("log"), src("seal"), src("crossing")],
		why: "quantities and statuses stand on seals, and know nothing of money",
	},
	{
		from: src("misbehaviour"),
		may: [codec, crypto, src("log"), src("seal"), src("crossing"), src("domain")],
		why: "what a log signed convicts it, whatever its seals are about",
	},
	{
		from: src("settle"),
		may: [codec, crypto],
		why: "what is owed follows from records, whatever log holds them and whichever bank pays",
	},
	{
		from: src("fog"),
		may: role,
		why: "a gateway's word is checked without knowing how value is handed over",
	},
	{ from: src("ledger"), may: [codec], why: "accounts move no token, and sign nothing" },
	{ from: src("meter"), may: role, why: "roles meet only in index.ts and in the packages above" },
	{ from: src("registry"), may: role, why: "roles meet only in index.ts and in the packages above" },
];

for (const rule of [...packageRules, ...folderRules]) {
	const named = rule.may.map((f) => f.replace("packages/protocol/src/", "").replace("packages/", ""));
	test(`${rule.from} imports only ${named.join(", ") || "itself"}: ${rule.why}`, () => {
		const files = sourcesOf(rule.from);
		assert.notEqual(files.length, 0, `no such folder: ${rule.from}`);
		for (const file of files)
			for (const target of importsOf(file))
				assert.ok(
					[rule.from, ...rule.may].some((f) => target === f || target.startsWith(`${f}/`)),
					`${file} imports ${target}`,
				);
	});
}

test("every package and every folder of protocol has a rule", () => {
	const folders = (pattern: string, depth: number): string[] => [
		...new Set(globSync(pattern).map((file) => file.split("/").slice(0, depth).join("/"))),
	];
	const names = (rules: readonly Rule[]): string[] => rules.map((r) => r.from).sort();
	assert.deepEqual(folders("packages/*/package.json", 2).sort(), names(packageRules));
	assert.deepEqual(folders(src("*/**/*.ts"), 4).sort(), names(folderRules));
});

test("protocol takes nothing from the platform", () => {
	for (const file of sourcesOf(P))
		for (const specifier of specifiersOf(file))
			assert.ok(!specifier.startsWith("node:"), `${file}: ${specifier}`);
});

test("protocol has at most three runtime dependencies", () => {
	const manifest = JSON.parse(readFileSync(`${P}/package.json`, "utf8")) as { dependencies: object };
	assert.ok(Object.keys(manifest.dependencies).length <= 3);
});

function sourcesOf(folder: string): string[] {
	return globSync(folder.includes("/src/") ? `${folder}/**/*.ts` : `${folder}/src/**/*.{ts,svelte}`);
}

/** Paths inside the repository that a file imports; a package's subpath counts as its folder. */
function importsOf(file: string): string[] {
	return specifiersOf(file).flatMap((s) => {
		if (s.startsWith(".")) return [relative(".", resolve(dirname(file), s))];
		return s.startsWith("@tenten/") ? [s.replace("@tenten/", "packages/")] : [];
	});
}

function specifiersOf(file: string): string[] {
	const found = readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g);
	return [...found].map((m) => m[1] ?? "");
}
