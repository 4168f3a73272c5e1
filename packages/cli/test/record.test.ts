/** `tenten demo domains` and `tenten record`: three stories are played, and their files say offline what they showed. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, tenten, folder } = shell;
after(() => shell.close());

const data = join(folder, "domains");

test("credits, coffee and a licence are played, and each file is checked again by the command that is printed", async () => {
	const { scenes, checks } = await well("demo", "domains", "--data", data);
	assert.deepEqual(
		scenes.map(({ scene, ok }: { scene: string; ok: boolean }) => [scene, ok]),
		[
			["carbon", true],
			["coffee", true],
			["status", true],
		],
	);
	const [retirement, northCase, coffee, status] = (checks as string[]).map((check) => check.split(" "));
	assert.ok(retirement && northCase && coffee && status);
	const retired = await well(...retirement);
	assert.deepEqual([retired.end, retired.beneficiary], ["retired", "Aoi Travel, flights of 2026"]);
	assert.deepEqual(
		retired.steps.map(({ amount, end }: { amount: number; end: string }) => [amount, end]),
		[
			[50_000, "divided"],
			[30_000, "moved"],
			[30_000, "retired"],
		],
	);
	assert.equal((await well(...northCase)).breach, "ended-twice");
	const traced = await well(...coffee);
	assert.deepEqual([traced.end, traced.steps.length], ["held", 3]);
	const revoked = await tenten(...status);
	assert.equal(revoked.status, 1, "a revoked licence is no yes");
	assert.equal(revoked.json.status, "revoked");
	// What was changed, or is believed by nobody, shows nothing.
	const file = retirement[2] ?? "";
	const bytes = readFileSync(file);
	bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
	writeFileSync(join(folder, "changed.cbor"), bytes);
	const changed = retirement.map((word) => (word === file ? join(folder, "changed.cbor") : word));
	assert.equal((await tenten(...changed)).status, 1);
	const more = await tenten(...retirement.map((word, at) => (retirement[at - 1] === "--least" ? "3" : word)));
	assert.equal(more.json.code, "quorum-missing");
	const stranger = await tenten(...retirement.filter((_, at) => at !== 3 && at !== 4));
	assert.equal(stranger.json.code, "authority-unknown");
	const other = await tenten(
		...status.map((word, at) => (status[at - 1] === "--credential" ? "0".repeat(64) : word)),
	);
	assert.equal(other.json.code, "proof-invalid");
	assert.equal((await tenten("demo", "domains", "--data", data)).status, 2);
});

test("what is no key and no hash cannot be asked", async () => {
	const file = join(folder, "nothing.cbor");
	writeFileSync(file, "nothing");
	const witness = ["--witness", "0".repeat(64), "--least", "1"];
	const asked = (...words: string[]) => tenten("record", "trace", file, ...words);
	assert.equal((await asked("--log", "no key", ...witness)).status, 2);
	assert.equal((await asked("--log", `${"0".repeat(64)}=x+0+0`, ...witness)).status, 2);
	assert.equal((await asked("--log", "x=y", "--witness", "z", "--least", "1")).status, 2);
});
