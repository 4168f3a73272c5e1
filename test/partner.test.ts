/**
 * The partner's guide, run as it stands: every block of commands in its order, in one shell, in an empty folder, on
 * free ports and a PostgreSQL server of its own.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { freePort } from "../packages/cli/src/server/port.ts";
import { startPostgres } from "../packages/cli/src/server/postgres-server.ts";

const page = readFileSync("docs/partner.md", "utf8");
const blocks = [...page.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block = ""]) => block);
const folder = mkdtempSync(join(tmpdir(), "tenten-partner-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const isMissing = (program: string): boolean => spawnSync(program, ["--version"]).error !== undefined;

/** A folder of programs that go before all others: `npx tenten` is this repository's, `node` the one that runs this. */
function programs(): string {
	const bin = join(folder, "bin");
	mkdirSync(bin);
	const tenten = resolve("packages/cli/src/bin.ts");
	const write = (name: string, script: string): void => {
		writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
		chmodSync(join(bin, name), 0o755);
	};
	write("npx", `[ "$1" = tenten ] || exit 99\nshift\nexec "${process.execPath}" "${tenten}" "$@"`);
	write("node", `exec "${process.execPath}" "$@"`);
	return bin;
}

test("a partner does what the guide says, and ends with an operator that has paid and is whole", async (t) => {
	const missing = ["bash", "curl"].filter(isMissing);
	if (missing.length > 0) return t.skip(`not installed: ${missing.join(", ")}`);
	const server = await startPostgres();
	if (typeof server === "string") return t.skip(server);
	t.after(() => server.stop());
	assert.ok(blocks.length >= 12);
	const ports = await Promise.all(
		["8787", "8788", "8900"].map(async (port) => [port, `${await freePort()}`] as const),
	);
	const placed = blocks
		.join("\n")
		.replace(/'postgres:[^']*'/, `'${server.url}'`)
		.replaceAll(/\b(8787|8788|8900)\b/g, (port) => new Map(ports).get(port) ?? port);
	const script = join(folder, "guide.sh");
	// Whatever fails ends it, and what it started ends with it.
	writeFileSync(
		script,
		`set -euo pipefail -m\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nset -x\n${placed}\n`,
	);
	const { DATABASE_URL: _, TENTEN_API_KEY: __, ...surroundings } = process.env;
	const env = { ...surroundings, PATH: `${programs()}:${process.env["PATH"]}` };
	const cwd = join(folder, "partner");
	mkdirSync(cwd);
	const shell = spawn("bash", [script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
	const ended = new Promise<number | null>((resolve) => shell.once("exit", resolve));
	const [out, err, status] = await Promise.all([text(shell.stdout), text(shell.stderr), ended]);
	assert.equal(status, 0, `${out}\n${err.slice(-6000)}`);
	assert.match(out + err, /The books agree\./);
	assert.match(out + err, /The log is whole\./);
	assert.match(out + err, /tenten_payouts_stopped 0/);
	assert.match(out + err, /JPY: may be issued until/);
});
