/**
 * Delegations: a responsible party's word that a key acts for it, for these purposes, within these limits, until then.
 *
 *   company ──delegation──▶ site ──delegation──▶ robot's key
 *
 * They stand in the device's certificate, outermost first, at most four. Each is signed over the key that it is given
 * to, and allows no more than the one before. The operator certifies the device over all of them, so whoever has the
 * certificate has the whole proof, offline.
 *
 * The *slice* is the device's part of the party's budget, as a range of it: `reset` is the number under which the
 * operator granted that budget, once. A device counts what it pays inside its slice, and a party gives no unit of a
 * budget to two. What could go wrong, a range used twice or a unit given twice, is proved by two signatures
 * (`token/excess.ts`).
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes,
	bytes32,
	encodeItem,
	integer,
	list,
	mapped,
	nullable,
	type Refusal,
	record,
	refuse,
	type Shape,
	type TypeOf,
	text,
	toHex,
	unixSeconds,
} from "../codec/index.ts";
import {
	coseKey,
	keyId,
	type PublicKey,
	type Signer,
	signature,
	taggedHash,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";

/** Delegations a device. */
export const mostDelegations = 4;

/** A key in as few bytes as hold it: 32 are Ed25519, 33 a compressed point of P-256; what is none signs nothing. */
const shortKey: Shape<PublicKey> = mapped(
	bytes(32, 33),
	(value): PublicKey => ({ suite: value.length === 32 ? "Ed25519" : "ES256", bytes: value }),
	(key) => key.bytes,
);

/** Units `from` up to `to`, that one not included, of the budget granted under `reset`: a slice, or spent of one. */
export const spent = record({ reset: integer(0, 2 ** 32), from: amountOrZero, to: amount });
export type Slice = TypeOf<typeof spent>;

const terms = {
	/** purposes of requests that may be paid; null: any */
	purposes: nullable(list(text(32), 8, 1)),
	/** minor units a payment; null: as much as the slice */
	perTransfer: nullable(amount),
	/** null: pays nothing */
	slice: nullable(spent),
	until: unixSeconds,
};
const termsRecord = record(terms);
export type DelegationTerms = TypeOf<typeof termsRecord>;

/** `by` is who delegates; to whom, the next one says, and after the last one the certificate. */
export const delegation = record({ by: shortKey, ...terms, signature });
export type Delegation = TypeOf<typeof delegation>;

/** What binds a device to who answers for it. */
export const bound = record({
	/** to who the responsible party is: see `partyCommitment` */
	commitment: bytes32,
	/** places in the operator's status lists: of this certificate, and of the party */
	status: integer(0, 2 ** 32 - 1),
	partyStatus: integer(0, 2 ** 32 - 1),
	delegations: list(delegation, mostDelegations, 1),
});
export type Bound = TypeOf<typeof bound>;

/** What a device may do, which is what its last delegation says. */
export type Delegated = DelegationTerms & { readonly party: PublicKey };

/**
 * To who a responsible party is: `name`, as its operator knows it. `opening`, 32 random bytes that the operator keeps,
 * hides it: nobody finds the name by trying names, and whoever is told both can check it.
 */
export function partyCommitment(name: string, opening: Bytes): Bytes {
	return taggedHash("party", [name, opening]);
}

/** What the delegator signs: with whose operator, who, to whom, and what. */
export function delegationPayload(
	operator: Bytes,
	by: PublicKey,
	to: PublicKey,
	value: DelegationTerms,
): Bytes {
	return encodeItem([operator, coseKey.write(by), coseKey.write(to), termsRecord.write(value)]);
}

/** `operator`: with whom the device is enrolled; `to`: the device's key, or who delegates on. */
export async function signDelegation(
	operator: Bytes,
	to: PublicKey,
	value: DelegationTerms,
	signer: Signer,
): Promise<Delegation> {
	const payload = delegationPayload(operator, signer.key, to, value);
	return { by: signer.key, ...value, signature: await signer.sign("delegation", payload) };
}

/**
 * What these delegations allow the device of this key.
 *
 * Refused with `delegation-invalid` where one is wider than the one before or signed by another.
 */
export function verifyDelegations(
	operator: Bytes,
	device: PublicKey,
	delegations: readonly Delegation[],
	verify: Verify,
): Delegated | Refusal {
	let outer: Delegation | undefined;
	for (const [depth, inner] of delegations.entries()) {
		const wider = outer && widerThan(outer, inner);
		if (wider !== undefined) return refuse("delegation-invalid", `${depth}: ${wider}`);
		if (inner.slice !== null && inner.slice.from >= inner.slice.to)
			return refuse("delegation-invalid", `${depth}: an empty slice`);
		const payload = delegationPayload(operator, inner.by, delegations[depth + 1]?.by ?? device, inner);
		if (!verifySign1(verify, inner.by, "delegation", payload, inner.signature))
			return refuse("delegation-invalid", `${depth}: its delegator did not sign it`);
		outer = inner;
	}
	const party = delegations[0]?.by;
	if (outer === undefined || party === undefined || delegations.length > mostDelegations)
		return refuse("delegation-invalid", "one to four delegations bind a device");
	const { purposes, perTransfer, slice, until } = outer;
	return { party, purposes, perTransfer, slice, until };
}

/** In what `inner` allows more than `outer`. */
function widerThan(outer: Delegation, inner: Delegation): string | undefined {
	if (inner.until > outer.until) return "longer";
	if (outer.perTransfer !== null && (inner.perTransfer === null || inner.perTransfer > outer.perTransfer))
		return "more a payment";
	const { purposes } = outer;
	if (purposes !== null && (inner.purposes?.some((named) => !purposes.includes(named)) ?? true))
		return "other purposes";
	return inner.slice === null || (outer.slice !== null && lies(inner.slice, outer.slice))
		? undefined
		: "more of the budget";
}

/** Whether `inner` is a part of `outer`. */
export function lies(inner: Slice, outer: Slice): boolean {
	return inner.reset === outer.reset && inner.from >= outer.from && inner.to <= outer.to;
}

/** Whether some unit is in both. */
export function overlap(one: Slice, other: Slice): boolean {
	return one.reset === other.reset && one.from < other.to && other.from < one.to;
}

/** The delegation that was given to the device itself. */
export function lastDelegation({ delegations }: Bound): Delegation {
	return delegations.at(-1) as Delegation;
}

/**
 * Under which count a key spends a slice: one for each operator, key, party and reset, whatever certificates it has had.
 * Two links that overlap under one count prove the excess.
 */
export function countOf(
	{ operatorId, key }: { readonly operatorId: Bytes; readonly key: PublicKey },
	{ delegations }: Bound,
	{ reset }: Slice,
): string {
	const party = delegations[0]?.by as PublicKey;
	return toHex(taggedHash("count", [operatorId, keyId(key), keyId(party), reset]));
}
