/**
 * Attestation: what a maker signed of a device's key, and the assurance level that follows.
 *
 * Evidence is an Android key attestation, which an operator alone verifies, or an Entity Attestation Token (EAT, RFC
 * 9711) as a COSE-signed CWT, under a maker's key that the operator pinned with the level that this maker's devices
 * deserve. The token must be fresh (`eat_nonce`), about this very key (`cnf`, RFC 8747), for this operator where it names
 * one (`aud`), and of a device that nobody debugs (`dbgstat`). Whatever else it is, or none, gives the lowest level and
 * says why: an operator enrols such a device with small limits, or not at all.
 *
 * Whether an earlier application had its nonce only the operator knows, which looks there itself.
 */
import {
	type Bytes,
	bytes,
	equalBytes,
	type Item,
	isRefusal,
	list,
	parseItem,
	type Shape,
	type TypeOf,
	toHex,
} from "../codec/index.ts";
import {
	type Cwt,
	coseKey,
	keyId,
	type PublicKey,
	parseCwt,
	type Signer,
	signCwt,
	type Verify,
	verifyCwt,
} from "../crypto/index.ts";
import type { assurance } from "./certificate.ts";

export type Assurance = TypeOf<typeof assurance>;

/** Bytes of evidence. */
export const maximumAttestation = 8_192;

/** Android Key Attestation: X.509 certificates (DER), the key's own first, each signed by the next. */
export const androidChain: Shape<readonly Bytes[]> = list(bytes(1, 4_096), 6, 2);

/** A maker's attestation key, and what its devices' keys are kept in. */
export type Maker = { readonly key: PublicKey; readonly assurance: Assurance };

/** `reason`: why the level is the lowest; null where the evidence proves the level. */
export type Attested = { readonly assurance: Assurance; readonly reason: string | null };

/** What an attestation must be of. `operator`: the id of whom the device enrols with; `now`: unix seconds. */
export type AttestedKey = {
	readonly operator: Bytes;
	readonly key: PublicKey;
	readonly nonce: Bytes;
	readonly now: number;
};

/** Claims by number: RFC 8392, 8747 and 9711. */
const claim = { audience: 3, expiresAt: 4, confirmation: 8, nonce: 10, debugStatus: 263 } as const;
/** RFC 9711, section 4.2.9: 0 is enabled; 1 to 4 are disabled, ever more finally */
const debugDisabled: ReadonlySet<unknown> = new Set([1, 2, 3, 4]);

/** A maker's word to this operator that the key is kept in a device of its own that nobody debugs. `expiresAt`: unix seconds. */
export function signAttestation(
	{ operator, key, nonce, expiresAt }: Omit<AttestedKey, "now"> & { readonly expiresAt: number },
	maker: Signer,
): Promise<Bytes> {
	const claims = new Map<number, Item>([
		[claim.audience, toHex(operator)],
		[claim.expiresAt, expiresAt],
		[claim.confirmation, new Map([[1, coseKey.write(key)]])],
		[claim.nonce, nonce],
		[claim.debugStatus, 1],
	]);
	const means = { type: "application/eat+cwt", keyId: keyId(maker.key).subarray(0, 8), signer: maker };
	return signCwt(claims, means);
}

/** What the evidence proves of `key`. `nonce`: what it must be fresh for. */
export function verifyAttestation(
	evidence: Bytes | null,
	{
		makers,
		verify,
		...attested
	}: AttestedKey & { readonly makers: readonly Maker[]; readonly verify: Verify },
): Attested {
	if (evidence === null) return lowest("no attestation");
	const eat = parseCwt(evidence, maximumAttestation);
	if (isRefusal(eat)) return lowest(unknownFormat);
	const { claims } = eat;
	const maker = makers.find(({ key: pinned }) => verifyCwt(verify, pinned, eat));
	if (maker === undefined) return lowest("no maker that is known here signed the attestation");
	const unfit = unfitClaims(claims, attested);
	if (unfit !== undefined) return lowest(unfit);
	return { assurance: maker.assurance, reason: null };
}

const unknownFormat = "an attestation of a format that is not known here";

/** Why an attestation says nothing of this key, whoever signed it: for who is to hand it on. Undefined where it does. */
export function unfitAttestation(evidence: Bytes, attested: AttestedKey): string | undefined {
	const eat = parseCwt(evidence, maximumAttestation);
	return isRefusal(eat) ? unknownFormat : unfitClaims(eat.claims, attested);
}

function unfitClaims(claims: Cwt["claims"], { operator, key, nonce, now }: AttestedKey): string | undefined {
	if (!isOrHolds(claims.get(claim.nonce), (each) => each instanceof Uint8Array && equalBytes(each, nonce)))
		return "the attestation is for another enrolment";
	if (!isOfKey(claims.get(claim.confirmation), key)) return "the attestation is of another key";
	const audience = claims.get(claim.audience);
	if (audience !== undefined && !isOrHolds(audience, (each) => each === toHex(operator)))
		return "the attestation is for another operator";
	const expiresAt = claims.get(claim.expiresAt);
	if (expiresAt !== undefined && !(typeof expiresAt === "number" && now < expiresAt))
		return "the attestation has expired";
	return debugDisabled.has(claims.get(claim.debugStatus))
		? undefined
		: "the attestation does not say that debugging is disabled";
}

function lowest(reason: string): Attested {
	return { assurance: "software", reason };
}

/** One, or several of which one is: nonces (RFC 9711, section 4.1), and audiences (RFC 8392, section 3.1.3). */
function isOrHolds(item: Item | undefined, is: (each: Item | undefined) => boolean): boolean {
	const shown = Array.isArray(item) ? (item as readonly Item[]) : [item];
	return shown.some(is);
}

function isOfKey(item: Item | undefined, key: PublicKey): boolean {
	const confirmed = item instanceof Map ? parseItem(coseKey, (item.get(1) ?? null) as Item) : undefined;
	return confirmed !== undefined && !isRefusal(confirmed) && equalBytes(keyId(confirmed), keyId(key));
}
