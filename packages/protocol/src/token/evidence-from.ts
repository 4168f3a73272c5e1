/**
 * Making evidence: from verified tokens, to what is kept of each output they consumed, to a case.
 *
 * Whoever keeps one `ConsumedOutput` for each spent output can prove any later fork of it on its own.
 */
import { type Bytes, isRefusal, serialize, toHex } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import { type ConsumedOutput, evidence, type OpenedOwner, type RefundedOutput } from "./evidence-shape.ts";
import { issue } from "./issue.ts";
import type { SignedCancel } from "./link.ts";
import type { SignedStatement } from "./statement.ts";
import type { Owner, VerifiedToken } from "./verify.ts";

/** What each link on a token's path consumed, oldest first. A last link that is still locked has no release. */
export function consumedOutputs(token: VerifiedToken, trust: Trust): readonly ConsumedOutput[] {
	const { path, inputOwners } = token;
	return path.map(({ payload, release, signature, body }, position) => {
		const before = path[position - 1];
		return {
			parent:
				before === undefined
					? { kind: "issue", bytes: serialize(issue, token.issue) }
					: { kind: "link", bytes: before.payload },
			index: token.token.hops[position - 1]?.index ?? 0,
			owner: openedOwnerOf(inputOwners[position] as Owner),
			link: { payload, release, signature },
			deciders: decidersOf(body.after, token, trust),
		};
	});
}

export function openedOwnerOf({ certificate, purpose, request, meter }: Owner): OpenedOwner {
	return { certificate: certificate.encoded, purpose, request, ...(meter && { meter: meter.terms }) };
}

/** The certificates that signed these cancels: each once, however often the token's table holds it. */
function decidersOf(after: readonly SignedCancel[], token: VerifiedToken, trust: Trust): readonly Bytes[] {
	if (after.length === 0) return [];
	const named = new Set(after.map(({ certificate }) => toHex(certificate)));
	return token.token.certificates.filter((encoded) => {
		const certificate = trust.certificate(encoded);
		return !isRefusal(certificate) && named.delete(toHex(certificate.hash));
	});
}

/** Encoded evidence that one output was consumed by two effective links. */
export function forkEvidenceFrom(first: ConsumedOutput, second: ConsumedOutput): Bytes {
	const { parent, index, owner } = first;
	const deciders = [...first.deciders, ...second.deciders];
	return serialize(evidence, {
		kind: "fork",
		parent,
		index,
		owner,
		first: first.link,
		second: second.link,
		deciders,
	});
}

/**
 * Encoded evidence that the decider of a released link had cancelled it. `payee` opens output 0 where the
 * payee decides. Of a payment of several links, the first names the decider.
 */
export function doubleDecisionEvidenceFrom(
	released: ConsumedOutput,
	payee: Owner | null,
	cancel: Bytes,
): Bytes {
	const { parent, index, owner, link } = released;
	return serialize(evidence, {
		kind: "doubleDecision",
		parent,
		index,
		owner,
		link,
		payee: payee && openedOwnerOf(payee),
		cancel,
	});
}

/** Encoded evidence that an output which its owner took back on a statement had been spent by `spent`. */
export function deniedEvidenceFrom({ consumed, statement }: RefundedOutput, spent: ConsumedOutput): Bytes {
	const { parent, index, owner, link: stated } = consumed;
	return serialize(evidence, { kind: "denied", parent, index, owner, stated, link: spent.link, statement });
}

/** Encoded evidence that what was claimed of a meter on `statement` contradicts `spent`. */
export function meteredEvidenceFrom(statement: SignedStatement, spent: ConsumedOutput): Bytes {
	const { parent, index, owner, link } = spent;
	return serialize(evidence, { kind: "metered", parent, index, owner, link, statement });
}
