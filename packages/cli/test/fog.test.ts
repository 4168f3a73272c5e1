/** `tenten fog`: made once, served as its file says beside a running operator, under a mandate of it, and read after. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import {
	encodeFogQuestion,
	fromHex,
	isRefusal,
	keyId,
	mandate as mandateShape,
	parse,
	parseFogAnswer,
	sha256,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import { signerFrom } from "../../module/src/index.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const device = signerFrom(new Uint8Array(32).fill(5), "Ed25519");

async function serving(...args: readonly string[]) {
	const child = shell.start("fog", "serve", at("fog"), ...args);
	const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
	for await (const line of createInterface({ input: child.stderr ?? assert.fail() })) {
		const [, url, broker] = / at (http:\S+) and at (mqtt:\S+)\./.exec(line) ?? [];
		if (url !== undefined) return { child, exit, url, broker };
	}
	return assert.fail("it never served");
}

test("a gateway serves beside its operator, under its mandate, and its records can be read once it ends", async () => {
	const data = at("operator");
	const { id } = await shell.well("operator", "init", "--data", data, "--name", "Densha", "--asset", "JPY:0");
	const operator = fromHex(id) ?? assert.fail("it says no id");
	const made = await shell.well(
		"fog",
		"init",
		at("fog"),
		"--url",
		"http://127.0.0.1:1",
		"--operator",
		toHex(operator),
	);
	for (const file of ["fog/fog.key", "fog/fog.db", "fog/fog.json"])
		assert.equal(statSync(at(file)).mode & 0o077, 0, `${file} is for its owner alone`);
	const limits = ["--asset", "JPY", "--each", "1000", "--total", "50000", "--days", "2", "--data", data];
	await shell.well("fog", "mandate", at("fog/jpy.mandate"), "--gateway", made.key, ...limits);
	const mandate = parse(mandateShape, new Uint8Array(readFileSync(at("fog/jpy.mandate"))));
	assert.ok(!isRefusal(mandate) && mandate.body.total === 50_000n);
	assert.equal(toHex(keyId(mandate.body.gateway)), made.gateway);
	const other = ["--asset", "NONE", ...limits.slice(2)];
	assert.equal((await shell.tenten("fog", "mandate", at("x"), "--gateway", made.key, ...other)).status, 1);
	for (const wrong of [["--gateway", "00"]]) {
		const asked = ["--gateway", made.key, ...limits, ...wrong];
		assert.equal((await shell.tenten("fog", "mandate", at("x"), ...asked)).status, 2, wrong.join(" "));
	}
	const settings = {
		operator: { url: "http://127.0.0.1:1", id: toHex(operator) },
		http: { port: 0 },
		broker: { port: 0 },
		mandates: ["jpy.mandate"],
	};
	writeFileSync(at("fog/fog.json"), JSON.stringify(settings));
	const first = await serving();
	const record = await signDeviceRecord(
		{
			operator,
			asset: new Uint8Array(32),
			amount: 30n,
			payer: new Uint8Array(32).fill(1),
			payee: new Uint8Array(32).fill(2),
			proof: sha256(Uint8Array.of(1)),
			paidAt: Math.floor(Date.now() / 1000),
		},
		device,
	);
	const records = [{ record, proof: Uint8Array.of(1) }];
	const body = new Uint8Array(encodeFogQuestion({ kind: "keep", id: new Uint8Array(16), records }));
	const headers = { "content-type": "application/cose" };
	const answered = await fetch(`${first.url}/v1/questions`, { method: "POST", headers, body });
	const answer = parseFogAnswer(new Uint8Array(await answered.arrayBuffer()));
	assert.ok(!isRefusal(answer) && answer.kind === "kept");
	assert.equal(
		(await shell.tenten("fog", "records", at("fog"), "--device", toHex(keyId(device.key)))).status,
		2,
	);
	first.child.kill("SIGTERM");
	assert.equal(await first.exit, 0);
	const flags = ["--device", toHex(keyId(device.key)), "--out", at("records.jsonl")];
	const said = await shell.well("fog", "records", at("fog"), ...flags);
	assert.deepEqual([said.records, said.waiting], [1, 1]);
	const [line = ""] = readFileSync(at("records.jsonl"), "utf8").split("\n");
	assert.deepEqual(fromHex(JSON.parse(line).record), record);
});

test("what is no folder, no settings or no id is bad input", async () => {
	const badly = async (words: RegExp, ...args: readonly string[]): Promise<void> => {
		const { status, stderr } = await shell.tenten("fog", ...args);
		assert.equal(status, 2, args.join(" "));
		assert.match(stderr, words);
	};
	await badly(/is there already/, "init", at("fog"), "--url", "http://a", "--operator", "0f".repeat(32));
	await badly(/64 hexadecimal digits/, "init", at("other"), "--url", "http://a", "--operator", "0f");
	await badly(/64 hexadecimal digits/, "records", at("fog"), "--device", "0f");
	await badly(/is not there/, "serve", at("none"));
	for (const [content, words] of [
		["{", /is no JSON/],
		["{}", /operator/],
	] as const) {
		writeFileSync(at("fog/fog.json"), content);
		await badly(words, "serve", at("fog"));
	}
});
