/**
 * A small world for tests: operators with all their keys, a trust list, holders with certificates, and tokens
 * that really were issued and paid. Everything follows from a seed, so a failing test fails again.
 */
import assert from "node:assert/strict";
import {
	type Against,
	type AssetDefinition,
	type AssetId,
	authorityHintBytes,
	type Bytes,
	type Caveat,
	type Claims,
	type Condition,
	certificate,
	certificatePayload,
	type DraftCancel,
	type DraftOutput,
	draftLink,
	encodeItem,
	extendToken,
	type Hop,
	type Issue,
	isRefusal,
	issueBatch,
	keyId,
	type LinkDraft,
	type ListedKey,
	lockHash,
	type OperatorEntry,
	type Owner,
	ownerHash,
	type Profile,
	type Refusal,
	releaseToken,
	type Signer,
	type SuiteName,
	serialize,
	sha256,
	type Token,
	Trust,
	type TrustListBody,
	token as tokenShape,
	trustList,
	trustListPayload,
	type UnsignedLink,
	type VerifiedCertificate,
	type VerifiedToken,
	verifyToken,
	verifyTrustList,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../src/suite/index.ts";

export { generateKey, signerFrom, verify } from "../../src/suite/index.ts";

export const day = 86_400;

/** Who can sign and under which certificate. */
export type Holder = { readonly signer: Signer; readonly certificate: VerifiedCertificate };

export type Operator = {
	readonly id: Bytes;
	readonly root: Signer;
	readonly authority: Signer;
	readonly issuing: Signer;
	readonly ruling: Signer;
	readonly desk: Holder;
	readonly entry: OperatorEntry;
};

export type World = {
	/** unix seconds */
	readonly now: number;
	readonly operator: Operator;
	/** another ecosystem on the same trust list */
	readonly other: Operator;
	readonly asset: AssetId;
	readonly otherAsset: AssetId;
	readonly list: TrustListBody;
	/** signed by `operator`'s root */
	readonly encodedList: Bytes;
	readonly trust: Trust;
	/** 32 bytes that never repeat */
	readonly random: () => Bytes;
	readonly suite: SuiteName;
};

export async function createWorld({ suite = "Ed25519" as SuiteName, seed = "world" } = {}): Promise<World> {
	const now = 1_800_000_000;
	let count = 0;
	const random = (): Bytes => sha256(encodeItem([seed, count++]));
	const operator = await createOperator("Densha", { code: "JPY", scale: 0 }, suite, random, now);
	const other = await createOperator("Machi", { code: "EUR", scale: 2 }, suite, random, now);
	const list = {
		version: 1,
		issuedAt: now,
		expiresAt: now + 30 * day,
		operators: [operator.entry, other.entry],
	};
	const encodedList = await signTrustList(list, operator.root);
	return {
		now,
		operator,
		other,
		asset: { operator: operator.id, code: "JPY" },
		otherAsset: { operator: other.id, code: "EUR" },
		list,
		encodedList,
		trust: expectValue(openTrust(encodedList, operator.id, now)),
		random,
		suite,
	};
}

async function createOperator(
	name: string,
	asset: Pick<AssetDefinition, "code" | "scale">,
	suite: SuiteName,
	random: () => Bytes,
	now: number,
): Promise<Operator> {
	const signer = (): Signer => signerFrom(random(), suite);
	const [root, authority, issuing, ruling] = [signer(), signer(), signer(), signer()];
	const id = keyId(root.key);
	const deskSigner = signer();
	const encodedDesk = await certify(authority, deskSigner, {
		serial: random().subarray(0, 8),
		expiresAt: now + 3650 * day,
		notBefore: null,
		profile: { ...person, role: "issuer", class: null },
	});
	const listed = (purpose: ListedKey["purpose"], { key }: Signer): ListedKey => ({
		purpose,
		status: "current",
		key,
	});
	const entry: OperatorEntry = {
		root: root.key,
		name,
		url: `https://${name.toLowerCase()}.example`,
		keys: [listed("authority", authority), listed("issuing", issuing), listed("ruling", ruling)],
		desk: encodedDesk,
		assets: [{ ...asset, name: asset.code, spendWindow: 7 * day, redeemWindow: 30 * day, grace: day }],
	};
	const trust = new Trust({ version: 1, issuedAt: now, expiresAt: now + day, operators: [entry] }, verify);
	const desk = { signer: deskSigner, certificate: expectValue(trust.certificate(encodedDesk)) };
	return { id, root, authority, issuing, ruling, desk, entry };
}

export const person: Profile = {
	role: "holder",
	class: "person",
	merchantCategory: null,
	region: null,
	assurance: "software",
	limits: null,
	responsible: null,
};

/** A certificate, encoded. */
export async function certify(
	authority: Signer,
	subject: Pick<Signer, "key">,
	claims: Omit<Claims, "authorityHint" | "confirmation">,
): Promise<Bytes> {
	const authorityId = keyId(authority.key);
	const full: Claims = {
		...claims,
		authorityHint: authorityId.subarray(0, authorityHintBytes),
		confirmation: { key: subject.key },
	};
	const signature = await authority.sign("certificate", certificatePayload(authorityId, full));
	return serialize(certificate, { claims: full, signature });
}

export async function signTrustList(body: TrustListBody, signer: Signer): Promise<Bytes> {
	const signature = await signer.sign("trust-list", trustListPayload(body));
	return serialize(trustList, { body, signer: signer.key, signature });
}

export function openTrust(encoded: Bytes, pinnedSigner: Bytes, now: number): Trust | Refusal {
	const body = verifyTrustList(encoded, { verify, pinnedSigner, minimumVersion: 0, now });
	return isRefusal(body) ? body : new Trust(body, verify);
}

export type HolderOptions = {
	readonly profile?: Partial<Profile>;
	readonly operator?: Operator;
	readonly suite?: SuiteName;
	readonly notBefore?: number | null;
	readonly expiresAt?: number;
	/** bytes of the serial, 8 without */
	readonly serialBytes?: number;
	/** a key that there is already; a fresh one where left out */
	readonly signer?: Signer;
};

export async function createHolder(world: World, options: HolderOptions = {}): Promise<Holder> {
	const signer = options.signer ?? signerFrom(world.random(), options.suite ?? world.suite);
	const encoded = await certify((options.operator ?? world.operator).authority, signer, {
		serial: world.random().subarray(0, options.serialBytes ?? 8),
		expiresAt: options.expiresAt ?? world.now + 365 * day,
		notBefore: options.notBefore ?? null,
		profile: { ...person, ...options.profile },
	});
	return { signer, certificate: expectValue(world.trust.certificate(encoded)) };
}

export function ownerOf(world: World, holder: Holder, purpose: string | null = null): Owner {
	return { certificate: holder.certificate, purpose, request: world.random() };
}

export type IssueOptions = {
	readonly asset?: AssetId;
	readonly operator?: Operator;
	readonly conditions?: readonly Condition[];
	readonly caveats?: readonly Caveat[];
	readonly hopsUsed?: number;
	/** how many others share the batch */
	readonly batch?: number;
};

/** A token of `amount` minor units, fresh from the operator. */
export async function issueTo(
	world: World,
	holder: Holder,
	amount: bigint,
	options: IssueOptions = {},
): Promise<VerifiedToken> {
	return expectValue(verifyToken(await issueEncoded(world, holder, amount, options), world.trust));
}

export async function issueEncoded(
	world: World,
	holder: Holder,
	amount: bigint,
	options: IssueOptions = {},
): Promise<Bytes> {
	const owner = ownerOf(world, holder);
	const issue: Issue = {
		asset: options.asset ?? world.asset,
		amount,
		owner: ownerHash(owner.certificate.hash, owner.purpose, owner.request),
		conditions: options.conditions ?? [],
		caveats: options.caveats ?? [],
		hopsUsed: options.hopsUsed ?? 0,
		nonce: world.random().subarray(0, 16),
		issuedAt: world.now,
		spendUntil: world.now + 7 * day,
		redeemUntil: world.now + 30 * day,
	};
	const others = Array.from({ length: options.batch ?? 0 }, () => ({
		...issue,
		nonce: world.random().subarray(0, 16),
	}));
	const signer = (options.operator ?? world.operator).issuing;
	const [proof] = await issueBatch([issue, ...others], signer);
	assert.ok(proof);
	return serialize(tokenShape, {
		issue: proof,
		opening: { certificate: 0, purpose: owner.purpose, request: owner.request },
		hops: [],
		certificates: [holder.certificate.encoded],
	});
}

export type SignedLink = { readonly link: UnsignedLink; readonly signature: Bytes };

/** A link signed by `from`, whether or not any rule allows it. */
export async function signLink(
	token: VerifiedToken,
	from: Holder,
	draft: Pick<LinkDraft, "outputs"> & Partial<LinkDraft>,
): Promise<SignedLink> {
	const link = draftLink(token, {
		lock: null,
		data: null,
		against: null,
		after: [],
		spent: null,
		...draft,
	});
	return { link, signature: await from.signer.sign("link", link.payload) };
}

/** `token` and one more hop, as a dishonest payer would send it: nothing is checked. */
export function carry(token: VerifiedToken, { link, signature }: SignedLink, index = 0): Token {
	const { outputs, lock, data, against, after, spent } = link.body;
	const owner = (link.draft.outputs[index] ?? link.draft.outputs[0])?.owner as Owner;
	const hop: Hop = {
		index,
		outputs: outputs.map((output, i) => (i === index ? { ...output, owner: null } : output)),
		lock: lock && { state: lock.payeeDecides ? "lockedPayeeDecides" : "locked", bytes: lock.hash },
		data,
		against,
		after,
		spent,
		signature,
		opening: {
			certificate: token.token.certificates.length,
			purpose: owner.purpose,
			request: owner.request,
		},
	};
	const certificates = [...token.token.certificates, owner.certificate.encoded];
	return { ...token.token, hops: [...token.token.hops, hop], certificates };
}

export type PayOptions = {
	/** makes the payment a locked one, released unless `released` is false */
	readonly release?: Bytes;
	readonly released?: boolean;
	readonly payeeDecides?: boolean;
	readonly purpose?: string;
	readonly caveats?: readonly Caveat[];
	readonly data?: Bytes;
	readonly against?: Against;
	readonly after?: readonly DraftCancel[];
	/** what the link says that its device spent */
	readonly spent?: LinkDraft["spent"];
};

export type Payment = SignedLink & {
	readonly paid: VerifiedToken;
	/** null where nothing was left */
	readonly change: VerifiedToken | null;
};

/** Pays `amount` of `token`, the rest being change; refused as the payer's module would refuse it. */
export async function tryToPay(
	world: World,
	token: VerifiedToken,
	from: Holder,
	to: Holder,
	amount: bigint,
	options: PayOptions = {},
): Promise<Payment | Refusal> {
	const outputs: DraftOutput[] = [
		{ amount, owner: ownerOf(world, to, options.purpose), caveats: options.caveats ?? [] },
	];
	if (amount < token.amount)
		outputs.push({ amount: token.amount - amount, owner: ownerOf(world, from), caveats: [] });
	const { release } = options;
	const signed = await signLink(token, from, {
		outputs,
		lock: release ? { payeeDecides: options.payeeDecides ?? false, hash: lockHash(release) } : null,
		data: options.data ?? null,
		against: options.against ?? null,
		after: options.after ?? [],
		spent: options.spent ?? null,
	});
	const tokens: VerifiedToken[] = [];
	for (const index of outputs.keys()) {
		const extended = extendToken(signed.link, signed.signature, index);
		if (isRefusal(extended)) return extended;
		const isReleased = release !== undefined && options.released !== false;
		tokens.push(isReleased ? expectValue(releaseToken(extended, release)) : extended);
	}
	return { ...signed, paid: tokens[0] as VerifiedToken, change: tokens[1] ?? null };
}

/** As `tryToPay`, where nothing may refuse. */
export async function pay(...parameters: Parameters<typeof tryToPay>): Promise<Payment> {
	return expectValue(await tryToPay(...parameters));
}

export function expectValue<T>(result: T | Refusal): T {
	if (isRefusal(result)) assert.fail(`refused: ${result.code} ${result.detail}`);
	return result;
}

export function expectRefusal(result: unknown, code: Refusal["code"]): void {
	assert.ok(isRefusal(result), "expected a refusal");
	assert.equal(result.code, code, result.detail);
}
