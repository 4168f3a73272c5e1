/** An operator that answers otherwise than it does: what it really says is known, and told changed. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type ClaimResult,
	isRefusal,
	type OperatorClient,
	parseReply,
	parseRulingReply,
	type Reply,
	type RulingReply,
	reply as replyShape,
	rulingReply,
	serialize,
} from "@tenten/protocol";
import { ok, random, type Town } from "./town.ts";

type Ruled = Extract<RulingReply, { readonly kind: "ruled" }>;

export function ruledIn(answer: Bytes): Ruled {
	const ruled = ok(parseRulingReply(answer));
	assert.ok(ruled.kind === "ruled" && ruled.reply !== null);
	return ruled;
}

/** A ruling's answer, with other words in the reply beside it. */
export function saying(answer: Bytes, change: (whole: Reply) => Partial<Reply>): Bytes {
	const ruled = ruledIn(answer);
	return serialize(rulingReply, { ...ruled, reply: replying(ruled.reply as Bytes, change) });
}

/** A reply with other words. */
export function replying(encoded: Bytes, change: (whole: Reply) => Partial<Reply>): Bytes {
	const whole = ok(parseReply(encoded));
	return serialize(replyShape, { ...whole, ...change(whole) });
}

export const refused = (code: string, transient = false): ClaimResult => ({
	kind: "refused",
	code,
	transient,
});

export const forkedFor = (drawn: bigint): ClaimResult => ({ kind: "forked", evidence: random(1), drawn });

/** How answers are changed before they are told. */
export type Lie = (answer: Bytes) => Bytes | Promise<Bytes>;

/** The operator, whose answers to statements and claims are told as `lies` has them, one after another, then truly. */
export function lyingOperator({ operator }: Town, ...lies: readonly Lie[]): OperatorClient {
	const left = [...lies];
	const told = async (answer: ReturnType<OperatorClient["rule"]>) => {
		const whole = await answer;
		const lie = isRefusal(whole) ? undefined : left.shift();
		return lie === undefined || isRefusal(whole) ? whole : lie(whole);
	};
	return {
		trustList: () => operator.trustList(),
		freezeList: () => operator.freezeList(),
		appeal: (bytes) => operator.appeal(bytes),
		enrol: (bytes) => operator.enrol(bytes),
		withdraw: (bytes) => operator.withdraw(bytes),
		claim: (bytes) => told(operator.claim(bytes)),
		rule: (bytes) => told(operator.rule(bytes)),
		release: (lock) => operator.release(lock),
		account: (bytes) => operator.account(bytes),
	};
}
