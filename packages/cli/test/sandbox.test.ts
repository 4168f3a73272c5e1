/** The sandbox and the demo: they tell a true story, and what the sandbox says to try works. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell();
const { well, tenten, start, folder } = shell;
after(() => shell.close());

type Step = {
	readonly kind: string;
	readonly answers?: boolean;
	readonly payer?: string;
	readonly payee?: string;
	readonly amount?: number;
	readonly operators?: readonly { readonly broken: readonly string[] }[];
};

function assertStory(steps: readonly Step[]): void {
	const only = (kind: string) => steps.find((step) => step.kind === kind);
	assert.equal(only("stopped")?.answers, false);
	assert.deepEqual([only("paidOn")?.payer, only("paidOn")?.payee], ["Hanaya", "Ren"]);
	assert.equal(only("redeemed")?.amount, 200);
	assert.deepEqual(
		only("totals")?.operators?.map(({ broken }) => broken),
		[[], [], []],
	);
	const position = (kind: string): number => steps.findIndex((step) => step.kind === kind);
	assert.ok(position("stopped") < position("paidOn") && position("paidOn") < position("redeemed"));
}

test("the story is told once, in either language, and leaves nothing behind", async () => {
	for (const language of ["en", "ja"]) {
		const { status, stderr, json } = await tenten("sandbox", "--once", "--lang", language);
		assert.equal(status, 0, stderr);
		assertStory(json.steps);
		assert.equal(existsSync(json.folder), false);
		assert.match(stderr, language === "en" ? /No server took part/ : /サーバーは関わっていません/);
	}
	assert.equal((await tenten("sandbox", "--lang", "de")).status, 2);
});

test("a sandbox that is kept tells the story again on what it kept", async () => {
	const data = join(folder, "kept");
	for (let i = 0; i < 2; i++) assertStory((await well("sandbox", "--once", "--data", data)).steps);
	const [card] = (await well("sandbox", "--once", "--data", data)).steps.find(
		({ kind }: Step) => kind === "totals",
	).operators;
	assert.equal(card.totals.issued, 6_000);
});

describe("a running sandbox", () => {
	const data = join(folder, "town");
	const town = start("sandbox", "--data", data);
	// From the beginning: what was said before is not said again.
	const invited = says(town, /([\s\S]*Type here: stop[^\n]*)\n/);
	const opened = says(town, /(http:\/\/127\.0\.0\.1:\d+\/)/);
	const type = (line: string) => town.stdin?.write(`${line}\n`);
	const passphraseFile = join(folder, "passphrase");
	const you = ["--wallet", join(data, "you"), "--passphrase-file", passphraseFile];

	test("first of all it says what to open: a page that others may not frame, at an address that is kept", async () => {
		const address = await opened;
		assert.equal(
			JSON.parse(readFileSync(join(data, "pages.json"), "utf8")).port,
			Number(new URL(address).port),
		);
		const page = await fetch(address);
		assert.equal(page.status, 200);
		assert.match(page.url, /\/wallet\/town\.html\?switches=\d+$/);
		const policy = page.headers.get("content-security-policy") ?? "";
		assert.match(policy, /frame-ancestors 'self'/);
		assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/);
	});

	test("what it says to try works as it stands there, operators off or on", async () => {
		const said = await invited;
		const lines = [...said.matchAll(/^ {4}(?:npx )?tenten (.+)$/gm)].map(([, line]) => line ?? "");
		assert.ok(lines.length >= 6, said);
		const environment = /export TENTEN_WALLET=(\S+) TENTEN_PASSPHRASE=(\S+)/.exec(said);
		assert.equal(environment?.[1], join(data, "you"));
		writeFileSync(passphraseFile, environment?.[2] ?? "");
		for (const line of lines.filter((each) => !each.includes("receive"))) {
			const flags = line.startsWith("wallet") ? you : [];
			const { status, stderr } = await tenten(...line.replace(/ {2,}.*$/, "").split(" "), ...flags);
			assert.equal(status, 0, `${line}: ${stderr}`);
		}
	});

	test("with the operators stopped, Aoi still pays you, and you pay the shop", async () => {
		type("stop");
		await says(town, /The operators are off/);
		const payee = start("wallet", "receive", "--amount", "200", ...you);
		const address = await says(payee, /Listening at (\S+)/);
		type(`pay aoi ${address} 200`);
		await says(town, /Aoi has paid 200 JPY/);
		await ended(payee);
		type("pay aoi http://127.0.0.1:9 200");
		await says(town, /Not paid, and nothing has left the wallet/);
		type("dance");
		await says(town, /Not a command here/);
		type("start");
		await says(town, /The operators are on/);
		type("where");
		await says(town, /On accounts of Mise Pay[^\n]*\n {2}You +5,000 JPY\n {2}Hanaya +0 JPY/);
		const { balances } = await well("wallet", "balance", ...you);
		assert.deepEqual([balances[0].available, balances[0].account], [3_000 - 480 + 200, 2_000]);
	});

	test("it ends when it is told to, and keeps what it was told to keep", async () => {
		town.kill("SIGINT");
		assert.equal(await ended(town), null);
		assert.equal(town.exitCode, 0);
		assert.ok(existsSync(join(data, "densha-card", "operator.sqlite")));
	});
});

test("the demo plays, proves its double spend, and keeps the case file where it is asked to", async () => {
	const data = join(folder, "demo");
	const { scenes } = await well("demo", "--data", data);
	assert.deepEqual(
		scenes.map(({ scene, ok }: { scene: string; ok: boolean }) => [scene, ok]),
		[
			["handToHand", true],
			["crash", true],
			["refusal", true],
			["fork", true],
			["totals", true],
		],
	);
	const files = [join(data, "case.cbor"), "--trust-list", join(data, "trust-list.cbor")];
	assert.equal((await well("evidence", "verify", ...files)).kind, "fork");
	assert.equal((await tenten("demo", "--data", data)).status, 2);
});
