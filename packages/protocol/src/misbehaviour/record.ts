/**
 * How a keeper breaks its word on a record, by its own seals alone.
 *
 *   ended-twice   an end, and in a later seal another
 *   changed       what is fixed in a record is another in a later seal
 *   gone          in a later seal it is not there any more
 *   unbalanced    it divided a lot into more or less than the whole
 *   not-moved     it took in what the very seal that it names does not show as moved to it
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { type DomainRecord, hasEnded, isBalanced, isSameRecord, type Lot } from "../domain/index.ts";

export type RecordBreach = "ended-twice" | "changed" | "gone" | "unbalanced" | "not-moved";

/** What the seal of a number shows under one key. */
export type SealedRecord = { readonly number: number; readonly record: DomainRecord | null };

/** What a seal that a record names as the one it came by says of the lot it came from. */
export type NamedSource = {
	readonly seal: Bytes;
	readonly operator: Bytes;
	readonly key: Bytes;
	readonly record: DomainRecord | null;
};

/** Of one or two seals of one operator; undefined where none of its promises is broken. */
export function recordBreach(
	shown: readonly SealedRecord[],
	source: NamedSource | null,
): RecordBreach | undefined {
	const [earlier, later] = [...shown].sort((a, b) => a.number - b.number);
	const lots = shown.flatMap(({ record }) => (record?.kind === "lot" ? [record] : []));
	if (!lots.every(isBalanced)) return "unbalanced";
	if (source !== null && lots.some((lot) => isTakenWithout(lot, source))) return "not-moved";
	if (!earlier?.record || later === undefined || earlier.number === later.number) return undefined;
	if (later.record === null) return "gone";
	if (!isSameRecord(fixedOf(earlier.record), fixedOf(later.record))) return "changed";
	return hasEnded(earlier.record) && !isSameRecord(earlier.record, later.record) ? "ended-twice" : undefined;
}

/** Everything of it that no step changes. */
function fixedOf(value: DomainRecord): DomainRecord {
	return value.kind === "lot" ? { ...value, end: null } : { ...value, status: "valid", changedAt: 0 };
}

/** A seal that is named by its hash says one thing, whoever made it: no signature of its operator is needed. */
function isTakenWithout({ origin, shownBy, asset, subject, amount }: Lot, source: NamedSource): boolean {
	if (origin.kind !== "arrived" || shownBy === null || !equalBytes(shownBy, source.seal)) return false;
	if (!equalBytes(origin.from, source.operator)) return true;
	if (!equalBytes(origin.of, source.key)) return false;
	const { record } = source;
	if (record?.kind !== "lot" || record.end?.kind !== "moved") return true;
	const isMovedHere =
		equalBytes(record.end.to, origin.to) &&
		equalBytes(record.asset, asset) &&
		record.subject === subject &&
		record.amount === amount;
	return !isMovedHere;
}
