/**
 * Verification of a token: walks it once from its issue to its present owner.
 *
 *   issue ──link──▶ output ──link──▶ output … ──link (locked?)──▶ output
 *
 * Each link must be signed by the owner of what it consumes, conserve its amount, keep every rule that binds
 * it, and be effective; only the last may still wait for its release. No clock is read: dates and limits of
 * the present payer and payee are judged by whoever accepts (`acceptable.ts`).
 */
import { type Bytes, equalBytes, isRefusal, limits, parse, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import type { AssetId } from "./asset.ts";
import type { Caveat } from "./condition.ts";
import { type Issue, issueId, verifyIssueProof } from "./issue.ts";
import {
	cancelPayload,
	type LinkBody,
	type Lock,
	linkId,
	linkPayload,
	lockHash,
	outputId,
	ownerHash,
	type SignedCancel,
	sumOf,
} from "./link.ts";
import { type MeterTerms, meterId } from "./meter.ts";
import { finalCountOf, isCountSigned, refuseMetered, refuseSpending } from "./metered.ts";
import { linksAllowed, liveRules, type TransferKind, violations } from "./rules.ts";
import { refuseUncounted } from "./spent.ts";
import { type Hop, lacksRoom, type Opening, type Token, token as tokenShape } from "./token.ts";

/** A metered output's terms, opened. */
export type Meter = {
	/** see `meterId` */
	readonly id: Bytes;
	readonly terms: MeterTerms;
	readonly payee: VerifiedCertificate;
};

/** An opened owner. `meter` is there where the output is metered: then `certificate` is its payer's. */
export type Owner = {
	readonly certificate: VerifiedCertificate;
	readonly purpose: string | null;
	readonly request: Bytes;
	readonly meter?: Meter;
};

/** A link on the path, as the registry and evidence need it. */
export type PathLink = {
	readonly id: Bytes;
	readonly input: Bytes;
	/** what the input's owner signed */
	readonly payload: Bytes;
	readonly body: LinkBody;
	readonly release: Bytes | null;
	readonly signature: Bytes;
	readonly kind: TransferKind;
};

/** A token whose whole path holds. Made only by `verifyToken` and by extending one that it made. */
export type VerifiedToken = {
	readonly verified: "token";
	readonly token: Token;
	readonly issue: Issue;
	readonly issueId: Bytes;
	readonly asset: AssetId;
	/** the present output */
	readonly outputId: Bytes;
	readonly amount: bigint;
	readonly owner: Owner;
	/** who owned the input of the last link */
	readonly previousOwner: VerifiedCertificate | null;
	readonly path: readonly PathLink[];
	/** owner of the input of each link on the path */
	readonly inputOwners: readonly Owner[];
	/** ownership changes over the whole life, refreshes included */
	readonly hops: number;
	/** what binds the next transfer */
	readonly rules: readonly Caveat[];
	/** the lock of the last link while its release is secret */
	readonly pending: Lock | null;
};

/** How to walk a token. */
export type WalkOptions = {
	/** when the last link is being judged by its payee: rules about time bind it, and it must leave room */
	readonly now?: number;
	/** `false` only for tokens that this module verified before it sealed them itself */
	readonly signatures?: boolean;
};

/** The token that `encoded` holds, with every signature on its path checked once. */
export function verifyToken(
	encoded: Bytes,
	trust: Trust,
	options: WalkOptions = {},
): VerifiedToken | Refusal {
	const parsed = parse(tokenShape, encoded);
	return isRefusal(parsed) ? parsed : verifyParsedToken(parsed, trust, options);
}

/** As `verifyToken`, of a token read as part of a message. */
export function verifyParsedToken(
	value: Token,
	trust: Trust,
	options: WalkOptions = {},
): VerifiedToken | Refusal {
	const known = options.signatures === false ? trust.recall<VerifiedToken>(value) : undefined;
	if (known !== undefined) return known;
	const cramped = options.now === undefined ? undefined : lacksRoom(value);
	if (cramped !== undefined) return cramped;
	const certificates: VerifiedCertificate[] = [];
	for (const encoded of value.certificates) {
		const certificate = trust.certificate(encoded);
		if (isRefusal(certificate)) return certificate;
		certificates.push(certificate);
	}
	const walk: Walk = { certificates, trust, checked: options.signatures ?? true };
	let state = verifyIssue(value, walk);
	for (const [position, hop] of value.hops.entries()) {
		if (isRefusal(state)) return state;
		const isLast = position === value.hops.length - 1;
		state = follow(state, hop, walk, isLast ? options.now : undefined);
	}
	return isRefusal(state) ? state : trust.remember(value, { ...state, token: value });
}

/** Signatures that verifying this token would cost. */
export function signaturesIn(value: Token, trust: Trust): number {
	const uncached = value.certificates.filter((encoded) => !trust.hasCached(encoded)).length;
	const cancels = value.hops.reduce((count, { after }) => count + after.length, 0);
	const counts = value.hops.filter((hop) => finalCountOf(hop) !== undefined).length;
	return 1 + value.hops.length + cancels + counts + uncached;
}

type Walk = {
	readonly certificates: readonly VerifiedCertificate[];
	readonly trust: Trust;
	readonly checked: boolean;
};

function verifyIssue(value: Token, walk: Walk): VerifiedToken | Refusal {
	const { issue } = value.issue;
	const id = walk.checked ? verifyIssueProof(value.issue, walk.trust) : issueId(issue);
	if (isRefusal(id)) return id;
	if (value.opening.meter !== undefined) return refuse("meter-mismatch", "an issue opens no meter");
	const owner = open(value.opening, walk.certificates, id);
	if (owner === undefined || !equalBytes(hashOf(owner), issue.owner))
		return refuse("owner-mismatch", "issue");
	return {
		verified: "token",
		token: value,
		issue,
		issueId: id,
		asset: issue.asset,
		outputId: outputId(id, 0),
		amount: issue.amount,
		owner,
		previousOwner: null,
		path: [],
		inputOwners: [],
		hops: issue.hopsUsed,
		rules: [...issue.conditions.map((condition) => ({ condition, liftedBy: null })), ...issue.caveats],
		pending: null,
	};
}

/** `input` is the output that the link consumes which made this one. */
function open(
	{ certificate: position, purpose, request, meter: terms }: Opening,
	certificates: readonly VerifiedCertificate[],
	input: Bytes,
): Owner | undefined {
	const certificate = certificates[position];
	if (certificate === undefined || terms === undefined)
		return certificate && { certificate, purpose, request };
	const payee = certificates.find(({ hash }) => equalBytes(hash, terms.payee));
	const id = meterId(input, { certificate: certificate.hash, purpose, request }, terms);
	return payee && { certificate, purpose, request, meter: { id, terms, payee } };
}

function hashOf({ certificate, purpose, request, meter }: Owner): Bytes {
	return ownerHash(certificate.hash, purpose, request, meter?.terms);
}

/** One step along the path: what `state`'s owner made of its output. */
function follow(
	state: VerifiedToken,
	hop: Hop,
	walk: Walk,
	now: number | undefined,
): VerifiedToken | Refusal {
	if (state.pending !== null) return refuse("lock-pending", "a link follows one that is locked");
	const payee = open(hop.opening, walk.certificates, state.outputId);
	if (payee === undefined) return refuse("owner-mismatch", "no such certificate");
	const link = rebuild(state, hop, payee);
	if (isRefusal(link)) return link;
	const next = advance(state, hop, link, payee, now);
	if (isRefusal(next) || !walk.checked) return next;
	const signed = verifySign1(
		walk.trust.verify,
		state.owner.certificate.key,
		"link",
		link.payload,
		hop.signature,
	);
	if (!signed) return refuse("signature-invalid", "link");
	if (!isCountSigned(state, link.body, walk.trust)) return refuse("signature-invalid", "final count");
	return hop.after.every((cancel) => holds(cancel, walk)) ? next : refuse("signature-invalid", "cancel");
}

/** Whether a certificate of the table signed this cancel: no owner hides behind a decider that never was. */
function holds(cancel: SignedCancel, { certificates, trust }: Walk): boolean {
	const decider = certificates.find(({ hash }) => equalBytes(hash, cancel.certificate));
	if (decider === undefined) return false;
	return verifySign1(trust.verify, decider.key, "cancel", cancelPayload(cancel.lock), cancel.signature);
}

/** The state after a link, its signature apart: rules and sums first, since they cost least. */
export function advance(
	state: VerifiedToken,
	hop: Hop,
	link: PathLink,
	payee: Owner,
	now?: number,
): VerifiedToken | Refusal {
	const output = link.body.outputs[hop.index];
	if (output === undefined) return refuse("malformed", "no such output");
	if (sumOf(link.body.outputs) !== state.amount) return refuse("sum-mismatch");
	if (state.path.length + 1 > linksAllowed(link.kind)) return refuse("too-many", "links");
	const metered = refuseSpending(state, link, hop.index);
	if (metered !== undefined) return metered;
	const hops = state.hops + (link.kind === "change" ? 0 : 1);
	const { against } = link.body;
	const { purpose, certificate } = payee;
	const transfer = { kind: link.kind, payee: certificate, amount: output.amount, purpose, against, hops };
	const [broken] = violations(state.rules, { ...transfer, now });
	if (broken !== undefined) return broken;
	const uncounted =
		link.kind === "payment"
			? refuseUncounted(state.owner.certificate, link.body.spent, output.amount)
			: undefined;
	if (uncounted !== undefined) return uncounted;
	// Change and returns lift nothing: else an owner whom a caveat spares could drop it by paying itself.
	const kept = link.kind === "payment" ? liveRules(state.rules, certificate) : state.rules;
	const rules = [...kept, ...output.caveats];
	// What no issue could carry could never be refreshed.
	if (rules.length > state.issue.conditions.length + limits.conditions) return refuse("too-many", "caveats");
	const next: VerifiedToken = {
		...state,
		outputId: outputId(link.id, hop.index),
		amount: output.amount,
		owner: payee,
		previousOwner: state.owner.certificate,
		path: [...state.path, link],
		inputOwners: [...state.inputOwners, state.owner],
		hops,
		rules,
		pending: link.release === null ? link.body.lock : null,
	};
	return refuseMetered(next, link, hop.index, now) ?? next;
}

/** The link that a hop carries, with everything put back that transport leaves out. */
function rebuild(state: VerifiedToken, hop: Hop, payee: Owner): PathLink | Refusal {
	if (hop.outputs.some(({ owner }, index) => (owner === null) !== (index === hop.index)))
		return refuse("malformed", "owners are left out on the path, and only there");
	const owner = hashOf(payee);
	const { lock } = hop;
	const isReleased = lock !== null && (lock.state === "released" || lock.state === "releasedPayeeDecides");
	const body: LinkBody = {
		outputs: hop.outputs.map((output) => ({ ...output, owner: output.owner ?? owner })),
		lock: lock && {
			payeeDecides: lock.state === "lockedPayeeDecides" || lock.state === "releasedPayeeDecides",
			hash: isReleased ? lockHash(lock.bytes) : lock.bytes,
		},
		data: hop.data,
		against: hop.against,
		after: hop.after,
		spent: hop.spent,
	};
	const payload = linkPayload(state.outputId, body);
	return {
		id: linkId(payload),
		input: state.outputId,
		payload,
		body,
		release: isReleased ? lock.bytes : null,
		signature: hop.signature,
		kind: kindOf(state, payee.certificate, body.lock === null),
	};
}

/** See `TransferKind`. The operator's desk is known by its role and by issuing this very asset. */
export function kindOf(state: VerifiedToken, payee: VerifiedCertificate, isDirect: boolean): TransferKind {
	if (equalBytes(payee.hash, state.owner.certificate.hash)) return "change";
	if (payee.profile.role === "issuer" && equalBytes(payee.operatorId, state.asset.operator))
		return "operator";
	const returned = isDirect && state.previousOwner !== null;
	return returned && equalBytes(payee.hash, state.previousOwner.hash) ? "return" : "payment";
}
