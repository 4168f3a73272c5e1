/**
 * Status lists: which certificates were revoked or are suspended, in the form of the IETF's Token Status List
 * (draft-ietf-oauth-status-list, section 5.2: CWT), two bits a certificate.
 *
 *   place of a certificate ── / 65,536 ──▶ number of its list ── rest ──▶ index in it
 *
 * Signed by an authority of the operator, so any peer may hand one on. A list follows another by a later `iat`; one
 * that is older, or another of the same second, is refused, as is one that is dated ahead of every clock. What could go wrong: who is kept from news would take a
 * stolen device for good, so lists expire, and whoever judges says how old one may be (`Statuses`).
 */
import { unzlibSync } from "fflate";
import {
	aheadMost_s,
	type Bytes,
	equalBytes,
	type Item,
	isRefusal,
	limits,
	type Refusal,
	refuse,
	toHex,
} from "../codec/index.ts";
import { keyId, parseCwt, type Signer, signCwt, verifyCwt } from "../crypto/index.ts";
import { authorityHintBytes } from "./certificate.ts";
import { hintedKeys } from "./hinted-keys.ts";
import type { Trust, VerifiedCertificate } from "./trust.ts";

/** Certificates a list. */
export const statusesPerList = 65_536;
const bits = 2;
const listBytes = (statusesPerList * bits) / 8;
const mediaType = "application/statuslist+cwt";

/** Claims by number: RFC 8392, and draft-ietf-oauth-status-list. */
const claim = { subject: 2, expiresAt: 4, issuedAt: 6, statusList: 65533 } as const;

const statusNames = ["valid", "revoked", "suspended", "unknown"] as const;
/** 0, 1 and 2 of the draft; 3 is for applications, and says nothing good here */
export type CertificateStatus = (typeof statusNames)[number];

export type StatusList = {
	readonly operator: Bytes;
	readonly number: number;
	readonly issuedAt: number;
	readonly expiresAt: number;
	/** two bits a place, the least significant first; what is beyond the end is valid */
	readonly places: Bytes;
	readonly encoded: Bytes;
};

function subjectOf(url: string, number: number): string {
	return `${url}/v1/status-lists/${number}`;
}

/** `lst`: the places, compressed by ZLIB (RFC 1950). `url`: the operator's, as its trust list says. */
export function signStatusList(
	body: Pick<StatusList, "number" | "issuedAt" | "expiresAt"> & { readonly url: string; readonly lst: Bytes },
	authority: Signer,
): Promise<Bytes> {
	const list = new Map<string, Item>([
		["bits", bits],
		["lst", body.lst],
	]);
	const claims = new Map<number, Item>([
		[claim.subject, subjectOf(body.url, body.number)],
		[claim.expiresAt, body.expiresAt],
		[claim.issuedAt, body.issuedAt],
		[claim.statusList, list],
	]);
	const hint = keyId(authority.key).subarray(0, authorityHintBytes);
	return signCwt(claims, { type: mediaType, keyId: hint, signer: authority });
}

/**
 * The list that `encoded` holds, if an authority of its operator signed it and it counts now. `newest`: the one of that
 * operator and number that counted last. One that is dated ahead would keep out all that are issued until then. Refused
 * as by `readStatusList`, or with `status-list-rollback` or `status-list-expired`.
 */
export function verifyStatusList(
	encoded: Bytes,
	{
		trust,
		newest,
		now,
	}: {
		readonly trust: Trust;
		readonly newest: (operator: Bytes, number: number) => StatusList | null;
		readonly now: number;
	},
): StatusList | Refusal {
	const list = readStatusList(encoded, trust);
	if (isRefusal(list)) return list;
	const { operator, number, issuedAt, expiresAt } = list;
	const before = newest(operator, number);
	if (before !== null && !follows(list, before)) return refuse("status-list-rollback", `${before.issuedAt}`);
	if (issuedAt > now + aheadMost_s) return refuse("status-list-expired", `dated ahead, ${issuedAt}`);
	return expiresAt <= now ? refuse("status-list-expired", `${expiresAt}`) : list;
}

/**
 * As `verifyStatusList`, its times left to the caller: of a list that was verified before it was kept. Refused with the
 * codes of decoding, `issuer-unknown`, `authority-unknown`, `signature-invalid`.
 */
export function readStatusList(encoded: Bytes, trust: Trust): StatusList | Refusal {
	const cwt = parseCwt(encoded, limits.message);
	if (isRefusal(cwt)) return cwt;
	if (cwt.type !== mediaType) return refuse("malformed", "not a status list");
	const read = readClaims(cwt.claims);
	if (isRefusal(read)) return read;
	const place = whose(trust, read.subject);
	if (isRefusal(place)) return place;
	const { operator, number } = place;
	const { keyId: named } = cwt;
	const keys =
		named === null
			? trust.keys(operator, "authority")
			: hintedKeys(trust.operator(operator), "authority", named);
	if (keys.length === 0) return refuse("authority-unknown", "no listed authority has this key id");
	if (!keys.some((key) => verifyCwt(trust.verify, key, cwt)))
		return refuse("signature-invalid", "status list");
	const places = inflated(read.lst);
	if (places === undefined) return refuse("malformed", "a list that does not inflate");
	return { operator, number, issuedAt: read.issuedAt, expiresAt: read.expiresAt, places, encoded };
}

type ReadClaims = {
	readonly subject: string;
	readonly issuedAt: number;
	readonly expiresAt: number;
	readonly lst: Bytes;
};

/** Other claims may stand there, and say nothing here. A list without an end would count for ever: it is none. */
function readClaims(claims: ReadonlyMap<number | string, Item>): ReadClaims | Refusal {
	const [subject, issuedAt, expiresAt, list] = [
		claims.get(claim.subject),
		claims.get(claim.issuedAt),
		claims.get(claim.expiresAt),
		claims.get(claim.statusList),
	];
	if (typeof subject !== "string" || !isTime(issuedAt) || !isTime(expiresAt) || !(list instanceof Map))
		return refuse("malformed", "sub, iat, exp and status_list");
	const lst = (list as ReadonlyMap<string, Item>).get("lst");
	if ((list as ReadonlyMap<string, Item>).get("bits") !== bits || !(lst instanceof Uint8Array))
		return refuse("malformed", "two bits a status");
	return { subject, issuedAt, expiresAt, lst };
}

function isTime(item: Item | undefined): item is number {
	return typeof item === "number" && Number.isSafeInteger(item) && item >= 0;
}

/** The operator of the trust list whose address the subject begins with, and the list's number. */
function whose(
	trust: Trust,
	subject: string,
): { readonly operator: Bytes; readonly number: number } | Refusal {
	const [, url, digits = ""] = /^(.*)\/v1\/status-lists\/(0|[1-9]\d{0,4})$/.exec(subject) ?? [];
	const entry = trust.list.operators.find(
		(listed) => url === listed.url && trust.operator(keyId(listed.root)),
	);
	const number = Number(digits);
	if (entry === undefined || number > 65_535) return refuse("issuer-unknown", "a list of nobody listed");
	return { operator: keyId(entry.root), number };
}

/** At most a whole list: what inflates to more is cut there and refused. */
function inflated(lst: Bytes): Bytes | undefined {
	try {
		const places = unzlibSync(lst, { out: new Uint8Array(listBytes + 1) });
		return places.length > listBytes ? undefined : places;
	} catch {
		return undefined;
	}
}

function follows(list: StatusList, before: StatusList): boolean {
	if (list.issuedAt !== before.issuedAt) return list.issuedAt > before.issuedAt;
	return equalBytes(list.encoded, before.encoded);
}

function statusAt({ places }: StatusList, index: number): CertificateStatus {
	const byte = places[index >> 2] ?? 0;
	return statusNames[(byte >> (bits * (index & 3))) & 3] as CertificateStatus;
}

/** The newest lists, and how old one may be. Values of this type are never changed. */
export class Statuses {
	readonly #lists: ReadonlyMap<string, StatusList>;
	/** seconds since it was issued; none: until it expires */
	readonly #oldest_s: number;

	private constructor(lists: ReadonlyMap<string, StatusList>, oldest_s: number) {
		this.#lists = lists;
		this.#oldest_s = oldest_s;
	}

	static readonly none: Statuses = new Statuses(new Map(), Number.POSITIVE_INFINITY);

	/** With this list, which must come from `verifyStatusList`, in place of the one before. */
	with(list: StatusList): Statuses {
		const key = keyOf(list.operator, list.number);
		return new Statuses(new Map(this.#lists).set(key, list), this.#oldest_s);
	}

	/** These lists, of which none counts that was issued longer ago. */
	notOlderThan(oldest_s: number): Statuses {
		return new Statuses(this.#lists, oldest_s);
	}

	list(operator: Bytes, number: number): StatusList | null {
		return this.#lists.get(keyOf(operator, number)) ?? null;
	}

	/** All that are held, to be handed on. */
	all(): readonly StatusList[] {
		return [...this.#lists.values()];
	}

	/** Whether a list that is held says so of this place, however old it is: none is given again once it was revoked. */
	isRevoked(operator: Bytes, place: number): boolean {
		return this.#statusOf(operator, place) === "revoked";
	}

	#statusOf(operator: Bytes, place: number): CertificateStatus {
		const list = this.list(operator, Math.floor(place / statusesPerList));
		return list === null ? "valid" : statusAt(list, place % statusesPerList);
	}

	/** `device-suspended` where a list that is held says anything but valid of this place, however old it is. */
	refuseSuspended(operator: Bytes, place: number, what: string): Refusal | undefined {
		const status = this.#statusOf(operator, place);
		return status === "valid" ? undefined : refuse("device-suspended", `${what}: ${status}`);
	}

	/** `status-list-expired` where no list of this place counts now. */
	refuseStale(operator: Bytes, place: number, now: number): Refusal | undefined {
		const list = this.list(operator, Math.floor(place / statusesPerList));
		if (list === null) return refuse("status-list-expired", "none is held");
		const isCurrent = now < list.expiresAt && now - list.issuedAt <= this.#oldest_s;
		return isCurrent ? undefined : refuse("status-list-expired", `of ${list.issuedAt}`);
	}
}

function keyOf(operator: Bytes, number: number): string {
	return `${toHex(operator)}/${number}`;
}

/** What lists say of a device and of who answers for it. `isNeeded`: whether none, or an old one, is a refusal too. */
export function refuseStanding(
	{ operatorId, profile: { responsible } }: VerifiedCertificate,
	statuses: Statuses,
	{ now, isNeeded }: { readonly now: number; readonly isNeeded: boolean },
): Refusal | undefined {
	if (responsible === null) return undefined;
	const { status, partyStatus } = responsible;
	const suspended =
		statuses.refuseSuspended(operatorId, status, "this device") ??
		statuses.refuseSuspended(operatorId, partyStatus, "who answers for it");
	if (suspended !== undefined || !isNeeded) return suspended;
	return statuses.refuseStale(operatorId, status, now) ?? statuses.refuseStale(operatorId, partyStatus, now);
}
