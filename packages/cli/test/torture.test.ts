/**
 * A short torture: kills of working processes, and nothing lost. And does the torturer see? A store that
 * acknowledges before it writes, and an operator put back to an older file, must each be found out.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { startPostgres } from "../src/server/postgres-server.ts";
import { seededChance } from "../src/torture/chance.ts";
import type { Kills } from "../src/torture/killer.ts";
import { torture } from "../src/torture/torture.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-torture-test-"));
after(() => rmSync(root, { recursive: true, force: true }));
const supported = (name: string): string => join(import.meta.dirname, "support", name);

const wantedKills = 24;

const wasKilled = ({ byPoint }: Kills, role: string): boolean =>
	[...byPoint.keys()].some((point) => point.startsWith(role));

/** Until there were so many, and each role was among them: whom chance spares for long is waited for. */
const untilAll =
	(kills: number, roles: readonly string[]) =>
	(so: Kills): boolean =>
		so.total < kills || (so.total < 10 * kills && !roles.every((role) => wasKilled(so, role)));

const operatorAndWallets = ["operator", "wallets"];
const andDatabase = [...operatorAndWallets, "database"];

test(`${wantedKills} kills of working wallets and their operator lose nothing`, async (t) => {
	const { kills, town, rests, rounds } = await torture({
		folder: join(root, "short"),
		chance: seededChance(3),
		goOn: untilAll(wantedKills, operatorAndWallets),
		progress: () => undefined,
	});
	ran(t, "kills", { kills: kills.total, operations: town.ledger.operations, "counts at rest": rests });
	t.diagnostic([...kills.byPoint].map(([point, times]) => `${times} × ${point}`).join(", "));
	assert.deepEqual(town.ledger.losses, []);
	assert.ok(kills.total >= wantedKills && town.ledger.operations >= wantedKills && rounds >= 1);
	for (const role of operatorAndWallets) assert.ok(wasKilled(kills, role), `${role} was never killed`);
});

const kills = 14;

test(`${kills} kills of wallets, of two operators over one PostgreSQL server, and of the server lose nothing`, async (t) => {
	const server = await startPostgres();
	if (typeof server === "string") return t.skip(server);
	const {
		kills: made,
		town,
		rests,
	} = await torture({
		folder: join(root, "postgres"),
		postgres: server,
		operators: 2,
		chance: seededChance(7),
		goOn: untilAll(kills, andDatabase),
		progress: () => undefined,
	}).finally(() => server.stop());
	ran(t, "kills", { kills: made.total, operations: town.ledger.operations, "counts at rest": rests });
	t.diagnostic([...made.byPoint].map(([point, times]) => `${times} × ${point}`).join(", "));
	assert.deepEqual(town.ledger.losses, []);
	for (const role of andDatabase) assert.ok(wasKilled(made, role), `${role} was never killed`);
});

for (const [name, programs] of [
	["a store that acknowledges before it writes", { wallets: supported("lying-wallets-process.ts") }],
	["an operator put back to an older file", { operator: supported("forgetful-operator-process.ts") }],
] as const)
	test(`${name} is found out`, async (t) => {
		const most = 60;
		const { kills, town } = await torture({
			folder: join(root, name.replaceAll(" ", "-")),
			programs,
			chance: seededChance(5),
			goOn: ({ total }) => total < most,
			progress: () => undefined,
		});
		t.diagnostic(`after ${kills.total} kills: ${town.ledger.losses[0]}`);
		assert.ok(town.ledger.losses.length > 0, `${kills.total} kills, and nothing was noticed`);
	});

test("SIGTERM ends it well: no folder and no child stays", async () => {
	const temporary = join(root, "temporary");
	const bin = join(import.meta.dirname, "../src/bin.ts");
	mkdirSync(temporary);
	const env = { ...process.env, TMPDIR: temporary };
	const child = spawn(process.execPath, [bin, "torture", "--minutes", "5", "--seed", "1", "--json"], {
		env,
		stdio: ["ignore", "pipe", "ignore"],
	});
	let said = "";
	child.stdout.on("data", (data) => (said += data));
	const isUnderWay = (): boolean =>
		readdirSync(temporary).some(
			(name) => name.startsWith("tenten-torture-") && existsSync(join(temporary, name, "ledger.jsonl")),
		);
	while (!isUnderWay()) await new Promise((resolve) => setTimeout(resolve, 50));
	child.kill("SIGTERM");
	const status = await new Promise((resolve) => child.once("close", resolve));
	assert.equal(status, 0);
	assert.deepEqual(JSON.parse(said).losses, []);
	assert.deepEqual(
		readdirSync(temporary).filter((name) => name.startsWith("tenten-torture-")),
		[],
	);
});
