/**
 * Trust: a verified trust list made ready for look-ups, with the certificates verified under it.
 *
 * A new list makes a new `Trust` and so an empty cache: nothing stays accepted that a newer list dropped. Freeze lists,
 * which are signed by keys of this list, are given to the new one anew (`freezes`).
 */

import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, toHex } from "../codec/index.ts";
import { keyId, type PublicKey, type SignedType, type Verify, verifySign1 } from "../crypto/index.ts";
import {
	authorityHintBytes,
	type Claims,
	certificate,
	certificateHash,
	certificatePayload,
	type Profile,
} from "./certificate.ts";
import { type Delegated, verifyDelegations } from "./delegation.ts";
import { Freezes } from "./freezes.ts";
import { Statuses } from "./status-list.ts";
import type { AssetDefinition, ListedKey, OperatorEntry, TrustListBody } from "./trust-list.ts";

/** A certificate whose authority is listed and whose signature holds. Only `Trust` makes one. */
export type VerifiedCertificate = {
	readonly verified: "certificate";
	readonly encoded: Bytes;
	readonly hash: Bytes;
	readonly key: PublicKey;
	readonly operatorId: Bytes;
	readonly claims: Claims;
	readonly profile: Profile;
};

export type TrustedOperator = {
	readonly id: Bytes;
	readonly entry: OperatorEntry;
	readonly desk: VerifiedCertificate;
	/** its listed keys with their ids */
	readonly keys: readonly (ListedKey & { readonly id: Bytes })[];
};

type Authority = { readonly id: Bytes; readonly key: PublicKey; readonly operatorId: Bytes };

type SharedSignature = {
	readonly key: PublicKey;
	readonly type: SignedType;
	readonly payload: Bytes;
	readonly signature: Bytes;
};

const cacheEntries = 16_384;

/**
 * Where a parsed object keeps what it was verified to be, for `Trust` alone to see. No copy of the object has it:
 * it is not enumerable. A `WeakMap` would do the same, at a fifth of the whole cost of verifying a token: its
 * entries are walked by every collection of garbage.
 */
const verifiedUnder = Symbol("verified under");
type Marked = { readonly [verifiedUnder]?: { readonly trust: Trust; readonly verified: object } };

export class Trust {
	readonly verify: Verify;
	readonly list: TrustListBody;
	/** what nobody takes, as far as whoever judges under this trust knows; it changes while the trust stands */
	freezes: Freezes = Freezes.none;
	/** which certificates lost their standing, as far as it knows; it changes in the same way */
	statuses: Statuses = Statuses.none;
	readonly #operators = new Map<string, TrustedOperator>();
	readonly #authorities = new Map<string, Authority[]>();
	readonly #certificates = new Map<number, VerifiedCertificate>();
	readonly #shared = new Map<number, SharedSignature>();

	/** `list` must come from `verifyTrustList`. */
	constructor(list: TrustListBody, verify: Verify) {
		this.verify = verify;
		this.list = list;
		for (const entry of list.operators) this.#admit(entry);
	}

	/** An operator whose desk none of its own authorities certified is left out, and they with it. */
	#admit(entry: OperatorEntry): void {
		const id = keyId(entry.root);
		const keys = entry.keys.map((listed) => ({ ...listed, id: keyId(listed.key) }));
		const authorities = keys
			.filter(({ purpose }) => purpose === "authority")
			.map((listed): Authority => ({ id: listed.id, key: listed.key, operatorId: id }));
		const desk = this.#verifyCertificate(entry.desk, authorities);
		if (isRefusal(desk)) return;
		for (const authority of authorities) this.#addAuthority(authority);
		this.#operators.set(toHex(id), { id, entry, desk, keys });
	}

	#addAuthority(authority: Authority): void {
		const hint = hintOf(authority);
		this.#authorities.set(hint, [...(this.#authorities.get(hint) ?? []), authority]);
	}

	operator(id: Bytes): TrustedOperator | undefined {
		return this.#operators.get(toHex(id));
	}

	asset(id: { readonly operator: Bytes; readonly code: string }): AssetDefinition | undefined {
		return this.operator(id.operator)?.entry.assets.find(({ code }) => code === id.code);
	}

	/** Keys that this operator uses, or used, for `purpose`. */
	keys(operatorId: Bytes, purpose: ListedKey["purpose"]): readonly PublicKey[] {
		const listed = this.operator(operatorId)?.keys.filter((entry) => entry.purpose === purpose);
		return listed?.map(({ key }) => key) ?? [];
	}

	/** The verified certificate that `encoded` holds. Dates are left to the caller: they judge the present only. */
	certificate(encoded: Bytes): VerifiedCertificate | Refusal {
		const slot = cacheSlot(encoded);
		const cached = this.#certificates.get(slot);
		if (cached !== undefined && equalBytes(cached.encoded, encoded)) return cached;
		const verified = this.#verifyCertificate(encoded);
		if (!isRefusal(verified)) {
			if (this.#certificates.size >= cacheEntries) this.#certificates.clear();
			this.#certificates.set(slot, verified);
		}
		return verified;
	}

	/** Whether this key signed `payload`, asked once of a signature that many tokens share. */
	verifyShared(key: PublicKey, type: SignedType, payload: Bytes, signature: Bytes): boolean {
		const slot = cacheSlot(signature);
		const known = this.#shared.get(slot);
		const isKnown =
			known !== undefined &&
			known.key === key &&
			known.type === type &&
			equalBytes(known.signature, signature) &&
			equalBytes(known.payload, payload);
		if (isKnown) return true;
		if (!verifySign1(this.verify, key, type, payload, signature)) return false;
		if (this.#shared.size >= cacheEntries) this.#shared.clear();
		this.#shared.set(slot, { key, type, payload, signature });
		return true;
	}

	/** What `parsed` was verified to be under this trust, if that very object was. */
	recall<V extends object>(parsed: object): V | undefined {
		const mark = (parsed as Marked)[verifiedUnder];
		return mark?.trust === this ? (mark.verified as V) : undefined;
	}

	/** `verified` holds for that very object, which must not change; nothing is kept once it is gone. */
	remember<V extends object>(parsed: object, verified: V): V {
		Reflect.defineProperty(parsed, verifiedUnder, { value: { trust: this, verified }, writable: true });
		return verified;
	}

	/**
	 * What a certificate's responsible party allows it, each signature checked once; null where nobody stands behind
	 * it but its holder. Dates and standing are left to the caller.
	 */
	delegated({ operatorId, key, profile }: VerifiedCertificate): Delegated | Refusal | null {
		const { responsible } = profile;
		if (responsible === null) return null;
		const known = this.recall<Delegated>(responsible);
		if (known !== undefined) return known;
		const delegated = verifyDelegations(operatorId, key, responsible.delegations, this.verify);
		return isRefusal(delegated) ? delegated : this.remember(responsible, delegated);
	}

	/** Signatures that `delegated` would cost. */
	costOfDelegated({ profile: { responsible } }: VerifiedCertificate): number {
		const isKnown = responsible === null || this.recall(responsible) !== undefined;
		return isKnown ? 0 : responsible.delegations.length;
	}

	/** Whether verifying `encoded` would cost a signature. */
	hasCached(encoded: Bytes): boolean {
		const cached = this.#certificates.get(cacheSlot(encoded));
		return cached !== undefined && equalBytes(cached.encoded, encoded);
	}

	/** `known`: the authorities that may have signed it; those that the list's operators name without. */
	#verifyCertificate(encoded: Bytes, known?: readonly Authority[]): VerifiedCertificate | Refusal {
		const parsed = parse(certificate, encoded, 1024);
		if (isRefusal(parsed)) return parsed;
		const { claims, signature } = parsed;
		const hint = toHex(claims.authorityHint);
		const hinted = (known ?? this.#authorities.get(hint) ?? []).filter(
			(authority) => hintOf(authority) === hint,
		);
		for (const { id, key, operatorId } of hinted) {
			const payload = certificatePayload(id, claims);
			if (!verifySign1(this.verify, key, "certificate", payload, signature)) continue;
			return {
				verified: "certificate",
				encoded,
				hash: certificateHash(payload),
				key: claims.confirmation.key,
				operatorId,
				claims,
				profile: claims.profile,
			};
		}
		return hinted.length > 0 ? refuse("signature-invalid", "certificate") : refuse("authority-unknown");
	}
}

function hintOf({ id }: Authority): string {
	return toHex(id.subarray(0, authorityHintBytes));
}

/** Six bytes of the signature, as a number: collisions only cost a second look. */
function cacheSlot(encoded: Bytes): number {
	let slot = 0;
	for (let i = Math.max(0, encoded.length - 6); i < encoded.length; i++)
		slot = slot * 256 + (encoded[i] as number);
	return slot;
}

/** Whether a certificate may act now: dates judge the present payer and payee only. */
export function currentlyValid(certificate: VerifiedCertificate, now: number): Refusal | undefined {
	const { notBefore, expiresAt } = certificate.claims;
	if (notBefore !== null && now < notBefore) return refuse("certificate-not-yet-valid");
	return now >= expiresAt ? refuse("certificate-expired") : undefined;
}
