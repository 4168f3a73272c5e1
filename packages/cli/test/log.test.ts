/** `tenten log`: begun, appended to, served, proved from and checked, as its users meet it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { signerFrom } from "@tenten/module";
import { LogWriter } from "@tenten/operator";
import { isRefusal, verifierKey, writeVerifierKey } from "@tenten/protocol";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
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

test("the key is its owner's alone, and sealed: another passphrase appends nothing", async () => {
	assert.equal(statSync(at("log/key")).mode & 0o077, 0);
	assert.doesNotMatch(readFileSync(at("log/key"), "latin1"), /PRIVATE|log\.example/);
	writeFileSync(at("wrong"), "wrong horse\n");
	const refused = await tenten("log", "append", "log", "one", "--passphrase-file", "wrong");
	assert.equal(refused.status, 2);
	assert.match(refused.json.error, /log\/key/);
	assert.equal((await well("log", "verify", "--url", "log", ...keyed)).size, 700);
});

test("a key of before, or of another tool of notes, still signs, and whoever uses it is told", async () => {
	const seed = new Uint8Array(32).fill(7);
	const signer = signerFrom(seed, "Ed25519");
	mkdirSync(at("plain"));
	const log = await LogWriter.begin(at("plain"), origin, signer);
	assert.ok(!isRefusal(log));
	await log.close();
	const publicKey = verifierKey(origin, "note", signer.key.bytes);
	const [, id] = writeVerifierKey(publicKey).split("+");
	const plain = `PRIVATE+KEY+${origin}+${id}+${Buffer.from([1, ...seed]).toString("base64")}\n`;
	writeFileSync(at("plain/key"), plain);
	const appended = await tenten("log", "append", "plain", "one");
	assert.equal(appended.status, 0);
	assert.match(appended.stderr, /plain\/key is not sealed/);
	assert.equal(
		(await well("log", "verify", "--url", "plain", "--vkey", writeVerifierKey(publicKey))).size,
		1,
	);
	for (const wrong of [plain.replace(`+${id}+`, "+00000000+"), "PRIVATE+KEY+a", "", "what"]) {
		writeFileSync(at("plain/key"), wrong);
		assert.equal((await tenten("log", "append", "plain", "one")).status, 2, wrong);
	}
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
