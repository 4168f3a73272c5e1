/**
 * Links: one signed transfer that consumes one output and creates one or more.
 *
 * The input's id is always signed and always in the link's id, so a link can never be moved to another
 * output. A locked link without its release is worth nothing to anyone.
 */
import {
	amount,
	type Bytes,
	boolean,
	bytes32,
	bytesOr,
	encodeItem,
	limits,
	list,
	nullable,
	record,
	type TypeOf,
	text,
	tickCountOrZero,
} from "../codec/index.ts";
import { sha256, signature, taggedHash, taggedHashOfEncoded } from "../crypto/index.ts";
import { spent } from "../identity/index.ts";
import { assetId } from "./asset.ts";
import { caveats } from "./condition.ts";
import { type MeterTerms, meterTerms } from "./meter.ts";

export const purpose = nullable(text(32));

/** An amount that one certificate owns. `caveats` are those added here; the input's go on binding. */
export const output = record({ amount, owner: bytes32, caveats });
export type Output = TypeOf<typeof output>;

/** `hash` is SHA-256 of the release; `payeeDecides` marks the non-deciding side of an exchange. */
export const lock = record({ payeeDecides: boolean, hash: bytes32 });
export type Lock = TypeOf<typeof lock>;

/** The other leg of an exchange. */
export const against = record({ asset: assetId, amount });
export type Against = TypeOf<typeof against>;

/**
 * The decider's statement that a lock will never be released, as `after` keeps it. It opens the owner of
 * output 0 of the link that it freed from: without that, an owner could name a decider that never was, and
 * a fork would convict nobody.
 */
export const signedCancel = record({
	lock: bytes32,
	certificate: bytes32,
	purpose,
	request: bytes32,
	signature,
});
export type SignedCancel = TypeOf<typeof signedCancel>;

/** The payee's word, signed, on how many ticks a meter ended at: a Close says it instead of what travels with it. */
export const finalCount = record({ ticks: tickCountOrZero, signature });
export type FinalCount = TypeOf<typeof finalCount>;

export const linkData = bytesOr(bytes32, finalCount);

/** Everything but the input that a link says. */
export const linkBody = record({
	outputs: list(output, limits.outputs, 1),
	lock: nullable(lock),
	/** see `dataHash`; of a Close the payee's final count */
	data: nullable(linkData),
	against: nullable(against),
	after: list(signedCancel, limits.after),
	/** what it takes of its device's slice: no unit of that is ever signed for again (`spent.ts`) */
	spent: nullable(spent),
});
export type LinkBody = TypeOf<typeof linkBody>;

export const signedLink = record({ input: bytes32, body: linkBody });

/** What the owner of `input` signs. */
export function linkPayload(input: Bytes, body: LinkBody): Bytes {
	return encodeItem(signedLink.write({ input, body }));
}

export function linkId(payload: Bytes): Bytes {
	return taggedHashOfEncoded("link", payload);
}

/** `parent` is the id of the issue or link that made the output; an issue makes output 0. */
export function outputId(parent: Bytes, index: number): Bytes {
	return taggedHash("output", [parent, index]);
}

/**
 * Who owns an output: a certificate, under one request. `request` is random for change. Of a metered output, the
 * certificate of its payer, and `meter`.
 */
export function ownerHash(
	certificate: Bytes,
	purpose: string | null,
	request: Bytes,
	meter?: MeterTerms,
): Bytes {
	const owner = [certificate, purpose, request];
	return taggedHash("owner", meter === undefined ? owner : [...owner, meterTerms.write(meter)]);
}

export function lockHash(release: Bytes): Bytes {
	return sha256(release);
}

/** The sum of a link's outputs, in minor units. */
export function sumOf(outputs: readonly { readonly amount: bigint }[]): bigint {
	return outputs.reduce((sum, { amount }) => sum + amount, 0n);
}

/** What a cancel signs: the lock alone, so that it can be given before a counter transfer has arrived. */
export function cancelPayload(lock: Bytes): Bytes {
	return encodeItem([lock]);
}
