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
import { openShell, type Ran, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
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

/** Witnesses are asked often between two seals: a checkpoint that is looked at is cosigned most of the time. */
async function serving(...flags: readonly string[]) {
	const child = shell.start(
		...["operator", "serve", "--data", at("bank"), "--log", at("log"), "--epoch", "0.4"],
		...["--witnesses", at("policy"), "--witness-every", "0.1", "--reserves", at("funds")],
		...flags,
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
	const bank = ["--data", at("bank"), "--name", "Bank", "--asset", "JPY:0", "--port", `${port}`];
	const [made, { vkey }] = await Promise.all([
		shell.well("operator", "init", ...bank),
		shell.well("log", "init", at("log"), "--origin", `127.0.0.1:${port}/log`),
	]);
	const operator = fromHex(made.id) as Bytes;
	const asset = assetHash({ operator, code: "JPY" });
	mkdirSync(at("funds"));
	const held = { operator, asset, amount: 1_000_000n, heldAt: Math.floor(Date.now() / 1000) };
	writeFileSync(at("funds/trustee"), serialize(signedReserve, await signReserve(held, trustee)));
	const witnesses = await Promise.all([witnessed("w1", vkey), witnessed("w2", vkey)]);
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
	// By now there is something to look at: a log without leaves is cosigned, too.
	const second = await serving("--peer-log", `${peer}@${at("peer.policy")}`);
	must(await wallet.redeem({ operator, code: "JPY" }, 200n));

	const sealed = async (kind: string): Promise<string> => {
		for (;;) {
			const [id] = itemsOf(kind);
			if (id !== undefined) return id;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	};
	const redeemed = await sealed("redemptions");
	const shown = [
		[`issues/${await sealed("issues")}`, "issue.cbor", undefined],
		[`redemptions/${redeemed}`, "redemption.cbor", undefined],
		[`states/${redeemed}`, "spent.cbor", "present"],
		[`states/${"ab".repeat(32)}`, "unspent.cbor", "absent"],
	] as const;
	const fetching = (what: string, file: string, ...flags: readonly string[]) => [
		...["proof", "fetch", second.url, what, at(file), ...keys, ...flags, "--wait", "60"],
	];
	const joinedByCommand = async (): Promise<string> => {
		await shell.well("wallet", "init");
		const { account: own } = await shell.well("wallet", "join", second.url);
		await shell.well("operator", "deposit", own, "50", "--data", at("bank"));
		return own;
	};
	const [own, till, fetched] = await Promise.all([
		joinedByCommand(),
		fundedOnLedger(second.url, asset),
		shell.each(shown.map(([what, file]) => fetching(what, file))),
	]);
	const proofs = shown.map(([, file, state], place) => {
		const { status, stderr, json } = fetched[place] as Ran;
		assert.equal(status, 0, stderr);
		assert.equal(json.cosignatures.length, 2);
		assert.equal(json.state, state);
		return [file, json.kind, json.id ?? json.key] as const;
	});
	// A line is told to its holder's wallet; one of the ledger to whoever may read the books.
	const lines = [
		[`accounts/${own}`, "own.cbor", 50],
		[`ledger/${till}`, "till.cbor", 700],
	] as const;
	const unasked = ["proof", "fetch", second.url, `accounts/${account}`, at("no.cbor"), ...keys];
	const [refused, doctor, fetchedLines] = await Promise.all([
		shell.tenten(...unasked),
		shell.well("doctor", "--data", at("bank")),
		shell.each(lines.map(([what, file]) => fetching(what, file, "--api-key-file", at("bank/api-key")))),
	]);
	assert.equal(refused.status, 2, "an account of another wallet");
	for (const [place, [, file, amount]] of lines.entries()) {
		const { status, stderr, json } = fetchedLines[place] as Ran;
		assert.equal(status, 0, stderr);
		assert.deepEqual([json.kind, json.amount, json.bytes], ["line", amount, readFileSync(at(file)).length]);
		assert.ok(json.bytes <= 4_500, `${json.bytes} bytes`);
	}
	const served = await fetch(`${second.url}/log/checkpoint`);
	assert.equal(served.headers.get("cache-control"), "no-cache");
	const [, size] = (await served.text()).split("\n");
	const first256 = Number(size) < 256 ? `000.p/${size}` : "000";
	const tile = await fetch(`${second.url}/log/tile/0/${first256}`);
	assert.equal(tile.headers.get("cache-control"), "public, max-age=31536000, immutable");
	await tile.arrayBuffer();
	const findings = doctor.findings as { check: string; state: string }[];
	assert.equal(findings.find(({ check }) => check === "seals")?.state, "well");
	await lookedTwice();
	await wallet.close();
	const stopped = ended(second.child);
	second.child.kill("SIGTERM");
	await stopped;
	assert.equal(second.child.exitCode, 0);

	const bytes = readFileSync(at("issue.cbor"));
	bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
	writeFileSync(at("forged.cbor"), bytes);
	const verifying = (file: string, ...flags: readonly string[]) => [
		...["proof", "verify", at(file), ...flags, ...keys],
	];
	const [forged, verified] = await Promise.all([
		shell.tenten(...verifying("forged.cbor")),
		shell.each([
			...lines.map(([what, file]) => verifying(file, "--account", what.split("/")[1] ?? "")),
			...lines.map(([, file]) => verifying(file, "--account", account)),
			...proofs.map(([file]) => verifying(file)),
		]),
	]);
	assert.equal(forged.status, 1);
	assert.deepEqual(
		verified.map(({ status, json }) => [status, json.kind ?? json.code, json.id ?? json.key ?? json.amount]),
		[
			...lines.map(([, , amount]) => [0, "line", amount]),
			...lines.map(() => [1, "proof-invalid", undefined]),
			...proofs.map(([, kind, id]) => [0, kind, id]),
		],
	);
	const leaves = await publishedLeaves();
	assert.ok(assertRules(leaves, operator) > 2);
	assertCheckpoints(leaves);
	const last = leaves.findLast((leaf) => leaf.kind === "seal");
	assert.ok(last?.kind === "seal");
	const [totals] = last.seal.assets;
	assert.ok(totals);
	assert.equal(totals.outstanding + totals.held, 1_750n);
});
