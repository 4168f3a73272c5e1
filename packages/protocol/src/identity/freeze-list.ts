/**
 * Freeze lists: which outputs an operator holds to be acquired by fraud, so that nobody takes what came of them.
 *
 *   entries   outputs that are frozen, and with each everything that descends from it
 *   cleared   outputs further down from which on that no longer counts: their owners took them in good faith
 *
 * Signed by a ruling key of the operator that issued the value: no other word counts for it. Numbered, expiring, and
 * handed on by any peer, as trust lists are. What could go wrong: an old list in place of a newer one (the number),
 * two lists of one number (the second is refused), and no list at all: whoever has held one goes on taking this
 * operator's value under one that has not expired (`Freezes`).
 */
import {
	type Bytes,
	bytes,
	bytes32,
	compareBytes,
	enumeration,
	equalBytes,
	integer,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash } from "../crypto/index.ts";
import { authorityHintBytes } from "./certificate.ts";
import { refuseUnruled, signByRulingKey } from "./hinted-keys.ts";
import type { Trust } from "./trust.ts";

/** so many that every list fits a message, whatever its dates */
export const freezeLimits = { entries: 512, cleared: 512 } as const;

/** Why an output is frozen. */
export const freezeReason = enumeration({
	/** taken from its owner: device, key or passphrase */
	stolen: 1,
	/** paid by somebody who was deceived */
	deceived: 2,
	/** bought with money that was not the buyer's */
	unpaid: 3,
	/** the word of a court or an authority */
	ordered: 4,
});

export const freezeEntry = record({
	/** what was acquired by fraud: from here on down everything is frozen */
	output: bytes32,
	reason: freezeReason,
	since: unixSeconds,
	/** names the case in the operator's files, to holders and to courts */
	case: bytes32,
	/** until then whoever owns something frozen by it may appeal */
	appealUntil: unixSeconds,
});
export type FreezeEntry = TypeOf<typeof freezeEntry>;

const freezeListBody = record({
	/** whose value it is */
	operator: bytes32,
	number: integer(1, Number.MAX_SAFE_INTEGER),
	issuedAt: unixSeconds,
	expiresAt: unixSeconds,
	/** by output */
	entries: list(freezeEntry, freezeLimits.entries),
	/** in order */
	cleared: list(bytes32, freezeLimits.cleared),
});
export type FreezeListBody = TypeOf<typeof freezeListBody>;

export const freezeList = record({ body: freezeListBody, keyHint: bytes(authorityHintBytes), signature });

/** What names a list: in the operator's log, and where two of one number are told apart. */
export function freezeListHash(body: FreezeListBody): Bytes {
	return taggedHash("freeze-list", freezeListBody.write(body));
}

/** `signer`: the operator's ruling key. */
export async function signFreezeList(body: FreezeListBody, signer: Signer): Promise<Bytes> {
	const payload = serialize(freezeListBody, body);
	return serialize(freezeList, { body, ...(await signByRulingKey("freeze-list", payload, signer)) });
}

/**
 * The list that `encoded` holds, if a ruling key of its operator signed it and it has not expired.
 *
 * `newest`: the one of that operator that counted last, null where none did. Refused with `issuer-unknown`,
 * `authority-unknown`, `signature-invalid`, `malformed`, `freeze-list-rollback`, `freeze-list-expired`.
 */
export function verifyFreezeList(
	encoded: Bytes,
	{
		trust,
		newest,
		now,
	}: {
		readonly trust: Trust;
		readonly newest: (operator: Bytes) => FreezeListBody | null;
		readonly now: number;
	},
): FreezeListBody | Refusal {
	const signed = parse(freezeList, encoded);
	if (isRefusal(signed)) return signed;
	const { body } = signed;
	const operator = trust.operator(body.operator);
	if (operator === undefined) return refuse("issuer-unknown");
	const payload = serialize(freezeListBody, body);
	const unruled = refuseUnruled(operator, "freeze-list", payload, signed, trust.verify);
	if (unruled !== undefined) return unruled;
	if (!isInOrder(body)) return refuse("malformed", "a freeze list is in order, and says nothing twice");
	const before = newest(body.operator);
	if (before !== null && !follows(body, before)) return refuse("freeze-list-rollback", `${before.number}`);
	return body.expiresAt <= now ? refuse("freeze-list-expired", `${body.expiresAt}`) : body;
}

/** Both parts ascend, and nothing stands in both. */
function isInOrder({ entries, cleared }: FreezeListBody): boolean {
	const outputs = entries.map(({ output }) => output);
	return ascends(outputs) && ascends(cleared) && ascends([...outputs, ...cleared].sort(compareBytes));
}

/** A list of a higher number, or the very same one. */
function follows(body: FreezeListBody, before: FreezeListBody): boolean {
	if (body.number !== before.number) return body.number > before.number;
	return equalBytes(freezeListHash(body), freezeListHash(before));
}

function ascends(ids: readonly Bytes[]): boolean {
	return ids.every((id, i) => i === 0 || compareBytes(ids[i - 1] as Bytes, id) < 0);
}
