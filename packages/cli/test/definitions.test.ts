/**
 * From a licensor's key to money in a wallet, by commands alone, for each kind of asset that has an example: a
 * currency, a ticket, a renewable-energy certificate and a game item.
 */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { freePort } from "../src/server/port.ts";
import { openShell, type Shell, says } from "./support/tenten.ts";

const examples = globSync(join(import.meta.dirname, "../../../docs/examples/*.json"));
const shell = openShell({}, "together");
const { well, tenten, folder } = shell;
/** the API key of each person, by their name; each with a shell of their own */
const people = new Map<string, Shell>();
after(() => {
	for (const each of people.values()) each.close();
	shell.close();
});

const at = (name: string): string => join(folder, name);
let operator = "";
let url = "";
let account = "";

type Definition = {
	readonly code: string;
	readonly assetKind: string;
	readonly scale: number;
	readonly ceiling: string;
	readonly conditions: readonly { readonly kind: string }[];
};

function person(name: string): Shell {
	const found = people.get(name);
	assert.ok(found, name);
	return found;
}

before(async () => {
	const { public: licensor } = await well(
		"licensor",
		"init",
		at("regulator"),
		"--iss",
		"https://regulator.example",
	);
	const port = `${await freePort()}`;
	url = `http://127.0.0.1:${port}`;
	const made = ["--name", "Bank", "--port", port, "--licensor", licensor];
	({ id: operator } = await well("operator", "init", "--data", at("bank"), ...made));
	await says(shell.start("operator", "serve", "--data", at("bank")), /listens at/);
	await well("operator", "licences", "key", at("licence-key"));
	const { key: second } = await well(
		"operator",
		"keys",
		"add",
		"kenji",
		"--role",
		"administrator",
		"--data",
		at("bank"),
	);
	const kenji = openShell({ TENTEN_API_KEY: second, TENTEN_OPERATOR_URL: url }, "together");
	people.set("kenji", kenji);
	for (const [name, role, part, administrator] of [
		["taro", "issuer", "proposer", shell],
		["hanako", "approver", "approver", shell],
		["jiro", "approver", "approver", kenji],
	] as const) {
		const { key } = await well("operator", "keys", "add", name, "--role", role, "--data", at("bank"));
		const own = openShell({ TENTEN_API_KEY: key, TENTEN_OPERATOR_URL: url }, "together");
		people.set(name, own);
		const { key: signs } = await own.well("operator", "people", "init", at(name));
		const certificate = join(at(name), "certificate.cbor");
		const certify = ["operator", "people", "certify", signs, certificate, "--part", part] as const;
		await administrator.well(...certify, "--data", at("bank"));
	}
	await well("wallet", "init");
});

const uri = "https://regulator.example/status";

async function granted({ code, assetKind, scale, ceiling }: Definition): Promise<string> {
	const file = at(`${code}.sdjwt`);
	const terms = ["--kind", assetKind, "--asset", `${code}:${scale}`, "--ceiling", ceiling, "--days", "365"];
	const bound = ["--operator", operator, "--key", at("licence-key.public"), "--status", `${uri}#9`];
	await well("licensor", "grant", file, "--licensor", at("regulator"), ...bound, ...terms);
	return file;
}

/** Proposed by one and approved by two, each with the keys of their own; its id. */
async function approved(file: string): Promise<string> {
	const licence = await granted(JSON.parse(readFileSync(file, "utf8")) as Definition);
	const bound = ["--licence", licence, "--licence-key", at("licence-key"), "--person", at("taro")];
	const { id } = await person("taro").well("operator", "definitions", "propose", file, ...bound);
	for (const name of ["hanako", "jiro"])
		await person(name).well("operator", "definitions", "approve", id, "--person", at(name));
	return id;
}

async function statusList(...revoked: readonly string[]): Promise<void> {
	const list = ["--licensor", at("regulator"), "--uri", uri, "--size", "64", "--days", "7", ...revoked];
	await well("licensor", "status-list", at("status"), ...list);
	await person("taro").well("operator", "licences", "status-list", at("status"));
}

test("every kind that definitions are meant for has an example", () => {
	const kinds = ["currency", "energy-certificate", "game-item", "ticket"];
	assert.deepEqual(examples.map((file) => basename(file, ".json")).sort(), kinds);
});

test("a wallet joins an operator that has defined nothing yet", async () => {
	const { account: opened, holds } = await well("wallet", "join", url);
	assert.equal(holds, null);
	account = opened;
});

for (const file of examples)
	test(`${basename(file)}: licensed, defined by three, issued to a wallet and redeemed`, async () => {
		const { code, assetKind, conditions, scale } = JSON.parse(readFileSync(file, "utf8")) as Definition;
		const id = await approved(file);
		await person("taro").well("operator", "definitions", "publish", id);
		const shown = await person("hanako").well("operator", "definitions", "show", id);
		assert.deepEqual([shown.state, shown.code, shown.assetKind], ["published", code, assetKind]);
		const kinds = (listed: readonly { readonly kind: string }[]) => listed.map(({ kind }) => kind);
		assert.deepEqual(kinds(shown.conditions), kinds(conditions));
		if (file === examples[0]) await statusList();
		await well("wallet", "join", url);
		const minor = `${2 * 10 ** scale}`;
		await well("operator", "deposit", account, minor, "--asset", code, "--data", at("bank"));
		assert.equal(String((await well("wallet", "topup", "2", "--asset", code)).available), minor);
		assert.equal((await well("wallet", "redeem", "1", "--asset", code)).fundsState, "safe");
	});

test("what is refused says why: a licence that was revoked, an issue that was stopped", async () => {
	const taro = person("taro");
	const { code } = JSON.parse(readFileSync(examples[0] ?? "", "utf8")) as Definition;
	const { licences } = await taro.well("operator", "licences", "list");
	const stopped = (listed: readonly { readonly asset: string; readonly stopped: string | null }[]) =>
		listed.find(({ asset }) => asset === code)?.stopped;
	assert.equal(stopped(licences), null);
	await taro.well("operator", "issue", "stop", code);
	await well("operator", "deposit", account, "5000", "--asset", code, "--data", at("bank"));
	const refused = await tenten("wallet", "topup", "1", "--asset", code);
	assert.notEqual(refused.status, 0);
	assert.match(JSON.stringify(refused.json), /issue-stopped/);
	assert.equal((await taro.tenten("operator", "issue", "allow", code)).json.code, "role-missing");
	await person("jiro").well("operator", "issue", "allow", code);
	await statusList("--revoked", "9");
	assert.equal(stopped((await taro.well("operator", "licences", "list")).licences), "revoked");
});

test("a licence names a public key, and nothing else that lies beside it", async () => {
	const pair = JSON.parse(readFileSync(at("licence-key"), "utf8")) as { readonly privateKey: object };
	writeFileSync(at("private"), JSON.stringify(pair.privateKey));
	const terms = ["--kind", "ticket", "--asset", "ODD:0", "--ceiling", "5", "--days", "1"];
	const bound = ["--licensor", at("regulator"), "--operator", operator];
	for (const key of ["licence-key", "private", "regulator.public"]) {
		const file = at(`of ${key}`);
		const { status, stderr } = await tenten("licensor", "grant", file, ...bound, ...terms, "--key", at(key));
		assert.equal(status, 2);
		assert.match(stderr, /is no public key/);
		assert.ok(!existsSync(file));
	}
});

test("a definition that is misspelt is bad input, and nothing is signed", async () => {
	const file = at("odd.json");
	writeFileSync(file, JSON.stringify({ code: "ODD", condition: [] }));
	const licence = await granted({ code: "ODD", assetKind: "ticket", scale: 0, ceiling: "5", conditions: [] });
	const bound = ["--licence", licence, "--licence-key", at("licence-key"), "--person", at("taro")];
	const { status, stderr } = await person("taro").tenten(
		"operator",
		"definitions",
		"propose",
		file,
		...bound,
	);
	assert.equal(status, 2);
	assert.match(stderr, /odd\.json: /);
	const { definitions } = await person("taro").well("operator", "definitions", "list");
	assert.equal(definitions.length, examples.length);
});
