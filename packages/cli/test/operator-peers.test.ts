/** Two operators list each other, and the people of each see from the command line what is owed between them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RunningServer, startServer } from "@tenten/operator";
import { isRefusal, toHex } from "@tenten/protocol";
import { doorsFrom } from "../src/server/doors.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { listPeers } from "../src/server/peers.ts";
import { random } from "../src/surroundings.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell();
const parent = mkdtempSync(join(tmpdir(), "tenten-operators-"));
const unlock = { kind: "device", key: random(32) } as const;
const log = { info: () => undefined, error: console.error };

type Served = { readonly folder: string; readonly issuer: Issuer; readonly server: RunningServer };
let west: Served;
let east: Served;

async function served(name: string): Promise<Served> {
	const folder = join(parent, name);
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name, assets, port: 0 }, unlock);
	const issuer = await openIssuer(folder, unlock);
	if (isRefusal(issuer)) throw new Error(issuer.code);
	const { operator, settings } = issuer;
	const server = await startServer({ operator, port: settings.port, log, ...doorsFrom({}) });
	return { folder, issuer, server };
}

before(async () => {
	west = await served("west");
	east = await served("east");
	await listPeers(west.folder, west.issuer.operator, [east.server.url]);
});

after(async () => {
	for (const { issuer, server } of [west, east]) {
		await server.close();
		await issuer.close();
	}
	shell.close();
	rmSync(parent, { recursive: true });
});

async function debts(of: Served, peer: string) {
	const { status, json } = await shell.tenten("operator", "peers", "debts", peer, "--data", of.folder);
	return { status, result: json };
}

test("whoever is not listed there is not answered; listed both ways, each sees what it owes the other", async () => {
	const id = toHex(east.issuer.operator.id);
	const unheard = await debts(west, id);
	assert.deepEqual([unheard.status, unheard.result.code], [1, "peer-failed"]);
	await listPeers(east.folder, east.issuer.operator, [west.server.url]);
	const heard = await debts(west, id);
	assert.equal(heard.status, 0, JSON.stringify(heard.result));
	assert.deepEqual(heard.result.debts, []);
	assert.deepEqual((await debts(east, "0".repeat(64))).result.code, "peer-unlisted");
	assert.equal((await debts(east, "none")).status, 2);
});
