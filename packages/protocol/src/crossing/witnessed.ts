/**
 * Whether a seal is the one of its number: by what witnesses of it signed.
 *
 * A log shows that a leaf stands in it once and for all. It does not keep two leaves from claiming one number: that
 * only whoever follows the seals sees, and an honest witness disputes the second one's place (docs/spec/seals.md,
 * rules 2 to 4). So a word counts whether it cosigns the seal or refuses it for other rules: to end, a seal must be
 * the one of its number. To begin, it must be cosigned, and lately.
 */
import {
	aheadMost_s,
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	toHex,
	union,
} from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import {
	type CosignatureBody,
	type RefusalBody,
	type Seal,
	type SealRule,
	sealCosignature,
	sealHash,
	sealRefusal,
	verifyCosignature,
	verifySealRefusal,
} from "../seal/index.ts";

/** What one witness signed of a seal. */
export const sealWord = union({
	cosignature: [1, record({ word: sealCosignature })],
	broken: [2, record({ word: sealRefusal })],
});
export type SealWord = TypeOf<typeof sealWord>;

/** Whose words count, by the key ids of their keys for seals, and how many of them are needed: at least one. */
export type WitnessPolicy = { readonly witnesses: readonly Bytes[]; readonly least: number };

/**
 * Unix seconds since when enough have cosigned it: of each its latest time, and of those the last that is needed; null
 * where they only agree on its place.
 */
export type Since = number | null;

const placing: readonly SealRule[] = ["operator", "number", "previous"];

/** `quorum-missing` where fewer than needed place this seal at its number. Words of strangers, or others, are passed over. */
export function verifyWords(
	words: readonly SealWord[],
	seal: Seal,
	{ witnesses, least }: WitnessPolicy,
	verify: Verify,
): Since | Refusal {
	const hash = sealHash(seal);
	const isOfIt = ({ operator, number, seal: named }: CosignatureBody | RefusalBody): boolean =>
		equalBytes(operator, seal.operator) && number === seal.number && equalBytes(named, hash);
	let placed = 0;
	const times: number[] = [];
	// Each once, however often a policy names it.
	for (const witness of new Map(witnesses.map((each) => [toHex(each), each])).values()) {
		const spoken = words.map((word) => readWord(word, witness, verify)).filter((body) => !isRefusal(body));
		const own = (spoken as readonly (CosignatureBody | RefusalBody)[]).filter(isOfIt);
		const isPlaced = (body: CosignatureBody | RefusalBody): boolean =>
			!("broken" in body) || !body.broken.some(({ rule }) => placing.includes(rule));
		if (!own.some(isPlaced)) continue;
		placed++;
		const signed = own.flatMap((body) => ("signedAt" in body ? [body.signedAt] : []));
		if (signed.length > 0) times.push(Math.max(...signed));
	}
	if (least < 1 || placed < least) return refuse("quorum-missing", "too few witnesses know this seal");
	return times.sort((a, b) => b - a)[least - 1] ?? null;
}

function readWord(said: SealWord, witness: Bytes, verify: Verify): CosignatureBody | RefusalBody | Refusal {
	switch (said.kind) {
		case "cosignature":
			return verifyCosignature(serialize(sealCosignature, said.word), { verify, witness });
		case "broken":
			return verifySealRefusal(serialize(sealRefusal, said.word), { verify, witness });
		default:
			return said satisfies never;
	}
}

/** For whoever begins: `quorum-missing` where it is not cosigned, `quorum-stale` by the reader's clock. */
export function refuseStale(
	since: Since,
	{ now, freshness }: { readonly now: number; readonly freshness: number },
): Refusal | undefined {
	if (since === null) return refuse("quorum-missing", "too few witnesses found its rules kept");
	return now - since <= freshness && since <= now + aheadMost_s ? undefined : refuse("quorum-stale");
}
