/** An operator is backed up while it works, lost, and restored: what it forgot is neither paid twice nor unnoticed. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
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
import { baseBackupOf } from "../../operator/test/support/postgres.ts";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { backUp, checkBackup, restoreTo } from "../src/server/issuer-backup.ts";
import { type PostgresServer, startPostgres } from "../src/server/postgres-server.ts";
import { random } from "../src/surroundings.ts";
import { must, openWallet } from "./support/hand-over-process.ts";
import type { OperatorPlan } from "./support/operator-process.ts";
import { ended, firstLine, startProgram } from "./support/processes.ts";
import { openShell } from "./support/tenten.ts";

const program = join(import.meta.dirname, "support/operator-process.ts");
const root = mkdtempSync(join(tmpdir(), "tenten-backup-"));
const unlock = { kind: "device", key: random(32) } as const;
const running: ChildProcess[] = [];
after(() => {
	for (const child of running) child.kill("SIGKILL");
	rmSync(root, { recursive: true });
});

/** Where an operator keeps its books, and how that is copied while it works. */
type Database = {
	/** of its PostgreSQL server; undefined where it is in the folder, and copied with it */
	readonly url: string | undefined;
	readonly copy: () => Promise<Database>;
	readonly stop: () => Promise<void>;
};

const inFolder: Database = { url: undefined, copy: async () => inFolder, stop: async () => undefined };

function onServer(server: PostgresServer): Database {
	const copy = async (): Promise<Database> => {
		const copied = await baseBackupOf(server);
		if (typeof copied === "string") throw new Error(copied);
		return onServer(copied);
	};
	return { url: server.url, copy, stop: server.stop };
}

/** Runs `tenten operator …` where `DATABASE_URL` is this, or nothing. */
async function tenten({ url }: Pick<Database, "url">, ...args: readonly string[]) {
	const shell = openShell(url === undefined ? {} : { DATABASE_URL: url }, "together");
	const { status, stderr, json } = await shell.tenten("operator", ...args);
	shell.close();
	return { status, err: stderr, result: json };
}

/** A server of its own over a folder: its address, and how it is asked for its people. */
async function serve(folder: string, { url: database }: Database) {
	const where = database === undefined ? {} : { database };
	const plan: OperatorPlan = {
		folder,
		deviceKey: toHex(unlock.key),
		...where,
		commit: 1e9,
		point: "afterCommit",
	};
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

for (const kind of ["SQLite", "PostgreSQL"] as const)
	test(`on ${kind}, a copy of a working operator holds what was acknowledged before; what came after is stopped, and paid once`, async (t) => {
		const server = kind === "SQLite" ? null : await startPostgres();
		if (typeof server === "string") return t.skip(server);
		await loseAndRestore(join(root, kind), server === null ? inFolder : onServer(server));
	});

async function loseAndRestore(place: string, database: Database): Promise<void> {
	mkdirSync(place);
	const folder = join(place, "bank");
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const first = must(await openIssuer(folder, unlock, undefined, database.url));
	const asset: AssetId = { operator: first.operator.id, code: "JPY" };
	await first.close();
	const lost = await serve(folder, database);
	const claims: [Bytes, Bytes][] = [];
	const client = remembering(lost.url, claims);
	const wallet = await openWallet(join(place, "wallet.sqlite"), toHex(random(32)), null);
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
	const copy = join(place, "copy");
	const backed = await tenten(database, "backup", copy, "--data", folder);
	const copied = await database.copy();
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
	await database.stop();
	renameSync(folder, `${folder}.lost`);

	const again = join(place, "again");
	const restore = (where: Pick<Database, "url">, ...yes: readonly string[]) =>
		tenten(where, "restore", copy, "--data", again, ...yes);
	assert.equal((await restore(copied)).status, 2, "nobody agreed");
	if (copied.url !== undefined)
		await refusesOtherDatabases(place, copied.url, (url) => restore({ url }, "--yes"));
	const restored = await restore(copied, "--yes");
	assert.equal(restored.status, 0, restored.err);
	assert.equal((await restore(copied, "--yes")).status, 2, "there is one already");
	const found = await serve(again, copied);
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
	await copied.stop();
}

/** Nothing is restored onto no database, an empty one (and no table is made there) or another operator's. */
async function refusesOtherDatabases(
	place: string,
	server: string,
	restore: (url: string | undefined) => Promise<{ readonly status: number | null; readonly err: string }>,
): Promise<void> {
	const schema = (name: string): string => {
		const url = new URL(server);
		url.searchParams.set("schema", name);
		return url.href;
	};
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	const folder = join(place, "another");
	await createIssuer(folder, { name: "Another", assets, port: 0 }, unlock);
	await must(await openIssuer(folder, unlock, undefined, schema("another"))).close();
	for (const [url, why] of [
		[undefined, /restore it there, and set DATABASE_URL/],
		[schema("empty"), /the database is empty/],
		[schema("empty"), /the database is empty/],
		[schema("another"), /the database is another operator's/],
	] as const) {
		const { status, err } = await restore(url);
		assert.equal(status, 2, `${url}`);
		assert.match(err, why);
	}
}

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
