/**
 * The schema as text: what makes an operator's tables, and what spreads them over an engine of many machines.
 *
 *   none, cockroach, yugabyte   the tables alone; these engines spread rows by their keys, which are random
 *   citus                       each table by a column of its key: everything of one issue by the issue's id
 *
 * Printed for whoever runs the database. None of these three engines was at hand where this was written.
 */
import { toHex } from "@tenten/protocol";
import { digestOf } from "./migrate.ts";
import { migrations, versionTable } from "./migrations.ts";

export const engines = ["none", "citus", "cockroach", "yugabyte"] as const;
export type Engine = (typeof engines)[number];

/** The column by which Citus spreads each table; null where it stays whole, on the coordinator. */
const spread: Readonly<Record<string, string | null>> = {
	// The rows of one redemption: on one shard.
	issues: "issue_id",
	registry: "issue_id",
	claims: "issue_id",
	meter_claims: "issue_id",
	// Each written and read under one key of its own.
	settlements: "settlement_id",
	replies: "claim_hash",
	withdrawals: "order_digest",
	lines: "entry_id",
	balances: "owner",
	draws: "culprit",
	case_files: "case_id",
	releases: "lock",
	unvouched: "lock",
	rulings: "subject",
	certificates: "certificate_hash",
	enrolments: "enrolment",
	direct_issues: "batch_id",
	direct_proofs: "batch_id",
	idempotency_keys: "idempotency_key",
	// What happened, whom it is told, and how that went: together.
	events: "event_id",
	deliveries: "event_id",
	attempts: "event_id",
	// A system of the account rail: each payment and each message under its own key.
	rail_payments: "payment",
	rail_inbox: "message_id",
	rail_outbox: "message_id",
	rail_ends: "payment",
	// An account with its entries, and each transfer under its own id.
	ledger_accounts: "account_id",
	ledger_entries: "account_id",
	ledger_transfers: "transfer_id",
	ledger_sums: "account_id",
	ledger_marks: "account_id",
	ledger_journal: "transfer_id",
	ledger_due: "transfer_id",
	// A tree's pages: read and written many at once, by where they stand.
	seal_pages: "path",
	seals: "number",
	seal_places: "number",
	seal_leaves: "place",
	seal_items: "item_id",
	seal_words: "number",
	unsealed: "effects_id",
	// A payment across operators, and what shows it.
	crossings: "transfer_id",
	crossing_proofs: "transfer_id",
	crossing_untold: "transfer_id",
	crossing_peer_states: "transfer_id",
	crossing_refusals: "transfer_id",
	crossing_quotes: "nonce",
	crossing_peer_seals: "number",
	crossing_amounts: "transfer_id",
	crossing_tokens_in: "transfer_id",
	crossing_tokens_out: "account_id",
	// A lot or a status, with all its versions.
	domain_records: "record_key",
	// Records of devices by what proves them; claims, files and results each under their own id.
	recorded_payments: "proof",
	device_records: "proof",
	party_claims: "claim_id",
	claimed_records: "record_id",
	party_claim_states: "claim_id",
	party_files: "file_id",
	party_file_lines: "reference",
	party_results: "result_id",
	party_contradictions: "result_id",
	party_suspensions: "claim_id",
	// Who answers for devices, what each was given, and what stands where in the status lists.
	parties: "party",
	party_events: "party",
	party_budgets: "reset",
	party_days: "party",
	device_slices: "giver",
	device_history: "device",
	device_nonces: "device",
	device_tenures: "device",
	device_places: "place",
	device_managers: "place",
	manager_orders: "manager",
	// A few rows each, read at the start or once in a while.
	schema_versions: null,
	device_lists: null,
	device_numbers: null,
	device_lost: null,
	seal_trees: null,
	last_seal: null,
	sealing: null,
	reserve_words: null,
	peer_checkpoints: null,
	crossing_agreements: null,
	crossing_rule_books: null,
	crossing_settlements: null,
	crossing_positions: null,
	crossing_peers: null,
	starts: null,
	trust_lists: null,
	freeze_lists: null,
	frozen_outputs: null,
	freeze_proposals: null,
	appeals: null,
	desks: null,
	signing_keys: null,
	definitions: null,
	definition_drafts: null,
	definition_approvals: null,
	issue_stops: null,
	status_lists: null,
	issue_turns: null,
	closings: null,
	api_keys: null,
	vouchers: null,
	webhook_endpoints: null,
	// One row after another, whoever acts.
	audit_log: null,
	payout_stops: null,
};

/** Every statement in order, each with its semicolon. */
export function schemaFor(engine: Engine): readonly string[] {
	const statements = [versionTable, ...migrations.flatMap((migration) => migration.statements)];
	const made = statements.map((statement) => `${statement.replaceAll("{blob}", "bytea")};`);
	const applied = migrations.map(
		(migration) =>
			`INSERT INTO schema_versions (version, digest) VALUES (${migration.version}, '\\x${toHex(digestOf(migration))}') ON CONFLICT DO NOTHING;`,
	);
	return [...made, ...applied, ...(engine === "citus" ? citus(statements) : [])];
}

/** In the order of `spread`: tables lie beside one that was spread before them. */
function citus(statements: readonly string[]): readonly string[] {
	for (const statement of statements) {
		const table = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
		if (table !== undefined && spread[table] === undefined)
			throw new Error(`nobody said where ${table} lies`);
	}
	return Object.entries(spread).flatMap(([table, column]) => {
		if (column === null) return [];
		const beside = column === "issue_id" && table !== "issues" ? ", colocate_with => 'issues'" : "";
		return [`SELECT create_distributed_table('${table}', '${column}'${beside});`];
	});
}
