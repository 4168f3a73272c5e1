/** Making requests, links and messages of the small world, signed as their owners would. */
import {
	type Against,
	attemptId,
	type Bytes,
	type Caveat,
	cancelPayload,
	counterPayload,
	type Document,
	type DraftOutput,
	dataHash,
	draftLink,
	extendToken,
	type LinkDraft,
	type Lock,
	lockHash,
	type Manifest,
	type Message,
	type MessageOf,
	manifestOf,
	type RequestBody,
	type ReservedBody,
	releaseToken,
	requestDigest,
	requestPayload,
	reservedPayload,
	type SignedRequest,
	type SignedStatement,
	type StatementBody,
	serialize,
	serializeMessage,
	serializeToken,
	signedRequest,
	signStatement,
	token,
	type UnsignedLink,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { bytesOf, densha, must, now, ownerOf, type Person, yen } from "./world.ts";

export type Made = {
	readonly body: RequestBody;
	readonly signed: SignedRequest;
	readonly encoded: Bytes;
	readonly digest: Bytes;
	readonly payee: Person;
};

export async function requestOf(
	payee: Person,
	name: string,
	options: Partial<RequestBody> = {},
): Promise<Made> {
	const body: RequestBody = {
		certificate: payee.encoded,
		mode: "twoPhase",
		asset: yen,
		amount: 600n,
		nonce: bytesOf("nonce of request", name),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: now - 60,
		expiresAt: now + 300,
		...options,
	};
	const payload = requestPayload(body);
	const signed = { body, signature: await payee.signer.sign("request", payload) };
	return { body, signed, encoded: serialize(signedRequest, signed), digest: requestDigest(payload), payee };
}

const plain: Omit<LinkDraft, "outputs"> = { lock: null, data: null, against: null, after: [], spent: null };

export type SignedLink = UnsignedLink & { readonly signature: Bytes };

export async function linkOf(
	input: VerifiedToken,
	signer: Person,
	outputs: readonly DraftOutput[],
	draft: Partial<LinkDraft> = {},
): Promise<SignedLink> {
	const link = draftLink(input, { ...plain, outputs, ...draft });
	return { ...link, signature: await signer.signer.sign("link", link.payload) };
}

/** The token of one output of a link. */
export function tokenOf(link: SignedLink, index = 0): VerifiedToken {
	return must(extendToken(link, link.signature, index));
}

/** As `tokenOf`, encoded, whatever rule the link breaks. */
export function forcedToken({ input, draft, body, signature }: SignedLink, index = 0): Bytes {
	const owner = (draft.outputs[index] as DraftOutput).owner;
	const after = draft.after.map(({ decider }) => decider.certificate.encoded);
	const certificates = [...input.token.certificates, ...after, owner.certificate.encoded];
	const outputs = body.outputs.map((output, i) => (i === index ? { ...output, owner: null } : output));
	const { payeeDecides = false } = body.lock ?? {};
	const state = payeeDecides ? "lockedPayeeDecides" : "locked";
	const opening = { certificate: certificates.length - 1, purpose: owner.purpose, request: owner.request };
	const lock = body.lock && ({ state, bytes: body.lock.hash } as const);
	const hop = { ...body, index, outputs, lock, signature, opening };
	return serialize(token, { ...input.token, hops: [...input.token.hops, hop], certificates });
}

/** What `input` pays to `payee` without a request of its own, effective at once. */
export async function passed(
	input: VerifiedToken,
	from: Person,
	to: Person,
	name: string,
	draft: Partial<LinkDraft> & { readonly caveats?: readonly Caveat[]; readonly purpose?: string } = {},
): Promise<VerifiedToken> {
	const { caveats = [], purpose = null, ...rest } = draft;
	const owner = ownerOf(to, bytesOf("request of", name), purpose);
	return tokenOf(await linkOf(input, from, [{ amount: input.amount, owner, caveats }], rest));
}

/** The release of a lock, by name. */
export const secretOf = (name: string): Bytes => bytesOf("secret", name);
export const lockOf = (name: string, payeeDecides = false): Lock => ({
	payeeDecides,
	hash: lockHash(secretOf(name)),
});

export function released(token: VerifiedToken, name: string): VerifiedToken {
	return must(releaseToken(token, secretOf(name)));
}

export type PayOptions = {
	/** minor units of change of the last token */
	readonly change?: bigint;
	readonly lock?: Lock | null;
	readonly data?: Bytes | null;
	readonly against?: Against | null;
	readonly caveats?: readonly Caveat[];
	readonly purpose?: string | null;
	/** in place of the request's digest */
	readonly request?: Bytes;
	readonly payee?: Person;
};

/** The tokens, locked on the lock `name` unless said otherwise, that pay a request. */
export async function paymentOf(
	inputs: readonly VerifiedToken[],
	payer: Person,
	to: Made,
	name: string,
	options: PayOptions = {},
): Promise<readonly VerifiedToken[]> {
	const { change = 0n, caveats = [], purpose = to.body.purpose } = options;
	const owner = ownerOf(options.payee ?? to.payee, options.request ?? to.digest, purpose);
	const tokens: VerifiedToken[] = [];
	for (const input of inputs) {
		const kept = input === inputs.at(-1) ? change : 0n;
		const own = { amount: kept, owner: ownerOf(payer, bytesOf("change", name)), caveats: [] };
		const outputs = [{ amount: input.amount - kept, owner, caveats }, ...(kept > 0n ? [own] : [])];
		const link = await linkOf(input, payer, outputs, {
			lock: options.lock === undefined ? lockOf(name) : options.lock,
			data: options.data ?? null,
			against: options.against === undefined ? to.body.against : options.against,
		});
		tokens.push(tokenOf(link));
	}
	return tokens;
}

export function transferOf(
	to: Made,
	tokens: readonly VerifiedToken[],
	options: Partial<MessageOf<"transfer">> = {},
): MessageOf<"transfer"> {
	return {
		kind: "transfer",
		request: to.digest,
		tokens: tokens.map(({ token }) => token),
		data: null,
		counterRequest: null,
		documentKey: null,
		...options,
	};
}

export function attemptOf(to: Made, tokens: readonly VerifiedToken[]): Bytes {
	return attemptId(to.digest, linksOf(tokens));
}

export const linksOf = (tokens: readonly VerifiedToken[]): readonly Bytes[] =>
	tokens.map(({ path }) => path.at(-1)?.id as Bytes);

export function reservedBodyOf(
	to: Made,
	tokens: readonly VerifiedToken[],
	reply: Manifest | null = null,
): ReservedBody {
	const amount = tokens.reduce((sum, token) => sum + token.amount, 0n);
	const lock = tokens[0]?.pending?.hash ?? null;
	return { request: to.digest, links: linksOf(tokens), lock, amount, reply: dataHash(reply) };
}

export async function reservedOf(
	to: Made,
	tokens: readonly VerifiedToken[],
	options: {
		readonly reply?: Manifest | null;
		readonly body?: Partial<ReservedBody>;
		readonly by?: Person;
	} = {},
): Promise<MessageOf<"reserved">> {
	const { reply = null } = options;
	const body = { ...reservedBodyOf(to, tokens, reply), ...options.body };
	const signature = await (options.by ?? to.payee).signer.sign("reserved", reservedPayload(body));
	return { kind: "reserved", attempt: attemptOf(to, tokens), body, reply, signature };
}

export async function counterOf(
	to: Made,
	tokens: readonly VerifiedToken[],
	given: readonly VerifiedToken[],
	options: {
		readonly counterLinks?: readonly Bytes[];
		readonly body?: Partial<ReservedBody>;
		readonly by?: Person;
	} = {},
): Promise<MessageOf<"counterTransfer">> {
	const reserved = { ...reservedBodyOf(to, tokens), ...options.body };
	const body = { reserved, counterLinks: options.counterLinks ?? linksOf(given) };
	const signature = await (options.by ?? to.payee).signer.sign("counter", counterPayload(body));
	const carried = given.map(({ token }) => token);
	return {
		kind: "counterTransfer",
		attempt: attemptOf(to, tokens),
		body,
		tokens: carried,
		reply: null,
		signature,
	};
}

export async function cancelOf(attempt: Bytes, lock: Bytes, by: Person): Promise<MessageOf<"cancel">> {
	const signature = await by.signer.sign("cancel", cancelPayload(lock));
	return { kind: "cancel", attempt, lock, certificate: by.certificate.hash, signature };
}

export function documentsOf(
	name: string,
	...contents: readonly string[]
): { readonly manifest: Manifest; readonly documents: readonly Document[] } {
	const documents = contents.map((text) => ({
		mediaType: "text/plain",
		content: new TextEncoder().encode(text),
	}));
	return { manifest: manifestOf(documents, bytesOf("salt", name)) as Manifest, documents };
}

/** Documents as a vector is given them. */
export const contentsOf = (
	documents: readonly Document[],
): readonly { readonly position: number; readonly content: Bytes }[] =>
	documents.map(({ content }, position) => ({ position, content }));

export const encode = (message: Message): Bytes => serializeMessage(message);
export const encodeToken = (token: VerifiedToken): Bytes => serializeToken(token);

export function statementOf(
	by: Person,
	says: StatementBody["says"],
	operator = densha.id,
): Promise<SignedStatement> {
	const nonce = bytesOf("nonce of a statement");
	return signStatement({ operator, says, nonce, issuedAt: now }, by.encoded, by.signer);
}
