/**
 * Hostile messages: what the dearest 64 KiB cost a payee before it refuses or takes them.
 *
 * Each kind drives another part: all 256 signatures that the limits allow, certificates never seen before,
 * conditions that fill a message, and CBOR of the smallest items, of lists and of a long map. Tokens answer
 * the payee's own request, so that no early check saves the rest, and the last signature of all is bad.
 */
import {
	acceptTokens,
	type Bytes,
	encodeItem,
	type Item,
	isRefusal,
	limits,
	parseMessage,
	requestPayload,
	serializeMessage,
	type Token,
	type Trust,
	type VerifiedRequest,
	type VerifiedToken,
	verifyRequest,
} from "@tenten/protocol";
import { type Ecosystem, type Holder, issueTokens, must, random } from "../ecosystem.ts";
import { passToken } from "../passing.ts";
import { race } from "./race.ts";
import type { BenchResult } from "./result.ts";

const budget_ms = 50;

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly request: VerifiedRequest;
	/** one lock for all tokens of a payment */
	readonly release: Bytes;
	readonly holders: readonly [Holder, Holder];
};

export async function hostileResults(ecosystem: Ecosystem): Promise<readonly BenchResult[]> {
	const holders = [await ecosystem.newHolder(), await ecosystem.newHolder()] as const;
	const request = await askForAnyAmount(ecosystem);
	const scene: Scene = { ecosystem, request, release: random(32), holders };
	const results: BenchResult[] = [];
	for (const { metric, message, isNew } of await hostileMessages(scene)) {
		if (message.length > limits.message) throw new Error(`${metric}: ${message.length} bytes`);
		const trust = (): Trust => (isNew === true ? ecosystem.freshTrust() : ecosystem.trust);
		const { taken } = await race({ taken: () => receive(message, trust(), scene) }, { rounds: 9 });
		results.push({
			name: "verify",
			metric: `hostile: ${metric}, ${message.length} bytes`,
			unit: "ms",
			ours: 1000 * taken.each_s,
			limit: null,
			peer: null,
			ratio: null,
			spread: taken.spread,
			target: { of: "ours", atMost: budget_ms },
		});
	}
	return results;
}

async function askForAnyAmount({ newHolder, asset, now, trust }: Ecosystem): Promise<VerifiedRequest> {
	const { signer, certificate } = await newHolder();
	const body = {
		certificate: certificate.encoded,
		mode: "twoPhase",
		asset,
		amount: 0n,
		nonce: random(32),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: now,
		expiresAt: now + 3600,
	} as const;
	const signature = await signer.sign("request", requestPayload(body));
	return must(verifyRequest({ body, signature }, trust));
}

/** As a payee's module does: read, count, verify. */
function receive(encoded: Bytes, trust: Trust, { ecosystem, request }: Scene): void {
	const message = parseMessage(encoded);
	if (isRefusal(message) || message.kind !== "transfer") return;
	const { now } = ecosystem;
	const expected = { request, trust, now, everOwned: () => false, data: null, against: null };
	const accepted = acceptTokens(message.tokens, expected);
	if (!isRefusal(accepted) || accepted.code !== "signature-invalid") throw new Error("not the dearest way");
}

type Hostile = {
	readonly metric: string;
	readonly message: Bytes;
	/** no certificate in it has been seen before */
	readonly isNew?: true;
};

async function hostileMessages(scene: Scene): Promise<readonly Hostile[]> {
	const smallest = Array.from({ length: limits.message - 8 }, (_, i) => i % 24);
	const keyed = new Map<number, Item>(Array.from({ length: 16_000 }, (_, i) => [i, 0]));
	const listed = Array.from({ length: 4000 }, () => Array.from({ length: 14 }, () => 0));
	return [
		{ metric: "256 signatures", message: await manySignatures(scene) },
		{ metric: "new certificates", message: await manyCertificates(scene), isNew: true },
		{ metric: "conditions", message: await manyConditions(scene) },
		{ metric: "small numbers", message: encodeItem(smallest) },
		{ metric: "lists", message: encodeItem(listed) },
		{ metric: "a map", message: encodeItem(keyed) },
	];
}

function transfer(tokens: readonly Token[]): Bytes {
	return serializeMessage({
		kind: "transfer",
		request: random(32),
		tokens,
		data: null,
		counterRequest: null,
		documentKey: null,
	});
}

function withBadEnd(token: Token): Token {
	const last = token.hops.at(-1);
	if (last === undefined) throw new Error("a token that was passed on");
	return { ...token, hops: [...token.hops.slice(0, -1), { ...last, signature: random(64) }] };
}

type Conditions = Parameters<typeof issueTokens>[1][number]["conditions"];

/** A token that goes to and fro between two holders and ends with the payee, `links` in all. */
async function longToken(scene: Scene, links: number, conditions: Conditions = []): Promise<Token> {
	const { ecosystem, holders, request, release } = scene;
	const owner = holders[0].certificate;
	const [issued] = await issueTokens(ecosystem, [{ amount: 1000n, owner, request: random(32), conditions }]);
	let token = issued as VerifiedToken;
	const { amount } = token;
	for (let i = 0; i < links - 1; i++) {
		const payee = (holders[(i + 1) % 2] as Holder).certificate;
		token = (await passToken(token, holders[i % 2] as Holder, { payee, amount, way: "twoPhase" })).owned;
	}
	const payer = holders[(links - 1) % 2] as Holder;
	const last = { payee: request.payee, amount, way: "twoPhase", request: request.digest, release } as const;
	return (await passToken(token, payer, last)).transferred.token;
}

/** 16 tokens of one issue and 15 links each, under certificates that the payee knows already. */
async function manySignatures(scene: Scene): Promise<Bytes> {
	const tokens: Token[] = [];
	const links = limits.signatures / limits.tokens - 1;
	for (let i = 0; i < limits.tokens; i++) tokens.push(await longToken(scene, links));
	return transfer([...tokens.slice(1), withBadEnd(tokens[0] as Token)]);
}

/** As many signatures, most of them under certificates that nobody asked for. */
async function manyCertificates(scene: Scene): Promise<Bytes> {
	const tokens: Token[] = [];
	for (let i = 0; i < 4; i++) {
		const token = await longToken(scene, 1);
		const strangers: Bytes[] = [];
		for (let j = 0; j < 55; j++) strangers.push((await scene.ecosystem.newHolder()).certificate.encoded);
		tokens.push({ ...token, certificates: [...token.certificates, ...strangers] });
	}
	return transfer([...tokens.slice(1), withBadEnd(tokens[0] as Token)]);
}

/** A path as long as the limits allow, under as many conditions, with as long lists, as one message holds. */
async function manyConditions(scene: Scene): Promise<Bytes> {
	const named = [...scene.holders.map(({ certificate }) => certificate), scene.request.payee];
	const filler = Array.from({ length: 61 }, () => random(32));
	const conditions = Array.from({ length: limits.conditions }, () => ({
		kind: "payees" as const,
		classes: null,
		merchantCategories: null,
		regions: null,
		operators: null,
		certificates: [...filler, ...named.map(({ hash }) => hash)],
	}));
	return transfer([withBadEnd(await longToken(scene, limits.hops, conditions))]);
}
