/**
 * Where a lot comes from and what became of it, from hand to hand, as one file that is verified offline.
 *
 *   made ── divided ─▶ part ── moved ─▶ arrived, at another keeper ── divided ─▶ part ── retired
 *     └── each as a witnessed seal of its keeper shows it; each next one is named by the one before ──┘
 *
 * Whoever claims to hold or to have retired something that a keeper before it never gave away has no such file. One
 * that ends in a retirement is its certificate.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import type { WitnessedLog } from "../crossing/index.ts";
import type { Verify } from "../crypto/index.ts";
import { type Lot, lotId } from "./record.ts";
import { shownRecord, type VerifiedRecord, verifyShownRecord } from "./shown-record.ts";

export const lotTrace = record({
	/** from where it began to the lot itself */
	steps: list(record({ keeper: bytes32, shown: shownRecord }), 64, 1),
});
export type LotTrace = TypeOf<typeof lotTrace>;

export type TraceKeys = {
	readonly verify: Verify;
	/** undefined where this keeper's log is not known */
	readonly logOf: (keeper: Bytes) => WitnessedLog | undefined;
};

export type TracedLot = { readonly lot: Lot; readonly at: VerifiedRecord };

/** Nothing but `verifyTrace` makes one. */
export type VerifiedTrace = {
	readonly verified: "trace";
	/** the first began at its keeper */
	readonly steps: readonly [TracedLot, ...TracedLot[]];
	/** the lot itself, at the keeper that has it */
	readonly last: TracedLot;
};

export function serializeTrace(trace: LotTrace): Bytes {
	return serialize(lotTrace, trace);
}

/**
 * Every step of a lot: or the refusals of `verifyShownRecord`; `authority-unknown` where a keeper's log is not known,
 * `quorum-missing` where a seal was not cosigned, `proof-invalid` where a step does not follow from the one before.
 */
export function verifyTrace(encoded: Bytes, { verify, logOf }: TraceKeys): VerifiedTrace | Refusal {
	const file = parse(lotTrace, encoded, limits.evidence);
	if (isRefusal(file)) return file;
	const steps: TracedLot[] = [];
	for (const { keeper, shown } of file.steps) {
		const log = logOf(keeper);
		if (log === undefined) return refuse("authority-unknown", "the log of a keeper is not known");
		const at = verifyShownRecord(shown, keeper, log, verify);
		if (isRefusal(at)) return at;
		if (at.record?.kind !== "lot") return refuse("proof-invalid", "a seal that shows no lot");
		if (at.since === null) return refuse("quorum-missing", "too few witnesses found the seal's rules kept");
		const step = { lot: at.record, at };
		if (!follows(steps.at(-1), step))
			return refuse("proof-invalid", `step ${steps.length + 1} follows from nothing`);
		steps.push(step);
	}
	const [first, ...rest] = steps as [TracedLot, ...TracedLot[]];
	return { verified: "trace", steps: [first, ...rest], last: rest.at(-1) ?? first };
}

function follows(before: TracedLot | undefined, { lot, at }: TracedLot): boolean {
	const { origin } = lot;
	if (before === undefined)
		return (
			origin.kind === "made" &&
			equalBytes(origin.keeper, at.operator) &&
			isSame(lot, { ...origin, amount: lot.amount })
		);
	if (origin.kind === "made" || !equalBytes(origin.of, lotId(before.lot.origin))) return false;
	const { end } = before.lot;
	const from = before.at.operator;
	switch (origin.kind) {
		case "part": {
			const part = end?.kind === "divided" ? end.parts[origin.place] : undefined;
			return equalBytes(from, at.operator) && part !== undefined && isSame(lot, part);
		}
		case "arrived":
			return (
				end?.kind === "moved" &&
				equalBytes(end.to, at.operator) &&
				equalBytes(origin.from, from) &&
				equalBytes(origin.to, at.operator) &&
				isSame(lot, before.lot)
			);
		default:
			return origin satisfies never;
	}
}

type Described = Pick<Lot, "asset" | "subject" | "amount">;

function isSame(a: Described, b: Described): boolean {
	return equalBytes(a.asset, b.asset) && a.subject === b.subject && a.amount === b.amount;
}
