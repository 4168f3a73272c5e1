/**
 * Whom a file of misbehaviour convicts: whoever holds the key of a log, by what that key signed.
 *
 *   what is wrong ──hash──▶ leaf ──path──▶ root ──▶ checkpoint ◀──signs── the log's key, which the reader names
 *
 * Cosignatures and other lines of strangers are passed over. What does not hold together proves nothing, whoever is to
 * blame for that: a proof that fails convicts nobody, since anyone can attach one.
 */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { type LogProof, openState, transferId } from "../crossing/index.ts";
import { leafHash, type Verify } from "../crypto/index.ts";
import { openRecord } from "../domain/index.ts";
import {
	contradict,
	type LogKeys,
	openCheckpoint,
	type VerifiedCheckpoint,
	verifyInclusion,
	verifyRange,
} from "../log/index.ts";
import { type BrokenRule, type LogLeaf, parseLeaf, type Seal, sealHash } from "../seal/index.ts";
import { type Breach, breachOf } from "./decision.ts";
import {
	type LoggedHash,
	type LoggedLeaf,
	type Misbehaviour,
	type NamedSourceFile,
	parseMisbehaviour,
} from "./file.ts";
import { type NamedSource, type RecordBreach, recordBreach, type SealedRecord } from "./record.ts";
import { rulesBroken, type Succession } from "./rules.ts";

/** The log whose misbehaviour it is, by its keys, with what it did. */
export type MisbehaviourConviction = { readonly origin: string } & (
	| { readonly kind: "splitView"; readonly size: number; readonly roots: readonly Bytes[] }
	| { readonly kind: "rewriting"; readonly index: number; readonly sizes: readonly number[] }
	| ({ readonly kind: "brokenRule"; readonly broken: readonly BrokenRule[] } & SealName)
	| ({ readonly kind: "twoSeals"; readonly seals: readonly Bytes[] } & SealName)
	| {
			readonly kind: "brokenDecision";
			readonly operator: Bytes;
			readonly transfer: Bytes;
			readonly decides: number;
			readonly breach: Breach;
	  }
	| {
			readonly kind: "brokenRecord";
			readonly operator: Bytes;
			/** of the record, in the state map */
			readonly key: Bytes;
			readonly numbers: readonly number[];
			readonly breach: RecordBreach;
	  }
);

/** As the log's own seals name their operator. */
type SealName = { readonly operator: Bytes; readonly number: number };

type Judge = {
	readonly keys: LogKeys;
	readonly verify: Verify;
};

const innocent = (detail: string): Refusal => refuse("not-evidence", detail);

/**
 * Whom it convicts, of what; or the refusals of `parse`, of `openCheckpoint` and `parseLeaf`, `not-logged`,
 * `proof-invalid` where a state map shows something else, and `not-evidence` where all holds and nothing is wrong.
 */
export function verifyMisbehaviour(
	encoded: Bytes,
	{ origin, keys }: LogKeys,
	verify: Verify,
): MisbehaviourConviction | Refusal {
	const file = parseMisbehaviour(encoded);
	if (isRefusal(file)) return file;
	// Witnesses are left out: a stranger's cosignature that does not hold must not spoil a case.
	return judge(file, { keys: { origin, keys }, verify });
}

function judge(file: Misbehaviour, by: Judge): MisbehaviourConviction | Refusal {
	switch (file.kind) {
		case "splitView":
			return judgeViews(file, by);
		case "rewriting":
			return judgeRewriting(file, by);
		case "brokenRule":
			return judgeRule(file, by);
		case "twoSeals":
			return judgeSeals(file, by);
		case "brokenDecision":
			return judgeDecision(file, by);
		case "brokenRecord":
			return judgeRecord(file, by);
		default:
			return file satisfies never;
	}
}

type Of<K extends Misbehaviour["kind"]> = Extract<Misbehaviour, { readonly kind: K }>;

function judgeViews(file: Of<"splitView">, { keys, verify }: Judge): MisbehaviourConviction | Refusal {
	const first = openCheckpoint(file.first, keys, verify);
	if (isRefusal(first)) return first;
	const second = openCheckpoint(file.second, keys, verify);
	if (isRefusal(second)) return second;
	if (!contradict(first, second)) return innocent("two checkpoints that may both be of one log");
	const { origin, size } = first;
	return { kind: "splitView", origin, size, roots: [first.root, second.root] };
}

/** The path leads from one place only, so each root has one entry there (RFC 9162 section 2.1.3.2). */
function judgeRewriting({ first, second }: Of<"rewriting">, by: Judge): MisbehaviourConviction | Refusal {
	const [one, other] = [openHash(first, by), openHash(second, by)];
	if (isRefusal(one)) return one;
	if (isRefusal(other)) return other;
	const { index } = first.log;
	if (index !== second.log.index) return innocent("entries of two places");
	if (equalBytes(first.hash, second.hash)) return innocent("one entry");
	return { kind: "rewriting", origin: one.origin, index, sizes: [one.size, other.size] };
}

function openHash({ hash, log }: LoggedHash, by: Judge): VerifiedCheckpoint | Refusal {
	return openLogged(hash, log, by);
}

function openLogged(
	hash: Bytes,
	{ checkpoint: note, index, path }: LogProof,
	{ keys, verify }: Judge,
): VerifiedCheckpoint | Refusal {
	const checkpoint = openCheckpoint(note, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	return verifyInclusion(hash, index, checkpoint.size, path, checkpoint.root)
		? checkpoint
		: refuse("not-logged", `entry ${index} of ${checkpoint.size}`);
}

function judgeRule(
	{ checkpoint: note, from, leaves, proof }: Of<"brokenRule">,
	{ keys, verify }: Judge,
): MisbehaviourConviction | Refusal {
	const checkpoint = openCheckpoint(note, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	if (!verifyRange(leaves, from, checkpoint, proof))
		return refuse("not-logged", `entries from ${from} of ${checkpoint.size}`);
	const read: LogLeaf[] = [];
	for (const leaf of leaves) {
		const parsed = parseLeaf(leaf);
		if (isRefusal(parsed)) return parsed;
		read.push(parsed);
	}
	const last = read.at(-1);
	if (last?.kind !== "seal") return innocent("the last leaf is no seal");
	const since = successionOf(read.slice(0, -1), from);
	if (isRefusal(since)) return since;
	const broken = rulesBroken(last.seal, since, verify);
	if (broken.length === 0) return innocent("a seal that breaks none of its rules");
	const { operator, number } = last.seal;
	return { kind: "brokenRule", origin: checkpoint.origin, operator, number, broken };
}

/**
 * What stands before a seal, from `from` on; undefined where nothing of it is shown. Leaves that are neither batches nor
 * seals change no total.
 */
function successionOf(leaves: readonly LogLeaf[], from: number): Succession | undefined | Refusal {
	const [first, ...rest] = leaves;
	if (first === undefined && from > 0) return undefined;
	const previous = first?.kind === "seal" ? first.seal : null;
	if (previous === null && from > 0) return innocent("neither the seal before nor the log's beginning");
	const between = previous === null ? leaves : rest;
	const batches = between.flatMap((leaf) => (leaf.kind === "batch" ? [leaf.batch] : []));
	if (between.some(({ kind }) => kind === "seal")) return innocent("another seal stands between");
	return { previous, batches };
}

/** Two seals that claim one number: one of them is the seal that others were shown. */
function judgeSeals({ first, second }: Of<"twoSeals">, by: Judge): MisbehaviourConviction | Refusal {
	const [one, other] = [openSeal(first, by), openSeal(second, by)];
	if (isRefusal(one)) return one;
	if (isRefusal(other)) return other;
	const { operator, number } = one;
	if (!equalBytes(operator, other.operator) || number !== other.number)
		return innocent("seals of two operators, or of two numbers");
	const seals = [sealHash(one), sealHash(other)] as const;
	if (equalBytes(...seals)) return innocent("one seal");
	return { kind: "twoSeals", origin: by.keys.origin, operator, number, seals };
}

function openSeal({ leaf, log }: LoggedLeaf, by: Judge): Seal | Refusal {
	const logged = openLogged(leafHash(leaf), log, by);
	if (isRefusal(logged)) return logged;
	const read = parseLeaf(leaf);
	if (isRefusal(read)) return read;
	return read.kind === "seal" ? read.seal : innocent("a leaf that is no seal");
}

/** Who wrote a state under the transfer's id knew the quote, of which the id is the hash. */
function judgeDecision({ quote, shown }: Of<"brokenDecision">, by: Judge): MisbehaviourConviction | Refusal {
	const transfer = transferId(quote);
	const states: { readonly number: number; readonly state: (typeof shown)[number]["state"] }[] = [];
	let operator: Bytes | undefined;
	for (const each of shown) {
		const seal = openSeal(each, by);
		if (isRefusal(seal)) return seal;
		const state = openState(each, transfer, seal.state);
		if (isRefusal(state)) return state;
		if (!equalBytes(operator ?? seal.operator, seal.operator)) return innocent("seals of two operators");
		if (state !== null && !equalBytes(state.transfer, transfer)) return innocent("of another transfer");
		operator = seal.operator;
		states.push({ number: seal.number, state });
	}
	const breach = breachOf(
		quote,
		states.map(({ number, state }) => ({
			number,
			state: state?.state ?? null,
			release: state?.release ?? null,
		})),
	);
	if (operator === undefined || breach === undefined) return innocent("what it showed may all be so");
	return {
		kind: "brokenDecision",
		origin: by.keys.origin,
		operator,
		transfer,
		decides: quote.decides,
		breach,
	};
}

function judgeRecord({ shown, source }: Of<"brokenRecord">, by: Judge): MisbehaviourConviction | Refusal {
	const [first] = shown as readonly [(typeof shown)[number]];
	const { key } = first.proof;
	const sealed: SealedRecord[] = [];
	let operator: Bytes | undefined;
	for (const each of shown) {
		const seal = openSeal(each, by);
		if (isRefusal(seal)) return seal;
		if (!equalBytes(operator ?? seal.operator, seal.operator)) return innocent("seals of two operators");
		if (!equalBytes(each.proof.key, key)) return innocent("records of two keys");
		const record = openRecord(each, seal.state);
		if (isRefusal(record)) return record;
		operator = seal.operator;
		sealed.push({ number: seal.number, record });
	}
	const named = source === null ? null : openSource(source);
	if (isRefusal(named)) return named;
	const breach = recordBreach(sealed, named);
	if (operator === undefined || breach === undefined) return innocent("what it showed may all be so");
	const numbers = sealed.map(({ number }) => number);
	return { kind: "brokenRecord", origin: by.keys.origin, operator, key, numbers, breach };
}

function openSource(source: NamedSourceFile): NamedSource | Refusal {
	const record = openRecord(source, source.seal.state);
	if (isRefusal(record)) return record;
	const { operator } = source.seal;
	return { seal: sealHash(source.seal), operator, key: source.proof.key, record };
}
