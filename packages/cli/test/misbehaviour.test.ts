/** `tenten evidence verify --vkey`: what a log did, out of a file and the log's own key, or a plain no. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
	parseMisbehaviour,
	serializeMisbehaviour,
	toHex,
	type VerifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { must } from "../../protocol/test/crossing/support/sides.ts";
import { allCases, type Case } from "../../protocol/test/misbehaviour/support/cases.ts";
import { origin } from "../../protocol/test/misbehaviour/support/given-log.ts";
import { operator, yen } from "../../protocol/test/seal/support/sealed.ts";
import { openShell } from "./support/tenten.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-misbehaviour-"));
after(() => rmSync(folder, { recursive: true }));

const cases = await allCases();
const caseOf = (name: string): Case => cases[name] as Case;
const vkeyOf = ({ keys }: Case): string => writeVerifierKey(keys.keys[0] as VerifierKey);

function run(content: Uint8Array, ...flags: readonly string[]) {
	const path = join(folder, "case.cbor");
	writeFileSync(path, content);
	const args = ["evidence", "verify", path, "--json", ...flags];
	const { status, stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
	return { status, result: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
}

const verified = (name: string) =>
	run(serializeMisbehaviour(caseOf(name).file), "--vkey", vkeyOf(caseOf(name)));

test("a file convicts the log by its own key alone, and ends with 0", () => {
	assert.deepEqual(verified("brokenRule"), {
		status: 0,
		result: {
			ok: true,
			culprit: origin,
			kind: "brokenRule",
			operator: toHex(operator),
			number: 7,
			broken: [
				{ rule: "sum", about: toHex(yen) },
				{ rule: "totals", about: toHex(yen) },
			],
		},
	});
	assert.equal(verified("twoSeals").result.number, 6);
	assert.equal(verified("lateCommit").result.breach, "late-commit");
});

test("what proves nothing ends with 1 and the code, and what cannot be asked with 2", () => {
	const { file } = caseOf("splitView");
	assert.ok(file.kind === "splitView");
	const one = serializeMisbehaviour({ ...file, second: file.first });
	const vkey = vkeyOf(caseOf("splitView"));
	assert.deepEqual(run(one, "--vkey", vkey), {
		status: 1,
		result: { ok: false, kind: null, culprit: null, code: "not-evidence" },
	});
	const [, id, ...key] = vkeyOf(caseOf("lateCommit")).split("+");
	const foreign = run(
		serializeMisbehaviour(file),
		"--vkey",
		["s.example/log", id, ...key].join("+"),
		"--origin",
		origin,
	);
	assert.deepEqual([foreign.status, foreign.result.code], [1, "signature-invalid"]);
	assert.deepEqual(must(parseMisbehaviour(serializeMisbehaviour(file))), file);
	assert.equal(run(one).status, 2);
	assert.equal(run(one, "--vkey", "log").status, 2);
	assert.equal(run(one, "--vkey", vkey, "--trust-list", "list").status, 2);
});

test("of a log that showed two histories a case is made by what was kept, and convicts it offline", async () => {
	const shell = openShell({}, "together");
	after(() => shell.close());
	const { tenten, well } = shell;
	const at = (name: string): string => join(shell.folder, name);
	const { vkey } = await well("log", "init", "log", "--origin", origin);
	for (const name of ["first", "one", "other", "more"]) writeFileSync(at(name), name);
	await well("log", "append", "log", "first");
	cpSync(at("log"), at("forked"), { recursive: true });
	const keyed = ["--vkey", vkey];
	for (const [folder, entry] of [
		["log", "one"],
		["forked", "other"],
	] as const) {
		await well("log", "append", folder, entry);
		await well("log", "verify", "--url", folder, ...keyed, "--saved", `${folder}-seen`);
	}
	await well("log", "prove", "1", "--url", "log", ...keyed, "--out", "old");
	await well("log", "append", "forked", "more");
	await well("log", "prove", "1", "--url", "forked", ...keyed, "--out", "new");
	await well("evidence", "split", "log-seen", "forked-seen", ...keyed, "--out", "split");
	const split = await well("evidence", "verify", "split", ...keyed);
	assert.deepEqual([split.kind, split.culprit, split.size], ["splitView", origin, 2]);
	const entries = ["--entry", "one", "other"];
	await well("evidence", "rewritten", "old", "new", ...entries, ...keyed, "--out", "rewritten");
	const rewritten = await well("evidence", "verify", "rewritten", ...keyed);
	assert.deepEqual([rewritten.kind, rewritten.index, rewritten.sizes], ["rewriting", 1, [2, 3]]);
	const same = await tenten("evidence", "split", "log-seen", "log-seen", ...keyed, "--out", "none");
	assert.deepEqual([same.status, same.json.code], [1, "not-evidence"]);
	const swapped = ["--entry", "other", "one"];
	const wrong = await tenten("evidence", "rewritten", "old", "new", ...swapped, ...keyed, "--out", "none");
	assert.deepEqual([wrong.status, wrong.json.code], [1, "not-logged"]);
	assert.ok(!existsSync(at("none")));
});
