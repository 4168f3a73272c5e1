/**
 * Making links: a draft is checked by the same steps as a received one, signed, and extends its token.
 *
 * One signed link yields a token for each output whose opening is known: the payee's and one's own change.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	type Refusal,
	refuse,
	serialize,
} from "../codec/index.ts";
import type { VerifiedCertificate } from "../identity/index.ts";
import type { Caveat } from "./condition.ts";
import type { LinkBody } from "./link.ts";
import { linkId, linkPayload, lockHash, ownerHash } from "./link.ts";
import { type Hop, type Token, token as tokenShape } from "./token.ts";
import { advance, kindOf, type Owner, type PathLink, type VerifiedToken } from "./verify.ts";

export type DraftOutput = {
	readonly amount: bigint;
	readonly owner: Owner;
	readonly caveats: readonly Caveat[];
};

/** `decider` owns output 0 of the exchange link that was cancelled. */
export type DraftCancel = { readonly lock: Bytes; readonly decider: Owner; readonly signature: Bytes };

export type LinkDraft = Omit<LinkBody, "outputs" | "after"> & {
	readonly outputs: readonly DraftOutput[];
	readonly after: readonly DraftCancel[];
};

/** A link to be signed by the owner of `input`. */
export type UnsignedLink = {
	readonly input: VerifiedToken;
	readonly draft: LinkDraft;
	readonly body: LinkBody;
	readonly payload: Bytes;
	readonly id: Bytes;
};

export function draftLink(input: VerifiedToken, draft: LinkDraft): UnsignedLink {
	const outputs = draft.outputs.map(({ amount, owner, caveats }) => ({
		amount,
		owner: ownerHash(owner.certificate.hash, owner.purpose, owner.request, owner.meter?.terms),
		caveats,
	}));
	const after = draft.after.map(({ lock, decider, signature }) => ({
		lock,
		certificate: decider.certificate.hash,
		purpose: decider.purpose,
		request: decider.request,
		signature,
	}));
	const body = { ...draft, outputs, after };
	const payload = linkPayload(input.outputId, body);
	return { input, draft, body, payload, id: linkId(payload) };
}

/** The token of output `index` of a signed link, or the rule that the link breaks. */
export function extendToken(link: UnsignedLink, signature: Bytes, index: number): VerifiedToken | Refusal {
	const { input, body, payload, id } = link;
	const owner = link.draft.outputs[index]?.owner;
	if (owner === undefined) return refuse("malformed", "no such output");
	if (input.pending !== null) return refuse("lock-pending");
	// A received link has passed its decoder; a draft has not.
	if (body.outputs.some(({ amount }) => amount < 1n || amount > limits.amount))
		return refuse("amount-invalid");
	const deciders = link.draft.after.map(({ decider }) => decider.certificate);
	const metered = owner.meter === undefined ? [] : [owner.meter.payee];
	const named = [owner.certificate, ...metered, ...deciders];
	const certificates = withCertificates(input.token.certificates, named);
	const position = certificates.findIndex((encoded) => equalBytes(encoded, owner.certificate.encoded));
	const hop: Hop = {
		index,
		outputs: body.outputs.map((output, i) => (i === index ? { ...output, owner: null } : output)),
		lock: body.lock && {
			state: body.lock.payeeDecides ? "lockedPayeeDecides" : "locked",
			bytes: body.lock.hash,
		},
		data: body.data,
		against: body.against,
		after: body.after,
		spent: body.spent,
		signature,
		opening: {
			certificate: position,
			purpose: owner.purpose,
			request: owner.request,
			...(owner.meter && { meter: owner.meter.terms }),
		},
	};
	const kind = kindOf(input, owner.certificate, body.lock === null);
	const pathLink: PathLink = { id, input: input.outputId, payload, body, release: null, signature, kind };
	const next = advance(input, hop, pathLink, owner);
	if (isRefusal(next)) return next;
	return { ...next, token: { ...input.token, hops: [...input.token.hops, hop], certificates } };
}

function withCertificates(
	table: readonly Bytes[],
	certificates: readonly VerifiedCertificate[],
): readonly Bytes[] {
	const present = [...table];
	for (const { encoded } of certificates)
		if (!present.some((entry) => equalBytes(entry, encoded))) present.push(encoded);
	return present;
}

/** A locked token made effective by its release. */
export function releaseToken(locked: VerifiedToken, release: Bytes): VerifiedToken | Refusal {
	const { pending, path, token } = locked;
	if (pending === null) return refuse("release-mismatch", "nothing is locked");
	if (!equalBytes(lockHash(release), pending.hash)) return refuse("release-mismatch");
	const last = path.at(-1) as PathLink;
	const hop = token.hops.at(-1) as Hop;
	const state = pending.payeeDecides ? "releasedPayeeDecides" : "released";
	return {
		...locked,
		token: { ...token, hops: [...token.hops.slice(0, -1), { ...hop, lock: { state, bytes: release } }] },
		path: [...path.slice(0, -1), { ...last, release }],
		pending: null,
	};
}

/** The bytes in which a token travels and is kept. */
export function serializeToken(value: { readonly token: Token }): Bytes {
	return serialize(tokenShape, value.token);
}
