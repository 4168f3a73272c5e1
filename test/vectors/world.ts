/**
 * The small world that the vectors come from: two operators, a few people, everything from fixed seeds.
 *
 * Densha (Ed25519) issues JPY and POINT; Machi (ES256) issues TICKET. Signatures of both suites follow from
 * their keys (RFC 8032, RFC 6979), so the same bytes are made every time.
 */
import { p256 } from "@noble/curves/nist.js";
import { signerFrom, verify } from "../../packages/module/src/index.ts";
import {
	type AssetDefinition,
	type AssetId,
	authorityHintBytes,
	type Bytes,
	type Caveat,
	type Condition,
	certificate,
	certificatePayload,
	coseKey,
	encodeItem,
	type Issue,
	type IssueProof,
	isRefusal,
	issueBatch,
	keyId,
	type ListedKey,
	type OperatorEntry,
	type Owner,
	ownerHash,
	type Profile,
	parse,
	type Refusal,
	type Signer,
	type SuiteName,
	serialize,
	sha256,
	sigStructure,
	type Token,
	Trust,
	type TrustListBody,
	trustList,
	trustListPayload,
	type VerifiedCertificate,
	type VerifiedToken,
	verifyParsedToken,
} from "../../packages/protocol/src/index.ts";

/** unix seconds */
export const now = 1_800_000_000;
export const day = 86_400;
export const spendUntil: number = now + 7 * day;
export const redeemUntil: number = now + 30 * day;
export const grace: number = day;

export function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) throw new Error(`${value.code} ${value.detail}`);
	return value as T;
}

/** 32 bytes that follow from a name. */
export function bytesOf(...parts: readonly (string | number)[]): Bytes {
	return sha256(encodeItem(["tenten vectors", ...parts]));
}

export function signerOf(name: string, suite: SuiteName): Signer {
	const seed = bytesOf("seed", name);
	if (suite === "Ed25519") return signerFrom(seed, suite);
	return {
		key: { suite, bytes: p256.getPublicKey(seed, true) },
		sign: async (type, payload) => p256.sign(sigStructure(type, suite, payload), seed),
	};
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

export type CertificateOptions = {
	readonly profile?: Partial<Profile>;
	readonly expiresAt?: number;
	readonly notBefore?: number | null;
};

export async function certify(
	authority: Signer,
	subject: Signer,
	serial: string,
	{ profile = {}, expiresAt = now + 365 * day, notBefore = null }: CertificateOptions = {},
): Promise<Bytes> {
	const authorityId = keyId(authority.key);
	const claims = {
		authorityHint: authorityId.subarray(0, authorityHintBytes),
		expiresAt,
		notBefore,
		serial: bytesOf("serial", serial).subarray(0, 8),
		confirmation: { key: subject.key },
		profile: { ...person, ...profile },
	};
	const signature = await authority.sign("certificate", certificatePayload(authorityId, claims));
	return serialize(certificate, { claims, signature });
}

export type Operator = {
	readonly id: Bytes;
	readonly root: Signer;
	readonly authority: Signer;
	readonly issuing: Signer;
	readonly retired: Signer;
	readonly ruling: Signer;
	readonly entry: OperatorEntry;
};

async function operatorOf(name: string, suite: SuiteName, codes: readonly string[]): Promise<Operator> {
	const key = (purpose: string): Signer => signerOf(`${name} ${purpose}`, suite);
	const [root, authority, issuing, retired, ruling] = [
		key("root"),
		key("authority"),
		key("issuing"),
		key("retired issuing"),
		key("ruling"),
	] as [Signer, Signer, Signer, Signer, Signer];
	const assets = codes.map(
		(code): AssetDefinition => ({
			code,
			scale: 0,
			name: code,
			spendWindow: 7 * day,
			redeemWindow: 30 * day,
			grace,
		}),
	);
	const desk = await certify(authority, key("desk"), `${name} desk`, {
		profile: { role: "issuer", class: null },
	});
	const listed = (purpose: ListedKey["purpose"], signer: Signer, status: ListedKey["status"]): ListedKey => ({
		purpose,
		status,
		key: signer.key,
	});
	const keys = [
		listed("authority", authority, "current"),
		listed("issuing", issuing, "current"),
		listed("issuing", retired, "retired"),
		listed("ruling", ruling, "current"),
	];
	const entry = { root: root.key, name, url: `https://${name}.example`, keys, desk, assets };
	return { id: keyId(root.key), root, authority, issuing, retired, ruling, entry };
}

export const densha: Operator = await operatorOf("densha", "Ed25519", ["JPY", "POINT"]);
export const machi: Operator = await operatorOf("machi", "ES256", ["TICKET"]);
export const yen: AssetId = { operator: densha.id, code: "JPY" };
export const points: AssetId = { operator: densha.id, code: "POINT" };
export const tickets: AssetId = { operator: machi.id, code: "TICKET" };

export async function signList(signer: Signer, body: TrustListBody): Promise<Bytes> {
	const signature = await signer.sign("trust-list", trustListPayload(body));
	return serialize(trustList, { body, signer: signer.key, signature });
}

export const listBody: TrustListBody = {
	version: 3,
	issuedAt: now - day,
	expiresAt: now + 30 * day,
	operators: [densha.entry, machi.entry],
};
/** What nearly every vector is given. */
export const encodedList: Bytes = await signList(densha.root, listBody);
export const trust: Trust = new Trust(must(parse(trustList, encodedList)).body, verify);

export type Person = {
	readonly signer: Signer;
	readonly certificate: VerifiedCertificate;
	readonly encoded: Bytes;
};

/** Someone whom an operator certified; the suite of the key is the person's own. */
export async function personOf(
	name: string,
	suite: SuiteName = "Ed25519",
	operator: Operator = densha,
	options: CertificateOptions = {},
): Promise<Person> {
	const signer = signerOf(name, suite);
	const encoded = await certify(operator.authority, signer, name, options);
	return { signer, encoded, certificate: must(trust.certificate(encoded)) };
}

export const alice: Person = await personOf("alice");
export const bob: Person = await personOf("bob", "ES256");
export const carol: Person = await personOf("carol", "Ed25519", machi);
export const shop: Person = await personOf("shop", "ES256", densha, {
	profile: { role: "merchant", class: "shop", merchantCategory: 5411, region: "JP-13" },
});
export const limited: Person = await personOf("limited", "Ed25519", densha, {
	profile: { limits: { perTransfer: 500n, offlineTotal: 10_000n, holding: null } },
});
export const early: Person = await personOf("early", "Ed25519", densha, { notBefore: now + day });
export const late: Person = await personOf("late", "Ed25519", densha, { expiresAt: now - day });

export function ownerOf({ certificate: held }: Person, request: Bytes, purpose: string | null = null): Owner {
	return { certificate: held, purpose, request };
}

export type IssueOptions = {
	readonly asset?: AssetId;
	readonly conditions?: readonly Condition[];
	readonly caveats?: readonly Caveat[];
	readonly hopsUsed?: number;
	readonly spendUntil?: number;
	readonly redeemUntil?: number;
	readonly issuing?: Signer;
};

export function issueContent(owner: Person, amount: bigint, name: string, options: IssueOptions = {}): Issue {
	return {
		asset: options.asset ?? yen,
		amount,
		owner: ownerHash(owner.certificate.hash, null, bytesOf("opening", name)),
		conditions: options.conditions ?? [],
		caveats: options.caveats ?? [],
		hopsUsed: options.hopsUsed ?? 0,
		nonce: bytesOf("nonce", name).subarray(0, 16),
		issuedAt: now - day,
		spendUntil: options.spendUntil ?? spendUntil,
		redeemUntil: options.redeemUntil ?? redeemUntil,
	};
}

/** A fresh token of `owner`, the first of a batch of three. */
export async function issueTo(
	owner: Person,
	amount: bigint,
	name: string,
	options: IssueOptions = {},
): Promise<VerifiedToken> {
	return must(verifyParsedToken(await carriedIssue(owner, amount, name, options), trust));
}

/** As `issueTo`, not verified. */
export async function carriedIssue(
	owner: Person,
	amount: bigint,
	name: string,
	options: IssueOptions = {},
): Promise<Token> {
	const content = issueContent(owner, amount, name, options);
	const others = [1, 2].map((n) => ({ ...content, nonce: bytesOf("nonce", name, n).subarray(0, 16) }));
	const issuing = options.issuing ?? (content.asset.operator === machi.id ? machi : densha).issuing;
	const [proof] = await issueBatch([content, ...others], issuing);
	const opening = { certificate: 0, purpose: null, request: bytesOf("opening", name) };
	return { issue: proof as IssueProof, opening, hops: [], certificates: [owner.encoded] };
}

export const encodedKeyOf = (signer: Signer): Bytes => serialize(coseKey, signer.key);
