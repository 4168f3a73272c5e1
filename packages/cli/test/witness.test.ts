/** `tenten witness`: made once, its key said, served, ended, and served again with what it cosigned. */
import assert from "node:assert/strict";
import { renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { isRefusal, parseVerifierKey, writeVerifierKey } from "@tenten/protocol";
import { ask, historyOf, logKey, requestOf } from "../../operator/test/support/witnessed.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);

async function serving() {
	const child = shell.start("witness", "serve", at("w"), "--logs", at("logs.policy"));
	const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
	let stderr = "";
	child.stderr?.on("data", (data) => (stderr += data));
	for await (const line of createInterface({ input: child.stderr ?? assert.fail() })) {
		const [, url] = / at (http:\S+)$/.exec(line) ?? [];
		if (url !== undefined) return { child, exit, url };
	}
	return assert.fail(`it never served: ${stderr}`);
}

test("a witness is made once, serves, ends at once when told to, and goes on from what it cosigned", async () => {
	const made = await shell.well("witness", "init", at("w"), "--name", "witness1.example");
	const key = parseVerifierKey(made.key);
	assert.ok(!isRefusal(key) && key.type === "cosignature" && key.name === "witness1.example");
	assert.equal((await shell.well("witness", "key", at("w"))).key, made.key);
	for (const file of ["w/witness.key", "w/witness.db"])
		assert.equal(statSync(at(file)).mode & 0o077, 0, `${file} is for its owner alone`);
	assert.equal((await shell.tenten("witness", "init", at("w"), "--name", "x")).status, 2);
	assert.equal((await shell.tenten("witness", "init", at("v"), "--name", "a b")).status, 2);
	writeFileSync(at("logs.policy"), `log ${writeVerifierKey(logKey)}\nquorum none\n`);
	const first = await serving();
	assert.equal((await ask(first.url, await requestOf(0, historyOf(5)))).status, 200);
	first.child.kill("SIGTERM");
	assert.equal(await first.exit, 0);
	const second = await serving();
	const conflict = await ask(second.url, await requestOf(0, historyOf(5)));
	assert.deepEqual([conflict.status, await conflict.text()], [409, "5\n"]);
	second.child.kill("SIGTERM");
	assert.equal(await second.exit, 0);
	for (const [policy, words] of [
		["quorum none\n", /names no log/],
		["nonsense\n", /is no policy/],
	] as const) {
		writeFileSync(at("bad.policy"), policy);
		const { status, stderr } = await shell.tenten("witness", "serve", at("w"), "--logs", at("bad.policy"));
		assert.equal(status, 2);
		assert.match(stderr, words);
	}
	const noPeers = await shell.tenten("witness", "serve", at("w"), "--logs", at("logs.policy"), "--console");
	assert.equal(noPeers.status, 2);
	assert.match(noPeers.stderr, /--console shows peers/);
	renameSync(at("w/witness.db"), at("gone.db"));
	const gone = await shell.tenten("witness", "serve", at("w"), "--logs", at("logs.policy"));
	assert.equal(gone.status, 2);
	assert.match(gone.stderr, /a witness without its past is another/);
});
