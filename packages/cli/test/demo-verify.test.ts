/**
 * `tenten demo verify` as its users meet it: three ecosystems in six processes, of which each in turn does wrong and is
 * found out, and files that convict for whoever has nothing but them and a key.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openShell } from "./support/tenten.ts";

test("all is green; one away, value stops; a stalled withdrawal, inflation, a rewritten history and two views are found", async (t) => {
	const shell = openShell({}, "together");
	t.after(shell.close);
	const { scenes, logs, folder } = await shell.well("demo", "verify", "--data", "played");
	assert.deepEqual(
		scenes.map(({ scene, ok }: { readonly scene: string; readonly ok: boolean }) => [scene, ok]),
		["allGreen", "offline", "stalling", "inflation", "rewriting", "twoViews"].map((scene) => [scene, true]),
	);
	const files = readdirSync(folder).filter((file) => file.endsWith(".cbor"));
	assert.deepEqual(files.toSorted(), [
		"densha-splitView.cbor",
		"minato-rewriting.cbor",
		"mise-brokenRule.cbor",
	]);
	for (const file of files) {
		const key = (name: string): string =>
			logs.find(
				(log: { readonly name: string; readonly logKey: string }) =>
					file.startsWith(log.name) === (name === "own"),
			).logKey;
		const evidence = join(folder, file);
		const { kind } = await shell.well("evidence", "verify", evidence, "--vkey", key("own"));
		assert.ok(file.includes(kind), kind);
		const { status } = await shell.tenten("evidence", "verify", evidence, "--vkey", key("another's"));
		assert.equal(status, 1);
	}
});
