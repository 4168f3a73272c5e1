/**
 * The rules that a seal breaks by what its operator signed alone.
 *
 * Some rules rest on what one witness knows or allows: its clock, whose word on funds counts, how old that may be, what
 * peers have signed. Here each of these is as lenient as any witness could be, so what is broken is broken for all of
 * them. `checkSeal` judges both.
 */
import { keyId, type Verify } from "../crypto/index.ts";
import { type Batch, type BrokenRule, checkSeal, type Seal, type SealRule } from "../seal/index.ts";

/** What happened since the seal before: that one (null: it is the log's first), and every batch between. */
export type Succession = { readonly previous: Seal | null; readonly batches: readonly Batch[] };

/** Rules of a seal that need nothing beside it. */
const alone: readonly SealRule[] = ["order", "sum", "fork-reserve", "reserve-invalid", "reserve-short"];

/** What any witness finds broken; without `since`, what is so whatever was before. */
export function rulesBroken(
	seal: Seal,
	since: Succession | undefined,
	verify: Verify,
): readonly BrokenRule[] {
	if (since !== undefined) return leniently(seal, since, verify);
	const isFirst = seal.number === 1;
	// No seal but the first is without one before.
	const unfounded: readonly BrokenRule[] =
		isFirst === (seal.previous === null) ? [] : [{ rule: "previous", about: null }];
	const found = leniently(seal, { previous: null, batches: [] }, verify);
	return [
		...found.filter(({ rule }) => rule === "order"),
		...unfounded,
		...found.filter(({ rule }) => rule !== "order" && alone.includes(rule)),
	];
}

function leniently(seal: Seal, { previous, batches }: Succession, verify: Verify): readonly BrokenRule[] {
	return checkSeal(seal, {
		operator: previous?.operator ?? seal.operator,
		previous,
		batches,
		verify,
		holders: seal.reserves.map(({ holder }) => keyId(holder)),
		peerWords: seal.positions.map(({ owes, isOwed, ...of }) => ({ ...of, owes: isOwed, isOwed: owes })),
		now: seal.sealedAt,
		maximumAge_s: Number.MAX_SAFE_INTEGER,
		ahead_s: Number.MAX_SAFE_INTEGER,
		reserveAge_s: Number.MAX_SAFE_INTEGER,
	});
}
