/**
 * What somebody hears who listens to everything: the tokens, cancels, releases and statements that were ever said.
 *
 * All of it is signed by real keys, most of them honest; lies are made of it (`slander.ts`).
 */
import {
	type Bytes,
	isRefusal,
	type Message,
	type MessageOf,
	parseRulingRequest,
	type SignedStatement,
	type Token,
} from "@tenten/protocol";
import type { Chance } from "./chance.ts";

const most = 96;

/** A statement, with the tokens that it was shown with. */
export type Stated = { readonly statement: SignedStatement; readonly tokens: readonly Token[] };

export class Overheard {
	readonly #chance: Chance;
	readonly tokens: Token[] = [];
	readonly cancels: MessageOf<"cancel">[] = [];
	readonly secrets: Bytes[] = [];
	readonly stated: Stated[] = [];

	constructor(chance: Chance) {
		this.#chance = chance;
	}

	/** A message left a device. */
	said(message: Message): void {
		if ("tokens" in message) for (const token of message.tokens) this.#keep(this.tokens, token);
		if (message.kind === "cancel") this.#keep(this.cancels, message);
		if (message.kind === "release") this.#keep(this.secrets, message.secret);
	}

	/** A question reached an operator. */
	asked(route: string, body: Bytes): void {
		const request = route === "rule" ? parseRulingRequest(body) : undefined;
		if (request === undefined || isRefusal(request) || request.kind !== "statement") return;
		this.#keep(this.stated, { statement: request.statement, tokens: request.tokens });
	}

	#keep<T>(kept: T[], heard: T): void {
		if (kept.length < most) kept.push(heard);
		else kept[this.#chance.below(most)] = heard;
	}
}
