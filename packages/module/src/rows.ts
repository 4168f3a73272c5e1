/** What the module keeps, row by row, before it is sealed. */
import {
	amount,
	assetId,
	type Bytes,
	boolean,
	bytes,
	bytes32,
	coseKey,
	type DraftCancel,
	integer,
	isRefusal,
	limits,
	list,
	nullable,
	purpose,
	type Refusal,
	record,
	type Shape,
	serializeToken,
	signature,
	signedRequest,
	type Trust,
	type TypeOf,
	text,
	toHex,
	unixSeconds,
	type VerifiedToken,
} from "@tenten/protocol";
import type { Passkey } from "./passkey/assertion.ts";

/** A cancel that freed a token, with its decider's certificate encoded. */
const keptCancel = record({
	lock: bytes32,
	certificate: bytes(1, 1024),
	purpose,
	request: bytes32,
	signature,
});
export type KeptCancel = TypeOf<typeof keptCancel>;

/** What an app may know of a token. Amounts in minor units, times in unix seconds. */
const tokenSummary = record({
	output: bytes32,
	asset: assetId,
	amount,
	/** changes of owner over the whole life */
	hops: integer(0, 2 ** 16),
	/** links that it carries */
	links: integer(0, limits.hops + 2),
	/** its size on the wire */
	size: integer(0, limits.message),
	/** what verifying it costs at most, none of its certificates known */
	signatures: integer(0, 2 ** 16),
	issuedAt: unixSeconds,
	spendUntil: unixSeconds,
	redeemUntil: unixSeconds,
	/** whether conditions or caveats bind it */
	isBound: boolean,
	/** hash of the certificate that owns it */
	certificate: bytes32,
});
export type TokenSummary = TypeOf<typeof tokenSummary>;

export const tokenRow = record({
	summary: tokenSummary,
	token: bytes(1, limits.message),
	after: list(keptCancel, limits.after + 1),
	/** the attempt for which it is set aside */
	heldBy: nullable(bytes32),
});
export type TokenRow = TypeOf<typeof tokenRow>;

/** One's own request. `active`: its attempt that is not cancelled; `attempts`: how many there were. */
export const requestRow = record({
	signed: signedRequest,
	active: nullable(bytes32),
	attempts: integer(0, Number.MAX_SAFE_INTEGER),
	/** until then something that answers it may still come */
	keepUntil: unixSeconds,
});
export type RequestRow = TypeOf<typeof requestRow>;

/** One's own certificate; its key is in the key store. `since` counts the commits before it. */
export const certificateRow = record({
	encoded: bytes(1, 1024),
	since: integer(0, Number.MAX_SAFE_INTEGER),
});

/**
 * Set where a backup was restored: what was certified before the commit `counter` speaks in no payment. What was
 * certified before `earlier` had come with an earlier backup by then; 0 where there was none.
 */
export const restoredRow = record({
	counter: integer(0, Number.MAX_SAFE_INTEGER),
	earlier: integer(0, Number.MAX_SAFE_INTEGER),
});

/**
 * What an operator is asked of an output that came with a backup: once signed, the same bytes until it is over.
 * `certificate` (hash) and `ownRequest` open the owner of what an account may not take.
 */
export const unclaimedRow = record({
	operator: bytes32,
	request: bytes(1, limits.message),
	certificate: bytes32,
	ownRequest: bytes32,
});

const unclaimedPrefix = "unclaimed/";

/** Where the question about an output is. */
export function unclaimedKey(output: Bytes): string {
	return `${unclaimedPrefix}${toHex(output)}`;
}

/** The output, in hexadecimal, that a question is about; undefined where a key is of something else. */
export function unclaimedOutput(key: string): string | undefined {
	return key.startsWith(unclaimedPrefix) ? key.slice(unclaimedPrefix.length) : undefined;
}

/** The passkey without which nothing is paid. */
export const passkeyRow: Shape<Passkey> = record({
	credentialId: bytes(1, 1023),
	key: coseKey,
	relyingParty: text(253),
	origin: text(512),
	signCount: integer(0, 0xffff_ffff),
});

/** An enrolment that is not answered yet. `asked` is what it asks for, to tell it from another. */
export const enrolmentRow = record({ asked: bytes(1, 1024), encoded: bytes(1, 16_384) });

/** A document that the other side answered with. */
export const documentRow = record({ mediaType: text(64), content: bytes(0, limits.message) });

/** What an operator is asked about an attempt: once signed, the same bytes until it answers. */
export const questionsRow = list(
	record({ operator: bytes32, request: bytes(1, limits.message) }),
	limits.tokens,
	1,
);

/** Where the questions about an attempt are. */
export function questionsKey(attempt: Bytes): string {
	return `question/${toHex(attempt)}`;
}

/** A release that came when only the operator may open with it. */
export const lateRow = record({ secret: bytes32 });

/** Where the late release of an attempt is. */
export function lateKey(attempt: Bytes): string {
	return `late/${toHex(attempt)}`;
}

/** The key to which documents for this module are sealed. */
export const documentKeyRow = record({ publicKey: bytes32 });

/** The signed trust list and whose it must be. */
export const trustRow = record({ list: bytes(1, 1 << 20), pinnedSigner: bytes32 });

/** An output that was owned once, until its record may go. */
export const ownedRow: Shape<number> = unixSeconds;

function summaryOf(token: VerifiedToken, size: number): TokenSummary {
	return {
		output: token.outputId,
		asset: token.asset,
		amount: token.amount,
		hops: token.hops,
		links: token.path.length,
		size,
		signatures: signaturesOf(token),
		issuedAt: token.issue.issuedAt,
		spendUntil: token.issue.spendUntil,
		redeemUntil: token.issue.redeemUntil,
		isBound: token.rules.length > 0,
		certificate: token.owner.certificate.hash,
	};
}

/** What verifying a token costs at most: none of its certificates known. */
export function signaturesOf({ token: { hops, certificates } }: Pick<VerifiedToken, "token">): number {
	return 1 + hops.length + hops.reduce((sum, { after }) => sum + after.length, 0) + certificates.length;
}

export function rowOf(token: VerifiedToken): TokenRow {
	const encoded: Bytes = serializeToken(token);
	return { summary: summaryOf(token, encoded.length), token: encoded, after: [], heldBy: null };
}

export function keepCancel({ lock, decider, signature }: DraftCancel): KeptCancel {
	const { certificate, purpose, request } = decider;
	return { lock, certificate: certificate.encoded, purpose, request, signature };
}

export function reopenCancel(kept: KeptCancel, trust: Trust): DraftCancel | Refusal {
	const certificate = trust.certificate(kept.certificate);
	if (isRefusal(certificate)) return certificate;
	const { lock, purpose, request, signature } = kept;
	return { lock, decider: { certificate, purpose, request }, signature };
}
