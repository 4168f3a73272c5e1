/**
 * Seals: the numbered leaves of an operator's log that commit to its state.
 *
 *   seal 7 ── batch ── batch ── seal 8 ── batch ── seal 9        each names the one before by its hash
 *
 * A seal says what circulates and what accounts hold, who holds the funds for it, what peers owe and are owed, and up
 * to where each peer's log was seen: whoever rewrites one log contradicts all others. `checkSeal` says which rules it
 * breaks. A seal is signed by nobody: it counts as a leaf under a checkpoint that is.
 */
import {
	amountOrZero,
	type Bytes,
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
	unixSeconds,
} from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";
import { batch } from "./batch.ts";
import { signedReserve } from "./statement.ts";

/** Everything of one asset, ever; minor units. */
export const assetTotals = record({
	asset: bytes32,
	issued: amountOrZero,
	redeemed: amountOrZero,
	refunded: amountOrZero,
	burned: amountOrZero,
	chargedOff: amountOrZero,
	/** in circulation, as tokens */
	outstanding: amountOrZero,
	/** the fork reserve: put in, paid, repaid by culprits, and given up of what they owe */
	forkFunded: amountOrZero,
	forkDrawn: amountOrZero,
	forkRepaid: amountOrZero,
	forkLost: amountOrZero,
	/** of the sum tree of what accounts hold: hash, and sum */
	liabilities: bytes32,
	held: amountOrZero,
});
export type AssetTotals = TypeOf<typeof assetTotals>;

/** What an operator and a peer owe each other of an asset, as of their settlement of this number. */
export const bilateralPosition = record({
	peer: bytes32,
	asset: bytes32,
	settlement: integer(0, Number.MAX_SAFE_INTEGER),
	owes: amountOrZero,
	isOwed: amountOrZero,
});
export type BilateralPosition = TypeOf<typeof bilateralPosition>;

/** The newest checkpoint of a peer's log that its quorum has cosigned: how many leaves, and its hash. */
export const peerCheckpoint = record({
	peer: bytes32,
	size: integer(0, Number.MAX_SAFE_INTEGER),
	hash: bytes32,
});
export type PeerCheckpoint = TypeOf<typeof peerCheckpoint>;

const maximumPeers = 64;

export const seal = record({
	operator: bytes32,
	/** from 1, without gaps */
	number: integer(1, Number.MAX_SAFE_INTEGER),
	/** the hash of the seal before; null in the first */
	previous: nullable(bytes32),
	sealedAt: unixSeconds,
	/** root of the state map */
	state: bytes32,
	/** by asset */
	assets: list(assetTotals, 64),
	/** by asset, then by holder */
	reserves: list(signedReserve, 64),
	/** by peer, then by asset */
	positions: list(bilateralPosition, 2 * maximumPeers),
	/** by peer */
	checkpoints: list(peerCheckpoint, maximumPeers),
});
export type Seal = TypeOf<typeof seal>;

/** What a seal is named by: in the next one, in cosignatures and in refusals. */
export function sealHash(value: Seal): Bytes {
	return taggedHash("seal", seal.write(value));
}

const version = integer(1, Number.MAX_SAFE_INTEGER);

/** Leaves of an operator's log that this page knows; others are `type-unknown`. */
export const logLeaf = union({
	batch: [1, record({ batch })],
	seal: [2, record({ seal })],
	/** a trust list was signed; `hash` is the SHA-256 of what its root signed */
	trustList: [3, record({ version, hash: bytes32 })],
	/** a freeze list was signed; `hash` is that of the list */
	freezeList: [4, record({ number: version, hash: bytes32 })],
	/** an appeal came in */
	appeal: [5, record({ appeal: bytes32 })],
	/** an appeal was decided; `hash` is that of the outcome */
	outcome: [6, record({ appeal: bytes32, hash: bytes32 })],
});
export type LogLeaf = TypeOf<typeof logLeaf>;

/** The bytes that are appended to a log. */
export function serializeLeaf(leaf: LogLeaf): Bytes {
	return serialize(logLeaf, leaf);
}

export function parseLeaf(encoded: Bytes): LogLeaf | Refusal {
	return parse(logLeaf, encoded, limits.entry);
}
