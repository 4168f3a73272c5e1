/**
 * Messages between operators: signed (RFC 9421), with a digest of what they carry (RFC 9530). docs/spec/peers.md.
 *
 * A request is signed with the ruling key that its operator is listed with: method, address, digest, type, when
 * it was made and until when it counts, and a nonce. The address is the one that the other operator is listed
 * with, so what is sent to one can be shown to no other. An answer is signed with what it answers: whoever keeps
 * both can show what was said to which question.
 *
 * What could go wrong is to believe what a signature does not cover, to believe it too long, or twice: coverage
 * is required and never read out of the message, times are bounded here, and nonces are taken once
 * (`nonces.ts`). Bases are built and fields read by `http-message-sig`; signatures are our own suites'.
 */
import {
	type Bytes,
	fromHex,
	keyId,
	type PublicKey,
	type Signer,
	type Trust,
	type TrustedOperator,
	toHex,
	type Verify,
	verifySign1,
} from "@tenten/protocol";
import {
	component,
	createSignature,
	isSignatureError,
	type MessageDescriptor,
	type RequestDescriptor,
	type ResponseDescriptor,
	type SignatureComponent,
	type SignatureParameters,
	type VerifiedSignature,
	verifySignature,
} from "http-message-sig";
import { digestOf, holdsDigest } from "./content-digest.ts";

export type PeerRequest = {
	readonly method: string;
	/** the operator's listed address, and the path */
	readonly target: string;
	readonly headers: Headers;
	/** null where the route takes none */
	readonly body: Bytes | null;
};

export type PeerAnswer = { readonly status: number; readonly headers: Headers; readonly body: Bytes };

/** Whose word a message is. */
export type Heard = { readonly kind: "heard"; readonly operator: TrustedOperator; readonly nonce: string };
export type Unheard = {
	readonly kind: "unheard";
	readonly why: "missing" | "invalid" | "expired" | "unknown";
};

export type SigningMoment = { readonly signer: Signer; readonly now: number; readonly nonce: string };

const label = "tenten";
const tag = "tenten-operator";
/** Seconds for which a signature counts at most, and by which clocks may differ. */
export const signatureLife = 300;
const skew = 30;
const longestNonce = 64;

/** HTTP's name of a suite. */
const algorithms = { Ed25519: "ed25519", ES256: "ecdsa-p256-sha256" } as const;

const parameters = ["created", "expires", "nonce", "alg", "keyid", "tag"];
const ofRequest = ["@method", "@target-uri"];
const ofBody = ["content-digest", "content-type"];
const ofAnswer: readonly SignatureComponent[] = [
	"@status",
	...ofBody,
	component("@method", { req: true }),
	component("@target-uri", { req: true }),
	component("signature", { req: true, key: label }),
];

/** The headers of a request, signed; with a body its `content-type` is among them already. */
export async function signRequest(request: PeerRequest, moment: SigningMoment): Promise<Headers> {
	const { body } = request;
	const headers = new Headers(request.headers);
	if (body !== null) headers.set("content-digest", digestOf(body));
	const covered = [...ofRequest, ...(body === null ? [] : ofBody)];
	return signed(headers, requestOf({ ...request, headers }), covered, moment);
}

/** Which listed operator sent a request, or why it is not known. Whether its nonce is fresh is not looked at. */
export async function hearRequest(request: PeerRequest, trust: Trust, now: number): Promise<Heard | Unheard> {
	const { headers, body } = request;
	if (!headers.has("signature") || !headers.has("signature-input")) return unheard("missing");
	if (body !== null && !holdsDigest(headers.get("content-digest"), body)) return unheard("invalid");
	const covered = [...ofRequest, ...(body === null ? [] : ofBody)];
	return hear(requestOf(request), covered, trust, now);
}

/** The headers of an answer, signed together with the request that it answers. */
export async function signAnswer(
	answer: PeerAnswer,
	request: PeerRequest,
	moment: SigningMoment,
): Promise<Headers> {
	const headers = new Headers(answer.headers);
	headers.set("content-digest", digestOf(answer.body));
	return signed(headers, answerOf({ ...answer, headers }, request), ofAnswer, moment);
}

/** Which listed operator answered this request so. */
export async function hearAnswer(
	answer: PeerAnswer,
	request: PeerRequest,
	trust: Trust,
	now: number,
): Promise<Heard | Unheard> {
	const { headers, body } = answer;
	if (!headers.has("signature") || !headers.has("signature-input")) return unheard("missing");
	if (!holdsDigest(headers.get("content-digest"), body)) return unheard("invalid");
	return hear(answerOf(answer, request), ofAnswer, trust, now);
}

function unheard(why: Unheard["why"]): Unheard {
	return { kind: "unheard", why };
}

function requestOf({ method, target, headers }: PeerRequest): RequestDescriptor {
	return { kind: "request", method, targetUri: target, fields: fieldsOf(headers) };
}

function answerOf({ status, headers }: PeerAnswer, request: PeerRequest): ResponseDescriptor {
	return { kind: "response", status, fields: fieldsOf(headers), request: requestOf(request) };
}

/** Only what is ever covered: other headers may hold what a base cannot. */
function fieldsOf(headers: Headers): readonly { readonly name: string; readonly value: string }[] {
	return [...ofBody, "signature", "signature-input"].flatMap((name) => {
		const value = headers.get(name);
		return value === null ? [] : [{ name, value }];
	});
}

async function signed(
	headers: Headers,
	message: MessageDescriptor,
	components: readonly SignatureComponent[],
	{ signer, now, nonce }: SigningMoment,
): Promise<Headers> {
	const algorithm = algorithms[signer.key.suite];
	const fields = await createSignature(message, {
		label,
		components,
		parameters: {
			created: now,
			expires: now + signatureLife,
			nonce,
			alg: algorithm,
			keyid: toHex(keyId(signer.key)),
			tag,
		},
		signer: { algorithm, sign: (base) => signer.sign("http-message", base) },
	});
	headers.set("signature", fields.signature);
	headers.set("signature-input", fields.signatureInput);
	return headers;
}

/** Thrown through the library, and caught here. */
class UnknownKey extends Error {}

async function hear(
	message: MessageDescriptor,
	requiredComponents: readonly SignatureComponent[],
	trust: Trust,
	now: number,
): Promise<Heard | Unheard> {
	let operator: TrustedOperator | undefined;
	try {
		const { parameters: said } = await verifySignature(message, {
			label,
			policy: {
				algorithms: Object.values(algorithms),
				requiredComponents,
				requiredParameters: parameters,
				// Times are judged below, of what is proven alone and with a code of their own.
				now,
				clockSkew: Number.MAX_SAFE_INTEGER,
			},
			resolveVerifier: ({ parameters: { keyid = "" } }) => {
				const found = rulingKey(trust, keyid);
				if (found === undefined) throw new UnknownKey();
				operator = found.operator;
				return verifierOf(found.key, trust.verify);
			},
		});
		const { nonce = "" } = said;
		if (operator === undefined || said.tag !== tag || nonce === "" || nonce.length > longestNonce)
			return unheard("invalid");
		return isTimely(said, now) ? { kind: "heard", operator, nonce } : unheard("expired");
	} catch (error) {
		if (!isSignatureError(error)) throw error;
		return unheard(error.cause instanceof UnknownKey ? "unknown" : "invalid");
	}
}

function isTimely({ created = 0, expires = 0 }: SignatureParameters, now: number): boolean {
	return created <= now + skew && expires - created <= signatureLife && now < expires + skew;
}

/** The operator that is listed with a current ruling key of this id. */
function rulingKey(
	trust: Trust,
	id: string,
): { readonly operator: TrustedOperator; readonly key: PublicKey } | undefined {
	if (fromHex(id) === undefined) return undefined;
	for (const { root } of trust.list.operators) {
		const operator = trust.operator(keyId(root));
		const listed = operator?.keys.find(
			(each) => each.purpose === "ruling" && each.status === "current" && toHex(each.id) === id,
		);
		if (operator !== undefined && listed !== undefined) return { operator, key: listed.key };
	}
	return undefined;
}

type LibraryVerifier = VerifiedSignature["verifier"];

/** A key's verdict on signature bases. */
export function verifierOf(key: PublicKey, verify: Verify): LibraryVerifier {
	return {
		algorithm: algorithms[key.suite],
		verify: (base, signature) => verifySign1(verify, key, "http-message", base, signature),
	};
}
