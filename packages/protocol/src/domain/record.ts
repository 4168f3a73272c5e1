/**
 * Records: what stands of a quantity, or of a credential's status, in the state map of whoever keeps it.
 *
 *   lot       a quantity with an origin: held ──▶ divided | moved | retired      each an end, and one only
 *   status    of a credential: valid ◀─▶ suspended, either ──▶ revoked           an end, too
 *
 * A map's key is the record's own, its value the record's hash. So a seal shows of one key what it is, and of no
 * other. What is fixed in a record never changes, and what has ended stays as it ended: an operator that shows
 * otherwise in two of its seals is convicted by them (docs/spec/domains.md).
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes32,
	enumeration,
	equalBytes,
	integer,
	list,
	nullable,
	record,
	serialize,
	type TypeOf,
	text,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

/** What a quantity is: minor units of an asset, by its hash, and what they are in words (a project, a harvest). */
const described = { asset: bytes32, subject: text(256) };

/** Parts of one lot at most. */
export const partsMost = 16;

export const lotOrigin = union({
	/** it begins here: one lot of a subject at one keeper */
	made: [1, record({ keeper: bytes32, ...described })],
	/** the part at this place of a lot that was divided */
	part: [2, record({ of: bytes32, place: integer(0, partsMost - 1) })],
	/** what the keeper `from` moved to the keeper `to` */
	arrived: [3, record({ of: bytes32, from: bytes32, to: bytes32 })],
});
export type LotOrigin = TypeOf<typeof lotOrigin>;

export const lotPart = record({ ...described, amount });
export type LotPart = TypeOf<typeof lotPart>;

export const lotEnd = union({
	/** `lost`: minor units that processing took, or that were spoilt */
	divided: [1, record({ parts: list(lotPart, partsMost, 1), lost: amountOrZero })],
	moved: [2, record({ to: bytes32 })],
	/** ended for good, for whom or what */
	retired: [3, record({ beneficiary: text(256) })],
});
export type LotEnd = TypeOf<typeof lotEnd>;

const statusValue = enumeration({ valid: 1, suspended: 2, revoked: 3 });
export type StatusValue = TypeOf<typeof statusValue>;

export const domainRecord = union({
	lot: [
		1,
		record({
			origin: lotOrigin,
			...described,
			amount,
			/** of what arrived: the hash of the seal of `from` that shows it moved */
			shownBy: nullable(bytes32),
			/** null: it is held */
			end: nullable(lotEnd),
		}),
	],
	status: [
		2,
		record({
			credential: bytes32,
			/** of issuer and holder alone, so that a key tells nothing */
			salt: bytes32,
			status: statusValue,
			changedAt: unixSeconds,
		}),
	],
});
export type DomainRecord = TypeOf<typeof domainRecord>;
export type Lot = Extract<DomainRecord, { readonly kind: "lot" }>;
export type Status = Extract<DomainRecord, { readonly kind: "status" }>;

export function lotId(origin: LotOrigin): Bytes {
	return taggedHash("lot", lotOrigin.write(origin));
}

export function statusKey(credential: Bytes, salt: Bytes): Bytes {
	return taggedHash("status", [credential, salt]);
}

/** Under which it stands in the state map. */
export function recordKey(value: DomainRecord): Bytes {
	return value.kind === "lot" ? lotId(value.origin) : statusKey(value.credential, value.salt);
}

/** What stands there. */
export function recordValue(value: DomainRecord): Bytes {
	return taggedHash("record", domainRecord.write(value));
}

export function isSameRecord(a: DomainRecord, b: DomainRecord): boolean {
	return equalBytes(serialize(domainRecord, a), serialize(domainRecord, b));
}

/** Whether it stays as it is, for ever. */
export function hasEnded(value: DomainRecord): boolean {
	return value.kind === "lot" ? value.end !== null : value.status === "revoked";
}
