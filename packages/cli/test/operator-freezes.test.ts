/** Two people freeze something and decide an appeal from the command line, against an operator that serves. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RunningServer, startServer } from "@tenten/operator";
import { isRefusal } from "@tenten/protocol";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { openShell, type Shell } from "./support/tenten.ts";

const folder = join(mkdtempSync(join(tmpdir(), "tenten-freezes-")), "bank");
const log = { info: () => undefined, error: console.error };
let issuer: Issuer;
let server: RunningServer;
const shells: Shell[] = [];

async function person(administrator: string): Promise<Shell> {
	const made = { name: administrator, roles: ["approver"], expiresAt: null } as const;
	const { text } = await issuer.operator.addKey({ actor: administrator, requestId: "test" }, made);
	const shell = openShell({ TENTEN_API_KEY: text, TENTEN_OPERATOR_URL: server.url }, "together");
	shells.push(shell);
	return shell;
}

before(async () => {
	const unlock = { kind: "device", key: random(32) } as const;
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const found = await openIssuer(folder, unlock);
	assert.ok(!isRefusal(found));
	issuer = found;
	server = await startServer({ operator: issuer.operator, port: 0, log });
});

after(async () => {
	await server.close();
	await issuer.close();
	for (const shell of shells) shell.close();
	rmSync(join(folder, ".."), { recursive: true });
});

const output = "ab".repeat(32);
const caseId = "cd".repeat(32);

test("one proposes, another confirms what it is shown, and nobody alone", async () => {
	const [one, other] = [await person("one"), await person("other")];
	const freeze = ["operator", "freeze"] as const;
	const proposed = ["propose", output, "--case", caseId, "--reason", "deceived", "--appeal-days", "14"];
	assert.deepEqual(await one.well(...freeze, ...proposed), { ok: true, output });
	const { proposals } = await other.well(...freeze, "list");
	const { by: _, proposedAt: __, ...shown } = proposals[0];
	assert.deepEqual(shown, { output, act: "freeze", reason: "deceived", case: caseId, appealDays: 14 });
	const alone = await one.tenten(...freeze, "confirm", output);
	assert.deepEqual([alone.status, alone.json.code], [1, "approval-missing"]);
	const confirmed = await other.well(...freeze, "confirm", output);
	assert.deepEqual([confirmed.act, confirmed.case], ["freeze", caseId]);
	assert.match((await other.tenten(...freeze, "confirm", output)).stderr, /nothing was proposed/);

	await other.well(...freeze, "lift", output, "--case", caseId);
	assert.equal((await one.well(...freeze, "confirm", output)).act, "lift");
	for (const [words, why] of [
		[["propose", "none", "--case", caseId], /64 hexadecimal/],
		[["propose", output, "--case", caseId, "--reason", "envy"], /a reason is one of/],
		[["propose", output, "--case", caseId, "--appeal-days", "0"], /from 1 to 3650/],
	] as const)
		assert.match((await one.tenten(...freeze, ...words)).stderr, why);
	assert.deepEqual((await one.well(...freeze, "list")).proposals, []);
});

test("appeals are listed, and decided by their ids alone", async () => {
	const one = await person("one");
	assert.deepEqual(await one.well("operator", "appeals", "list"), { ok: true, appeals: [] });
	const unknown = await one.tenten("operator", "appeals", "decide", output, "lifted");
	assert.deepEqual([unknown.status, unknown.json.code], [1, "freeze-unknown"]);
	assert.match(
		(await one.tenten("operator", "appeals", "decide", output, "maybe")).stderr,
		/a verdict is one of/,
	);
});
