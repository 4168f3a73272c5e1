/** Keys and the audit log from the command line, against an operator that serves from its folder. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RunningServer, startServer } from "@tenten/operator";
import { isRefusal } from "@tenten/protocol";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
const parent = mkdtempSync(join(tmpdir(), "tenten-access-"));
const folder = join(parent, "bank");
const unlock = { kind: "device", key: random(32) } as const;
const log = { info: () => undefined, error: console.error };
let issuer: Issuer;
let server: RunningServer;

async function opened(): Promise<Issuer> {
	const found = await openIssuer(folder, unlock);
	if (isRefusal(found)) throw new Error(found.code);
	return found;
}

before(async () => {
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	issuer = await opened();
	server = await startServer({ operator: issuer.operator, port: issuer.settings.port, log });
});

after(async () => {
	await server.close();
	await issuer.close();
	shell.close();
	rmSync(parent, { recursive: true });
});

async function tenten(...args: readonly string[]) {
	const { status, stderr, json } = await shell.tenten("issuer", ...args, "--data", folder);
	return { status, err: stderr, result: json };
}

test("keys are made, listed and revoked, and the log of it is whole until a row is changed", async () => {
	const { status, result, err } = await tenten("keys", "add", "till 3", "--role", "cashier", "--days", "90");
	assert.equal(status, 0, err);
	assert.match(result.key, /^tenten_[0-9a-f]{16}_[0-9a-f]{64}$/);
	assert.deepEqual((await issuer.operator.keyBehind(result.key))?.roles, ["cashier"]);

	const listed = await tenten("keys", "list");
	assert.deepEqual(listed.result.keys.map(({ name }: { name: string }) => name).sort(), [
		"first key",
		"till 3",
	]);
	assert.ok(!JSON.stringify(listed.result).includes(result.key.slice(24)));

	const revoked = await tenten("keys", "revoke", result.apiKey.id);
	assert.equal(revoked.status, 0);
	assert.equal(await issuer.operator.keyBehind(result.key), undefined);

	const whole = await tenten("audit");
	assert.equal(whole.status, 0);
	assert.deepEqual(
		whole.result.entries.map(({ act }: { act: string }) => act),
		["keyAdded", "keyAdded", "keyRevoked"],
	);
	assert.equal((await tenten("audit", "--seen", whole.result.head)).status, 0);
	assert.equal((await tenten("audit", "--seen", "0".repeat(64))).status, 1);

	await issuer.operator.store.run((transaction) =>
		transaction.updateTable("audit_log").set({ actor: "key:nobody" }).where("position", "=", 2).execute(),
	);
	const broken = await tenten("audit");
	assert.equal(broken.status, 1);
	assert.equal(broken.result.broken, 2);
});

test("a role that there is not is refused, and so is revoking the last key that makes others", async () => {
	assert.notEqual((await tenten("keys", "add", "x", "--role", "god")).status, 0);
	const [{ id }] = (await tenten("keys", "list")).result.keys.filter(
		({ name }: { name: string }) => name === "first key",
	);
	const refused = await tenten("keys", "revoke", id);
	assert.equal(refused.status, 1);
	assert.equal(refused.result.code, "administrator-last");
});

test("the folder's key is for its owner alone; an admin token of before gives way to one", async () => {
	const key = join(folder, "api-key");
	assert.equal(statSync(key).mode & 0o077, 0);
	const before = readFileSync(key, "utf8");
	await issuer.close();
	await server.close();
	writeFileSync(join(folder, "admin-token"), "0".repeat(64));
	issuer = await opened();
	server = await startServer({ operator: issuer.operator, port: issuer.settings.port, log });
	assert.ok(!existsSync(join(folder, "admin-token")));
	assert.equal(readFileSync(key, "utf8"), before);
});
