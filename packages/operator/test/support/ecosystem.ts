/**
 * A real operator with real holders, for tests: keys, certificates, deposits, withdrawals and claims all go
 * through its own front door. Everything follows from a seed.
 */
import {
	type Action,
	type AskedProfile,
	type Bytes,
	type Condition,
	encodeItem,
	type IssueProof,
	isRefusal,
	keyId,
	type Order,
	type Owner,
	orderDigest,
	ownerHash,
	ownOutput,
	parseEnrolled,
	parseReply,
	type Refusal,
	type Reply,
	redeemingDraft,
	type SuiteName,
	serialize,
	serializeClaim,
	sha256,
	signEnrolment,
	signedOrder,
	signOrder,
	type Token,
	Trust,
	tokenFromIssue,
	type VerifiedToken,
	verifyParsedToken,
	verifyTrustList,
} from "@tenten/protocol";
import {
	carry,
	day,
	expectValue,
	type Holder,
	signerFrom,
	signLink,
	verify,
	type World,
} from "../../../module/test/support/world.ts";
import {
	admitAsAsked,
	type KeyVault,
	Operator,
	type OperatorOptions,
	type OperatorPolicy,
	type StoreOptions,
} from "../../src/index.ts";
import { databaseForTest } from "./database.ts";

export type EcosystemOptions = {
	readonly seed?: string;
	/** tells processes over one database apart: they share keys, and never chance */
	readonly run?: number;
	readonly database?: string;
	readonly store?: StoreOptions;
	/** see `OperatorOptions` */
	readonly startsBefore?: number;
	readonly claims?: OperatorOptions["claims"];
	readonly threads?: OperatorOptions["threads"];
	readonly conditions?: readonly Condition[];
	/** whether issues need a definition and a licence; they do not where left out */
	readonly licensing?: OperatorPolicy["licensing"];
	/** see `OperatorPolicy` */
	readonly devices?: OperatorPolicy["devices"];
	/** minor units: every certificate's offline total */
	readonly offlineTotal?: bigint;
	/** where it is listed */
	readonly url?: string;
	/** of its ruling key */
	readonly rulingSuite?: SuiteName;
	/** in the place of those with which endpoints on loopback are told at once */
	readonly webhooks?: OperatorOptions["webhooks"];
	/** see `OperatorOptions` */
	readonly crossings?: OperatorOptions["crossings"];
	/** codes of what it issues beside `JPY` */
	readonly otherAssets?: readonly string[];
};

/** `world` is what the toolbox of the module's tests needs; its clock is `clock.now`. */
export type Ecosystem = {
	readonly operator: Operator;
	readonly world: World;
	readonly clock: { now: number };
	/** what it was opened with, apart from its store */
	readonly means: Pick<OperatorOptions, "keys" | "policy" | "verify" | "now" | "entropy">;
	/** opens the same database again, as after a crash */
	readonly reopen: (store?: StoreOptions) => Promise<Operator>;
};

export async function createEcosystem(options: EcosystemOptions = {}): Promise<Ecosystem> {
	const { seed = "ecosystem", database = await databaseForTest(), offlineTotal = 1_000n } = options;
	const clock = { now: 1_800_000_000 };
	let count = 0;
	let run = 0;
	const random = (): Bytes => sha256(encodeItem([seed, run, count++]));
	const key = (): ReturnType<typeof signerFrom> => signerFrom(random(), "Ed25519");
	const ruling = (): ReturnType<typeof signerFrom> => signerFrom(random(), options.rulingSuite ?? "Ed25519");
	const keys = { root: key(), authority: key(), issuing: key(), ruling: ruling(), desk: key() };
	run = options.run ?? 0;
	const entropy = (length: number): Bytes => random().subarray(0, length);
	const policy = {
		name: "Densha",
		url: options.url ?? "https://densha.example",
		assets: ["JPY", ...(options.otherAssets ?? [])].map((code) => ({
			code,
			scale: 0,
			name: code === "JPY" ? "yen" : code,
			spendWindow: 7 * day,
			redeemWindow: 30 * day,
			grace: day,
		})),
		certificateValidity: 365 * day,
		trustListValidity: 10 * 365 * day,
		forkLimit: 500n,
		admit: admitAsAsked({ perTransfer: null, offlineTotal, holding: null }),
		licensing: options.licensing ?? ({ kind: "none" } as const),
		conditionsOf: () => options.conditions ?? [],
		...(options.devices === undefined ? {} : { devices: options.devices }),
	};
	const means = { keys, policy, verify, now: () => clock.now, entropy, vault: openVault(random) };
	const { claims = "together", threads = 0, startsBefore = 0 } = options;
	const webhooks = { secret: new Uint8Array(32).fill(4), isNetworkTrusted: true, ...options.webhooks };
	const crossings = options.crossings && { crossings: options.crossings };
	const open = (store: StoreOptions = {}): Promise<Operator> =>
		Operator.open({ ...means, database, store, claims, threads, startsBefore, webhooks, ...crossings });
	const operator = await open(options.store);
	const encodedList = await operator.trustList();
	const id = keyId(keys.root.key);
	const context = { verify, pinnedSigner: id, minimumVersion: 0, now: clock.now };
	const list = expectValue(verifyTrustList(encodedList, context));
	const trust = new Trust(list, verify);
	const desk = { signer: keys.desk, certificate: expectValue(trust.certificate(operator.entry.desk)) };
	const party = { ...keys, id, desk, entry: operator.entry };
	const asset = { operator: id, code: "JPY" };
	const world: World = {
		get now() {
			return clock.now;
		},
		operator: party,
		other: party,
		asset,
		otherAsset: asset,
		list,
		encodedList,
		trust,
		random,
		suite: "Ed25519",
	};
	return { operator, world, clock, means, reopen: open };
}

/** Seals nothing: whoever has the row has the key. */
function openVault(random: () => Bytes): KeyVault {
	return {
		make: async () => {
			const sealed = random();
			return { key: signerFrom(sealed, "Ed25519").key, sealed };
		},
		open: (sealed) => signerFrom(sealed, "Ed25519"),
	};
}

/** A fresh key, enrolled; its account is its certificate's hash. */
export async function enrolHolder(
	{ operator, world }: Ecosystem,
	asked: Partial<AskedProfile> = {},
): Promise<Holder> {
	const signer = signerFrom(world.random(), "Ed25519");
	const profile: AskedProfile = {
		role: "holder",
		class: "person",
		merchantCategory: null,
		region: null,
		...asked,
	};
	const enrolment = await signEnrolment(operator.id, profile, world.random(), signer);
	const { certificate } = expectValue(parseEnrolled(expectValue(await operator.enrol(enrolment))));
	return { signer, certificate: expectValue(world.trust.certificate(certificate)) };
}

export async function makeOrder(
	{ world, clock }: Ecosystem,
	action: Action,
	fallback: Bytes | null = null,
): Promise<Order> {
	return { asset: world.asset, action, fallback, nonce: world.random(), issuedAt: clock.now };
}

/** Tokens of these amounts, withdrawn from an account that was topped up for it. */
export async function withdrawTo(
	ecosystem: Ecosystem,
	holder: Holder,
	...amounts: readonly bigint[]
): Promise<readonly VerifiedToken[]> {
	const { operator, world } = ecosystem;
	const account = holder.certificate.hash;
	const total = amounts.reduce((sum, amount) => sum + amount, 0n);
	const refused = await operator.deposit(world.random(), account, world.asset.code, total);
	if (refused !== undefined) expectValue(refused);
	const requests = amounts.map(() => world.random());
	const outputs = amounts.map((amount, i) => ownOutput(amount, holder.certificate, requests[i] as Bytes));
	const order = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
	const signed = await signOrder(order, holder.certificate.encoded, holder.signer);
	const reply = expectValue(parseReply(expectValue(await operator.withdraw(serialize(signedOrder, signed)))));
	return reply.issues.map(({ proof, output }) =>
		openIssue(ecosystem, proof, {
			certificate: holder.certificate,
			purpose: null,
			request: requests[output ?? 0] as Bytes,
		}),
	);
}

export function openIssue({ world }: Ecosystem, proof: IssueProof, owner: Owner): VerifiedToken {
	return expectValue(verifyParsedToken(tokenFromIssue(proof, owner), world.trust));
}

export type ClaimOptions = {
	readonly fallback?: Bytes | null;
	/** minor units redeemed of each token; the whole where left out */
	readonly amount?: bigint;
	/** who signs the order; the first token's holder where left out */
	readonly signer?: Holder;
};

/** An encoded claim of tokens that `holder` owns, for one order. */
export async function makeClaim(
	ecosystem: Ecosystem,
	holder: Holder,
	tokens: readonly VerifiedToken[],
	action: Action,
	options: ClaimOptions = {},
): Promise<Bytes> {
	const order = await makeOrder(ecosystem, action, options.fallback ?? null);
	const links: Token[] = [];
	for (const token of tokens)
		links.push(await redeemingToken(ecosystem, holder, token, orderDigest(order), options.amount));
	const { certificate, signer } = options.signer ?? holder;
	return serializeClaim({ order: await signOrder(order, certificate.encoded, signer), tokens: links });
}

/** `token` with a redeeming link for the order of this digest. */
export async function redeemingToken(
	{ world }: Ecosystem,
	holder: Holder,
	token: VerifiedToken,
	digest: Bytes,
	amount: bigint = token.amount,
): Promise<Token> {
	const change = { certificate: holder.certificate, purpose: null, request: world.random() };
	const desk = world.operator.desk.certificate;
	const draft = redeemingDraft(token, desk, digest, amount, change);
	return carry(token, await signLink(token, holder, draft));
}

export async function claimed({ operator }: Ecosystem, claim: Bytes): Promise<Reply> {
	return expectValue(parseReply(expectValue(await operator.claim(claim))));
}

/** Redeems to the holder's own account. */
export async function redeem(
	ecosystem: Ecosystem,
	holder: Holder,
	...tokens: readonly VerifiedToken[]
): Promise<Reply> {
	const action = { kind: "account", account: holder.certificate.hash } as const;
	return claimed(ecosystem, await makeClaim(ecosystem, holder, tokens, action));
}

/** What an account holds, minor units. */
export async function balance(ecosystem: Ecosystem, holder: Holder): Promise<bigint> {
	return ecosystem.operator.balance(holder.certificate.hash, ecosystem.world.asset.code);
}

export function freshOwner({ world }: Ecosystem, holder: Holder): Owner & { readonly hash: Bytes } {
	const owner = { certificate: holder.certificate, purpose: null, request: world.random() };
	return { ...owner, hash: ownerHash(owner.certificate.hash, owner.purpose, owner.request) };
}

export function kinds(reply: Reply | Refusal): readonly string[] {
	return isRefusal(reply) ? [reply.code] : reply.results.map(({ kind }) => kind);
}
