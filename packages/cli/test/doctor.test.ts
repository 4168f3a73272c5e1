/** Each thing that `tenten doctor` can find is provoked, and found; on a sound operator it finds nothing. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { examineDatabase, examineRailStore, type Operator, startServer } from "@tenten/operator";
import { postgresForTests } from "../../operator/test/support/postgres.ts";
import { judgeClock, judgeSpace, judgeSync, nodeFinding } from "../src/server/examining-machine.ts";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { now, random } from "../src/surroundings.ts";
import { must } from "./support/hand-over-process.ts";
import { openShell } from "./support/tenten.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-doctor-"));
const sound = join(root, "sound");
const unlock = { kind: "device", key: random(32) } as const;
const shell = openShell({}, "together");
after(() => {
	shell.close();
	rmSync(root, { recursive: true });
});

before(async () => {
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(sound, { name: "Sound", assets, port: 0 }, unlock);
	const { operator, close } = must(await openIssuer(sound, unlock));
	const terms = { conditions: [], caveats: [] };
	must(
		await operator.issue({
			id: random(32),
			code: "JPY",
			outputs: [{ amount: 5n, owner: random(32) }],
			terms,
		}),
	);
	await operator.trustList();
	await fillLedger(operator);
	await close();
});

const ids = (fill: number) => new Uint8Array(32).fill(fill);
const [outside, ann, bob] = [ids(1), ids(2), ids(3)];

/** Ann has 100 and reserved 40 of it for Bob for ever, 10 that were posted, and 5 until the year 2100. */
async function fillLedger({ ledger }: Operator): Promise<void> {
	await ledger.open([
		{ id: outside, asset: ids(9), least: null, most: null },
		{ id: ann, asset: ids(9), least: 0n, most: 150n },
		{ id: bob, asset: ids(9), least: 0n, most: null },
	]);
	const sides = { reference: null, debit: ann, credit: bob };
	const results = await ledger.post([
		[{ kind: "move", id: ids(11), ...sides, debit: outside, credit: ann, amount: 100n }],
		[{ kind: "reserve", id: ids(12), ...sides, amount: 40n, until: null }],
		[{ kind: "reserve", id: ids(13), ...sides, amount: 10n, until: null }],
		[{ kind: "post", id: ids(14), reference: null, reservation: ids(13), amount: 10n }],
		[{ kind: "reserve", id: ids(15), ...sides, amount: 5n, until: 4_102_444_800 }],
	]);
	assert.ok(results.every(({ kind }) => kind === "done"));
}

type Told = { readonly check: string; readonly state: string; readonly found: string; readonly todo: string };

async function found(folder: string): Promise<{ status: number | null; findings: readonly Told[] }> {
	const { status, json, stderr } = await shell.tenten("doctor", "--data", folder);
	assert.ok(json?.findings, stderr);
	return { status, findings: json.findings };
}

test("a sound operator: nothing is wrong, whether it serves or not", async () => {
	const { status, findings } = await found(sound);
	assert.deepEqual(
		findings.filter(({ state }) => state === "wrong"),
		[],
	);
	assert.equal(status, 0);
	assert.equal(findings.find(({ check }) => check === "server")?.state, "warning");
	const issuer = must(await openIssuer(sound, unlock));
	const log = { info: () => undefined, error: console.error };
	const server = await startServer({ operator: issuer.operator, port: issuer.settings.port, log });
	const serving = await found(sound);
	await server.close();
	await issuer.close();
	assert.equal(serving.status, 0);
	for (const check of ["server", "clock"])
		assert.equal(serving.findings.find((each) => each.check === check)?.state, "well", check);
});

function sql(statement: string) {
	return (folder: string): void => {
		const database = new DatabaseSync(join(folder, "operator.sqlite"));
		database.exec(statement);
		database.close();
	};
}

/** A statement with ids in full. */
function named(statement: string): string {
	const accounts = { ANN: ann, BOB: bob, OUT: outside };
	const filled = statement.replaceAll(/x'0([cdf])'/g, (_, digit) => `x'${`0${digit}`.repeat(32)}'`);
	return Object.entries(accounts).reduce(
		(text, [name, id]) => text.replaceAll(`x'${name}'`, `x'${Buffer.from(id).toString("hex")}'`),
		filled,
	);
}

const wrongs: readonly (readonly [
	what: string,
	spoil: (folder: string) => void,
	check: string,
	state: string,
])[] = [
	["keys that others read", (folder) => chmodSync(join(folder, "keys.sealed"), 0o644), "secrecy", "wrong"],
	["no database", (folder) => rmSync(join(folder, "operator.sqlite")), "store", "wrong"],
	[
		"a file that is no database",
		(folder) => writeFileSync(join(folder, "operator.sqlite"), "x".repeat(9_000)),
		"store",
		"wrong",
	],
	["an older copy", (folder) => writeFileSync(join(folder, "starts"), "99\n"), "starts", "wrong"],
	[
		"tables of another program",
		sql("update schema_versions set digest = x'00' where version = 2"),
		"schema",
		"wrong",
	],
	[
		"tables of before",
		sql("delete from schema_versions where version = (select max(version) from schema_versions)"),
		"schema",
		"warning",
	],
	[
		"a line that was altered",
		sql("update lines set amount = amount + 1 where book = 'issued'"),
		"books",
		"wrong",
	],
	[
		"payouts that are stopped",
		sql("insert into payout_stops values (x'00', 'a test', 1)"),
		"payouts",
		"wrong",
	],
	[
		"an audit log that was changed",
		sql("update audit_log set actor = 'nobody' where position = 1"),
		"audit",
		"wrong",
	],
	["no trust list", sql("delete from trust_lists"), "trust list", "warning"],
	[
		"no key that signs",
		sql("update signing_keys set retired_at = 1 where purpose = 'issuing'"),
		"signing keys",
		"wrong",
	],
	...[
		[
			"a balance that is not the sum of its entries",
			"update ledger_sums set credits_posted = credits_posted + 1 where account_id = x'ANN'",
		],
		[
			"an entry that was altered",
			"update ledger_journal set credit_balance = credit_balance + 1 where credit = x'ANN' and credit_number = 1",
		],
		["an entry that is gone", "delete from ledger_journal where credit = x'BOB' and credit_number = 1"],
		[
			"an account with less than it may have",
			"update ledger_sums set least = 0, most = 0 where account_id = x'OUT'",
		],
		["an account with more than it may hold", "update ledger_sums set most = 50 where account_id = x'ANN'"],
		[
			"one side of a transfer in another asset",
			"update ledger_sums set asset = x'ff' where account_id = x'BOB'",
		],
		[
			"a reservation that holds more than is pending",
			"update ledger_journal set amount = 41, pending = 41 where transfer_id = x'0c'",
		],
		["a reservation until a time that is in no list", "delete from ledger_due where transfer_id = x'0f'"],
		["a reservation that ended and is listed", "insert into ledger_due values (x'0d', 1)"],
		[
			"an ending of another reservation",
			"update ledger_journal set reservation = x'0c' where reservation = x'0d'",
		],
		[
			"an ending of what is no reservation",
			"update ledger_journal set reservation = zeroblob(32) where reservation = x'0d'",
		],
		[
			"a reservation that was ended twice",
			"insert into ledger_journal select zeroblob(32), 'post', debit, credit, 0, 0, transfer_id, null, null, made_at, 9, 0, 0, null, 9, 0, 0, null from ledger_journal where transfer_id = x'0d'",
		],
	].map(([what = "", statement = ""]) => [what, sql(named(statement)), "ledger", "wrong"] as const),
	[
		"a reservation that is due",
		sql(
			named(
				"update ledger_journal set expires_at = 1 where transfer_id = x'0f'; update ledger_due set expires_at = 1",
			),
		),
		"ledger",
		"warning",
	],
	["a table that is gone", sql("drop table signing_keys"), "signing keys", "wrong"],
];

for (const [what, spoil, check, state] of wrongs)
	test(`${what}: ${check}, with what to do`, async () => {
		const folder = join(root, what);
		cpSync(sound, folder, { recursive: true });
		spoil(folder);
		const { status, findings } = await found(folder);
		const finding = findings.find((each) => each.check === check);
		assert.equal(finding?.state, state, JSON.stringify(findings));
		assert.notEqual(finding?.todo, "");
		assert.equal(status, findings.some((each) => each.state === "wrong") ? 1 : 0);
	});

test("a page that was overwritten: integrity", async () => {
	const folder = join(root, "page");
	cpSync(sound, folder, { recursive: true });
	const file = join(folder, "operator.sqlite");
	const bytes = readFileSync(file);
	bytes.fill(0xff, 6 * 4_096, 6 * 4_096 + 64);
	writeFileSync(file, bytes);
	const { findings } = await found(folder);
	assert.equal(findings.find(({ check }) => check === "integrity")?.state, "wrong");
});

test("a list that ended, or was not renewed in time", async () => {
	const file = join(sound, "operator.sqlite");
	const at = async (later: number) => {
		const findings = await examineDatabase(file, { now: now() + later * 86_400, startsBefore: 0 });
		return findings.find(({ check }) => check === "trust list")?.state;
	};
	assert.deepEqual([await at(0), await at(25), await at(31)], ["well", "warning", "wrong"]);
});

test("an old Node, a slow disk, a full one, a clock that is off", () => {
	assert.deepEqual([nodeFinding("v24.1.0").state, nodeFinding("v22.9.0").state], ["well", "wrong"]);
	assert.deepEqual([judgeSync(3).state, judgeSync(80).state], ["well", "warning"]);
	const sizes = [2n ** 40n, 2n ** 29n, 2n ** 20n].map((free) => judgeSpace(free).state);
	assert.deepEqual(sizes, ["well", "warning", "wrong"]);
	const date = new Date(1_800_000_000_000).toUTCString();
	const clocks = [0, 29_000, -31_000].map((off) => judgeClock(1_800_000_000_000 + off, date).state);
	assert.deepEqual(clocks, ["well", "well", "wrong"]);
	assert.equal(judgeClock(0, null).state, "warning");
});

test("a wallet: nothing wrong, until its file is", async () => {
	await shell.well("wallet", "init");
	const wallet = join(shell.folder, "wallet");
	assert.equal((await shell.tenten("doctor", "--wallet", wallet)).status, 0);
	writeFileSync(join(wallet, "wallet.sqlite"), "x".repeat(9_000));
	const { status, json } = await shell.tenten("doctor", "--wallet", wallet);
	assert.equal(status, 1);
	assert.equal(json.findings.find(({ check }: Told) => check === "integrity").state, "wrong");
});

test("a PostgreSQL server that is gone, or forgets what it acknowledged", async (t) => {
	const gone = await examineDatabase("postgres://nobody@127.0.0.1:1/none", { now: now(), startsBefore: 0 });
	assert.deepEqual(
		gone.map(({ check, state }) => [check, state]),
		[["store", "wrong"]],
	);
	const server = await postgresForTests();
	if (typeof server === "string") return t.skip(server);
	const url = new URL(await server.fresh());
	url.searchParams.set("options", "-c synchronous_commit=off");
	const [lossy] = await examineDatabase(url.href, { now: now(), startsBefore: 0 });
	assert.match(lossy?.found ?? "", /synchronous_commit is off: not for money/);
});

test("a store of the account rail: its ledger is counted anew, and nothing is missed that it never has", async () => {
	const file = join(sound, "operator.sqlite");
	const findings = await examineRailStore(file, now());
	assert.deepEqual(
		findings.map(({ check, state }) => `${check} ${state}`),
		["store well", "integrity well", "schema well", "ledger well"],
	);
	const told = await shell.tenten("doctor", "--rail-store", file);
	assert.equal(told.status, 0);
	assert.match((await shell.tenten("doctor", "--rail-store", `${file}.none`)).stderr, /is not there/);
});
