/** A database is brought to this version whatever came before, and refused where that cannot be. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import {
	applicationOf,
	type Bytes,
	deviceRecordId,
	keyId,
	lockHash,
	type Signer,
	signDelegation,
	signDeviceEvidence,
	signDeviceRecord,
	toHex,
} from "@tenten/protocol";
import { CompiledQuery } from "kysely";
import pg from "pg";
import { signerFrom } from "../../module/src/index.ts";
import { expectValue } from "../../module/test/support/world.ts";
import { engines, schemaFor } from "../src/index.ts";
import { Ledger } from "../src/ledger/ledger.ts";
import { digestOf } from "../src/store/migrate.ts";
import { type Migration, migrations, versionTable } from "../src/store/migrations.ts";
import { openStore, openUnchanged } from "../src/store/open-store.ts";
import { OlderCopy } from "../src/store/starts.ts";
import { createEcosystem } from "./support/ecosystem.ts";
import { postgresForTests } from "./support/postgres.ts";
import { unshared } from "./support/shared-sql.ts";

const id32 = (fill: number): Bytes => new Uint8Array(32).fill(fill);

async function inFile(work: (file: string) => Promise<void>): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-migrations-"));
	try {
		await work(join(folder, "operator.db"));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function change(file: string, statement: string): void {
	const database = new DatabaseSync(file);
	database.exec(statement);
	database.close();
}

async function opened(file: string): Promise<void> {
	await (await openStore(file)).close();
}

test("migrations are numbered from one, without a gap", () => {
	assert.deepEqual(
		migrations.map(({ version }) => version),
		migrations.map((_, position) => position + 1),
	);
});

/** The first bytes of each step's digest. */
const published = [
	...["19c7e64e", "72408736", "45677f0d", "b8127ca9", "cc8c46aa", "75a0c4fa", "7e602c51"],
	...["e3e25945", "6ea3664d", "7eef0fcc", "200a3f58", "182dff74", "48f1886c", "bcb937ae"],
	...["e46e4111", "9d42f7c5", "9a4e6533", "14322d90", "ce09c41f", "bed55fb2", "c0c754d6"],
	...["e5303a25", "4fe16b55", "b51af9af", "c75e9c88", "c2088871", "820b670e", "145dabe5"],
	...["cc591be8", "97d8941a", "2a65d24b"],
];

test("no step is changed: a database that it made would be refused, so what is new has a step of its own", () => {
	const digests = migrations.map((step) => toHex(digestOf(step)).slice(0, 8));
	assert.deepEqual(digests, published);
});

test("the tables use what the engines share, and each has a place on every one of them", () => {
	assert.deepEqual(unshared("CREATE TABLE a (b bigserial REFERENCES c)"), ["serial keys", "foreign keys"]);
	for (const engine of engines)
		for (const statement of schemaFor(engine)) assert.deepEqual(unshared(statement), [], statement);
	const spread = schemaFor("citus").filter((statement) => statement.includes("create_distributed_table"));
	for (const table of ["issues", "registry", "claims"])
		assert.ok(
			spread.some((statement) => statement.includes(`'${table}', 'issue_id'`)),
			table,
		);
	assert.match(spread[0] ?? "", /'issues'/, "what others lie beside comes first");
	// A column by which rows are spread is in every unique key of its table.
	for (const statement of spread) {
		const [, table = "", column = ""] = /'(\w+)', '(\w+)'/.exec(statement) ?? [];
		const made =
			schemaFor("none").find((one) => one.startsWith(`CREATE TABLE IF NOT EXISTS ${table} `)) ?? "";
		const key =
			/PRIMARY KEY \(([^)]*)\)/.exec(made)?.[1] ?? /(\w+) bytea NOT NULL PRIMARY KEY/.exec(made)?.[1];
		assert.ok(key?.split(", ").includes(column), `${table} by ${column}: ${key}`);
	}
});

for (const [what, statement, why] of [
	[
		"is newer than this program",
		"insert into schema_versions values (99, x'00')",
		/version 99 is not ours|knows/,
	],
	[
		"has a step of another program",
		"update schema_versions set digest = x'00' where version = 1",
		/version 1 is not ours/,
	],
	["lacks a step in between", "delete from schema_versions where version = 1", /is not ours/],
	["lacks a table", "drop table registry", /it has no table registry/],
] as const)
	test(`a database that ${what} is refused`, () =>
		inFile(async (file) => {
			await opened(file);
			await opened(file);
			change(file, statement);
			await assert.rejects(openStore(file), why);
		}));

test("a database with one step more than this program knows is refused, and left alone", () =>
	inFile(async (file) => {
		await opened(file);
		change(file, `insert into schema_versions values (${migrations.length + 1}, x'00')`);
		await assert.rejects(openStore(file), /this program knows/);
	}));

test("releases of before their time was kept are there, and count as published in time", () =>
	inFile(async (file) => {
		const release = new Uint8Array(32).fill(7);
		const lock = Buffer.from(lockHash(release)).toString("hex");
		change(file, "create table releases (lock blob not null primary key, release blob not null)");
		change(file, `insert into releases values (x'${lock}', x'${Buffer.from(release).toString("hex")}')`);
		const { operator } = await createEcosystem({ database: file });
		assert.deepEqual(await operator.release(lockHash(release)), release);
		const rows = await operator.store.run((transaction) =>
			transaction.selectFrom("releases").select("published_at").execute(),
		);
		assert.deepEqual(rows, [{ published_at: 0n }]);
		await operator.close();
	}));

/** How a database was begun that has these steps. */
function madeBy(steps: readonly Migration[]): readonly string[] {
	return [
		...[versionTable, ...steps.flatMap(({ statements }) => statements)],
		...steps.map(
			(step) => `insert into schema_versions values (${step.version}, x'${toHex(digestOf(step))}')`,
		),
	];
}

async function run(database: string, statements: readonly string[], isPostgres: boolean): Promise<void> {
	const store = openUnchanged(database);
	for (const statement of statements) {
		const text = statement
			.replaceAll("{blob}", isPostgres ? "bytea" : "blob")
			.replaceAll(/x'([0-9a-f]*)'/g, isPostgres ? "'\\x$1'" : "x'$1'");
		await store.run((transaction) => transaction.executeQuery(CompiledQuery.raw(text)));
	}
	await store.close();
}

/** A ledger as step 13 kept it: twenty deposits, a reservation posted in part, and one that is due. */
function ledgerOfStep13(): readonly string[] {
	const hex = (fill: number): string => `x'${fill.toString(16).padStart(64, "0")}'`;
	const [outside, alice, asset] = [hex(1), hex(2), hex(3)];
	const statements: string[] = [];
	const sums = { pending: 0, posted: 0 };
	let entries = 0;
	const enter = (kind: string, amount: number, pending: number, posted: number, rest: string): void => {
		const id = hex(1_000 + ++entries);
		sums.pending += pending;
		sums.posted += posted;
		statements.push(
			`insert into ledger_transfers values (${id}, '${kind}', ${outside}, ${alice}, ${amount}, ${rest})`,
			...["debit", "credit"].map(
				(
					side,
				) => `insert into ledger_entries values (${side === "debit" ? outside : alice}, ${entries}, ${id},
					'${side}', ${pending}, ${posted}, ${side === "debit" ? -sums.posted : sums.posted}, 5)`,
			),
		);
	};
	for (let made = 0; made < 20; made++) enter("move", 7, 0, 7, "null, null, null, 5, null");
	enter("reserve", 9, 9, 0, "null, null, null, 5, 'posted'");
	enter("post", 4, -9, 4, `${hex(1_021)}, null, null, 5, null`);
	enter("reserve", 6, 6, 0, "null, 90, null, 5, null");
	const { pending, posted } = sums;
	return [
		...statements,
		`insert into ledger_accounts values (${outside}, ${asset}, null, null, ${pending}, ${posted}, 0, 0, ${entries}, 5)`,
		`insert into ledger_accounts values (${alice}, ${asset}, 0, null, 0, 0, ${pending}, ${posted}, ${entries}, 5)`,
	];
}

/** What such a ledger says once it was brought to the newest step. */
async function assertBroughtUp(database: string): Promise<void> {
	const alice = new Uint8Array(32);
	alice[31] = 2;
	const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
	const ledger = await Ledger.over(database, { now: () => 100, random });
	try {
		assert.deepEqual((await ledger.examine()).broken, []);
		const lines = await ledger.entries(alice, 14, 100);
		assert.deepEqual(
			lines.map(({ entry, transfer }) => [entry.number, entry.balance, transfer.kind, transfer.ending]),
			[
				...Array.from({ length: 6 }, (_, more) => [15 + more, BigInt(7 * (15 + more)), "move", null]),
				[21, 140n, "reserve", "posted"],
				[22, 144n, "post", null],
				[23, 144n, "reserve", null],
			],
		);
		assert.equal(await ledger.expire(), 1);
		assert.equal((await ledger.statement(alice, 0, 200))?.credits, 144n);
		assert.deepEqual((await ledger.examine()).broken, []);
	} finally {
		await ledger.close();
	}
}

test("a ledger with rows of entries becomes one with a journal, on SQLite and on PostgreSQL", async (t) => {
	await onBoth(t, async (database, isPostgres) => {
		await run(database, [...madeBy(migrations.slice(0, 13)), ...ledgerOfStep13()], isPostgres);
		await assertBroughtUp(database);
	});
});

async function onBoth(
	t: TestContext,
	work: (database: string, isPostgres: boolean) => Promise<void>,
): Promise<void> {
	await inFile((file) => work(file, false));
	const server = await postgresForTests();
	if (typeof server === "string") return t.skip(server);
	await work(await server.fresh(), true);
}

test("records of payments have the device that signed them, on SQLite and on PostgreSQL", (t) =>
	onBoth(t, async (database, isPostgres) => {
		const signers = [1, 2, 3].map((fill) => signerFrom(id32(fill), "Ed25519"));
		const rows = await Promise.all(
			signers.map(async (signer, at) => {
				const [proof, payer, payee, asset] = [4 + at, 8, 9, 10].map(id32) as [Bytes, Bytes, Bytes, Bytes];
				const body = { operator: id32(11), asset, payer, payee, proof, amount: 5n, paidAt: 12 };
				const encoded = await signDeviceRecord(body, signer);
				const bytes = [proof, deviceRecordId(body), payer, payee, asset].map((each) => `x'${toHex(each)}'`);
				return `insert into device_records values (${bytes}, 12, x'${toHex(encoded)}')`;
			}),
		);
		await run(database, [...madeBy(migrations.slice(0, 26)), ...rows], isPostgres);
		const store = await openStore(database);
		const [moved, left] = await store.read(async (transaction) => [
			await transaction.selectFrom("recorded_payments").selectAll().orderBy("proof").execute(),
			await transaction.selectFrom("device_records").selectAll().execute(),
		]);
		assert.deepEqual(
			moved.map(({ proof, device }) => [proof[0], toHex(device)]),
			signers.map(({ key }, at) => [4 + at, toHex(keyId(key))]),
		);
		assert.deepEqual(left, []);
		await store.close();
	}));

test("nonces of devices' applications are known by the first that had each, on SQLite and on PostgreSQL", (t) =>
	onBoth(t, async (database, isPostgres) => {
		const [party, ...devices] = [1, 2, 3].map((fill) => signerFrom(id32(fill), "Ed25519")) as [
			Signer,
			...Signer[],
		];
		const applied = async (device: Signer, nonce: Bytes): Promise<string> => {
			const operator = id32(9);
			const evidence = await signDeviceEvidence({ operator, nonce, attestation: null }, device);
			const terms = { slice: null, purposes: null, perTransfer: null, until: 99 };
			const delegation = await signDelegation(operator, device.key, terms, party);
			return toHex(expectValue(applicationOf(evidence, [delegation])));
		};
		const rows: string[] = [];
		const add = (device: Signer, number: number, kind: string, encoded: string): void => {
			const [of, by] = [device, party].map(({ key }) => `x'${toHex(keyId(key))}'`);
			rows.push(`(${of}, ${number}, '${kind}', 'active', ${by}, null, ${of}, x'${encoded}', null, null, 5)`);
		};
		// More of one device than are moved at once, with two nonces in turn, and an order among them.
		for (const [at, device] of devices.entries()) {
			const made = [await applied(device, id32(20 + at)), await applied(device, id32(30))];
			add(device, 1, "certified", made[0] as string);
			add(device, 2, "suspend", "00");
			for (let number = 3; number < 280; number++)
				add(device, number, "certified", made[number % 2] as string);
		}
		const history = `insert into device_history values ${rows.join()}`;
		await run(database, [...madeBy(migrations.slice(0, 29)), history], isPostgres);
		const store = await openStore(database);
		const moved = await store.read((transaction) =>
			transaction.selectFrom("device_nonces").selectAll().execute(),
		);
		assert.deepEqual(
			moved.map(({ device, nonce, number }) => `${toHex(device)} ${nonce[0]} ${number}`).sort(),
			devices
				.flatMap(({ key }, at) => [`${toHex(keyId(key))} ${20 + at} 1`, `${toHex(keyId(key))} 30 3`])
				.sort(),
		);
		await store.close();
	}));

test("a database that knows of fewer starts than its keys is refused as an older copy", () =>
	inFile(async (file) => {
		const first = await createEcosystem({ database: file });
		await first.operator.close();
		const second = await createEcosystem({ database: file, run: 1, startsBefore: 1 });
		assert.equal(second.operator.starts, 2);
		await second.operator.close();
		await assert.rejects(createEcosystem({ database: file, run: 2, startsBefore: 3 }), OlderCopy);
		const third = await createEcosystem({ database: file, run: 3, startsBefore: 2 });
		assert.equal(third.operator.starts, 3);
		await third.operator.close();
	}));

test("a server that goes while its tables are looked at is no damage: it is asked again", async (t) => {
	const server = await postgresForTests();
	if (typeof server === "string") return t.skip(server);
	const url = await server.fresh();
	await (await openStore(url)).close();
	const { query } = pg.Client.prototype;
	let broken = 0;
	pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
		const [first] = given as [string | { readonly text: string }];
		const text = typeof first === "string" ? first : first.text;
		if (!/from "registry" where 1 = 0/.test(text) || broken++ > 0) return Reflect.apply(query, this, given);
		return server.breakLines().then(() => Reflect.apply(query, this, given));
	} as typeof query;
	try {
		await (await openStore(url)).close();
	} finally {
		pg.Client.prototype.query = query;
	}
	assert.equal(broken, 2);
});
