/**
 * Excess: proof that a device paid more than its responsible party let it, or that a party gave a unit of its budget
 * to two, from signatures alone.
 *
 *   twice      two effective links whose ranges overlap under one count convict the device
 *   beyond     an effective link that counts outside the slice in its owner's certificate convicts the device
 *   short      an effective link that pays others more than it counts convicts the device
 *   given      two delegations of one key that give overlapping slices to two keys convict that key
 *
 * So devices that are offline together exceed a budget only if somebody signed what is shown here. What could go
 * wrong: an honest device accused over what does not count. Change, returns and links to the operator carry no range;
 * what is paid back by them is left out of `short`, which speaks of outputs that are opened to others.
 */
import {
	bytes,
	equalBytes,
	integer,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	union,
} from "../codec/index.ts";
import { keyId, type PublicKey } from "../crypto/index.ts";
import {
	countOf,
	type Delegation,
	lastDelegation,
	lies,
	overlap,
	type Slice,
	type Trust,
	type VerifiedCertificate,
} from "../identity/index.ts";
import { type VerifiedConsumption, verifyConsumed } from "./evidence.ts";
import { consumedOutput, openedOwner } from "./evidence-shape.ts";
import { ownerHash } from "./link.ts";

const encodedCertificate = bytes(1, 1024);

export const excess = union({
	twice: [1, record({ first: consumedOutput, second: consumedOutput })],
	beyond: [2, record({ link: consumedOutput })],
	short: [
		3,
		record({
			link: consumedOutput,
			/** outputs that others own */
			paid: list(record({ index: integer(0, limits.outputs - 1), owner: openedOwner }), limits.outputs, 1),
		}),
	],
	given: [4, record({ first: encodedCertificate, second: encodedCertificate })],
});
export type Excess = TypeOf<typeof excess>;

/** Who exceeded what it was given: the device of a certificate, or whoever delegated by this key. */
export type ExcessConviction = {
	readonly kind: Excess["kind"];
	readonly key: PublicKey;
	/** a certificate of the convicted device; of `given`, one that the key delegated to */
	readonly certificate: VerifiedCertificate;
	/** the number of the budget */
	readonly reset: number;
};

/** Whom `encoded` convicts. `not-evidence` where it convicts nobody. */
export function verifyExcess(encoded: Uint8Array, trust: Trust): ExcessConviction | Refusal {
	const parsed = parse(excess, encoded, limits.evidence);
	if (isRefusal(parsed)) return parsed;
	switch (parsed.kind) {
		case "twice":
			return judgeTwice(parsed, trust);
		case "beyond":
			return judgeBeyond(parsed, trust);
		case "short":
			return judgeShort(parsed, trust);
		case "given":
			return judgeGiven(parsed, trust);
		default:
			return parsed satisfies never;
	}
}

type Of<K extends Excess["kind"]> = Extract<Excess, { readonly kind: K }>;

function judgeTwice({ first, second }: Of<"twice">, trust: Trust): ExcessConviction | Refusal {
	const one = verifyConsumed(first, trust);
	if (isRefusal(one)) return one;
	const other = verifyConsumed(second, trust);
	if (isRefusal(other)) return other;
	if (equalBytes(one.id, other.id)) return refuse("not-evidence", "one link, shown twice");
	const [mine, yours] = [countedBy(one), countedBy(other)];
	if (mine === null || yours === null || mine.count !== yours.count)
		return refuse("not-evidence", "not two links under one count");
	return overlap(mine.spent, yours.spent)
		? convict("twice", one.owner, mine.spent.reset)
		: refuse("not-evidence", "ranges that do not overlap");
}

function judgeBeyond({ link }: Of<"beyond">, trust: Trust): ExcessConviction | Refusal {
	const consumption = verifyConsumed(link, trust);
	if (isRefusal(consumption)) return consumption;
	const counted = countedBy(consumption);
	if (counted === null) return refuse("not-evidence", "a link that counts nothing");
	return counted.slice !== null && lies(counted.spent, counted.slice)
		? refuse("not-evidence", "within its slice")
		: convict("beyond", consumption.owner, counted.spent.reset);
}

function judgeShort({ link, paid }: Of<"short">, trust: Trust): ExcessConviction | Refusal {
	const consumption = verifyConsumed(link, trust);
	if (isRefusal(consumption)) return consumption;
	const { owner, link: body } = consumption;
	const { responsible } = owner.profile;
	if (responsible === null) return refuse("not-evidence", "nobody's device");
	// A return and a link to the operator have no lock, and count nothing.
	if (body.spent === null && body.lock === null) return refuse("not-evidence", "it may be a return");
	let sum = 0n;
	for (const [position, { index, owner: opened }] of paid.entries()) {
		if (position > 0 && index <= (paid[position - 1]?.index ?? 0))
			return refuse("not-evidence", "outputs in order, each once");
		const payee = trust.certificate(opened.certificate);
		if (isRefusal(payee)) return payee;
		const output = body.outputs[index];
		const named = ownerHash(payee.hash, opened.purpose, opened.request);
		if (output === undefined || !equalBytes(output.owner, named))
			return refuse("not-evidence", "another owner");
		if (equalBytes(keyId(payee.key), keyId(owner.key)) || payee.profile.role === "issuer")
			return refuse("not-evidence", "what does not count");
		sum += output.amount;
	}
	const { spent } = body;
	if (sum <= (spent === null ? 0n : spent.to - spent.from))
		return refuse("not-evidence", "no more than it counts");
	return convict("short", owner, spent?.reset ?? lastDelegation(responsible).slice?.reset ?? 0);
}

function judgeGiven({ first, second }: Of<"given">, trust: Trust): ExcessConviction | Refusal {
	const one = delegatesOf(first, trust);
	if (isRefusal(one)) return one;
	const other = delegatesOf(second, trust);
	if (isRefusal(other)) return other;
	if (!equalBytes(one.certificate.operatorId, other.certificate.operatorId))
		return refuse("not-evidence", "budgets of two operators");
	for (const mine of one.given)
		for (const yours of other.given) {
			const isOneGiver = equalBytes(keyId(mine.by), keyId(yours.by));
			if (!isOneGiver || equalBytes(keyId(mine.to), keyId(yours.to))) continue;
			if (mine.slice === null || yours.slice === null || !overlap(mine.slice, yours.slice)) continue;
			const { certificate } = one;
			return { kind: "given", key: mine.by, certificate, reset: mine.slice.reset };
		}
	return refuse("not-evidence", "no unit was given to two");
}

type Given = Pick<Delegation, "by" | "slice"> & { readonly to: PublicKey };

/** Who gave which slice to whom, as a certificate shows it. */
function delegatesOf(
	encoded: Uint8Array,
	trust: Trust,
): { readonly certificate: VerifiedCertificate; readonly given: readonly Given[] } | Refusal {
	const certificate = trust.certificate(encoded);
	if (isRefusal(certificate)) return certificate;
	const delegated = trust.delegated(certificate);
	if (isRefusal(delegated)) return delegated;
	const { responsible } = certificate.profile;
	const given = responsible?.delegations.map(({ by, slice }, depth) => ({
		by,
		slice,
		to: responsible.delegations[depth + 1]?.by ?? certificate.key,
	}));
	return given === undefined ? refuse("not-evidence", "nobody's device") : { certificate, given };
}

type CountedLink = { readonly count: string; readonly spent: Slice; readonly slice: Slice | null };

/** Under which count a link's range stands; null where it has none. */
function countedBy({ owner, link: { spent } }: VerifiedConsumption): CountedLink | null {
	const { responsible } = owner.profile;
	if (responsible === null || spent === null) return null;
	const { slice } = lastDelegation(responsible);
	return { count: countOf(owner, responsible, spent), spent, slice };
}

function convict(kind: Excess["kind"], certificate: VerifiedCertificate, reset: number): ExcessConviction {
	return { kind, key: certificate.key, certificate, reset };
}
