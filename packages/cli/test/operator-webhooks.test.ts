/** Webhooks from the command line, against an operator that serves from its folder. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type RunningServer, startServer } from "@tenten/operator";
import { isRefusal } from "@tenten/protocol";
import { type Receiver, startReceiver, verified } from "../../operator/test/support/receiver.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
const parent = mkdtempSync(join(tmpdir(), "tenten-webhooks-"));
const folder = join(parent, "bank");
const settings = join(folder, "operator.json");
const unlock = { kind: "device", key: random(32) } as const;
const log = { info: () => undefined, error: console.error };
let issuer: Issuer;
let server: RunningServer;
let receiver: Receiver;

async function open(): Promise<void> {
	const found = await openIssuer(folder, unlock);
	if (isRefusal(found)) throw new Error(found.code);
	issuer = found;
	server = await startServer({ operator: issuer.operator, port: issuer.settings.port, log });
}

async function close(): Promise<void> {
	await server.close();
	await issuer.close();
}

before(async () => {
	receiver = await startReceiver();
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	await open();
});

after(async () => {
	await close();
	await receiver.close();
	shell.close();
	rmSync(parent, { recursive: true });
});

async function tenten(...args: readonly string[]) {
	const { status, stderr, json } = await shell.tenten("operator", "webhooks", ...args, "--data", folder);
	return { status, err: stderr, result: json };
}

test("an endpoint is registered where the operator trusts its network, told of a test, and looked after", async () => {
	const refused = await tenten("add", receiver.url);
	assert.equal(refused.status, 1);
	assert.equal(refused.result.code, "webhook-address-refused");
	await close();
	const kept = JSON.parse(readFileSync(settings, "utf8"));
	assert.deepEqual(kept.webhooks, { isNetworkTrusted: false, keepDays: 30 });
	writeFileSync(settings, JSON.stringify({ ...kept, webhooks: { isNetworkTrusted: true, keepDays: 7 } }));
	await open();
	const made = await tenten("add", receiver.url, "--type", "tenten.payout.made", "--description", "a shop");
	assert.equal(made.status, 0, made.err);
	const { id } = made.result.webhook;
	const tested = await tenten("test", id);
	assert.equal(tested.status, 0, tested.err);
	// Sent by the operator that runs, of its own accord.
	const { event } = tested.result;
	let report = await tenten("deliveries", id, "--event", event);
	for (let tries = 0; tries < 60 && report.result.delivery.state === "waiting"; tries++)
		report = await tenten("deliveries", id, "--event", event);
	assert.equal(report.result.delivery.state, "delivered");
	assert.equal(report.result.attempts.at(-1).status, 204);
	const [message] = receiver.received;
	assert.ok(message);
	assert.equal(verified(made.result.secret, message, Number(message.headers["webhook-timestamp"])).id, event);
	// The secret follows from the folder: the same after the restart in between.
	const rotated = await tenten("rotate", id, "--overlap-hours", "1");
	assert.match(rotated.result.secret, /^whsec_/);
	assert.equal((await tenten("replay", id, "--event", event)).status, 0);
	assert.deepEqual((await tenten("replay", id, "--since", "2020-01-01T00:00:00Z")).result, {
		ok: true,
		replayed: 1,
	});
	assert.equal((await tenten("disable", id)).result.webhook.enabled, false);
	const [listed] = (await tenten("list")).result.webhooks;
	assert.equal(listed.disabledBecause, "somebody disabled it");
	assert.equal((await tenten("enable", id)).result.webhook.enabled, true);
	assert.equal((await tenten("deliveries", id, "--state", "givenUp")).result.deliveries.length, 0);
	assert.equal((await tenten("remove", id)).status, 0);
	assert.equal((await tenten("remove", id)).result.code, "webhook-unknown");
	assert.equal((await tenten("replay", id)).status, 2);
});

test("a folder whose webhook secret is damaged is refused, and one of before there was one gets it", async () => {
	await close();
	const file = join(folder, "webhook-secret");
	const whole = readFileSync(file);
	writeFileSync(file, "none");
	await assert.rejects(open(), /put it back from a copy/);
	rmSync(file);
	await open();
	assert.match(readFileSync(file, "utf8"), /^[0-9a-f]{64}\n$/);
	assert.notDeepEqual(readFileSync(file), whole);
});
