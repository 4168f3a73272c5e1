/**
 * Evidence: proof of a fork, of a lock decided twice, or of a link denied, that needs a trust list alone.
 *
 *   fork            two effective links that consume one output convict its owner, with one exception:
 *                   where one is an exchange link decided by its payee, and the other carries that payee's
 *                   cancel of its lock in `after`, the payee lied and the owner is excused
 *   doubleDecision  a cancel and a release of one lock convict whoever decided it
 *   denied          an effective link on an output, and its owner's statement, made for a refund of it, that
 *                   there is none, convict that owner
 *   metered         a Close, or what spent the payee's part of one, and a claim on that meter which it makes a
 *                   lie, convict the claimant
 *
 * What could go wrong: an honest owner accused by leaving out what excuses it. The excuse is signed into the
 * link itself; the one thing that can be left out, the decider's certificate, is asked for by its hash. And a
 * cheat excused by a decider that never was: the cancel must open the owner of the exchange link's output 0.
 */
import { type Bytes, equalBytes, isRefusal, limits, parse, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	type Consumed,
	type ConsumedOutput,
	type Denied,
	type DoubleDecision,
	type Evidence,
	evidence,
	type Fork,
	type MeteredEvidence,
	maximumContent,
	type OpenedOwner,
	type ProvenLink,
} from "./evidence-shape.ts";
import { issue, issueId } from "./issue.ts";
import {
	cancelPayload,
	type LinkBody,
	linkId,
	lockHash,
	type Output,
	outputId,
	ownerHash,
	signedLink,
	sumOf,
} from "./link.ts";
import { finalCountPayload } from "./meter.ts";
import { finalCountOf } from "./metered.ts";
import { verifyStatement } from "./statement.ts";

export type Conviction = {
	readonly kind: Evidence["kind"];
	readonly culprit: VerifiedCertificate;
	/** the output that was consumed twice, or whose lock was decided twice */
	readonly input: Bytes;
	/** the owner of `input`, where a fork is the doing of its exchange partner */
	readonly excused: VerifiedCertificate | null;
};

/** Whom `encoded` convicts. `not-evidence` where it convicts nobody. */
export function verifyEvidence(encoded: Bytes, trust: Trust): Conviction | Refusal {
	const parsed = parse(evidence, encoded, limits.evidence);
	if (isRefusal(parsed)) return parsed;
	switch (parsed.kind) {
		case "fork":
			return judgeFork(parsed, trust);
		case "doubleDecision":
			return judgeDoubleDecision(parsed, trust);
		case "denied":
			return judgeDenied(parsed, trust);
		case "metered":
			return judgeMetered(parsed, trust);
		default:
			return parsed satisfies never;
	}
}

function judgeFork(fork: Fork, trust: Trust): Conviction | Refusal {
	const input = openInput(fork, trust);
	if (isRefusal(input)) return input;
	const first = readEffective(fork.first, input, trust);
	if (isRefusal(first)) return first;
	const second = readEffective(fork.second, input, trust);
	if (isRefusal(second)) return second;
	if (equalBytes(first.id, second.id)) return refuse("not-evidence", "one link, shown twice");
	const deciders: VerifiedCertificate[] = [];
	for (const certificate of fork.deciders) {
		const decider = trust.certificate(certificate);
		if (isRefusal(decider)) return decider;
		deciders.push(decider);
	}
	const liar = liarBetween(first, second, deciders, trust) ?? liarBetween(second, first, deciders, trust);
	if (isRefusal(liar)) return liar;
	const { id, owner } = input;
	return liar === undefined
		? { kind: "fork", culprit: owner, input: id, excused: null }
		: { kind: "fork", culprit: liar, input: id, excused: owner };
}

/** The payee that released `exchanged` and had cancelled it towards the owner, who then signed `other`. */
function liarBetween(
	exchanged: SignedBody,
	other: SignedBody,
	deciders: readonly VerifiedCertificate[],
	trust: Trust,
): VerifiedCertificate | Refusal | undefined {
	const { lock, outputs } = exchanged.body;
	if (lock === null || !lock.payeeDecides) return undefined;
	for (const cancel of other.body.after) {
		const named = ownerHash(cancel.certificate, cancel.purpose, cancel.request);
		if (!equalBytes(cancel.lock, lock.hash) || !owns(named, outputs[0])) continue;
		const decider = deciders.find(({ hash }) => equalBytes(hash, cancel.certificate));
		if (decider === undefined) return refuse("not-evidence", "the decider's certificate is missing");
		if (hasCancelled(decider, lock.hash, cancel.signature, trust)) return decider;
	}
	return undefined;
}

function judgeDoubleDecision(value: DoubleDecision, trust: Trust): Conviction | Refusal {
	const input = openInput(value, trust);
	if (isRefusal(input)) return input;
	const link = readEffective(value.link, input, trust);
	if (isRefusal(link)) return link;
	const { lock, outputs } = link.body;
	if (lock === null) return refuse("not-evidence", "no lock");
	if (lock.payeeDecides !== (value.payee !== null))
		return refuse("not-evidence", "the payee is opened where it decides, and only there");
	const payee = value.payee && openOwner(value.payee, trust);
	if (isRefusal(payee)) return payee;
	if (payee !== null && !owns(payee.hash, outputs[0])) return refuse("not-evidence", "another payee");
	const culprit = payee?.certificate ?? input.owner;
	return hasCancelled(culprit, lock.hash, value.cancel, trust)
		? { kind: "doubleDecision", culprit, input: input.id, excused: null }
		: refuse("not-evidence", "the decider did not sign this cancel");
}

/**
 * An owner that took an output back on its word, and had spent it.
 *
 * The word is bound to the output: by the owner's own locked link, and where the lock is another's, by name.
 * Of a lock that is another's, the owner need not know the release: whatever it opens is no lie.
 */
function judgeDenied(value: Denied, trust: Trust): Conviction | Refusal {
	const input = openInput(value, trust);
	if (isRefusal(input)) return input;
	const { statement: signed } = value;
	const statement = verifyStatement(signed, signed.body.operator, trust);
	if (isRefusal(statement)) return statement;
	if (!equalBytes(statement.signer.hash, input.owner.hash))
		return refuse("not-evidence", "another's statement");
	const stated = readLink(value.stated, input, trust);
	if (isRefusal(stated)) return stated;
	const link = readEffective(value.link, input, trust);
	if (isRefusal(link)) return link;
	const { says } = statement.body;
	if (says.kind !== "neverReleased" && says.kind !== "noReleaseReached")
		return refuse("not-evidence", "a statement about no lock");
	const { lock } = stated.body;
	const isForeign = says.kind === "noReleaseReached";
	if (lock === null || !equalBytes(lock.hash, says.lock) || lock.payeeDecides !== isForeign)
		return refuse("not-evidence", "a statement about another lock");
	if (isForeign && !says.inputs.some((named) => equalBytes(named, input.id)))
		return refuse("not-evidence", "a statement about another output");
	if (isForeign && link.body.lock !== null && equalBytes(link.body.lock.hash, says.lock))
		return refuse("not-evidence", "the release did not reach the owner");
	return { kind: "denied", culprit: input.owner, input: input.id, excused: null };
}

/**
 * A claim on a meter that its signer had signed away: see `says.ticked` and `says.rest`.
 *
 * The payer's is a lie beside any Close, which the payer alone signs. The payee's beside a Close at a lower count
 * of its own, or beside a link with which it spent its part of one: it has that, or what it claimed, never both.
 */
function judgeMetered(value: MeteredEvidence, trust: Trust): Conviction | Refusal {
	const input = openInput(value, trust);
	if (isRefusal(input)) return input;
	const { statement: signed } = value;
	const statement = verifyStatement(signed, signed.body.operator, trust);
	if (isRefusal(statement)) return statement;
	const link = readEffective(value.link, input, trust);
	if (isRefusal(link)) return link;
	const { says } = statement.body;
	if (says.kind !== "ticked" && says.kind !== "rest") return refuse("not-evidence", "no claim on a meter");
	const culprit = statement.signer;
	const convicted: Conviction = { kind: "metered", culprit, input: says.meter, excused: null };
	const count = finalCountOf(link.body);
	const isOwner = equalBytes(culprit.hash, input.owner.hash);
	if (equalBytes(input.id, says.meter) && count !== undefined) {
		if (says.kind === "rest") return isOwner ? convicted : refuse("not-evidence", "another's meter");
		const payload = finalCountPayload(input.id, count.ticks);
		const isSigned = verifySign1(trust.verify, culprit.key, "final-count", payload, count.signature);
		return isSigned && says.ticks > count.ticks ? convicted : refuse("not-evidence", "no other count");
	}
	const closes = says.kind === "ticked" && isOwner && madeByClose(value, says.meter);
	return closes ? convicted : refuse("not-evidence", "another meter");
}

function madeByClose({ parent }: Consumed, meter: Bytes): boolean {
	const link = parent.kind === "link" && parse(signedLink, parent.bytes, maximumContent);
	if (link === false || isRefusal(link)) return false;
	return equalBytes(link.input, meter) && finalCountOf(link.body) !== undefined;
}

/** A link that counts, and the output that it consumed. */
export type VerifiedConsumption = {
	/** the link's */
	readonly id: Bytes;
	/** the output, and who owned it and signed */
	readonly input: Bytes;
	readonly owner: VerifiedCertificate;
	readonly link: LinkBody;
};

/** What an operator says of a spent output, if its owner signed it: `not-evidence` otherwise. */
export function verifyConsumed(value: ConsumedOutput, trust: Trust): VerifiedConsumption | Refusal {
	const input = openInput(value, trust);
	if (isRefusal(input)) return input;
	const link = readEffective(value.link, input, trust);
	return isRefusal(link) ? link : { id: link.id, input: input.id, owner: input.owner, link: link.body };
}

type Input = { readonly id: Bytes; readonly amount: bigint; readonly owner: VerifiedCertificate };

/** The output in question, if the opening is its owner's. */
function openInput({ parent, index, owner }: Consumed, trust: Trust): Input | Refusal {
	const made = parent.kind === "issue" ? madeByIssue(parent.bytes, index) : madeByLink(parent.bytes, index);
	if (isRefusal(made)) return made;
	const opened = openOwner(owner, trust);
	if (isRefusal(opened)) return opened;
	if (!owns(opened.hash, made.output)) return refuse("not-evidence", "another owner");
	return { id: made.id, amount: made.output.amount, owner: opened.certificate };
}

type Made = { readonly id: Bytes; readonly output: Pick<Output, "amount" | "owner"> };

function madeByIssue(encoded: Bytes, index: number): Made | Refusal {
	const value = parse(issue, encoded, maximumContent);
	if (isRefusal(value)) return value;
	return index === 0 ? { id: outputId(issueId(value), 0), output: value } : noSuchOutput();
}

function madeByLink(payload: Bytes, index: number): Made | Refusal {
	const link = parse(signedLink, payload, maximumContent);
	if (isRefusal(link)) return link;
	const output = link.body.outputs[index];
	return output === undefined ? noSuchOutput() : { id: outputId(linkId(payload), index), output };
}

function noSuchOutput(): Refusal {
	return refuse("not-evidence", "no such output");
}

type SignedBody = { readonly id: Bytes; readonly body: LinkBody };

/** A link that `input`'s owner signed, and that adds up. */
function readLink(link: ProvenLink, input: Input, trust: Trust): SignedBody | Refusal {
	const parsed = parse(signedLink, link.payload, maximumContent);
	if (isRefusal(parsed)) return parsed;
	const { body } = parsed;
	if (!equalBytes(parsed.input, input.id)) return refuse("not-evidence", "another output");
	if (sumOf(body.outputs) !== input.amount) return refuse("not-evidence", "a link that does not add up");
	return verifySign1(trust.verify, input.owner.key, "link", link.payload, link.signature)
		? { id: linkId(link.payload), body }
		: refuse("not-evidence", "the owner did not sign this link");
}

/** A link that counts: it has no lock, or the release of it. */
function readEffective(link: ProvenLink, input: Input, trust: Trust): SignedBody | Refusal {
	const read = readLink(link, input, trust);
	if (isRefusal(read)) return read;
	return isReleased(read.body, link.release) ? read : refuse("not-evidence", "a link that is not effective");
}

function isReleased({ lock }: LinkBody, release: Bytes | null): boolean {
	if (lock === null || release === null) return lock === null && release === null;
	return equalBytes(lockHash(release), lock.hash);
}

function openOwner(
	{ certificate: encoded, purpose, request, meter }: OpenedOwner,
	trust: Trust,
): { readonly certificate: VerifiedCertificate; readonly hash: Bytes } | Refusal {
	const certificate = trust.certificate(encoded);
	if (isRefusal(certificate)) return certificate;
	return { certificate, hash: ownerHash(certificate.hash, purpose, request, meter) };
}

function owns(hash: Bytes, output: Pick<Output, "owner"> | undefined): boolean {
	return output !== undefined && equalBytes(hash, output.owner);
}

function hasCancelled(
	decider: VerifiedCertificate,
	lock: Bytes,
	cancelSignature: Bytes,
	trust: Trust,
): boolean {
	return verifySign1(trust.verify, decider.key, "cancel", cancelPayload(lock), cancelSignature);
}
