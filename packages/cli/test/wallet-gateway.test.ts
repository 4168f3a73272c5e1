/** `tenten wallet gateway` and `tenten device held` beside a gateway and an operator that serve: what a device holds is its party's. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fromHex, isRefusal, parse, token as tokenShape } from "@tenten/protocol";
import { fogByHttp } from "@tenten/wallet";
import { idAt } from "../src/wallet/gateway.ts";
import { pays } from "./support/paying.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const wallet = (name: string) => ["--wallet", at(name)] as const;
const data = ["--data", at("bank")] as const;

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!(await isSo())) {
		if (Date.now() > deadline) assert.fail("it never came");
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

test("a device's wallet joins a gateway, which keeps what it holds for its party, and for nobody else", async () => {
	const init = ["operator", "init", ...data, "--name", "Bank", "--asset", "JPY:0", "--port", "0"];
	const [{ id: operator }, { key, party }] = await shell.eachWell(
		init,
		["device", "key", at("party.key")],
		["device", "key", at("other.key")],
	);
	const url = await says(shell.start("operator", "serve", ...data), / listens at (http:\S+) /);
	const [, , , ann] = await shell.eachWell(
		...["ann", "bob", "car"].map((name) => ["wallet", "init", ...wallet(name)]),
		["wallet", "join", url, ...wallet("ann")],
		["wallet", "join", url, ...wallet("bob")],
		["operator", "parties", "add", key, "register 1", ...data],
		["operator", "parties", "grant", party, "100", ...data],
		["fog", "init", at("fog"), "--url", url, "--operator", operator],
	);
	const ports = { http: { port: 0 }, broker: { port: 0 } };
	writeFileSync(at("fog/fog.json"), JSON.stringify({ operator: { url, id: operator }, ...ports }));
	const serving = shell.start("fog", "serve", at("fog"));
	const door = await says(serving, / at (http:\S+) and at mqtt:\S+\./);
	const broker = await says(serving, / at http:\S+ and at (mqtt:\S+)\./);
	const standing = async () => (await fetch(`${door}/v1/standing`)).json();
	await eventually(async () => (await standing()).lists.freezeList !== null);
	const { gateway } = await standing();
	const terms = ["--slice", "1:0-50", "--days", "30"];
	const [, , , { device }, , joined] = await shell.eachWell(
		["operator", "deposit", ann.account, "60", ...data],
		["wallet", "topup", "60", ...wallet("ann")],
		["device", "evidence", url, at("evidence"), "--pin", operator, ...wallet("car")],
		["device", "delegate", at("evidence"), at("application"), "--key", at("party.key"), ...terms],
		["device", "apply", at("application"), ...wallet("car")],
		["wallet", "gateway", `${door}/`, "--pin", gateway, ...wallet("car")],
		["wallet", "lists", "fetch", ...wallet("bob")],
	);
	assert.deepEqual([joined.gateway.id, joined.gateway.url, joined.tokens], [gateway, door, 0]);
	const asset = { operator: fromHex(operator) as Uint8Array, code: "JPY" };
	const held = (by: string, out: string, place: string = door) => [
		...["device", "held", device, "--key", at(`${by}.key`), "--gateway", place, "--pin", gateway],
		...["--of", operator, "--out", at(out)],
	];

	assert.equal(await pays(at("ann"), at("car"), asset, 60n), "spent");
	const [first, others] = await shell.eachWell(held("party", "first"), held("other", "others"));
	assert.deepEqual([first.files.length, others.files], [1, []]);
	const [file] = first.files;
	assert.match(basename(file), /^[0-9a-f]{64}\.token$/);
	assert.ok(!isRefusal(parse(tokenShape, new Uint8Array(readFileSync(file)))));
	assert.equal(await pays(at("car"), at("bob"), asset, 10n), "spent");
	const [then] = await shell.eachWell(held("party", "then"));
	assert.equal(then.files.length, 1);
	assert.notEqual(basename(then.files[0]), basename(file));
	assert.deepEqual([(await standing()).tokens, (await standing()).records.kept], [1, 1]);

	// What the device spends until then is not its party's.
	const asked = ["--key", at("party.key"), "--operator", url, "--pin", operator, "--account", ann.account];
	const [claimed] = await shell.eachWell(["device", "claim", at("then"), ...asked]);
	assert.deepEqual(
		claimed.tokens.map(({ file: of, kind }: { file: string; kind: string }) => [of, kind]),
		[[then.files[0], "early"]],
	);

	const [byMqtt, fetched, shown] = await shell.eachWell(
		["wallet", "gateway", broker, "--pin", gateway, ...wallet("car")],
		held("party", "last", broker),
		["wallet", "gateway", ...wallet("car")],
		["wallet", "gateway", door, "--approves-from", "5", ...wallet("bob")],
	);
	assert.deepEqual([byMqtt.tokens, byMqtt.code, shown.gateway.url], [1, null, broker]);
	assert.equal(basename(fetched.files[0]), basename(then.files[0]));
	// What the newer one shows counts against the older: its party is told what became of each.
	const to = ["--account", ann.account, "--operator", url, "--pin", operator];
	const [claim] = await shell.eachWell([
		...["device", "claim", at("last"), at("first"), "--key", at("party.key"), ...to],
	]);
	assert.deepEqual(
		claim.tokens.map(({ kind }: { kind: string }) => kind),
		["early", "spent"],
	);
	assert.equal(await pays(at("car"), at("bob"), asset, 4n), "spent");
	// The gateway has no mandate, and so gives its word for nothing.
	assert.equal(await pays(at("car"), at("bob"), asset, 5n), "mandate-over");
	const [, off] = await shell.eachWell(
		["wallet", "gateway", "--off", ...wallet("bob")],
		["wallet", "gateway", ...wallet("bob")],
	);
	assert.equal(off.gateway, null);
	assert.equal(await pays(at("car"), at("bob"), asset, 5n), "spent");

	const id = "0f".repeat(32);
	const bad = await shell.each([
		["wallet", "gateway", broker, ...wallet("bob")],
		["wallet", "gateway", door, "--pin", id, ...wallet("bob")],
		["wallet", "gateway", door, "--pin", "0f", ...wallet("bob")],
		["wallet", "gateway", "ftp://gateway.example", "--pin", id, ...wallet("bob")],
		["wallet", "gateway", url, ...wallet("bob")],
		["wallet", "gateway", door, "--approves-from", "0", ...wallet("bob")],
		["wallet", "gateway", door, "--of", "0f", ...wallet("bob")],
		[...held("party", "none").slice(0, -4), "--of", "0f", "--out", at("none")],
		["wallet", "gateway", ...wallet("bob")],
	]);
	assert.deepEqual(
		bad.map(({ status, json }) => json?.gateway ?? status),
		[2, 2, 2, 2, 2, 2, 2, 2, 0],
	);
	const ended = new Promise((resolve) => serving.once("close", resolve));
	serving.kill("SIGTERM");
	await ended;
	const [gone] = await shell.each([["wallet", "gateway", door, ...wallet("bob")]]);
	assert.equal(gone?.status, 2);
});

test("of a gateway that goes on and on no more is read than any says, and it is bad input", async (t) => {
	const part = Buffer.alloc(65_536, " ");
	const door = createServer((_, response) => {
		const more = (): void => {
			while (!response.destroyed && response.write(part));
		};
		response.on("drain", more);
		more();
	}).listen(0, "127.0.0.1");
	t.after(() => door.close());
	await once(door, "listening");
	const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
	await assert.rejects(
		idAt(url, undefined),
		/^BadInput: no gateway answers at \S+: an answer beyond all bounds$/,
	);
	const line = fogByHttp(url, { timeout_ms: 30_000, repeat_ms: 30_000 });
	const answer = await line.ask({ kind: "time", id: new Uint8Array(16) });
	assert.ok(isRefusal(answer));
	assert.deepEqual([answer.code, answer.detail], ["channel-failed", "an answer beyond all bounds"]);
	line.close();
});
