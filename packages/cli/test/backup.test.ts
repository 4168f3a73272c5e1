/** An operator is backed up while it works, lost, and restored: what it forgot is neither paid twice nor unnoticed. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
	type AssetId,
	type Bytes,
	isRefusal,
	type OperatorClient,
	parse,
	toHex,
	trustList,
} from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { backUp, checkBackup, restoreTo } from "../src/server/issuer-backup.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";
import type { OperatorPlan } from "./support/operator-process.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";
import { openShell } from "./support/tenten.ts";

const program = join(import.meta.dirname, "support/operator-process.ts");
const root = mkdtempSync(join(tmpdir(), "tenten-backup-"));
const unlock = { kind: "device", key: random(32) } as const;
const shell = openShell();
const running: ChildProcess[] = [];
after(() => {
	for (const child of running) child.kill("SIGKILL");
	shell.close();
	rmSync(root, { recursive: true });
});

async function tenten(...args: readonly string[]) {
	const { status, stderr, json } = await shell.tenten("operator", ...args);
	return { status, err: stderr, result: json };
}

/** A server of its own over a folder: its address, and how it is asked for its people. */
async function serve(folder: string) {
	const plan: OperatorPlan = { folder, deviceKey: toHex(unlock.key), commit: 1e9, point: "afterCommit" };
	const child = startProgram(program, plan);
	running.push(child);
	const url = await firstLine(child);
	const key = readFileSync(join(folder, "api-key"), "utf8").trim();
	const manage = (method: string, path: string, body?: object): Promise<Response> =>
		fetch(`${url}${path}`, {
			method,
			headers: {
				authorization: `Bearer ${key}`,
				"idempotency-key": toHex(random(8)),
				...(body === undefined ? {} : { "content-type": "application/json" }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	const kill = async (): Promise<void> => {
		child.kill("SIGKILL");
		await ended(child);
	};
	return { url, manage, kill };
}

/** Remembers every claim that is sent, with its answer. */
function remembering(url: string, claims: [Bytes, Bytes][]): OperatorClient {
	const client = httpOperatorClient({ url, timeout_ms: 20_000 });
	return {
		...client,
		claim: async (encoded) => {
			const answer = await client.claim(encoded);
			if (!isRefusal(answer)) claims.push([encoded, answer]);
			return answer;
		},
	};
}

const versionOf = async (client: OperatorClient): Promise<number> =>
	must(parse(trustList, must(await client.trustList()))).body.version;

test("a copy of a working operator holds what was acknowledged before; what came after is stopped, and paid once", async () => {
	const folder = join(root, "bank");
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const first = must(await openIssuer(folder, unlock));
	const asset: AssetId = { operator: first.operator.id, code: "JPY" };
	await first.close();
	const lost = await serve(folder);
	const claims: [Bytes, Bytes][] = [];
	const client = remembering(lost.url, claims);
	const wallet = await openWallet(join(root, "wallet.sqlite"), toHex(random(32)), null);
	after(() => wallet.close());
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await wallet.join(client, asset.operator, asked), undefined);
	const account = toHex(wallet.module.certificates()[0]?.hash ?? new Uint8Array());
	const amount = { amount: { value: "1000", asset: "JPY", scale: 0 } };
	assert.equal((await lost.manage("POST", `/v1/accounts/${account}/deposits`, amount)).status, 201);
	for (let i = 0; i < 3; i++) must(await wallet.topUp(asset, 100n));
	must(await wallet.redeem(asset, 100n));
	assert.equal(must(await wallet.account(asset)), 800n);

	// Under load: whatever is acknowledged before the copy begins is in it.
	let isOver = false;
	const load = (async () => {
		let drawn = 0n;
		for (; !isOver; drawn++) must(await wallet.topUp(asset, 1n));
		return drawn;
	})();
	const copy = join(root, "copy");
	const backed = await tenten("backup", copy, "--data", folder);
	isOver = true;
	assert.equal(backed.status, 0, backed.err);
	const drawn = await load;
	assert.ok(drawn > 0n);
	for (const file of Object.keys((await checkBackup(copy)).files))
		assert.equal(statSync(join(copy, file)).mode & 0o077, 0, file);
	assert.equal(statSync(copy).mode & 0o077, 0);

	// Since the copy: a payout, an issue, and lists that wallets have seen.
	must(await wallet.redeem(asset, 100n));
	must(await wallet.topUp(asset, 50n));
	await lost.manage("POST", "/v1/signing-keys", { purpose: "ruling", signsFrom: null });
	const shown = await versionOf(client);
	await lost.kill();
	renameSync(folder, `${folder}.lost`);

	const again = join(root, "again");
	assert.equal((await tenten("restore", copy, "--data", again)).status, 2, "nobody agreed");
	const restored = await tenten("restore", copy, "--data", again, "--yes");
	assert.equal(restored.status, 0, restored.err);
	assert.equal((await tenten("restore", copy, "--data", again, "--yes")).status, 2, "there is one already");
	const found = await serve(again);
	const replayed: [Bytes, Bytes][] = [];
	const back = remembering(found.url, replayed);
	wallet.connect(asset.operator, back);
	assert.ok((await versionOf(back)) > shown, "wallets take its list");
	assert.equal((await fetch(`${found.url}/livez`)).status, 200);

	const [[before, answer], [since]] = claims as [[Bytes, Bytes], [Bytes, Bytes]];
	assert.deepEqual(must(await back.claim(before)), answer, "paid before the copy, and answered as before");
	const refused = await back.claim(since);
	assert.ok(isRefusal(refused) && refused.code === "payout-stopped");
	const issued = await wallet.topUp(asset, 10n);
	assert.ok(isRefusal(issued) && issued.code === "issue-stopped");

	assert.equal((await found.manage("POST", "/v1/payouts/JPY/allow")).status, 200);
	const paid = must(await back.claim(since));
	assert.deepEqual(must(await back.claim(since)), paid, "once");
	await wallet.settlePending();
	const held = must(await wallet.account(asset));
	// What was issued after the copy is in no book: 50, and of the small ones those that came too late.
	await wallet.redeem(asset, wallet.balance(asset).available);
	const { assets: told } = (await (await found.manage("GET", "/v1/totals")).json()) as {
		assets: readonly { totals: Record<string, { value: string }>; broken: readonly string[] }[];
	};
	assert.deepEqual(told[0]?.broken, []);
	const [outside, onAccounts, circulating] = ["deposited", "held", "outstanding"].map((name) =>
		BigInt(told[0]?.totals[name]?.value ?? "-1"),
	) as [bigint, bigint, bigint];
	assert.equal(onAccounts + circulating, outside, "not a unit more than came in");
	assert.ok(must(await wallet.account(asset)) <= 1_000n && held <= 1_000n);
	const log = (await (await found.manage("GET", "/v1/audit")).json()) as { entries: { act: string }[] };
	assert.deepEqual(log.entries.map(({ act }) => act).slice(-2), ["restored", "payoutsAllowed"]);
	await found.kill();
});

test("a backup that was changed, cut off or lost a part is refused, and nothing is made of it", async () => {
	const folder = join(root, "small");
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Small", assets, port: 0 }, unlock);
	await must(await openIssuer(folder, unlock)).close();
	const spoilt: readonly (readonly [string, (copy: string) => void, RegExp])[] = [
		[
			"a byte more",
			(copy) => appendFileSync(join(copy, "operator.sqlite"), "x"),
			/is not what was backed up/,
		],
		["other keys", (copy) => writeFileSync(join(copy, "keys.sealed"), "x"), /is not what was backed up/],
		["no database", (copy) => rmSync(join(copy, "operator.sqlite")), /is gone from the backup/],
		["no manifest", (copy) => rmSync(join(copy, "manifest.json")), /no manifest/],
		[
			"another manifest",
			(copy) => writeFileSync(join(copy, "manifest.json"), "{}"),
			/no manifest of a backup/,
		],
	];
	const whole = join(root, "whole");
	await backUp(folder, whole);
	await assert.rejects(backUp(folder, whole), /is not empty/);
	for (const [what, spoil, why] of spoilt) {
		const copy = join(root, `spoilt ${what}`);
		cpSync(whole, copy, { recursive: true });
		spoil(copy);
		const made = join(root, `made of ${what}`);
		await assert.rejects(restoreTo(copy, made, undefined), why, what);
		assert.ok(!existsSync(join(made, "operator.json")), what);
	}
});
