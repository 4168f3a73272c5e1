/**
 * kill -9 of the server or of the program after each durable write of a call that is paid for, over HTTP on SQLite
 * files. Started again, and asked again under its key, the call is paid once and answered, and both books agree.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
const root = mkdtempSync(join(tmpdir(), "tenten-kill-402-"));
const deviceKeys = { server: toHex(random(32)), client: toHex(random(32)) };
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

let runs = 0;
let kills = 0;

function freshWorld(): string {
	const folder = join(root, `run-${++runs}`);
	for (const name of ["server.sqlite", "client.sqlite"]) cpSync(join(root, name), join(folder, name));
	return folder;
}

const start = (folder: string, plan: Pick<TollPlan, "side" | "port" | "kill">) =>
	startProgram(program, {
		...{ ...plan, folder, deviceKey: deviceKeys[plan.side], operator: toHex(town.operator.id) },
	} satisfies TollPlan);

/** Asks once over both processes; whether the planned write was reached, and what the program said. */
async function askOnce(
	folder: string,
	side: TollPlan["side"] | null,
	kill: TollPlan["kill"],
	again = 0,
): Promise<{ readonly killed: boolean; readonly said: string; readonly port: number }> {
	const server = start(folder, { side: "server", port: again, kill: side === "server" ? kill : null });
	const address = await firstLine(server);
	const port = Number(new URL(address).port);
	const client = start(folder, { side: "client", port, kill: side === "client" ? kill : null });
	const said = await firstLine(client);
	const clientEnd = await ended(client);
	server.kill("SIGTERM");
	const serverEnd = await ended(server);
	return { killed: (side === "client" ? clientEnd : serverEnd) === "SIGKILL", said, port };
}

for (const [side, store] of [
	["server", "wallet"],
	["server", "rows"],
	["client", "wallet"],
	["client", "rows"],
] as const)
	test(`the ${side} is killed after each write of its ${store}: the call is paid once, and answered`, async () => {
		for (let write = 1; ; write++) {
			const folder = freshWorld();
			const where = `${side}, ${store}, write ${write}`;
			const { killed, said, port } = await askOnce(folder, side, { store, at: { write, when: "after" } });
			if (!killed) {
				assert.equal(said, "200 answer", where);
				assert.ok(write > 1, where);
				return;
			}
			kills++;
			assert.equal((await askOnce(folder, null, null, port)).said, "200 answer", where);
			await assertPaidOnce(folder, where);
		}
	});

async function assertPaidOnce(folder: string, where: string): Promise<void> {
	const balances: bigint[] = [];
	for (const side of ["client", "server"] as const) {
		const wallet = await openWallet(join(folder, `${side}.sqlite`), deviceKeys[side], null);
		balances.push(wallet.balance(town.asset).available);
		await wallet.close();
	}
	assert.deepEqual(balances, [95n, 5n], where);
	assert.ok(existsSync(join(folder, "served")), where);
	const served = readFileSync(join(folder, "served"), "utf8").trim().split("\n");
	assert.equal(new Set(served).size, 1, `${where}: one payment, however often its handler ran`);
}

test("every kill was one", (t) => {
	ran(t, "kills", { kills });
	assert.ok(kills >= 8, `${kills}`);
});
