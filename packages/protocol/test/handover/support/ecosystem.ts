/**
 * Two operators, their assets, certificates and issues under a toy suite: quick, deterministic, synchronous.
 *
 * A toy signature is a hash of key and message. Anyone could make one; the tests make only those that the
 * holder of a key would. What real suites refuse is tested where they live.
 */
import { createHash } from "node:crypto";
import {
	type AssetDefinition,
	type AssetId,
	authorityHintBytes,
	type Bytes,
	type Caveat,
	type Claims,
	type Condition,
	certificate,
	certificatePayload,
	concatBytes,
	encodeItem,
	equalBytes,
	type Issue,
	isRefusal,
	issueId,
	keyId,
	leafHash,
	type OperatorEntry,
	ownerHash,
	type Profile,
	type PublicKey,
	type Refusal,
	type RulingBody,
	rulingPayload,
	type Signable,
	type SignedRuling,
	serialize,
	sha256,
	sigStructure,
	Trust,
	type VerifiedCertificate,
	type VerifiedToken,
	type Verify,
	verifyParsedToken,
} from "@tenten/protocol";

/** unix seconds */
export const epoch = 1_800_000_000;
export const spendWindow = 10_000;
export const redeemWindow = 20_000;
export const grace = 1_000;

/** 32 bytes that follow from `parts`. */
export function bytesOf(...parts: readonly (string | number)[]): Bytes {
	return sha256(encodeItem(parts));
}

export function toyKey(name: string): PublicKey {
	return { suite: "Ed25519", bytes: bytesOf("key", name) };
}

function mark(key: PublicKey, message: Bytes): Bytes {
	return new Uint8Array(createHash("sha256").update(key.bytes).update(message).digest());
}

export const toyVerify: Verify = (key, message, signature) => {
	const half = mark(key, message);
	return equalBytes(signature, concatBytes(half, half));
};

export function toySign(key: PublicKey, type: Signable, payload: Bytes): Bytes {
	const half = mark(key, sigStructure(type, key.suite, payload));
	return concatBytes(half, half);
}

const person: Profile = {
	role: "holder",
	class: "person",
	merchantCategory: null,
	region: null,
	assurance: "software",
	limits: null,
	responsible: null,
};

export type ToyOperator = {
	readonly id: Bytes;
	readonly authority: PublicKey;
	readonly issuing: PublicKey;
	readonly ruling: PublicKey;
	readonly entry: OperatorEntry;
};

export type CertificateOptions = {
	readonly profile?: Partial<Profile>;
	readonly expiresAt?: number;
	readonly notBefore?: number | null;
	/** whose authority certifies it */
	readonly operator?: ToyOperator;
};

function encodeCertificate(
	authority: PublicKey,
	key: PublicKey,
	name: string,
	{ profile = {}, expiresAt = epoch + 10_000_000, notBefore = null }: CertificateOptions,
): Bytes {
	const authorityId = keyId(authority);
	const claims: Claims = {
		authorityHint: authorityId.subarray(0, authorityHintBytes),
		expiresAt,
		notBefore,
		serial: bytesOf("serial", name).subarray(0, 8),
		confirmation: { key },
		profile: { ...person, ...profile },
	};
	const signature = toySign(authority, "certificate", certificatePayload(authorityId, claims));
	return serialize(certificate, { claims, signature });
}

function createOperator(name: string, codes: readonly string[]): ToyOperator {
	const [root, authority, issuing, ruling] = ["root", "authority", "issuing", "ruling"].map((purpose) =>
		toyKey(`${name} ${purpose}`),
	) as [PublicKey, PublicKey, PublicKey, PublicKey];
	const assets = codes.map(
		(code): AssetDefinition => ({ code, scale: 0, name: code, spendWindow, redeemWindow, grace }),
	);
	const desk = encodeCertificate(authority, toyKey(`${name} desk`), `${name} desk`, {
		profile: { role: "issuer", class: null },
	});
	const keys = [
		{ purpose: "authority", status: "current", key: authority },
		{ purpose: "issuing", status: "current", key: issuing },
		{ purpose: "ruling", status: "current", key: ruling },
	] as const;
	const entry = { root, name, url: `https://${name}.example`, keys, desk, assets };
	return { id: keyId(root), authority, issuing, ruling, entry };
}

/** Yen and points of one operator, tickets of another. */
export const densha: ToyOperator = createOperator("densha", ["JPY", "POINT"]);
export const machi: ToyOperator = createOperator("machi", ["TICKET"]);
export const yen: AssetId = { operator: densha.id, code: "JPY" };
export const points: AssetId = { operator: densha.id, code: "POINT" };
export const tickets: AssetId = { operator: machi.id, code: "TICKET" };

const list = { version: 1, issuedAt: epoch, expiresAt: epoch + 10_000_000 };

/** Of `operators` only, verified certificates forgotten. */
export function trustIn(operators: readonly ToyOperator[], issuedAt = list.issuedAt): Trust {
	return new Trust({ ...list, issuedAt, operators: operators.map(({ entry }) => entry) }, toyVerify);
}

export const trust: Trust = trustIn([densha, machi]);

/** A certificate whose key is `toyKey(name)`. */
export function certify(name: string, options: CertificateOptions = {}): VerifiedCertificate {
	const { authority } = options.operator ?? densha;
	return must(trust.certificate(encodeCertificate(authority, toyKey(name), name, options)));
}

export function operatorOf(asset: AssetId): ToyOperator {
	return equalBytes(asset.operator, densha.id) ? densha : machi;
}

export type IssueOptions = {
	readonly asset?: AssetId;
	readonly conditions?: readonly Condition[];
	readonly caveats?: readonly Caveat[];
	readonly spendUntil?: number;
	readonly redeemUntil?: number;
};

/** A fresh token of `owner`, in a batch of its own. */
export function issueTo(
	owner: VerifiedCertificate,
	amount: bigint,
	name: string,
	{ asset = yen, conditions = [], caveats = [], ...windows }: IssueOptions = {},
): VerifiedToken {
	const opening = { purpose: null, request: bytesOf("opening", name) };
	const issue: Issue = {
		asset,
		amount,
		owner: ownerHash(owner.hash, opening.purpose, opening.request),
		conditions,
		caveats,
		hopsUsed: 0,
		nonce: bytesOf("nonce", name).subarray(0, 16),
		issuedAt: epoch,
		spendUntil: windows.spendUntil ?? epoch + spendWindow,
		redeemUntil: windows.redeemUntil ?? epoch + redeemWindow,
	};
	const { id, issuing } = operatorOf(asset);
	const proof = {
		issue,
		keyHint: keyId(issuing).subarray(0, authorityHintBytes),
		index: 0,
		size: 1,
		path: [],
		// The batch of one issue has its leaf as its root.
		signature: toySign(issuing, "issue-batch", encodeItem([id, 1, leafHash(issueId(issue))])),
	};
	const token = {
		issue: proof,
		opening: { certificate: 0, ...opening },
		hops: [],
		certificates: [owner.encoded],
	};
	return must(verifyParsedToken(token, trust));
}

export function signRuling(operator: ToyOperator, body: Omit<RulingBody, "operator">): SignedRuling {
	const full = { operator: operator.id, ...body };
	return { body: full, signature: toySign(operator.ruling, "ruling", rulingPayload(full)) };
}

export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`refused: ${result.code} ${result.detail}`);
	return result as T;
}
