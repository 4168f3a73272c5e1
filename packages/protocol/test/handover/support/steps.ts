/** How a test host steps its machines, and what it reads from their states. */
import {
	attemptId,
	type Bytes,
	type Effect,
	type Message,
	type Payee,
	type Payer,
	type SignedRequest,
	type Step,
	stepPayee,
	stepPayer,
	type Token,
	type TokenChanges,
	toHex,
	verifyParsedToken,
} from "@tenten/protocol";
import { must, trust } from "./ecosystem.ts";
import type { Ledger } from "./ledger.ts";
import { Violation } from "./violation.ts";

/** How a host behaves; the tests of broken variants replace one of these. */
export type Rules = {
	readonly stepPayer: typeof stepPayer;
	readonly stepPayee: typeof stepPayee;
	readonly order: (effects: readonly Effect[]) => readonly Effect[];
	readonly changes: (changes: TokenChanges) => TokenChanges;
	/** the machines that a message is for, of all that there are */
	readonly route: (message: Message, found: readonly string[], all: readonly string[]) => readonly string[];
};

export const soundRules: Rules = {
	stepPayer,
	stepPayee,
	order: (effects) => effects,
	changes: (changes) => changes,
	route: (_, found) => found,
};

export function linkOf(token: Token): Bytes {
	return must(verifyParsedToken(token, trust, { signatures: false })).path.at(-1)?.id ?? new Uint8Array();
}

export function bodyOf(state: Payer | Payee): SignedRequest["body"] | undefined {
	if ("terms" in state) return state.terms.request.body;
	if (state.kind === "cancelling") return state.locked.terms.request.body;
	return state.kind === "returning" ? state.owned.terms.request.body : undefined;
}

export function keyOf(state: Payer | Payee): string | undefined {
	if ("terms" in state) return `payee/${toHex(state.terms.attempt)}`;
	return state.kind === "asked"
		? `payee/${toHex(attemptId(state.offer.request.digest, state.offer.accepted.links))}`
		: undefined;
}

export function linksOf(state: Payer | Payee): Parameters<Ledger["drafted"]>[0] {
	if (state.kind === "signing") return "draft" in state ? state.draft.links : state.links;
	return state.kind === "returning" ? state.links : [];
}

/** A refusal changes nothing: no write, and the state that was given, or the one before the attempt. */
export function checkRefusal(before: Payer | Payee, { state, effects, refusal }: Step<Payer | Payee>): void {
	if (refusal === undefined) return;
	const isBack = state === before || ["none", "idle"].includes(state.kind) || before.kind === "returning";
	const writes = effects.some(({ kind }) => kind === "persist" || kind === "sign");
	if (!isBack || writes) throw new Violation("changed by a refusal", `${before.kind}: ${refusal.code}`);
}
