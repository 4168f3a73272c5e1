/**
 * Examining a database from beside its operator: reading alone, at one moment, whatever else goes on.
 *
 * Nothing is migrated, counted as a start or mended. Each finding says what was found and what to do about it. One
 * check that cannot be carried out is a finding itself, and the others go on.
 */
import { brokenInvariants, toHex } from "@tenten/protocol";
import { CompiledQuery } from "kysely";
import { purposes, signingKey } from "../key-ring.ts";
import { examineLedger } from "../ledger/examine.ts";
import { examineReservations } from "../ledger/examine-reservations.ts";
import { brokenSeals } from "../sealing/examine.ts";
import { recountOf, totalsOf } from "../totals.ts";
import { newestList } from "../trust-lists.ts";
import { auditAfter, chainBeginning, followChain } from "./audit-log.ts";
import { digestOf } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { isPostgresUrl } from "./open-store.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { storedKeys } from "./signing-keys.ts";
import { readApart } from "./sqlite-reader.ts";
import type { Job, Transaction } from "./store.ts";

/** `warning`: it works, and will not for long or not as well as it should. `wrong`: act now. */
export type Finding = {
	readonly check: string;
	readonly state: "well" | "warning" | "wrong";
	readonly found: string;
	/** what to do; empty where all is well */
	readonly todo: string;
};

type Asked = {
	/** unix seconds */
	readonly now: number;
	/** how often its operator was started, as its folder knows */
	readonly startsBefore: number;
};

type Check = (transaction: Transaction, asked: Asked) => Promise<Omit<Finding, "check">>;

/** Of a ledger whose sums do not agree. */
const mostTold = 5;

const well = (found: string): Omit<Finding, "check"> => ({ state: "well", found, todo: "" });

/** In the order in which they are told: what makes the others meaningless first. */
const checks: Readonly<Record<string, Check>> = {
	schema: async (transaction) => {
		const rows = await transaction.selectFrom("schema_versions").selectAll().orderBy("version").execute();
		const isOurs = rows.every(({ digest }, at) => {
			const known = migrations[at];
			return known !== undefined && toHex(digest) === toHex(digestOf(known));
		});
		if (!isOurs)
			return {
				state: "wrong",
				found: "tables of another program, or of a newer one",
				todo: "run the newest tenten, or put the right database back",
			};
		return rows.length === migrations.length
			? well(`version ${rows.length}`)
			: {
					state: "warning",
					found: `version ${rows.length} of ${migrations.length}`,
					todo: "back it up, then start the operator: it brings them up",
				};
	},
	starts: async (transaction, { startsBefore }) => {
		const row = await transaction
			.selectFrom("starts")
			.select("count")
			.where("name", "=", "operator")
			.executeTakeFirst();
		const count = Number(row?.count ?? 0n);
		return count >= startsBefore
			? well(`${count} starts`)
			: {
					state: "wrong",
					found: `it knows of ${count} starts, the folder of ${startsBefore}: an older copy`,
					todo: "put the newest back, or restore from a backup (docs/operating.md)",
				};
	},
	books: async (transaction) => {
		const broken: string[] = [];
		const assets = await transaction.selectFrom("balances").select("asset").distinct().execute();
		for (const { asset } of assets) {
			const totals = await totalsOf(transaction, asset);
			broken.push(...brokenInvariants(totals, await recountOf(transaction, asset, null)));
		}
		return broken.length === 0
			? well(`${assets.length} assets, counted anew`)
			: {
					state: "wrong",
					found: broken.join("; "),
					todo: "keep a copy, find what changed the rows (tenten operator audit), and put it right before payouts are allowed",
				};
	},
	seals: async (transaction) => {
		const broken = await brokenSeals(transaction, null);
		const { number } = await transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow();
		return broken.length === 0
			? well(`${number} seals, the last held against the books`)
			: {
					state: "wrong",
					found: `${broken.length} things do not agree: ${broken.slice(0, mostTold).join("; ")}`,
					todo: "keep a copy, and find what changed the rows, or which process worked without its log: witnesses read what was sealed",
				};
	},
	ledger: async (transaction, { now }) => {
		const { accounts, transfers, broken } = await examineLedger(transaction);
		const reservations = await examineReservations(transaction, now);
		const all = [...broken, ...reservations.broken];
		if (all.length > 0)
			return {
				state: "wrong",
				found: `${all.length} things do not agree: ${all.slice(0, mostTold).join("; ")}`,
				todo: "stop what writes to it, keep a copy, and find what changed the rows: nothing of the ledger does",
			};
		if (reservations.due > 0)
			return {
				state: "warning",
				found: `${reservations.due} reservations are past their time limit`,
				todo: "start the operator: it expires them; where it runs, its log says why not",
			};
		return well(
			`${accounts} accounts, ${transfers} transfers, ${reservations.open} reservations, counted anew`,
		);
	},
	payouts: async (transaction) => {
		const stops = await transaction.selectFrom("payout_stops").selectAll().execute();
		return stops.length === 0
			? well("none is stopped")
			: {
					state: "wrong",
					found: stops.map(({ reasons }) => reasons).join("; "),
					todo: "resolve it, then tenten operator payouts allow <asset>",
				};
	},
	audit: async (transaction) => {
		let end = chainBeginning;
		for (;;) {
			const page = await auditAfter(transaction, end.position);
			if (page.length === 0) return well(`${end.position} entries, whole, up to ${toHex(end.hash)}`);
			const followed = followChain(end, page);
			if (followed.broken !== null)
				return {
					state: "wrong",
					found: `entry ${followed.broken} is not what was written`,
					todo: "somebody changed the log: compare it with a copy, and find out who can write to the database",
				};
			end = followed.end;
		}
	},
	"trust list": async (transaction, { now }) => {
		const newest = await newestList(transaction);
		if (newest === null) return { state: "warning", found: "none yet", todo: "start the operator" };
		const { version, issuedAt, expiresAt } = newest.body;
		if (now >= expiresAt)
			return {
				state: "wrong",
				found: `version ${version} ended`,
				todo: "start the operator: it signs another",
			};
		const isOld = now >= issuedAt + (3 * (expiresAt - issuedAt)) / 4;
		return isOld
			? {
					state: "warning",
					found: `version ${version} was not renewed in time`,
					todo: "start the operator: it renews its list at half of its time",
				}
			: well(`version ${version}, until ${new Date(expiresAt * 1000).toISOString()}`);
	},
	"signing keys": async (transaction, { now }) => {
		const rows = await storedKeys(transaction);
		const lacking = purposes.filter((purpose) => signingKey(rows, purpose, now) === undefined);
		return lacking.length === 0
			? well(`${rows.length} keys`)
			: {
					state: "wrong",
					found: `no key signs for ${lacking.join(", ")}`,
					todo: "start the operator, then tenten operator signing-keys list",
				};
	},
};

/** What a store of a party of the account rail has: no books, keys or list. */
const ofRailStore: readonly string[] = ["schema", "ledger"];

/** Everything that an operator's database says of itself. `database`: a file, or a `postgres://` address. */
export function examineDatabase(database: string, asked: Asked): Promise<readonly Finding[]> {
	return examine(database, asked, Object.keys(checks));
}

/** The same of a store of a party of the account rail. `now` in unix seconds. */
export function examineRailStore(database: string, now: number): Promise<readonly Finding[]> {
	return examine(database, { now, startsBefore: 0 }, ofRailStore);
}

async function examine(
	database: string,
	asked: Asked,
	which: readonly string[],
): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const reads = isPostgresUrl(database) ? await openedPostgres(database) : fileReader(database);
	const job: Job<void> = async (transaction) => {
		for (const [check, look] of Object.entries(checks))
			if (which.includes(check))
				findings.push({ check, ...(await look(transaction, asked).catch(unreadable)) });
	};
	try {
		if (!isPostgresUrl(database)) findings.push(await integrity(reads.read));
		await reads.read(job);
		findings.unshift({
			check: "store",
			...well(
				isPostgresUrl(database) ? "PostgreSQL, fsync, synchronous_commit and full_page_writes on" : "SQLite",
			),
		});
	} catch (error) {
		findings.unshift({ check: "store", ...unreadable(error) });
	} finally {
		await reads.close();
	}
	return findings;
}

type Reader = { readonly read: <T>(job: Job<T>) => Promise<T>; readonly close: () => Promise<void> };

function fileReader(file: string): Reader {
	return { read: (job) => readApart(file, job), close: async () => {} };
}

async function openedPostgres(url: string): Promise<Reader> {
	const postgres = openPostgresStore(url, { connections: 1 });
	return { read: (job) => postgres.read(job), close: () => postgres.close() };
}

async function integrity(read: Reader["read"]): Promise<Finding> {
	const todo = "stop the operator, keep the file, and restore from a backup";
	const verdict = await read(async (transaction) => {
		const { rows } = await transaction.executeQuery(CompiledQuery.raw("PRAGMA integrity_check"));
		return String(Object.values((rows[0] ?? {}) as object)[0]);
	}).catch((error: unknown) => String(error));
	return verdict === "ok"
		? { check: "integrity", ...well("every page reads") }
		: {
				check: "integrity",
				state: "wrong",
				found: verdict,
				todo,
			};
}

function unreadable(error: unknown): Omit<Finding, "check"> {
	const found = error instanceof Error ? error.message : String(error);
	return {
		state: "wrong",
		found,
		todo: "see that the database is there, is whole and runs with its durable settings",
	};
}
