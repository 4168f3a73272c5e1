/**
 * An operator among others: who of those that it lists sent a request, what it answers them, and what it asks.
 *
 * It asks only operators that whoever runs it listed, at the address of their entry, follows no redirect, and
 * takes nothing for an answer that the other did not sign.
 */
import { type Bytes, equalBytes, toHex } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { keyForgetting } from "../store/forgetting.ts";
import { spanned } from "../tracing.ts";
import { type DebtPage, debtsToward } from "./debts-between.ts";
import {
	type Heard,
	hearAnswer,
	hearRequest,
	type PeerAnswer,
	type PeerRequest,
	signAnswer,
	signRequest,
	type Unheard,
} from "./message-signature.ts";
import { takeNonce } from "./nonces.ts";

/** What a listed operator answered, or why there is no answer of it. */
export type PeerReply =
	| { readonly kind: "answered"; readonly status: number; readonly body: Bytes }
	| { readonly kind: "unlisted" }
	| { readonly kind: "failed"; readonly why: string };

const timeout_ms = 10_000;
/** Bytes of an answer; a page of debts is far below. */
const longestAnswer = 1_048_576;

export class Peers {
	readonly #context: OperatorContext;
	readonly #forgetOld: () => Promise<void>;

	constructor(context: OperatorContext) {
		this.#context = context;
		this.#forgetOld = keyForgetting(context);
	}

	/** Which listed operator sent a request to this one; each is heard once. */
	async hear(request: PeerRequest): Promise<Heard | Unheard | { readonly kind: "replayed" }> {
		const { trust, now } = this.#context;
		const current = await trust();
		const heard = await spanned("verify peer", () => hearRequest(request, current, now()));
		if (heard.kind === "unheard") return heard;
		await this.#forgetOld();
		const isFresh = await takeNonce(this.#context, heard.operator.id, heard.nonce);
		return isFresh ? heard : { kind: "replayed" };
	}

	/** The headers of an answer to a request that was heard, signed. */
	answer(answer: PeerAnswer, request: PeerRequest, nonce: string): Promise<Headers> {
		const { keys, now } = this.#context;
		return signAnswer(answer, request, { signer: keys.ruling, now: now(), nonce });
	}

	/** The address of a request to this operator, as its peers sign it. */
	targetOf(path: string): string {
		return `${addressOf(this.#context.policy)}${path}`;
	}

	/** What holders whom `peer` certified owe this operator. */
	debts(peer: Bytes, after: Bytes): Promise<DebtPage> {
		return debtsToward(this.#context, peer, after);
	}

	/** Asks the listed operator of this id, with a body of JSON. */
	ask(peer: Bytes, path: string, content: object): Promise<PeerReply> {
		const body = new Uint8Array(Buffer.from(JSON.stringify(content)));
		return this.askBytes(peer, path, body, "application/json");
	}

	/** As `ask`, with a body of any kind. */
	async askBytes(peer: Bytes, path: string, body: Bytes, type: string): Promise<PeerReply> {
		const { trust, now, keys, entropy } = this.#context;
		const listed = (await trust()).operator(peer);
		if (listed === undefined) return { kind: "unlisted" };
		const target = `${addressOf(listed.entry)}${path}`;
		const headers = new Headers({ "content-type": type });
		const asked = { method: "POST", target, headers, body };
		const nonce = toHex(entropy(16));
		const signed = {
			...asked,
			headers: await signRequest(asked, { signer: keys.ruling, now: now(), nonce }),
		};
		const answer = await send(signed).catch((error: unknown) => String(error));
		if (typeof answer === "string") return { kind: "failed", why: answer };
		const heard = await hearAnswer(answer, signed, await trust(), now());
		if (heard.kind === "unheard")
			return { kind: "failed", why: `status ${answer.status}, its signature: ${heard.why}` };
		if (!equalBytes(heard.operator.id, peer) || heard.nonce !== nonce)
			return { kind: "failed", why: "another's answer" };
		return { kind: "answered", status: answer.status, body: answer.body };
	}
}

function addressOf({ url }: { readonly url: string }): string {
	return url.replace(/\/+$/, "");
}

async function send({ target, method, headers, body }: PeerRequest): Promise<PeerAnswer> {
	const signal = AbortSignal.timeout(timeout_ms);
	const sent = body === null ? null : new Uint8Array(body);
	const response = await fetch(target, { method, headers, body: sent, signal, redirect: "error" });
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of response.body ?? []) {
		length += part.length;
		if (length > longestAnswer) throw new RangeError("an answer beyond all bounds");
		parts.push(part);
	}
	return { status: response.status, headers: response.headers, body: new Uint8Array(Buffer.concat(parts)) };
}
