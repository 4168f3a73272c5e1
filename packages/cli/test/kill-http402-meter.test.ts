/**
 * kill -9 of the server between a tick and its answer, and of the program after it has shown one, before and after it
 * wrote down that it has the answer, and of either after the program was told to come again (202), over HTTP on SQLite files. Started again, and asked again under their keys,
 * all calls are answered, each is charged once, and both books agree.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { openTown, type Town } from "../../../test/support/town.ts";
import { now, random } from "../src/surroundings.ts";
import { openWallet } from "./support/hand-over-process.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";
import type { TollPlan } from "./support/toll-process.ts";

const program = join(import.meta.dirname, "support/toll-process.ts");
const root = mkdtempSync(join(tmpdir(), "tenten-kill-402-meter-"));
const deviceKeys = { server: toHex(random(32)), client: toHex(random(32)) };
const keys = ["one", "two", "three"];
let town: Town;

before(async () => {
	town = await openTown({ now: now() });
	for (const side of ["server", "client"] as const) {
		const wallet = await openWallet(join(root, `${side}.sqlite`), deviceKeys[side], null);
		const asked = { role: "holder", class: "shop", merchantCategory: null, region: null } as const;
		assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
		if (side === "client") await town.fund(wallet, 100n);
		await wallet.close();
	}
});

after(async () => {
	await town.close();
	rmSync(root, { recursive: true, force: true });
});

const start = (folder: string, plan: Pick<TollPlan, "side" | "port" | "kill" | "isSlow">) =>
	startProgram(program, {
		...{ ...plan, folder, keys, deviceKey: deviceKeys[plan.side], operator: toHex(town.operator.id) },
	} satisfies TollPlan);

/** Asks for all calls once over both processes; what the program said, and how the one to be killed ended. */
async function askOnce(
	folder: string,
	side: TollPlan["side"] | null,
	kill: TollPlan["kill"],
	again = 0,
): Promise<{ readonly killed: boolean; readonly said: string; readonly port: number }> {
	const isSlow = kill?.store === "told";
	const server = start(folder, {
		side: "server",
		port: again,
		isSlow,
		kill: side === "server" ? kill : null,
	});
	const port = Number(new URL(await firstLine(server)).port);
	const client = start(folder, { side: "client", port, kill: side === "client" ? kill : null });
	const said = await firstLine(client);
	const clientEnd = await ended(client);
	server.kill("SIGTERM");
	const serverEnd = await ended(server);
	return { killed: (side === "client" ? clientEnd : serverEnd) === "SIGKILL", said, port };
}

let kills = 0;

for (const [side, store, write, when] of [
	["server", "handler", 2, "before"],
	["server", "handler", 2, "after"],
	["client", "rows", 1, "after"],
	["client", "rows", 3, "after"],
	["client", "rows", 4, "after"],
	["server", "told", 1, "after"],
	["client", "told", 1, "after"],
] as const)
	test(`the ${side} is killed ${when} ${store} ${write}: each call is charged once, and answered`, async () => {
		const folder = join(root, `run-${kills}`);
		for (const name of ["server.sqlite", "client.sqlite"]) cpSync(join(root, name), join(folder, name));
		const { killed, port } = await askOnce(folder, side, { store, at: { write, when } });
		assert.ok(killed, "it was killed");
		kills++;
		const { said } = await askOnce(folder, null, null, port);
		assert.equal(said, "200 answer, 200 answer, 200 answer, 0 left");
		const balances: bigint[] = [];
		for (const each of ["client", "server"] as const) {
			const wallet = await openWallet(join(folder, `${each}.sqlite`), deviceKeys[each], null);
			balances.push(wallet.balance(town.asset).available);
			await wallet.close();
		}
		assert.deepEqual(balances, [97n, 3n]);
		const served = readFileSync(join(folder, "served"), "utf8").trim().split("\n");
		assert.equal(new Set(served).size, 3, "one name a call, however often its handler ran");
	});

test("every kill was one", (t) => {
	ran(t, "kills", { kills });
	assert.equal(kills, 7);
});
