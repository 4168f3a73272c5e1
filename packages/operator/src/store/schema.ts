/**
 * Tables of one operator, as its code sees them; migrations.ts makes them.
 *
 * In the SQL that SQLite, PostgreSQL and engines that shard it share. Keys are 32 bytes made by the client; no serials, foreign keys, triggers or savepoints. What belongs to one
 * issue is keyed by its id first, so that a token family lives on one shard.
 */

import type { CrossingTables } from "./crossing-tables.ts";
import type { DeviceTables } from "./device-tables.ts";
import type { FreezeTables } from "./schema-freezes.ts";
import type { SealSchema } from "./seal-schema.ts";
import type { SettleTables } from "./settle-tables.ts";

type Blob = Uint8Array;

export type Schema = SealSchema &
	FreezeTables &
	CrossingTables &
	SettleTables &
	DeviceTables & {
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
		/** of a meter, what its payee claimed by its deepest preimage: an encoded statement */
		readonly meter_claims: {
			readonly issue_id: Blob;
			readonly meter: Blob;
			readonly ticks: bigint;
			readonly statement: Blob;
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
		/** the certificate of each desk key: the first that was made stands */
		readonly desks: { readonly key_id: Blob; readonly certificate: Blob };
		/** keys that sign certificates, issues and rulings, or did; times in unix seconds */
		readonly signing_keys: {
			readonly purpose: string;
			readonly key_id: Blob;
			readonly public_key: Blob;
			/** the private key, sealed; null where the operator is opened with it */
			readonly sealed: Blob | null;
			readonly listed_at: bigint | number;
			readonly signs_from: bigint | number;
			readonly distrusted_from: bigint | number | null;
			readonly retired_at: bigint | number | null;
		};
		/** asset definitions that were adopted, for ever */
		readonly definitions: {
			readonly code: string;
			readonly version: bigint | number;
			/** encoded `definition` */
			readonly encoded: Blob;
		};
		/** definitions that people sign still, or have signed: without their approvals */
		readonly definition_drafts: {
			readonly definition_id: Blob;
			/** encoded `definitionDraft` with no approvals */
			readonly encoded: Blob;
			readonly proposed_at: bigint | number;
		};
		/** who signed a draft: one signature for each key of management */
		readonly definition_approvals: {
			readonly definition_id: Blob;
			/** as in the audit log */
			readonly actor: string;
			/** encoded `approval` */
			readonly encoded: Blob;
		};
		/** codes of which people stopped the issue */
		readonly issue_stops: { readonly code: string; readonly actor: string; readonly since: bigint | number };
		/** the newest status list of each address */
		readonly status_lists: {
			readonly uri: string;
			readonly issued_at: bigint | number;
			readonly token: string;
		};
		/** assets of which nothing new is paid out: their books did not agree */
		readonly payout_stops: {
			readonly asset: Blob;
			readonly reasons: string;
			readonly since: bigint | number;
		};
		/** counts up with each issue of an asset that has a ceiling: who issues waits for whoever did before */
		readonly issue_turns: { readonly asset: Blob; readonly turn: bigint };
		readonly idempotency_keys: {
			readonly scope: string;
			readonly idempotency_key: string;
			/** hash of what the key was first used with */
			readonly content: Blob;
			readonly bound_at: bigint | number;
		};
		readonly api_keys: {
			readonly key_id: string;
			readonly name: string;
			/** separated by spaces */
			readonly roles: string;
			readonly secret_hash: Blob;
			readonly created_at: bigint | number;
			readonly expires_at: bigint | number | null;
			readonly revoked_at: bigint | number | null;
			readonly last_used_at: bigint | number | null;
		};
		/** who vouches for whom, written once: for API keys and for the signing keys of people */
		readonly vouchers: { readonly subject: string; readonly actor: string };
		/** never changed, never deleted from; each entry carries the hash of the one before */
		readonly audit_log: {
			readonly position: bigint | number;
			readonly at: bigint | number;
			readonly actor: string;
			readonly request_id: string;
			readonly act: string;
			readonly subject: string;
			readonly outcome: string;
			readonly detail: string;
			readonly previous: Blob;
			readonly hash: Blob;
		};
		/** where partners are told what happened */
		readonly webhook_endpoints: {
			readonly endpoint_id: Blob;
			readonly url: string;
			readonly description: string;
			/** of the events that it is told, separated by spaces; empty: of every type */
			readonly types: string;
			/** the accounts of which it is told, in hexadecimal, separated by spaces; empty: of everything */
			readonly accounts: string;
			/** why it is told nothing; empty while it is */
			readonly disabled: string;
			/** unix seconds of the first failure since it last took anything */
			readonly failing_since: bigint | number | null;
			/** its secrets are numbered: the newest, and the oldest that still signs, until when */
			readonly secret_number: bigint | number;
			readonly oldest_secret: bigint | number;
			readonly oldest_until: bigint | number;
			readonly created_at: bigint | number;
			/** counts up with each change by people: who changes what another changed meanwhile looks again */
			readonly revision: bigint | number;
		};
		/** what happened, written with it; only what some endpoint is to be told */
		readonly events: {
			readonly event_id: Blob;
			readonly type: string;
			readonly subject: string;
			/** the account that it is about; null where it is about none */
			readonly account: Blob | null;
			/** JSON */
			readonly data: string;
			readonly made_at: bigint | number;
			/** puts events in order, as far as several processes can agree on one */
			readonly position: bigint | number;
		};
		/** one event for one endpoint: the queue */
		readonly deliveries: {
			readonly event_id: Blob;
			readonly endpoint_id: Blob;
			readonly position: bigint | number;
			/** `waiting`, `delivered`, `givenUp` */
			readonly state: string;
			/** unix seconds: when it was put in the queue, when it is due, when it left the queue */
			readonly queued_at: bigint | number;
			readonly next_at: bigint | number;
			readonly ended_at: bigint | number | null;
			/** attempts that were begun; who begins one raises it, and ends only the one of this number */
			readonly tries: bigint | number;
			/** attempts that failed since it was put in the queue */
			readonly failures: bigint | number;
		};
		/** how attempts ended; one whose process died has no row */
		readonly attempts: {
			readonly event_id: Blob;
			readonly endpoint_id: Blob;
			readonly number: bigint | number;
			readonly at: bigint | number;
			readonly took_ms: bigint | number;
			readonly outcome: string;
			/** null where nothing was answered */
			readonly status: bigint | number | null;
		};
		/** of each asset, what was forgotten of its issues: see `closings.ts` */
		readonly closings: {
			readonly asset: Blob;
			readonly issues: bigint;
			readonly issued: bigint;
			readonly paid: bigint;
		};
		/** payments of a system of the account rail, as its machine keeps them (JSON): see `rail/rows.ts` */
		readonly rail_payments: {
			readonly payment: string;
			readonly kept: string;
			/** messages that were sent of it */
			readonly sent: bigint | number;
			/** raised by whoever changes it */
			readonly version: bigint;
			/** milliseconds; null where no time changes anything */
			readonly due_at: bigint | number | null;
		};
		/** payments of it that ended, until they are forgotten: see `rail/forgetting.ts` */
		readonly rail_ends: {
			readonly payment: string;
			/** milliseconds */
			readonly ended_at: bigint | number;
		};
		/** messages that were taken, each once; `content` is the hash of what it said */
		readonly rail_inbox: { readonly message_id: string; readonly payment: string; readonly content: Blob };
		/** messages that are not known to have arrived (JSON) */
		readonly rail_outbox: { readonly message_id: string; readonly content: string };
		/** accounts of a ledger with their sums; `entries_before` is how many entries one had before its last change */
		readonly ledger_sums: {
			readonly account_id: Blob;
			readonly asset: Blob;
			readonly least: bigint | null;
			readonly most: bigint | null;
			readonly debits_pending: bigint;
			readonly debits_posted: bigint;
			readonly credits_pending: bigint;
			readonly credits_posted: bigint;
			readonly entries: bigint | number;
			readonly entries_before: bigint | number;
			readonly last_transfer: Blob | null;
			readonly changed_at: bigint | number;
		};
		/**
		 * transfers that were done, each with its two entries, and never changed. `pending` is the change of what is pending
		 * on both sides; of each side stand the entry's number, balance and debits posted, and the transfer of the entry before
		 */
		readonly ledger_journal: {
			readonly transfer_id: Blob;
			readonly kind: string;
			readonly debit: Blob;
			readonly credit: Blob;
			readonly amount: bigint;
			readonly pending: bigint;
			readonly reservation: Blob | null;
			readonly expires_at: bigint | number | null;
			readonly reference: Blob | null;
			readonly made_at: bigint | number;
			readonly debit_number: bigint | number;
			readonly debit_balance: bigint;
			readonly debit_debits: bigint;
			readonly debit_before: Blob | null;
			readonly credit_number: bigint | number;
			readonly credit_balance: bigint;
			readonly credit_debits: bigint;
			readonly credit_before: Blob | null;
		};
		/** which transfer made every sixteenth entry of an account */
		readonly ledger_marks: {
			readonly account_id: Blob;
			readonly number: bigint | number;
			readonly transfer_id: Blob;
		};
		/** reservations that are open and have a time limit */
		readonly ledger_due: { readonly transfer_id: Blob; readonly expires_at: bigint | number };
		/** how often the operator was started, in one row: by it an older copy is known */
		readonly starts: { readonly name: string; readonly count: bigint };
		/** the migrations that were applied, each once; `digest` is of its statements */
		readonly schema_versions: { readonly version: bigint | number; readonly digest: Blob };
	};
