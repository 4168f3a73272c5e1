/** `tenten log`: begun, appended to, served, proved from and checked, as its users meet it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());
const { tenten, well } = shell;
const at = (...path: readonly string[]): string => join(shell.folder, ...path);
const origin = "log.example/jpy";
/** Somebody's key: it signed nothing here. */
const witness = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G";
let vkey: string;
let keyed: readonly string[];

before(async () => {
	const begun = await well("log", "init", "log", "--origin", origin);
	assert.deepEqual([begun.ok, begun.size, begun.origin], [true, 0, origin]);
	vkey = begun.vkey;
	keyed = ["--vkey", vkey];
	const lines = Array.from({ length: 700 }, (_, i) => `entry ${i}`);
	writeFileSync(at("lines"), `${lines.join("\n")}\n`);
	writeFileSync(at("one"), "entry 17");
	writeFileSync(at("other"), "entry 18");
	const appended = await well("log", "append", "log", "--lines", "lines");
	assert.deepEqual([appended.first, appended.count, appended.size], [0, 700, 700]);
});

test("the key is its owner's alone, in the form that other tools of notes read", () => {
	assert.equal(statSync(at("log/key")).mode & 0o077, 0);
	assert.match(
		readFileSync(at("log/key"), "utf8"),
		/^PRIVATE\+KEY\+log\.example\/jpy\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*\n$/,
	);
});

test("a log is checked from its folder, and over HTTP while others append", async () => {
	const server = shell.start("log", "serve", "log", "--port", "0");
	const url = await says(server, /(http:\/\/127\.0\.0\.1:\d+)/);
	const fromFolder = await well("log", "verify", "--url", "log", ...keyed);
	assert.deepEqual(await well("log", "verify", "--url", url, ...keyed, "--saved", "seen"), fromFolder);
	assert.ok(existsSync(at("seen")));
	const added = await well("log", "append", "log", "one", "other");
	assert.deepEqual([added.first, added.count, added.size], [700, 2, 702]);
	assert.equal((await well("log", "verify", "--url", url, ...keyed, "--saved", "seen")).size, 702);
	const whole = await well("log", "fsck", "--url", url, ...keyed);
	assert.deepEqual([whole.size, whole.tiles], [702, 4]);
	const ended = once(server, "exit");
	server.kill("SIGTERM");
	assert.equal((await ended)[0], 0);
});

test("a proof is verified offline, with its own entry only", async () => {
	const proved = await well("log", "prove", "17", "--url", "log", ...keyed, "--out", "proof");
	assert.equal(Buffer.from(proved.entry, "base64").toString(), "entry 17");
	const checked = await well("log", "verify", ...keyed, "--proof", "proof", "--entry", "one");
	assert.equal(checked.root, proved.root);
	const other = await tenten("log", "verify", ...keyed, "--proof", "proof", "--entry", "other");
	assert.deepEqual([other.status, other.json.code], [1, "not-logged"]);
});

test("what does not hold ends with 1 and the code, and what was seen stays", async () => {
	const copy = (name: string): void => cpSync(at("log"), at(name), { recursive: true });
	copy("damaged");
	const bundle = at("damaged/public/tile/entries/000");
	const bytes = readFileSync(bundle);
	bytes[5] = (bytes[5] as number) ^ 1;
	writeFileSync(bundle, bytes);
	const damaged = await tenten("log", "fsck", "--url", "damaged", ...keyed);
	assert.deepEqual([damaged.status, damaged.json.code], [1, "state-damaged"]);
	copy("forked");
	await well("log", "append", "log", "one");
	await well("log", "append", "forked", "other");
	await well("log", "verify", "--url", "log", ...keyed, "--saved", "newest");
	const older = readFileSync(at("newest"));
	const forked = await tenten("log", "verify", "--url", "forked", ...keyed, "--saved", "newest");
	assert.deepEqual([forked.status, forked.json.code], [1, "log-inconsistent"]);
	assert.deepEqual(readFileSync(at("newest")), older);
	const named = ["--quorum", "1", "--witness", witness];
	const few = await tenten("log", "verify", "--url", "log", ...keyed, ...named);
	assert.deepEqual([few.status, few.json.code], [1, "signature-invalid"]);
});

test("checkpoints are anchored elsewhere, and an anchor that is away stops nothing", async () => {
	const away = "http://127.0.0.1:1/";
	const appended = await well("log", "append", "log", "one", "--anchor", "elsewhere", away);
	const brought = appended.anchors.map(({ ok }: { ok: boolean }) => ok);
	assert.deepEqual(brought, [true, false]);
	assert.ok(existsSync(at("elsewhere", `${appended.size}.checkpoint`)));
});

test("what cannot be asked is bad input", async () => {
	const asked: readonly (readonly string[])[] = [
		["init", "log", "--origin", origin],
		["append", "elsewhere", "one"],
		["verify", "--vkey", "what", "--url", "log"],
		["verify", "--url", "http://127.0.0.1:1", ...keyed],
	];
	for (const args of asked) assert.equal((await tenten("log", ...args)).status, 2, args.join(" "));
});
