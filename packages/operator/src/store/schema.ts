/**
 * Tables of one operator, in the SQL that SQLite, PostgreSQL and engines that shard it share.
 *
 * Keys are 32 bytes made by the client; no serials, foreign keys, triggers or savepoints. What belongs to one
 * issue is keyed by its id first, so that a token family lives on one shard.
 */
import { CompiledQuery, type Kysely } from "kysely";

type Blob = Uint8Array;

export type Schema = {
	/** the spend registry: which link consumed which output; written at most once */
	readonly registry: {
		readonly issue_id: Blob;
		readonly output_id: Blob;
		readonly consumer: Blob;
		/** what evidence needs; null where no link consumed the output */
		readonly consumed: Blob | null;
	};
	/** paid never exceeds issued */
	readonly issues: {
		readonly issue_id: Blob;
		readonly asset: Blob;
		readonly issued: bigint;
		readonly paid: bigint;
	};
	/** one payout record for each redeemed output, written with its rows, settled at most once */
	readonly claims: {
		readonly issue_id: Blob;
		readonly output_id: Blob;
		readonly order_digest: Blob;
		/** encoded `PayoutRecord` */
		readonly record: Blob;
		/** null until settled; then the settlement that paid it, and the encoded `ClaimResult` */
		readonly settlement_id: Blob | null;
		readonly result: Blob | null;
	};
	/** fresh issues of each settlement of an order */
	readonly settlements: {
		readonly settlement_id: Blob;
		readonly order_digest: Blob;
		/** encoded issue proofs with the outputs that they serve */
		readonly issues: Blob;
	};
	/** replies to whole claims, by the hash of their bytes: given again byte for byte */
	readonly replies: { readonly claim_hash: Blob; readonly reply: Blob };
	/** withdrawals and their stored answers, refusals included */
	readonly withdrawals: { readonly order_digest: Blob; readonly answer: Blob };
	readonly balances: {
		readonly book: string;
		/** account, culprit, or zeros */
		readonly owner: Blob;
		readonly asset: Blob;
		readonly amount: bigint;
	};
	/** every line of every entry; the lines of one entry add up to zero */
	readonly lines: {
		readonly entry_id: Blob;
		readonly position: bigint | number;
		readonly book: string;
		readonly owner: Blob;
		readonly asset: Blob;
		readonly amount: bigint;
		readonly made_at: bigint | number;
	};
	/** what the fork reserve paid under each culprit's limit */
	readonly draws: { readonly culprit: Blob; readonly asset: Blob; readonly drawn: bigint };
	readonly case_files: {
		readonly case_id: Blob;
		readonly kind: string;
		readonly culprit: Blob;
		readonly evidence: Blob;
		readonly opened_at: bigint | number;
	};
	/** `published_at`: unix seconds; when it was first shown */
	readonly releases: {
		readonly lock: Blob;
		readonly release: Blob;
		readonly published_at: bigint | number;
	};
	/** `subject` is a lock's hash or a direct link's id; `statement` is what a refund was given on */
	readonly rulings: { readonly subject: Blob; readonly ruling: Blob; readonly statement: Blob | null };
	readonly certificates: { readonly certificate_hash: Blob; readonly encoded: Blob };
	readonly enrolments: { readonly enrolment: Blob; readonly answer: Blob };
	readonly trust_lists: { readonly version: bigint | number; readonly encoded: Blob };
	/** batches that no account paid for, and their proofs: given again to whoever lost the answer */
	readonly direct_issues: { readonly batch_id: Blob; readonly content: Blob };
	readonly direct_proofs: {
		readonly batch_id: Blob;
		readonly position: bigint | number;
		/** encoded `IssueProof` */
		readonly proof: Blob;
	};
	/** releases that came without a token that has their lock: let go when no token can wait for them */
	readonly unvouched: { readonly lock: Blob; readonly shown_at: bigint | number };
	readonly idempotency_keys: {
		readonly scope: string;
		readonly idempotency_key: string;
		/** hash of what the key was first used with */
		readonly content: Blob;
		readonly bound_at: bigint | number;
	};
};

const tables = [
	`registry (issue_id {blob} NOT NULL, output_id {blob} NOT NULL, consumer {blob} NOT NULL, consumed {blob},
		PRIMARY KEY (issue_id, output_id))`,
	`issues (issue_id {blob} NOT NULL PRIMARY KEY, asset {blob} NOT NULL, issued bigint NOT NULL,
		paid bigint NOT NULL CHECK (paid >= 0 AND paid <= issued))`,
	`claims (issue_id {blob} NOT NULL, output_id {blob} NOT NULL, order_digest {blob} NOT NULL,
		record {blob} NOT NULL, settlement_id {blob}, result {blob}, PRIMARY KEY (issue_id, output_id))`,
	`settlements (settlement_id {blob} NOT NULL PRIMARY KEY, order_digest {blob} NOT NULL, issues {blob} NOT NULL)`,
	`replies (claim_hash {blob} NOT NULL PRIMARY KEY, reply {blob} NOT NULL)`,
	`withdrawals (order_digest {blob} NOT NULL PRIMARY KEY, answer {blob} NOT NULL)`,
	`balances (book text NOT NULL, owner {blob} NOT NULL, asset {blob} NOT NULL, amount bigint NOT NULL,
		PRIMARY KEY (book, owner, asset), CHECK (book <> 'holder' OR amount >= 0))`,
	`lines (entry_id {blob} NOT NULL, position bigint NOT NULL, book text NOT NULL, owner {blob} NOT NULL,
		asset {blob} NOT NULL, amount bigint NOT NULL, made_at bigint NOT NULL, PRIMARY KEY (entry_id, position))`,
	`draws (culprit {blob} NOT NULL, asset {blob} NOT NULL, drawn bigint NOT NULL, PRIMARY KEY (culprit, asset))`,
	`case_files (case_id {blob} NOT NULL PRIMARY KEY, kind text NOT NULL, culprit {blob} NOT NULL,
		evidence {blob} NOT NULL, opened_at bigint NOT NULL)`,
	`releases (lock {blob} NOT NULL PRIMARY KEY, release {blob} NOT NULL, published_at bigint NOT NULL)`,
	`rulings (subject {blob} NOT NULL PRIMARY KEY, ruling {blob} NOT NULL, statement {blob})`,
	`certificates (certificate_hash {blob} NOT NULL PRIMARY KEY, encoded {blob} NOT NULL)`,
	`enrolments (enrolment {blob} NOT NULL PRIMARY KEY, answer {blob} NOT NULL)`,
	`trust_lists (version bigint NOT NULL PRIMARY KEY, encoded {blob} NOT NULL)`,
	`direct_issues (batch_id {blob} NOT NULL PRIMARY KEY, content {blob} NOT NULL)`,
	`direct_proofs (batch_id {blob} NOT NULL, position bigint NOT NULL, proof {blob} NOT NULL,
		PRIMARY KEY (batch_id, position))`,
	`unvouched (lock {blob} NOT NULL PRIMARY KEY, shown_at bigint NOT NULL)`,
	`idempotency_keys (scope text NOT NULL, idempotency_key text NOT NULL, content {blob} NOT NULL,
		bound_at bigint NOT NULL, PRIMARY KEY (scope, idempotency_key))`,
];

const indexes = [
	"claims_by_order ON claims (order_digest)",
	"unvouched_by_time ON unvouched (shown_at)",
	"idempotency_keys_by_time ON idempotency_keys (bound_at)",
	"settlements_by_order ON settlements (order_digest)",
];

/** Creates what is missing. `blob` is the engine's word for bytes: `blob` or `bytea`. */
export async function createTables(database: Kysely<Schema>, blob: "blob" | "bytea"): Promise<void> {
	const statements = [
		...tables.map((table) => `CREATE TABLE IF NOT EXISTS ${table.replaceAll("{blob}", blob)}`),
		...indexes.map((index) => `CREATE INDEX IF NOT EXISTS ${index}`),
	];
	for (const statement of statements) await database.executeQuery(CompiledQuery.raw(statement));
}
