/** Where `DATABASE_URL` names a PostgreSQL server, sandbox and replay keep their operators' books there, and only there. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { schemasOn } from "../../operator/test/support/postgres.ts";
import { freePort } from "../src/server/port.ts";
import { type PostgresServer, startPostgres } from "../src/server/postgres-server.ts";
import { openShell, type Shell, says } from "./support/tenten.ts";

let server: PostgresServer | string;
let onServer: Shell;
const onFiles = openShell({}, "together");
before(async () => {
	server = await startPostgres();
	onServer = openShell(typeof server === "string" ? {} : { DATABASE_URL: server.url }, "together");
});
after(async () => {
	onServer.close();
	onFiles.close();
	if (typeof server !== "string") await server.stop();
});

/** The schemas on the server that sandbox and replay made. */
async function schemas(): Promise<readonly string[]> {
	return typeof server === "string" ? [] : schemasOn(server.url, ["sandbox", "replay"]);
}

/** Skips where there is no server, with the reason. */
function onPostgres(name: string, run: () => Promise<void>): void {
	test(name, async (t) => (typeof server === "string" ? t.skip(server) : run()));
}

describe("the sandbox", () => {
	onPostgres("tells its story on a server, and leaves nothing there", async () => {
		const { database, steps, ok } = await onServer.well("sandbox", "--once");
		assert.deepEqual([database, ok], ["postgres", true]);
		assert.equal(steps.at(-1).kind, "totals");
		assert.deepEqual(await schemas(), []);
	});

	onPostgres(
		"goes on with the books that it kept there, one schema an operator, and never begins anew",
		async () => {
			const data = join(onServer.folder, "kept");
			await onServer.well("sandbox", "--once", "--data", data);
			const kept = await schemas();
			assert.equal(kept.length, 3);
			assert.ok(!existsSync(join(data, "densha-card", "operator.sqlite")));
			const { steps } = await onServer.well("sandbox", "--once", "--data", data);
			assert.deepEqual(await schemas(), kept);
			// JSON says amounts as numbers; the second story issued as much again.
			assert.equal(steps.at(-1).operators[0].totals.issued, 4_000);
			const without = await onFiles.tenten("sandbox", "--once", "--data", data);
			assert.equal(without.status, 2);
			assert.match(without.stderr, /set DATABASE_URL/);
		},
	);

	test("says that an address is none", async () => {
		const shell = openShell({ DATABASE_URL: "somewhere" }, "together");
		const { status, stderr } = await shell.tenten("sandbox", "--once");
		shell.close();
		assert.equal(status, 2);
		assert.match(stderr, /DATABASE_URL is no address/);
	});
});

describe("an operator on a server", () => {
	onPostgres("is looked over and restored by the file that names its database", async () => {
		const named = join(onServer.folder, "database-url");
		const url = new URL((server as PostgresServer).url);
		url.searchParams.set("schema", "operator_named");
		writeFileSync(named, `${url.href}\n`);
		const shell = openShell({ DATABASE_URL_FILE: named }, "together");
		try {
			const made = ["--name", "Bank", "--asset", "JPY:0", "--port", `${await freePort()}`];
			await shell.well("operator", "init", "--data", "bank", ...made);
			const serving = shell.start("operator", "serve", "--data", "bank");
			await says(serving, /listens at/);
			const ended = once(serving, "exit");
			serving.kill("SIGTERM");
			await ended;
			const { findings } = await shell.well("doctor", "--data", "bank");
			assert.equal(findings.find(({ check }: { check: string }) => check === "store").state, "well");
			const { database } = await shell.well("operator", "backup", "copy", "--data", "bank");
			assert.equal(database, null);
			await shell.well("operator", "restore", "copy", "--data", "again", "--yes");
			const without = await onFiles.tenten("doctor", "--data", join(shell.folder, "again"));
			assert.equal(without.status, 1);
		} finally {
			shell.close();
		}
	});
});

/** People who pay one another, so that tokens come to the operator with many links. */
function recordingIn(folder: string): string {
	const rows = Array.from({ length: 60 }, (_, i) => {
		const payer = i % 7;
		const payee = (payer + 1 + (i % 6)) % 7;
		return `${1_700_000_000 + i * 3_600},person ${payer},person ${payee},${1 + ((i * 37) % 900)}`;
	});
	const file = join(folder, "people.csv");
	writeFileSync(file, `time,payer,payee,amount\n${rows.join("\n")}\n`);
	return file;
}

/** What must be the same wherever the operator is and keeps its books. */
function totalsIn(replayed: Readonly<Record<string, unknown>>): object {
	const { payments, refunds, netToPayee, issued, redeemed, outstanding, operatorCallsBy } = replayed;
	return { payments, refunds, netToPayee, issued, redeemed, outstanding, operatorCallsBy };
}

describe("a replay over HTTP against PostgreSQL", () => {
	onPostgres("of made payments gives the totals of the core, call for call", async () => {
		const file = recordingIn(onServer.folder);
		const apart = await onServer.well("replay", file, "--over-http");
		const core = await onFiles.well("replay", file);
		assert.deepEqual(apart.operator, { database: "postgres", isOverHttp: true });
		assert.deepEqual(core.operator, { database: "sqlite", isOverHttp: false });
		assert.deepEqual(totalsIn(apart), totalsIn(core));
		assert.deepEqual(await schemas().then((all) => all.filter((name) => name.startsWith("replay"))), []);
	});

	const recorded = join(import.meta.dirname, "../../../../shared/data/online-retail-invoices.csv.gz");
	test("of the first recorded invoices gives the totals of the core", async (t) => {
		if (!existsSync(recorded)) return t.skip("the recorded invoices are not beside this repository");
		if (typeof server === "string") return t.skip(server);
		const kept = join(onServer.folder, "retail");
		const some = ["replay", recorded, "--limit", "60", "--forks", "2"];
		const apart = await onServer.well(...some, "--over-http", "--keep", kept);
		const core = await onFiles.well(...some);
		assert.deepEqual(totalsIn(apart), totalsIn(core));
		assert.deepEqual(apart.reserve, core.reserve);
		assert.ok(!readdirSync(kept).includes("operator.sqlite"));
		const names = await schemas();
		assert.equal(names.filter((name) => name.startsWith("replay")).length, 1, "--keep keeps the books, too");
	});
});
