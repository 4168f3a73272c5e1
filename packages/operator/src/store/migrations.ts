/**
 * Migrations: every step from an empty database to the tables of schema.ts. Forward only; a step that was ever
 * released is not changed, another is added.
 *
 * Each statement may be run again, since some engines commit each by itself. `{blob}` is the engine's word for
 * bytes. What belongs to one issue is keyed by its id first, so that a token family lives on one shard.
 */
import { deviceNonces, deviceTables, moveNonces, partyDays } from "./device-migration.ts";
import { findManagers, managerTables } from "./manager-migration.ts";
import { moveRecords, recordedPayments, settleTables } from "./settle-migration.ts";
import type { Transaction } from "./store.ts";

export type Migration = {
	/** one more than the step before */
	readonly version: number;
	readonly statements: readonly string[];
	/** what no statement can do, once they are done */
	readonly move?: (transaction: Transaction) => Promise<void>;
};

const tables: readonly string[] = [
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

const indexes: readonly string[] = [
	"claims_by_order ON claims (order_digest)",
	"unvouched_by_time ON unvouched (shown_at)",
	"idempotency_keys_by_time ON idempotency_keys (bound_at)",
	"settlements_by_order ON settlements (order_digest)",
];

/** Entries of step 13, each with the debits posted up to it and the transfer of the one before. */
const linkedEntries = `(SELECT account_id, transfer_id, number, pending, balance,
	CAST(SUM(CASE WHEN side = 'debit' THEN posted ELSE 0 END)
		OVER (PARTITION BY account_id ORDER BY number) AS bigint) AS debits,
	LAG(transfer_id) OVER (PARTITION BY account_id ORDER BY number) AS earlier FROM ledger_entries)`;

export const migrations: readonly Migration[] = [
	{
		version: 1,
		statements: [
			...tables.map((table) => `CREATE TABLE IF NOT EXISTS ${table}`),
			...indexes.map((index) => `CREATE INDEX IF NOT EXISTS ${index}`),
		],
	},
	{
		version: 2,
		statements: [
			"CREATE TABLE IF NOT EXISTS desks (key_id {blob} NOT NULL PRIMARY KEY, certificate {blob} NOT NULL)",
			// Whoever starts looks for what a crash left unsettled, among all claims ever.
			"CREATE INDEX IF NOT EXISTS claims_unsettled ON claims (order_digest) WHERE settlement_id IS NULL",
		],
	},
	{
		version: 3,
		statements: [
			`CREATE TABLE IF NOT EXISTS definitions (code text NOT NULL, version bigint NOT NULL, encoded {blob} NOT NULL,
				PRIMARY KEY (code, version))`,
			`CREATE TABLE IF NOT EXISTS status_lists (uri text NOT NULL PRIMARY KEY, issued_at bigint NOT NULL,
				token text NOT NULL)`,
			"CREATE TABLE IF NOT EXISTS issue_turns (asset {blob} NOT NULL PRIMARY KEY, turn bigint NOT NULL)",
		],
	},
	{
		version: 4,
		statements: [
			`CREATE TABLE IF NOT EXISTS api_keys (key_id text NOT NULL PRIMARY KEY, name text NOT NULL, roles text NOT NULL,
				secret_hash {blob} NOT NULL, created_at bigint NOT NULL, expires_at bigint, revoked_at bigint,
				last_used_at bigint)`,
			`CREATE TABLE IF NOT EXISTS audit_log (position bigint NOT NULL PRIMARY KEY, at bigint NOT NULL,
				actor text NOT NULL, request_id text NOT NULL, act text NOT NULL, subject text NOT NULL,
				outcome text NOT NULL, detail text NOT NULL, previous {blob} NOT NULL, hash {blob} NOT NULL)`,
		],
	},
	{
		version: 5,
		statements: [
			`CREATE TABLE IF NOT EXISTS payout_stops (asset {blob} NOT NULL PRIMARY KEY, reasons text NOT NULL,
				since bigint NOT NULL)`,
		],
	},
	{
		version: 6,
		statements: [
			"CREATE TABLE IF NOT EXISTS starts (name text NOT NULL PRIMARY KEY, count bigint NOT NULL)",
			"INSERT INTO starts (name, count) VALUES ('operator', 0) ON CONFLICT DO NOTHING",
		],
	},
	{
		version: 7,
		statements: [
			`CREATE TABLE IF NOT EXISTS webhook_endpoints (endpoint_id {blob} NOT NULL PRIMARY KEY, url text NOT NULL,
				description text NOT NULL, types text NOT NULL, accounts text NOT NULL, disabled text NOT NULL,
				failing_since bigint, secret_number bigint NOT NULL, oldest_secret bigint NOT NULL,
				oldest_until bigint NOT NULL, created_at bigint NOT NULL, revision bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS events (event_id {blob} NOT NULL PRIMARY KEY, type text NOT NULL,
				subject text NOT NULL, account {blob}, data text NOT NULL, made_at bigint NOT NULL,
				position bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS deliveries (event_id {blob} NOT NULL, endpoint_id {blob} NOT NULL,
				position bigint NOT NULL, state text NOT NULL, queued_at bigint NOT NULL, next_at bigint NOT NULL,
				ended_at bigint, tries bigint NOT NULL, failures bigint NOT NULL, PRIMARY KEY (event_id, endpoint_id))`,
			`CREATE TABLE IF NOT EXISTS attempts (event_id {blob} NOT NULL, endpoint_id {blob} NOT NULL,
				number bigint NOT NULL, at bigint NOT NULL, took_ms bigint NOT NULL, outcome text NOT NULL,
				status bigint, PRIMARY KEY (event_id, endpoint_id, number))`,
			"CREATE INDEX IF NOT EXISTS events_by_position ON events (position)",
			"CREATE INDEX IF NOT EXISTS events_by_type ON events (type, position)",
			"CREATE INDEX IF NOT EXISTS deliveries_by_position ON deliveries (endpoint_id, position)",
			`CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (endpoint_id, next_at, position)
				WHERE state = 'waiting'`,
		],
	},
	{
		version: 8,
		statements: [
			`CREATE TABLE IF NOT EXISTS signing_keys (purpose text NOT NULL, key_id {blob} NOT NULL,
				public_key {blob} NOT NULL, sealed {blob}, listed_at bigint NOT NULL, signs_from bigint NOT NULL,
				distrusted_from bigint, retired_at bigint, PRIMARY KEY (purpose, key_id))`,
		],
	},
	{
		version: 9,
		statements: [
			`CREATE TABLE IF NOT EXISTS definition_drafts (definition_id {blob} NOT NULL PRIMARY KEY, encoded {blob} NOT NULL,
				proposed_at bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS definition_approvals (definition_id {blob} NOT NULL, actor text NOT NULL,
				encoded {blob} NOT NULL, PRIMARY KEY (definition_id, actor))`,
			`CREATE TABLE IF NOT EXISTS issue_stops (code text NOT NULL PRIMARY KEY, actor text NOT NULL,
				since bigint NOT NULL)`,
		],
	},
	{
		version: 10,
		statements: [
			"CREATE TABLE IF NOT EXISTS vouchers (subject text NOT NULL, actor text NOT NULL, PRIMARY KEY (subject, actor))",
			// Who made a key and who certified a person has always been in the audit log.
			`INSERT INTO vouchers (subject, actor) SELECT DISTINCT subject, actor FROM audit_log
				WHERE act IN ('keyAdded', 'personCertified') ON CONFLICT DO NOTHING`,
		],
	},
	{
		version: 11,
		statements: [
			`CREATE TABLE IF NOT EXISTS closings (asset {blob} NOT NULL PRIMARY KEY, issues bigint NOT NULL,
				issued bigint NOT NULL, paid bigint NOT NULL)`,
		],
	},
	{
		version: 12,
		statements: [
			`CREATE TABLE IF NOT EXISTS rail_payments (payment text NOT NULL, kept text NOT NULL,
				sent bigint NOT NULL, version bigint NOT NULL, due_at bigint, PRIMARY KEY (payment))`,
			`CREATE TABLE IF NOT EXISTS rail_inbox (message_id text NOT NULL, payment text NOT NULL,
				content {blob} NOT NULL, PRIMARY KEY (message_id))`,
			`CREATE TABLE IF NOT EXISTS rail_outbox (message_id text NOT NULL, content text NOT NULL,
				PRIMARY KEY (message_id))`,
			"CREATE INDEX IF NOT EXISTS rail_payments_due ON rail_payments (due_at) WHERE due_at IS NOT NULL",
		],
	},
	{
		version: 13,
		statements: [
			`CREATE TABLE IF NOT EXISTS ledger_accounts (account_id {blob} NOT NULL PRIMARY KEY, asset {blob} NOT NULL,
				least bigint, most bigint, debits_pending bigint NOT NULL, debits_posted bigint NOT NULL,
				credits_pending bigint NOT NULL, credits_posted bigint NOT NULL, entries bigint NOT NULL,
				changed_at bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS ledger_transfers (transfer_id {blob} NOT NULL PRIMARY KEY, kind text NOT NULL,
				debit {blob} NOT NULL, credit {blob} NOT NULL, amount bigint NOT NULL, reservation {blob},
				expires_at bigint, reference {blob}, made_at bigint NOT NULL, ending text)`,
			`CREATE TABLE IF NOT EXISTS ledger_entries (account_id {blob} NOT NULL, number bigint NOT NULL,
				transfer_id {blob} NOT NULL, side text NOT NULL, pending bigint NOT NULL, posted bigint NOT NULL,
				balance bigint NOT NULL, made_at bigint NOT NULL, PRIMARY KEY (account_id, number))`,
			`CREATE INDEX IF NOT EXISTS ledger_reservations_due ON ledger_transfers (expires_at)
				WHERE expires_at IS NOT NULL AND ending IS NULL`,
		],
	},
	{
		version: 14,
		statements: [
			"CREATE TABLE IF NOT EXISTS rail_ends (payment text NOT NULL, ended_at bigint NOT NULL, PRIMARY KEY (payment))",
			"CREATE INDEX IF NOT EXISTS rail_ends_by_time ON rail_ends (ended_at, payment)",
			"CREATE INDEX IF NOT EXISTS rail_inbox_by_payment ON rail_inbox (payment)",
			// Which of those that are there have ended is looked up when they would be forgotten.
			"INSERT INTO rail_ends (payment, ended_at) SELECT payment, 0 FROM rail_payments WHERE sent >= 0 ON CONFLICT DO NOTHING",
		],
	},
	{
		version: 15,
		statements: [
			"CREATE TABLE IF NOT EXISTS seal_trees (tree {blob} NOT NULL PRIMARY KEY, version bigint NOT NULL)",
			`CREATE TABLE IF NOT EXISTS seal_pages (tree {blob} NOT NULL, path text NOT NULL, content {blob} NOT NULL,
				PRIMARY KEY (tree, path))`,
		],
	},
	{
		// A row for each transfer, with both of its entries: rows of entries lay anywhere, and each cost a page.
		version: 16,
		statements: [
			`CREATE TABLE IF NOT EXISTS ledger_sums (account_id {blob} NOT NULL PRIMARY KEY, asset {blob} NOT NULL,
				least bigint, most bigint, debits_pending bigint NOT NULL, debits_posted bigint NOT NULL,
				credits_pending bigint NOT NULL, credits_posted bigint NOT NULL, entries bigint NOT NULL,
				entries_before bigint NOT NULL, last_transfer {blob}, changed_at bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS ledger_journal (transfer_id {blob} NOT NULL PRIMARY KEY, kind text NOT NULL,
				debit {blob} NOT NULL, credit {blob} NOT NULL, amount bigint NOT NULL, pending bigint NOT NULL,
				reservation {blob}, expires_at bigint, reference {blob}, made_at bigint NOT NULL,
				debit_number bigint NOT NULL, debit_balance bigint NOT NULL, debit_debits bigint NOT NULL,
				debit_before {blob}, credit_number bigint NOT NULL, credit_balance bigint NOT NULL,
				credit_debits bigint NOT NULL, credit_before {blob})`,
			"CREATE INDEX IF NOT EXISTS ledger_endings ON ledger_journal (reservation) WHERE reservation IS NOT NULL",
			`CREATE TABLE IF NOT EXISTS ledger_marks (account_id {blob} NOT NULL, number bigint NOT NULL,
				transfer_id {blob} NOT NULL, PRIMARY KEY (account_id, number))`,
			"CREATE TABLE IF NOT EXISTS ledger_due (transfer_id {blob} NOT NULL PRIMARY KEY, expires_at bigint NOT NULL)",
			"CREATE INDEX IF NOT EXISTS ledger_due_by_time ON ledger_due (expires_at)",
			`INSERT INTO ledger_sums SELECT account_id, asset, least, most, debits_pending, debits_posted,
				credits_pending, credits_posted, entries, entries,
				(SELECT transfer_id FROM ledger_entries
					WHERE ledger_entries.account_id = ledger_accounts.account_id AND number = entries), changed_at
				FROM ledger_accounts WHERE 1 = 1 ON CONFLICT DO NOTHING`,
			`INSERT INTO ledger_journal SELECT t.transfer_id, t.kind, t.debit, t.credit, t.amount, d.pending,
				t.reservation, t.expires_at, t.reference, t.made_at, d.number, d.balance, d.debits, d.earlier,
				c.number, c.balance, c.debits, c.earlier FROM ledger_transfers AS t, ${linkedEntries} AS d,
				${linkedEntries} AS c WHERE d.transfer_id = t.transfer_id AND d.account_id = t.debit
				AND c.transfer_id = t.transfer_id AND c.account_id = t.credit ON CONFLICT DO NOTHING`,
			`INSERT INTO ledger_marks SELECT account_id, number, transfer_id FROM ledger_entries
				WHERE number % 16 = 0 ON CONFLICT DO NOTHING`,
			`INSERT INTO ledger_due SELECT transfer_id, expires_at FROM ledger_transfers
				WHERE expires_at IS NOT NULL AND ending IS NULL ON CONFLICT DO NOTHING`,
			// Left empty, not dropped: this step may be run again.
			"DELETE FROM ledger_entries",
			"DELETE FROM ledger_transfers",
			"DELETE FROM ledger_accounts",
		],
	},
	{
		version: 17,
		statements: [
			`CREATE TABLE IF NOT EXISTS last_seal (name text NOT NULL PRIMARY KEY, number bigint NOT NULL, hash {blob},
				turn bigint NOT NULL)`,
			"INSERT INTO last_seal (name, number, turn) VALUES ('operator', 0, 0) ON CONFLICT DO NOTHING",
			"CREATE TABLE IF NOT EXISTS seals (number bigint NOT NULL, leaf {blob} NOT NULL, PRIMARY KEY (number))",
			`CREATE TABLE IF NOT EXISTS crossing_agreements (agreement_id {blob} NOT NULL PRIMARY KEY,
				encoded {blob} NOT NULL, open bigint NOT NULL CHECK (open >= 0),
				unsettled bigint NOT NULL CHECK (unsettled >= 0), peer_seal bigint NOT NULL, turn bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS crossings (transfer_id {blob} NOT NULL PRIMARY KEY, agreement_id {blob} NOT NULL,
				quote {blob} NOT NULL, state text NOT NULL, release {blob}, prove_until bigint NOT NULL,
				version bigint NOT NULL)`,
			"CREATE INDEX IF NOT EXISTS crossings_to_prove ON crossings (prove_until)",
			`CREATE TABLE IF NOT EXISTS crossing_proofs (transfer_id {blob} NOT NULL PRIMARY KEY, number bigint NOT NULL,
				state {blob} NOT NULL, proof {blob} NOT NULL)`,
		],
	},
	{
		version: 18,
		statements: [
			`CREATE TABLE IF NOT EXISTS sealing (name text NOT NULL PRIMARY KEY, origin text NOT NULL,
				public_key {blob} NOT NULL, begun_at bigint NOT NULL, cosigned_size bigint NOT NULL, cosigned {blob})`,
			"CREATE TABLE IF NOT EXISTS unsealed (effects_id {blob} NOT NULL PRIMARY KEY, effects {blob} NOT NULL)",
			"CREATE TABLE IF NOT EXISTS seal_places (number bigint NOT NULL, place bigint NOT NULL, PRIMARY KEY (number))",
			"CREATE INDEX IF NOT EXISTS seal_places_by_place ON seal_places (place)",
			`CREATE TABLE IF NOT EXISTS seal_leaves (place bigint NOT NULL, number bigint NOT NULL,
				leaf {blob} NOT NULL, items {blob} NOT NULL, PRIMARY KEY (place))`,
			`CREATE TABLE IF NOT EXISTS seal_items (item_id {blob} NOT NULL, place bigint NOT NULL,
				PRIMARY KEY (item_id, place))`,
			`CREATE TABLE IF NOT EXISTS seal_words (number bigint NOT NULL, witness {blob} NOT NULL, word {blob} NOT NULL,
				PRIMARY KEY (number, witness))`,
			`CREATE TABLE IF NOT EXISTS reserve_words (asset {blob} NOT NULL, holder {blob} NOT NULL,
				held_at bigint NOT NULL, word {blob} NOT NULL, PRIMARY KEY (asset, holder))`,
			`CREATE TABLE IF NOT EXISTS peer_checkpoints (peer {blob} NOT NULL PRIMARY KEY, size bigint NOT NULL,
				hash {blob} NOT NULL)`,
		],
	},
	{
		version: 19,
		statements: [
			`CREATE TABLE IF NOT EXISTS crossing_rule_books (version bigint NOT NULL, encoded {blob} NOT NULL,
				PRIMARY KEY (version))`,
			`CREATE TABLE IF NOT EXISTS crossing_quotes (nonce {blob} NOT NULL PRIMARY KEY, transfer_id {blob} NOT NULL,
				quote {blob} NOT NULL, by_destination {blob} NOT NULL, by_source {blob})`,
			"CREATE INDEX IF NOT EXISTS crossing_quotes_by_transfer ON crossing_quotes (transfer_id)",
			`CREATE TABLE IF NOT EXISTS crossing_peers (peer {blob} NOT NULL PRIMARY KEY, number bigint NOT NULL,
				since bigint)`,
			`CREATE TABLE IF NOT EXISTS crossing_peer_seals (peer {blob} NOT NULL, number bigint NOT NULL,
				shown {blob} NOT NULL, PRIMARY KEY (peer, number))`,
			`CREATE TABLE IF NOT EXISTS crossing_peer_states (transfer_id {blob} NOT NULL PRIMARY KEY,
				number bigint NOT NULL, state {blob} NOT NULL, proof {blob} NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS crossing_untold (transfer_id {blob} NOT NULL PRIMARY KEY, number bigint NOT NULL)`,
			"CREATE INDEX IF NOT EXISTS crossing_untold_by_number ON crossing_untold (number)",
			`CREATE TABLE IF NOT EXISTS crossing_refusals (transfer_id {blob} NOT NULL PRIMARY KEY, code text NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS crossing_amounts (agreement_id {blob} NOT NULL, decides bigint NOT NULL,
				transfer_id {blob} NOT NULL, is_open bigint NOT NULL, credits bigint NOT NULL, crosses bigint NOT NULL,
				PRIMARY KEY (agreement_id, decides, transfer_id))`,
		],
	},
	{
		version: 20,
		statements: [
			`CREATE TABLE IF NOT EXISTS domain_records (record_key {blob} NOT NULL, turn bigint NOT NULL,
				record {blob} NOT NULL, PRIMARY KEY (record_key, turn))`,
		],
	},
	{
		version: 21,
		statements: [
			"CREATE TABLE IF NOT EXISTS freeze_lists (number bigint NOT NULL PRIMARY KEY, encoded {blob} NOT NULL)",
			`CREATE TABLE IF NOT EXISTS frozen_outputs (output_id {blob} NOT NULL PRIMARY KEY, reason text NOT NULL,
				since bigint NOT NULL, case_id {blob} NOT NULL, appeal_until bigint NOT NULL, ends_at bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS freeze_proposals (output_id {blob} NOT NULL PRIMARY KEY, act text NOT NULL,
				reason text NOT NULL, case_id {blob} NOT NULL, appeal_seconds bigint NOT NULL, actor text NOT NULL,
				proposed_at bigint NOT NULL)`,
			`CREATE TABLE IF NOT EXISTS appeals (appeal_id {blob} NOT NULL PRIMARY KEY, frozen {blob} NOT NULL,
				output_id {blob} NOT NULL, encoded {blob} NOT NULL, received_at bigint NOT NULL, verdict text,
				actor text, outcome {blob}, UNIQUE (frozen, output_id))`,
		],
	},
	{
		version: 22,
		statements: [
			`CREATE TABLE IF NOT EXISTS crossing_settlements (agreement_id {blob} NOT NULL, number bigint NOT NULL,
				body {blob} NOT NULL, by_destination {blob} NOT NULL, by_source {blob}, PRIMARY KEY (agreement_id, number))`,
		],
	},
	{
		version: 23,
		statements: [
			`CREATE TABLE IF NOT EXISTS crossing_tokens_in (transfer_id {blob} NOT NULL PRIMARY KEY, state text NOT NULL,
				request {blob} NOT NULL, asks text NOT NULL, receipt text NOT NULL, back {blob} NOT NULL)`,
			"CREATE INDEX IF NOT EXISTS crossing_tokens_in_by_state ON crossing_tokens_in (state)",
			`CREATE TABLE IF NOT EXISTS crossing_tokens_out (account_id {blob} NOT NULL PRIMARY KEY, state text NOT NULL,
				asset {blob} NOT NULL, amount bigint NOT NULL, memo text NOT NULL, expires_at bigint NOT NULL,
				asks text NOT NULL)`,
			"CREATE INDEX IF NOT EXISTS crossing_tokens_out_by_state ON crossing_tokens_out (state)",
		],
	},
	{
		version: 24,
		statements: [
			`CREATE TABLE IF NOT EXISTS crossing_positions (peer {blob} NOT NULL, asset {blob} NOT NULL,
				side text NOT NULL, settlement bigint NOT NULL, owes bigint NOT NULL CHECK (owes >= 0),
				proposed {blob}, PRIMARY KEY (peer, asset))`,
		],
	},
	{
		version: 25,
		statements: [
			`CREATE TABLE IF NOT EXISTS meter_claims (issue_id {blob} NOT NULL, meter {blob} NOT NULL,
				ticks bigint NOT NULL, statement {blob} NOT NULL, PRIMARY KEY (issue_id, meter))`,
		],
	},
	{
		version: 26,
		statements: settleTables,
	},
	{
		version: 27,
		statements: deviceTables,
	},
	{
		version: 28,
		statements: recordedPayments,
		move: moveRecords,
	},
	{
		version: 29,
		statements: managerTables,
		move: findManagers,
	},
	{ version: 30, statements: deviceNonces, move: moveNonces },
	{ version: 31, statements: partyDays },
];

/** Keeps which migrations were applied; made before the first. */
export const versionTable =
	"CREATE TABLE IF NOT EXISTS schema_versions (version bigint NOT NULL PRIMARY KEY, digest {blob} NOT NULL)";
