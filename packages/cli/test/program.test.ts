/** The command line: exit codes, the last line of `--json`, help with examples, completion. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Command } from "commander";
import { completionScript } from "../src/completion.ts";
import { makeProgram } from "../src/index.ts";
import { jsonLine } from "../src/output.ts";

const bin = join(import.meta.dirname, "../src/bin.ts");
const folder = mkdtempSync(join(tmpdir(), "tenten-program-"));
after(() => rmSync(folder, { recursive: true }));
const program = await makeProgram();

function tenten(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
	return spawnSync(process.execPath, [bin, ...args], { encoding: "utf8" });
}

function everyCommand(command: Command): readonly Command[] {
	return [command, ...command.commands.flatMap(everyCommand)];
}

test("every command that does something has --json and an example", () => {
	for (const command of everyCommand(program).filter(({ commands }) => commands.length === 0)) {
		let help = "";
		command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
		assert.match(help, /--json/, command.name());
		assert.match(help, /Example:\n {2}\$ .*tenten/, command.name());
	}
});

test("a subcommand is read alone, under the name by which it is known, and so are those of an operator", async () => {
	const names = (command: Command | undefined): readonly string[] =>
		(command?.commands ?? []).map((each) => each.name());
	for (const name of names(program)) assert.deepEqual(names(await makeProgram([name])), [name]);
	const operator = program.commands.find((command) => command.name() === "operator");
	assert.ok(names(operator).length > 20);
	assert.deepEqual(names(await makeProgram(["issuer"])), ["operator"]);
	for (const called of ["operator", "issuer"])
		for (const name of names(operator)) {
			const [alone] = (await makeProgram([called, name])).commands;
			assert.deepEqual([alone?.aliases(), names(alone)], [["issuer"], [name]]);
		}
	assert.deepEqual(names(await makeProgram(["__proto__"])), names(program));
});

test("a plan that adds up ends with 0 and one line of JSON with its totals", () => {
	const file = join(folder, "payments.csv");
	writeFileSync(file, "time,payer,payee,amount\n1,ann,bob,5\n2,bob,cy,3\n");
	const { status, stdout } = tenten("replay", file, "--plan", "--json");
	assert.equal(status, 0);
	const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
	assert.deepEqual([result.payments, result.issued, result.outstanding, result.netToPayee], [2, 5, 0, 5]);
});

test("what cannot be read or asked ends with 2 and says where, in JSON too", () => {
	const file = join(folder, "bad.csv");
	writeFileSync(file, "time,payer,payee,amount\n1,ann,bob,five\n");
	const { status, stdout, stderr } = tenten("replay", file, "--plan", "--json");
	assert.equal(status, 2);
	assert.match(stderr, /bad\.csv:2: amount/);
	assert.equal(JSON.parse(stdout).ok, false);
	assert.equal(tenten("replay").status, 2);
	assert.equal(tenten("no-such-command").status, 2);
	assert.equal(tenten("--help").status, 0);
});

test("vectors that did not run are no success", () => {
	assert.equal(tenten("vectors", folder).status, 1);
	assert.equal(tenten("vectors", join(folder, "absent")).status, 2);
});

test("amounts keep every digit in JSON", () => {
	assert.equal(jsonLine({ issued: 2n ** 63n - 1n, mean: 0.5 }), '{"issued":9223372036854775807,"mean":0.5}');
});

test("bash completes subcommands, their choices and their options", () => {
	const script = join(folder, "completion.bash");
	writeFileSync(script, completionScript("bash", program));
	const complete = (...words: readonly string[]): readonly string[] => {
		const typed = words.map((word) => `"${word}"`).join(" ");
		const run = `source ${script}; COMP_WORDS=(tenten ${typed}); COMP_CWORD=${words.length}; _tenten; echo "\${COMPREPLY[@]}"`;
		return execFileSync("bash", ["-c", run], { encoding: "utf8" }).trim().split(" ");
	};
	assert.deepEqual(complete("rep"), ["replay"]);
	assert.deepEqual(complete("evidence", ""), ["verify", "split", "rewritten", "--help"]);
	assert.deepEqual(complete("evidence", "verify", "--tr"), ["--trust-list"]);
	assert.deepEqual(complete("completion", "f"), ["fish"]);
	assert.ok(complete("replay", "some-file", "--").includes("--plan"));
});

test("the other shells get every command too", () => {
	for (const shell of ["zsh", "fish"] as const) {
		const script = completionScript(shell, program);
		for (const command of everyCommand(program).slice(1)) assert.ok(script.includes(command.name()), shell);
	}
});
