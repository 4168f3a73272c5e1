/**
 * An ecosystem in memory: one operator's keys, trust list, certificates and issues; nothing is stored.
 *
 * For what needs real tokens and no server: the measurements, and conditions tried against recorded fares.
 */
import { randomBytes } from "node:crypto";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	type AssetDefinition,
	type AssetId,
	authorityHintBytes,
	type Bytes,
	type Condition,
	certificate,
	certificatePayload,
	type Issue,
	isRefusal,
	issueBatch,
	keyId,
	ownerHash,
	type Profile,
	type PublicKey,
	type Refusal,
	type Signer,
	type SuiteName,
	serialize,
	serializeToken,
	Trust,
	trustList,
	trustListPayload,
	type VerifiedCertificate,
	type VerifiedToken,
	type Verify,
	verifyToken,
	verifyTrustList,
} from "@tenten/protocol";

export type Ecosystem = {
	readonly suite: SuiteName;
	readonly operatorId: Bytes;
	readonly asset: AssetId;
	/** unix seconds at which everything here was signed */
	readonly now: number;
	readonly issuing: Signer;
	/** a `Trust` of its own: no certificate cached yet */
	readonly freshTrust: (verify?: Verify) => Trust;
	readonly trust: Trust;
	/** the signed trust list, as anyone may hand it on */
	readonly trustList: Bytes;
	readonly certify: (key: PublicKey, profile?: Partial<Profile>) => Promise<VerifiedCertificate>;
	readonly newHolder: (profile?: Partial<Profile>) => Promise<Holder>;
};

export type Holder = { readonly signer: Signer; readonly certificate: VerifiedCertificate };

const plainHolder: Profile = {
	role: "holder",
	class: null,
	merchantCategory: null,
	region: null,
	assurance: "software",
	limits: null,
	responsible: null,
};

const day_s = 86_400;

export async function makeEcosystem(
	name: string,
	definition: Pick<AssetDefinition, "code" | "scale">,
	{ suite = "Ed25519", now = 1_767_225_600 }: { readonly suite?: SuiteName; readonly now?: number } = {},
): Promise<Ecosystem> {
	const [root, authority, issuing, desk] = [
		newSigner(suite),
		newSigner(suite),
		newSigner(suite),
		newSigner(suite),
	];
	const operatorId = keyId(root.key);
	const encodedDesk = await certifiedBy(authority, desk.key, { ...plainHolder, role: "issuer" }, now);
	const body = {
		version: 1,
		issuedAt: now,
		expiresAt: now + 365 * day_s,
		operators: [
			{
				root: root.key,
				name,
				url: "https://operator.example",
				keys: [
					{ purpose: "authority", status: "current", key: authority.key },
					{ purpose: "issuing", status: "current", key: issuing.key },
				] as const,
				desk: encodedDesk,
				assets: [
					{ ...definition, name, spendWindow: 90 * day_s, redeemWindow: 97 * day_s, grace: 7 * day_s },
				],
			},
		],
	};
	const signature = await root.sign("trust-list", trustListPayload(body));
	const encodedList = serialize(trustList, { body, signer: root.key, signature });
	const pinned = { verify, pinnedSigner: operatorId, minimumVersion: 1, now };
	const list = must(verifyTrustList(encodedList, pinned));
	const freshTrust = (verifier: Verify = verify): Trust => new Trust(list, verifier);
	const trust = freshTrust();
	const certify = async (key: PublicKey, profile: Partial<Profile> = {}): Promise<VerifiedCertificate> =>
		must(trust.certificate(await certifiedBy(authority, key, { ...plainHolder, ...profile }, now)));
	const newHolder = async (profile: Partial<Profile> = {}): Promise<Holder> => {
		const signer = newSigner(suite);
		return { signer, certificate: await certify(signer.key, profile) };
	};
	const asset = { operator: operatorId, code: definition.code };
	return {
		suite,
		operatorId,
		asset,
		now,
		issuing,
		freshTrust,
		trust,
		trustList: encodedList,
		certify,
		newHolder,
	};
}

function newSigner(suite: SuiteName): Signer {
	return signerFrom(generateKey(suite).privateKey, suite);
}

async function certifiedBy(authority: Signer, key: PublicKey, profile: Profile, now: number): Promise<Bytes> {
	const authorityId = keyId(authority.key);
	const claims = {
		authorityHint: authorityId.subarray(0, authorityHintBytes),
		expiresAt: now + 365 * day_s,
		notBefore: null,
		serial: random(8),
		confirmation: { key },
		profile,
	};
	const signature = await authority.sign("certificate", certificatePayload(authorityId, claims));
	return serialize(certificate, { claims, signature });
}

export function random(length: number): Bytes {
	return new Uint8Array(randomBytes(length));
}

/** What this program made itself holds, or it is a bug. */
export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}

export type IssueDraft = {
	readonly amount: bigint;
	readonly owner: VerifiedCertificate;
	/** see `ownerHash` */
	readonly request: Bytes;
	readonly conditions: readonly Condition[];
};

/** The issues for these drafts, not yet signed. */
export function issuesOf({ asset, now }: Ecosystem, drafts: readonly IssueDraft[]): readonly Issue[] {
	return drafts.map(({ amount, owner, request, conditions }) => ({
		asset,
		amount,
		owner: ownerHash(owner.hash, null, request),
		conditions,
		caveats: [],
		hopsUsed: 0,
		nonce: random(16),
		issuedAt: now,
		spendUntil: now + 90 * day_s,
		redeemUntil: now + 97 * day_s,
	}));
}

/** Tokens of one batch, under one signature, each verified as a wallet verifies what it is given. */
export async function issueTokens(
	ecosystem: Ecosystem,
	drafts: readonly IssueDraft[],
): Promise<readonly VerifiedToken[]> {
	const proofs = await issueBatch(issuesOf(ecosystem, drafts), ecosystem.issuing);
	return proofs.map((issue, i) => {
		const { owner, request } = drafts[i] as IssueDraft;
		const opening = { certificate: 0, purpose: null, request };
		const encoded = serializeToken({ token: { issue, opening, hops: [], certificates: [owner.encoded] } });
		return must(verifyToken(encoded, ecosystem.trust));
	});
}
