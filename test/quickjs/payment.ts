/**
 * One payment in two phases, both sides of it, in an engine that has the language and nothing else: what a small device
 * would run. Bundled by quickjs.test.ts. Signatures are those of a library in plain JavaScript.
 *
 * What passes between the sides is encoded and read again, as it would be on a wire.
 */
import "./text.ts";
import { p256 } from "@noble/curves/nist.js";
import {
	type Bytes,
	fromHex,
	isRefusal,
	type Message,
	type Payee,
	type Payer,
	type PublicKey,
	parseMessage,
	parseRequest,
	type Refusal,
	type RequestBody,
	receipt,
	requestPayload,
	type SignatureRequest,
	type Step,
	serialize,
	serializeMessage,
	signedRequest,
	sigStructure,
	stepPayee,
	stepPayer,
	Trust,
	toHex,
	type Verify,
	verifyReceipt,
	verifyRequest,
	verifyToken,
	verifyTrustList,
} from "@tenten/protocol";

/** All of it in hexadecimal but for the times (unix seconds) and the amount (minor units, as text). */
export type Given = {
	readonly trustList: string;
	readonly operator: string;
	readonly token: string;
	readonly payee: { readonly certificate: string; readonly privateKey: string };
	readonly payer: { readonly privateKey: string };
	readonly entropy: string;
	readonly amount: string;
	readonly now: number;
	/** flips one bit of the payee's answer: nothing may be released for it */
	readonly isForged: boolean;
};

export type Paid = {
	readonly payer: string;
	readonly payee: string;
	/** minor units, as text: what the receipt proves, what the payee owns, what the payer has left */
	readonly receipt: string;
	readonly owned: string;
	readonly change: string;
	/** bytes of each message on the wire */
	readonly sizes: Readonly<Record<string, number>>;
};

const bytesOf = (hex: string): Bytes => fromHex(hex) ?? fail(`not hexadecimal: ${hex}`);

function fail(why: string): never {
	throw new Error(why);
}

function must<T>(result: T | Refusal): T {
	return isRefusal(result) ? fail(`refused: ${result.code} ${result.detail}`) : result;
}

const options = { lowS: true, prehash: true } as const;
const verify: Verify = ({ suite, bytes }: PublicKey, message, signature) =>
	suite === "ES256" && p256.verify(signature, message, bytes, options);

/** The one message that a step sends, as it is read on the other side. */
function sent(step: Step<Payer | Payee>, sizes: Record<string, number>): Message {
	if (step.refusal !== undefined) fail(`${step.refusal.code} ${step.refusal.detail}`);
	const effect = step.effects.find(({ kind }) => kind === "send");
	const [message] = effect?.kind === "send" ? effect.messages : [];
	if (message === undefined) return fail(`nothing sent: ${step.state.kind}`);
	const encoded = serializeMessage(message);
	sizes[message.kind] = encoded.length;
	return must(parseMessage(encoded));
}

function asked(step: Step<Payer | Payee>): readonly SignatureRequest[] {
	const effect = step.effects.find(({ kind }) => kind === "sign");
	return effect?.kind === "sign" ? effect.requests : fail(`nothing to sign: ${step.refusal?.code}`);
}

/** What the tokens of a step's changes add up to. */
function added(step: Step<Payer | Payee>): bigint {
	const effect = step.effects.find(({ kind }) => kind === "persist");
	if (effect?.kind !== "persist") return 0n;
	return effect.changes.add.reduce((sum, token) => sum + token.amount, 0n);
}

export function pay(given: Given): Paid {
	const { now } = given;
	const list = verifyTrustList(bytesOf(given.trustList), {
		...{ verify, pinnedSigner: bytesOf(given.operator), minimumVersion: 0, now },
	});
	const trust = new Trust(must(list), verify);
	const context = { trust, now };
	const signWith = (key: string) => (requests: readonly Pick<SignatureRequest, "type" | "payload">[]) =>
		requests.map(({ type, payload }) =>
			p256.sign(sigStructure(type, "ES256", payload), bytesOf(key), options),
		);
	const [payerSigns, payeeSigns] = [signWith(given.payer.privateKey), signWith(given.payee.privateKey)];
	const entropy = bytesOf(given.entropy);
	const token = must(verifyToken(bytesOf(given.token), trust));
	const body: RequestBody = {
		certificate: bytesOf(given.payee.certificate),
		mode: "twoPhase",
		asset: token.issue.asset,
		amount: BigInt(given.amount),
		nonce: entropy.slice(0, 32),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: now,
		expiresAt: now + 60,
	};
	const [signature = new Uint8Array()] = payeeSigns([{ type: "request", payload: requestPayload(body) }]);
	const request = must(
		verifyRequest(must(parseRequest(serialize(signedRequest, { body, signature }))), trust),
	);

	const sizes: Record<string, number> = {};
	const plan = {
		...{ request, amount: body.amount, inputs: [{ token, after: [] }], data: null, counterRequest: null },
		...{ documentKey: null, caveats: [], counts: new Map(), patience: 60 },
	};
	const start = stepPayer({ kind: "idle" }, { kind: "start", plan, entropy: entropy.slice(32, 96) }, context);
	const locked = stepPayer(start.state, { kind: "signed", signatures: payerSigns(asked(start)) }, context);
	const transfer = sent(locked, sizes);
	if (transfer.kind !== "transfer") return fail(transfer.kind);

	const nothing = { contents: new Map<number, Bytes>(), everOwned: () => false };
	const offered = stepPayee(
		{ kind: "none" },
		{ kind: "offered", transfer, request, ...nothing, active: null, known: () => undefined },
		context,
	);
	const consent = { reply: null, inputs: [], counts: new Map() };
	const consented = stepPayee(
		offered.state,
		{ kind: "consented", consent, entropy: entropy.slice(96, 128) },
		context,
	);
	const reserved = stepPayee(
		consented.state,
		{ kind: "signed", signatures: payeeSigns(asked(consented)) },
		context,
	);
	const answer = sent(reserved, sizes);
	if (answer.kind !== "reserved") return fail(answer.kind);
	const forged = answer.signature.slice();
	forged[0] = (forged[0] ?? 0) ^ 1;
	const shown = given.isForged ? { ...answer, signature: forged } : answer;

	const released = stepPayer(locked.state, { kind: "received", message: shown, ...nothing }, context);
	const release = sent(released, sizes);
	const owned = stepPayee(reserved.state, { kind: "received", message: release }, context);
	sent(owned, sizes);
	if (released.state.kind !== "released") return fail(released.state.kind);
	const { terms, secret } = released.state;
	const proof = must(verifyReceipt(serialize(receipt, { request: terms.request, answer, secret }), trust));
	return {
		payer: released.state.kind,
		payee: owned.state.kind,
		receipt: proof.amount.toString(),
		owned: added(owned).toString(),
		change: added(released).toString(),
		sizes: { ...sizes, token: bytesOf(given.token).length, nonce: toHex(body.nonce).length / 2 },
	};
}
