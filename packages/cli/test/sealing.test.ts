/**
 * An operator with its log as people run them: real processes, two witnesses, a wallet; killed in the middle. What a
 * holder got is proved by files alone, once everything is stopped.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { folderSource, LogReader, publicFolder } from "@tenten/operator";
import {
	assetHash,
	type Bytes,
	fromHex,
	isRefusal,
	type LogLeaf,
	parseCheckpoint,
	parseLeaf,
	parseNote,
	parsePolicy,
	serialize,
	signedReserve,
	signReserve,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import { httpOperatorClient, type Wallet } from "@tenten/wallet";
import { assertRules, trustee } from "../../operator/test/support/sealed.ts";
import { freePort } from "../src/server/port.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);

/** Witness `name` of a log: its key, and the address where it serves. */
async function witnessed(name: string, vkey: string) {
	const { key } = await shell.well("witness", "init", at(name), "--name", `${name}.example`);
	writeFileSync(at(`${name}.logs`), `log ${vkey}\nquorum none\n`);
	const child = shell.start("witness", "serve", at(name), "--logs", at(`${name}.logs`));
	return { key: String(key), url: await says(child, / at (http:\S+)\n/) };
}

/** Whose log is this one: how far it was cosigned is all that counts of it. */
const peer = "77".repeat(32);

async function serving() {
	const child = shell.start(
		...["operator", "serve", "--data", at("bank"), "--log", at("log"), "--epoch", "0.1"],
		...["--witnesses", at("policy"), "--witness-every", "0.2", "--reserves", at("funds")],
		...["--peer-log", `${peer}@${at("peer.policy")}`],
	);
	const url = await says(child, / listens at (http:\S+) /);
	return { child, url };
}

/** The ids of items that the operator sealed, as its database has them, by the kind of their batch. */
function itemsOf(kind: string): readonly string[] {
	const database = new DatabaseSync(at("bank/operator.sqlite"), { readOnly: true });
	const rows = database
		.prepare("select item_id, leaf from seal_items join seal_leaves on seal_leaves.place = seal_items.place")
		.all() as { item_id: Bytes; leaf: Bytes }[];
	database.close();
	return rows.flatMap(({ item_id, leaf }) => {
		const read = parseLeaf(leaf);
		return !isRefusal(read) && read.kind === "batch" && read.batch.kind === kind ? [toHex(item_id)] : [];
	});
}

/** Every leaf that the log published, read as a stranger reads it. */
async function publishedLeaves(): Promise<readonly LogLeaf[]> {
	const folder = publicFolder(at("log"));
	const note = parseNote(new Uint8Array(readFileSync(join(folder, "checkpoint"))));
	const head = isRefusal(note) ? note : parseCheckpoint(note.text);
	assert.ok(!isRefusal(head));
	const reader = new LogReader(folderSource(folder), head.size);
	const leaves: LogLeaf[] = [];
	for (let place = 0; place < head.size; place++) {
		const leaf = parseLeaf((await reader.entry(place)) as Bytes);
		assert.ok(!isRefusal(leaf));
		leaves.push(leaf);
	}
	return leaves;
}

/** How far the peer's log was cosigned, as each seal has it. */
function checkpointsIn(leaves: readonly LogLeaf[]) {
	return leaves.flatMap((leaf, place) =>
		leaf.kind === "seal" ? leaf.seal.checkpoints.map((each) => ({ ...each, place })) : [],
	);
}

/** Until seals say of two looks at the peer's log that it went on. */
async function lookedTwice(): Promise<void> {
	const deadline = Date.now() + 120_000;
	for (;;) {
		const seen = checkpointsIn(await publishedLeaves());
		if (new Set(seen.map(({ size }) => size)).size > 1) return;
		assert.ok(Date.now() < deadline, `it looked once: ${seen.length} seals have it`);
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

/** None is beyond what there was. */
function assertCheckpoints(leaves: readonly LogLeaf[]): void {
	for (const { peer: whose, size, place } of checkpointsIn(leaves)) {
		assert.equal(toHex(whose), peer);
		assert.ok(size > 0 && size <= place);
	}
}

async function begun() {
	const port = await freePort();
	const made = await shell.well(
		...["operator", "init", "--data", at("bank"), "--name", "Bank", "--asset", "JPY:0", "--port", `${port}`],
	);
	const { vkey } = await shell.well("log", "init", at("log"), "--origin", `127.0.0.1:${port}/log`);
	const operator = fromHex(made.id) as Bytes;
	const asset = assetHash({ operator, code: "JPY" });
	mkdirSync(at("funds"));
	const held = { operator, asset, amount: 1_000_000n, heldAt: Math.floor(Date.now() / 1000) };
	writeFileSync(at("funds/trustee"), serialize(signedReserve, await signReserve(held, trustee)));
	const witnesses = [await witnessed("w1", vkey), await witnessed("w2", vkey)];
	const lines = witnesses.map(({ key, url }, i) => `witness w${i} ${key} ${url}\n`).join("");
	const quorum = `${lines}group both all w0 w1\nquorum both\n`;
	writeFileSync(at("policy"), `log ${vkey}\n${quorum}`);
	writeFileSync(at("peer.policy"), `log ${vkey} http://127.0.0.1:${port}/log\n${quorum}`);
	assert.ok(!isRefusal(parsePolicy(toUtf8(readFileSync(at("policy"), "utf8")))));
	const keys = ["--vkey", vkey, "--witness", ...witnesses.map(({ key }) => key), "--quorum", "2"];
	return { operator, asset, keys };
}

async function joined(url: string, operator: Bytes): Promise<Wallet> {
	const wallet = await openWallet(at("purse.sqlite"), toHex(random(32)), null);
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await wallet.join(httpOperatorClient({ url }), operator, asked), undefined);
	return wallet;
}

/** An account of the ledger that holds 700; its id. */
async function fundedOnLedger(url: string, asset: Bytes): Promise<string> {
	const [outside, till] = [toHex(random(32)), toHex(random(32))];
	const post = async (path: string, body: object): Promise<void> => {
		const authorization = `Bearer ${readFileSync(at("bank/api-key"), "utf8").trim()}`;
		const headers = { authorization, "content-type": "application/json" };
		const answer = await fetch(`${url}/v1/ledger/${path}`, {
			method: "POST",
			headers,
			body: JSON.stringify(body),
		});
		assert.equal(answer.status, 200, await answer.text());
	};
	const terms = { asset: toHex(asset), most: null };
	await post("accounts", {
		accounts: [
			{ id: outside, least: null, ...terms },
			{ id: till, least: "0", ...terms },
		],
	});
	const move = { kind: "move", id: toHex(random(32)), reference: null, debit: outside, credit: till };
	await post("transfers", { batch: [[{ ...move, amount: "700" }]] });
	return till;
}

test("what an operator did is proved by files, after it was killed, restarted and stopped", async () => {
	const { operator, asset, keys } = await begun();
	const first = await serving();
	const wallet = await joined(first.url, operator);
	const account = toHex((wallet.module.certificates()[0] as { readonly hash: Bytes }).hash);
	await shell.well("operator", "deposit", account, "1000", "--data", at("bank"));
	must(await wallet.topUp({ operator, code: "JPY" }, 600n, 2));
	const killed = ended(first.child);
	first.child.kill("SIGKILL");
	assert.equal(await killed, "SIGKILL");
	const second = await serving();
	must(await wallet.redeem({ operator, code: "JPY" }, 200n));

	const proofs: (readonly [string, string, string])[] = [];
	const fetched = async (what: string, file: string, state?: string): Promise<void> => {
		const asked = ["proof", "fetch", second.url, what, at(file), ...keys, "--wait", "60"];
		const { status, stderr, json } = await shell.tenten(...asked);
		assert.equal(status, 0, stderr);
		assert.equal(json.cosignatures.length, 2);
		assert.equal(json.state, state);
		proofs.push([file, json.kind, json.id ?? json.key]);
	};
	const sealed = async (kind: string): Promise<string> => {
		for (;;) {
			const [id] = itemsOf(kind);
			if (id !== undefined) return id;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	};
	const redeemed = await sealed("redemptions");
	await fetched(`issues/${await sealed("issues")}`, "issue.cbor");
	await fetched(`redemptions/${redeemed}`, "redemption.cbor");
	await fetched(`states/${redeemed}`, "spent.cbor", "present");
	await fetched(`states/${"ab".repeat(32)}`, "unspent.cbor", "absent");
	// A line is told to its holder's wallet; one of the ledger to whoever may read the books.
	await shell.well("wallet", "init");
	const { account: own } = await shell.well("wallet", "join", second.url);
	await shell.well("operator", "deposit", own, "50", "--data", at("bank"));
	const till = await fundedOnLedger(second.url, asset);
	const lines = [
		[`accounts/${own}`, "own.cbor", 50],
		[`ledger/${till}`, "till.cbor", 700],
	] as const;
	for (const [what, file, amount] of lines) {
		const key = ["--api-key-file", at("bank/api-key")];
		const asked = ["proof", "fetch", second.url, what, at(file), ...keys, ...key, "--wait", "60"];
		const { status, stderr, json } = await shell.tenten(...asked);
		assert.equal(status, 0, stderr);
		assert.deepEqual([json.kind, json.amount, json.bytes], ["line", amount, readFileSync(at(file)).length]);
		assert.ok(json.bytes <= 4_500, `${json.bytes} bytes`);
	}
	const unasked = ["proof", "fetch", second.url, `accounts/${account}`, at("no.cbor"), ...keys];
	assert.equal((await shell.tenten(...unasked)).status, 2, "an account of another wallet");
	const served = await fetch(`${second.url}/log/checkpoint`);
	assert.equal(served.headers.get("cache-control"), "no-cache");
	const [, size] = (await served.text()).split("\n");
	const first256 = Number(size) < 256 ? `000.p/${size}` : "000";
	const tile = await fetch(`${second.url}/log/tile/0/${first256}`);
	assert.equal(tile.headers.get("cache-control"), "public, max-age=31536000, immutable");
	await tile.arrayBuffer();
	const findings = (await shell.well("doctor", "--data", at("bank"))).findings as {
		check: string;
		state: string;
	}[];
	assert.equal(findings.find(({ check }) => check === "seals")?.state, "well");
	await lookedTwice();
	await wallet.close();
	const stopped = ended(second.child);
	second.child.kill("SIGTERM");
	await stopped;
	assert.equal(second.child.exitCode, 0);

	for (const [what, file, amount] of lines) {
		const [, id = ""] = what.split("/");
		const said = await shell.well("proof", "verify", at(file), "--account", id, ...keys);
		assert.deepEqual([said.kind, said.amount], ["line", amount]);
		const other = await shell.tenten("proof", "verify", at(file), "--account", account, ...keys);
		assert.deepEqual([other.status, other.json.code], [1, "proof-invalid"]);
	}
	for (const [file, kind, id] of proofs) {
		const said = await shell.well("proof", "verify", at(file), ...keys);
		assert.deepEqual([said.kind, said.id ?? said.key], [kind, id]);
	}
	const bytes = readFileSync(at("issue.cbor"));
	bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
	writeFileSync(at("forged.cbor"), bytes);
	assert.equal((await shell.tenten("proof", "verify", at("forged.cbor"), ...keys)).status, 1);
	const leaves = await publishedLeaves();
	assert.ok(assertRules(leaves, operator) > 2);
	assertCheckpoints(leaves);
	const last = leaves.findLast((leaf) => leaf.kind === "seal");
	assert.ok(last?.kind === "seal");
	const [totals] = last.seal.assets;
	assert.ok(totals);
	assert.equal(totals.outstanding + totals.held, 1_750n);
});
