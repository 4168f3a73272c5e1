/**
 * Files that convict a log of what it signed: two views, a history rewritten, a seal that breaks a rule, two seals of
 * one number, a payment decided too late or twice, a record that ended twice.
 *
 * Each holds what the log's own key has signed, and what leads there by hashes. Nothing in it rests on the word of
 * whoever made the file. The numbers of the kinds go on from those of evidence against holders (`token/evidence.ts`).
 */
import {
	type Bytes,
	bytes,
	bytes32,
	integer,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	union,
} from "../codec/index.ts";
import { crossingState, logProof, quote } from "../crossing/index.ts";
import { domainRecord } from "../domain/index.ts";
import { entryBytes, rangeProofHashes } from "../log/index.ts";
import { seal, stateProof } from "../seal/index.ts";

/** A note (docs/spec/log.md). */
const note = bytes(1, 32_768);
/** A leaf, as it stands in the log. */
const leafBytes = bytes(1, entryBytes);
const place = integer(0, Number.MAX_SAFE_INTEGER);

/** By its hash alone (RFC 6962): what the entry says plays no part. */
export const loggedHash = record({ hash: bytes32, log: logProof });
export type LoggedHash = TypeOf<typeof loggedHash>;

export const loggedLeaf = record({ leaf: leafBytes, log: logProof });
export type LoggedLeaf = TypeOf<typeof loggedLeaf>;

/** What a logged seal shows of a transfer. */
export const loggedState = record({
	/** null: the seal shows none */
	state: nullable(crossingState),
	leaf: leafBytes,
	proof: stateProof,
	log: logProof,
});
export type LoggedState = TypeOf<typeof loggedState>;

/** What a logged seal shows of a record. */
export const loggedRecord = record({
	/** null: the seal shows none under the proof's key */
	record: nullable(domainRecord),
	leaf: leafBytes,
	proof: stateProof,
	log: logProof,
});
export type LoggedRecord = TypeOf<typeof loggedRecord>;

/** What a seal of another keeper shows, which the record of an arrival names by its hash. */
export const namedSource = record({ record: nullable(domainRecord), seal, proof: stateProof });
export type NamedSourceFile = TypeOf<typeof namedSource>;

/** Leaves between two seals, and both. */
export const leavesMost = 2048;

export const misbehaviour = union({
	/** two roots of one size */
	splitView: [4, record({ first: note, second: note })],
	/** two entries of one place */
	rewriting: [5, record({ first: loggedHash, second: loggedHash })],
	/** the seal before, every leaf between, and the seal that breaks a rule: side by side from `from` on */
	brokenRule: [
		6,
		record({
			checkpoint: note,
			from: place,
			leaves: list(leafBytes, leavesMost, 1),
			proof: list(bytes32, rangeProofHashes),
		}),
	],
	/** two seals of one number */
	twoSeals: [7, record({ first: loggedLeaf, second: loggedLeaf })],
	/** a payment across operators: what seals of one operator show of it, against its quote */
	brokenDecision: [8, record({ quote, shown: list(loggedState, 2, 1) })],
	/** a record that ended twice, changed, or never came: what seals of one operator show under one key */
	brokenRecord: [9, record({ shown: list(loggedRecord, 2, 1), source: nullable(namedSource) })],
});
export type Misbehaviour = TypeOf<typeof misbehaviour>;

export function serializeMisbehaviour(value: Misbehaviour): Bytes {
	return serialize(misbehaviour, value);
}

export function parseMisbehaviour(encoded: Bytes): Misbehaviour | Refusal {
	return parse(misbehaviour, encoded, limits.evidence);
}
