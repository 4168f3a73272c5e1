/** What the messages of a payment across operators carry, as plain JSON: what operators say is their own, in base64. */
import {
	type Bytes,
	type CrossingQuestion,
	type CrossingReply,
	crossingQuestion,
	crossingReply,
	parse,
	serialize,
} from "@tenten/protocol";
import { must } from "../must.ts";
import type { Message } from "./party.ts";

export type CrossingBody =
	| { readonly kind: "tap" }
	| { readonly kind: "paid-again" }
	/** hexadecimal: a nonce, and the hash of the payer's secret */
	| { readonly kind: "wish"; readonly nonce: string; readonly release: string }
	| { readonly kind: "question"; readonly encoded: string }
	| { readonly kind: "reply"; readonly encoded: string }
	| { readonly kind: "quote" }
	| { readonly kind: "agree" }
	| { readonly kind: "reserved" }
	| { readonly kind: "release"; readonly secret: string }
	/** to the payer */
	| { readonly kind: "ended"; readonly end: "paid" | "refused" | "abandoned" }
	/** to the payee */
	| { readonly kind: "received" };

/** Bytes of the longest that operators say here. */
const longest = 65_536;

export function crossingBody({ body }: Message): CrossingBody {
	return body as CrossingBody;
}

export function asking(question: CrossingQuestion): CrossingBody {
	return { kind: "question", encoded: base64(serialize(crossingQuestion, question)) };
}

export function replying(reply: CrossingReply): CrossingBody {
	return { kind: "reply", encoded: base64(serialize(crossingReply, reply)) };
}

export function questionIn(encoded: string): CrossingQuestion {
	return must(parse(crossingQuestion, bytesIn(encoded), longest)) as CrossingQuestion;
}

export function replyIn(encoded: string): CrossingReply {
	return must(parse(crossingReply, bytesIn(encoded), longest)) as CrossingReply;
}

export function base64(bytes: Bytes): string {
	return Buffer.from(bytes).toString("base64");
}

export function bytesIn(text: string): Bytes {
	return new Uint8Array(Buffer.from(text, "base64"));
}
