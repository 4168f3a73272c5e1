/**
 * `tenten witness serve --peers` and `drill`: follows a log, says a word on each seal, writes evidence that `tenten
 * evidence verify` takes, compares with another witness, and shows what drills with a real wallet at a real operator
 * came to.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { verify } from "@tenten/module";
import {
	decodeItem,
	encodeItem,
	fromHex,
	type Item,
	isRefusal,
	keyId,
	toHex,
	verifyDrill,
	writeVerifierKey,
} from "@tenten/protocol";
import { bank, SealedLog } from "../../operator/test/support/sealed-log.ts";
import { logKey } from "../../operator/test/support/witnessed.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);

type Peer = {
	readonly seal: { readonly number: number; readonly word: string } | null;
	readonly visit: { readonly outcome: string };
	readonly rules: readonly { readonly rule: string; readonly isKept: boolean | null }[];
	readonly evidence: readonly { readonly kind: string }[];
	readonly others: readonly { readonly outcome: string }[];
	readonly drills: { readonly count: number; readonly paid: number; readonly p99_ms: number | null };
};

/** Waits until the only peer of a witness stands as it is asked to. */
async function until(url: string, isSo: (peer: Peer) => boolean): Promise<Peer> {
	for (;;) {
		const { peers } = (await (await fetch(`${url}/v1/peers`)).json()) as { peers: readonly [Peer] };
		if (isSo(peers[0])) return peers[0];
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

const serving = (name: string, peers: string, ...more: readonly string[]): ReturnType<typeof says> =>
	says(
		shell.start("witness", "serve", at(name), "--logs", at("logs.policy"), "--peers", at(peers), ...more),
		/followed at (http:\S+)/,
	);

/** One page of the console and what it loads, under the policy of all pages; nothing else that is built. */
async function assertConsole(url: string): Promise<void> {
	const page = await fetch(`${url}/console`);
	const text = await page.text();
	assert.equal(page.status, 200);
	assert.equal(new URL(page.url).pathname, "/console/console.html");
	assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
	const [, script = ""] = /src="\.(\/assets\/console-[\w-]+\.js)"/.exec(text) ?? [];
	const statusOf = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
	assert.equal(await statusOf(`/console${script}`), 200);
	for (const path of ["/console/index.html", "/console/service-worker.js", "/console/assets/../index.html"])
		assert.equal(await statusOf(path), 404, path);
	assert.equal(await statusOf("/v1/peers"), 200);
	assert.equal((await fetch(`${url}/console/console.html`, { method: "POST" })).status, 404);
}

function followed(log: SealedLog, others: readonly string[] = []): string {
	const [key] = log.keys.keys;
	assert.ok(key);
	const peer = {
		operator: toHex(log.operator),
		keys: [writeVerifierKey(key)],
		at: log.public,
		holders: [toHex(keyId(bank.key))],
		others,
	};
	return JSON.stringify({ peers: [peer] });
}

test("a peer's seals are cosigned, then refused and proved; two witnesses that saw two views say so", async () => {
	const now = (): number => Math.floor(Date.now() / 1000);
	writeFileSync(at("logs.policy"), `log ${writeVerifierKey(logKey)}\nquorum none\n`);
	const log = await SealedLog.begin(at("log"));
	await log.issue(500n);
	await log.seal(now());
	for (const name of ["w1", "w2"]) await shell.well("witness", "init", at(name), "--name", `${name}.example`);
	writeFileSync(at("one.json"), followed(log));
	const one = await serving("w1", "one.json", "--console");
	await assertConsole(one);
	const green = await until(one, ({ seal }) => seal !== null);
	assert.deepEqual([green.seal?.number, green.seal?.word], [1, "cosignature"]);
	assert.ok(green.rules.every(({ isKept }) => isKept));

	const other = await log.fork(at("other"));
	log.totals = { ...log.totals, issued: 600n, outstanding: 600n };
	await log.seal(now());
	const red = await until(one, ({ evidence }) => evidence.length > 0);
	assert.deepEqual(
		red.rules.filter(({ isKept }) => !isKept).map(({ rule }) => rule),
		["totals"],
	);
	const evidence = at("w1/evidence");
	while (!existsSync(evidence) || readdirSync(evidence).filter((name) => name.endsWith(".cbor")).length === 0)
		await new Promise((resolve) => setTimeout(resolve, 50));
	const [file = ""] = readdirSync(evidence).filter((name) => name.endsWith(".cbor"));
	const [key] = log.keys.keys;
	const vkey = writeVerifierKey(key ?? assert.fail());
	const convicted = await shell.well("evidence", "verify", join(evidence, file), "--vkey", vkey);
	assert.deepEqual([convicted.kind, convicted.culprit, convicted.number], ["brokenRule", log.name, 2]);

	await other.issue(7n);
	writeFileSync(at("two.json"), followed(other, [one]));
	const two = await serving("w2", "two.json");
	const split = await until(two, ({ evidence }) => evidence.length > 0);
	assert.match(split.evidence.map(({ kind }) => kind).join(), /^(splitView|rewriting)$/);
	assert.deepEqual(
		split.others.map(({ outcome }) => outcome),
		["convicted"],
	);
	await log.close();
	await other.close();
});

/** What stands between wallet and operator, and can keep what asks for money from being answered. */
async function between(operator: string) {
	let isStalling = false;
	const server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on("data", (part: Buffer) => parts.push(part));
		request.on("end", async () => {
			if (isStalling && request.method === "POST") return;
			const { host: _, connection: __, ...headers } = request.headers;
			const body = Buffer.concat(parts);
			const answer = await fetch(`${operator}${request.url}`, {
				method: request.method ?? "GET",
				headers: headers as Record<string, string>,
				...(request.method === "GET" ? {} : { body }),
			});
			response.writeHead(answer.status, Object.fromEntries(answer.headers));
			response.end(Buffer.from(await answer.arrayBuffer()));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	after(() => {
		server.close();
		server.closeAllConnections();
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stall: () => {
			isStalling = true;
		},
	};
}

test("a drill redeems as any holder does, and what came of it is signed and shown; one that is stalled failed", async () => {
	await shell.well(
		"issuer",
		"init",
		"--data",
		at("bank"),
		"--name",
		"Bank",
		"--asset",
		"EUR:2",
		"--port",
		"0",
	);
	const server = shell.start("issuer", "serve", "--data", at("bank"));
	const { url, stall } = await between(await says(server, /listens at (\S+)/));
	const wallet = ["--wallet", at("drills")];
	await shell.well("wallet", "init", ...wallet);
	const { account, operator } = await shell.well("wallet", "join", url, ...wallet);
	await shell.well("issuer", "deposit", account, "500", "--data", at("bank"));
	const { sealKey } = await shell.well("witness", "init", at("w3"), "--name", "w3.example");
	const drill = (...more: readonly string[]) =>
		shell.tenten("witness", "drill", at("w3"), "0.02", ...wallet, ...more);
	await shell.well("wallet", "topup", "0.03", ...wallet);
	const paid = await drill("--patience", "300");
	assert.deepEqual([paid.status, paid.json.result, paid.json.witness], [0, "paid", sealKey], paid.stderr);
	await shell.well("wallet", "topup", "0.01", ...wallet);
	stall();
	const stalled = await drill("--patience", "1");
	assert.deepEqual([stalled.status, stalled.json.result], [1, "unanswered"]);

	writeFileSync(at("logs.policy"), `log ${writeVerifierKey(logKey)}\nquorum none\n`);
	const log = await SealedLog.begin(at("log3"));
	const peers = JSON.parse(followed(log));
	peers.peers[0].operator = operator;
	writeFileSync(at("three.json"), JSON.stringify(peers));
	const door = await serving("w3", "three.json");
	const { drills } = await until(door, () => true);
	assert.deepEqual([drills.count, drills.paid], [2, 1]);
	assert.ok((drills.p99_ms ?? 0) > 0);
	const shown = new Uint8Array(await (await fetch(`${door}/v1/operators/${operator}/drills`)).arrayBuffer());
	const statements = decodeItem(shown, shown.length) as readonly Item[];
	const results = statements.map((statement) => {
		const read = verifyDrill(encodeItem(statement), fromHex(sealKey) ?? assert.fail(), verify);
		return isRefusal(read) ? read.code : read.outcome?.result;
	});
	assert.deepEqual(results, ["unanswered", "paid"]);
	await log.close();
});
