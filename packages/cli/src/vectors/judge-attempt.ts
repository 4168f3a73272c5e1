/**
 * Judges of an attempt that stands: one message comes to a payer or to a payee, and decides or does not.
 *
 * The state before is made of what the side had said: the transfer of a payer, the answer of a payee.
 */
import {
	attemptId,
	type Bytes,
	type DurablePayee,
	isRefusal,
	keepUntil,
	type Message,
	type MessageOf,
	type Payee,
	type PayeeTerms,
	type Payer,
	type PayerTerms,
	parseMessage,
	type Step,
	stepPayee,
	stepPayer,
	sumOf,
	type Token,
	type Trust,
	toHex,
	type VerifiedToken,
	verifyParsedToken,
	verifyRequest,
} from "@tenten/protocol";
import { ownRequestIn } from "./judge-handover.ts";
import {
	bytesIn,
	bytesListIn,
	contentsIn,
	type Facts,
	type Judge,
	must,
	numberIn,
	textIn,
	trustIn,
} from "./vector.ts";

/** A payer that has sent `transfer` (locked on `secret`, or direct) gets `message`. */
export const judgePayer: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const context = { trust, now: numberIn(input, "now") };
	const transfer = messageIn(input, "transfer", "transfer");
	const terms = payerTerms(input, transfer, trust);
	const message = parseMessage(bytesIn(input, "message"));
	if (isRefusal(message)) return message;
	const state: Payer =
		terms.lock === null
			? { kind: "sent", terms, transfer, acknowledged: null, passedOn: [] }
			: { kind: "locked", terms, secret: bytesIn(input, "secret"), transfer, change: [], cancelAt: 2 ** 40 };
	const everOwned = bytesListIn(input, "everOwned").map(toHex);
	const event = {
		kind: "received",
		message,
		contents: contentsIn(input),
		everOwned: (output: Bytes) => everOwned.includes(toHex(output)),
	} as const;
	return outcomeOf(stepPayer(state, event, context));
};

/** A payee that has answered `transfer` with `answer` gets `message`. `state`: its own, `reserved` or later. */
export const judgePayee: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const context = { trust, now: numberIn(input, "now") };
	const transfer = messageIn(input, "transfer", "transfer");
	const answer = must(parseMessage(bytesIn(input, "answer")), "answer");
	const request = ownRequestIn(input, trust);
	const tokens = walked(transfer.tokens, trust);
	const given = answer.kind === "counterTransfer" ? walked(answer.tokens, trust) : [];
	const links = tokens.map(lastLink);
	const terms: PayeeTerms = {
		attempt: attemptId(request.digest, links),
		request: request.signed,
		lock: tokens[0]?.pending?.hash ?? null,
		links,
		amount: sumOf(tokens),
		payer: tokens[0]?.previousOwner?.hash ?? new Uint8Array(32),
		reply: null,
		keepUntil: keepUntil([...tokens, ...given], trust),
	};
	const message = parseMessage(bytesIn(input, "message"));
	if (isRefusal(message)) return message;
	const state = payeeState(textIn(input, "state"), terms, transfer, answer, trust);
	return outcomeOf(stepPayee(state, { kind: "received", message }, context));
};

function messageIn<K extends Message["kind"]>(input: Facts, name: string, kind: K): MessageOf<K> {
	const message = must(parseMessage(bytesIn(input, name)), name);
	if (message.kind !== kind) throw new TypeError(`${name} is no ${kind}`);
	return message as MessageOf<K>;
}

/** They were verified when they were sent or taken; their signatures are not asked again. */
function walked(tokens: readonly Token[], trust: Trust): readonly VerifiedToken[] {
	return tokens.map((token) => must(verifyParsedToken({ ...token }, trust, { signatures: false }), "token"));
}

function lastLink({ path }: VerifiedToken): Bytes {
	return path.at(-1)?.id ?? new Uint8Array(32);
}

function payerTerms(input: Facts, transfer: MessageOf<"transfer">, trust: Trust): PayerTerms {
	const request = ownRequestIn(input, trust);
	const tokens = walked(transfer.tokens, trust);
	const links = tokens.map(lastLink);
	const counter = transfer.counterRequest && must(verifyRequest(transfer.counterRequest, trust), "counter");
	return {
		attempt: attemptId(request.digest, links),
		request: request.signed,
		inputs: tokens.map(({ path }) => path.at(-1)?.input ?? new Uint8Array(32)),
		links,
		lock: tokens[0]?.pending?.hash ?? null,
		amount: sumOf(tokens),
		signer: (counter?.payee ?? tokens[0]?.previousOwner)?.hash ?? new Uint8Array(32),
		counterRequest: transfer.counterRequest,
		data: transfer.data,
		spendUntil: Math.min(...tokens.map(({ issue }) => issue.spendUntil)),
		keepUntil: keepUntil(tokens, trust),
	};
}

function payeeState(
	kind: string,
	terms: PayeeTerms,
	{ tokens, counterRequest }: MessageOf<"transfer">,
	answer: Message,
	trust: Trust,
): DurablePayee {
	const counter =
		counterRequest === null || answer.kind !== "counterTransfer"
			? null
			: {
					inputs: walked(answer.tokens, trust).map(({ path }) => path.at(-1)?.input ?? new Uint8Array(32)),
					change: [],
					request: counterRequest,
				};
	if (kind === "cancelled") return { kind, terms, tokens, cancel: answer };
	if (kind === "resolving") return { kind, terms, tokens, answer, counter };
	if (kind !== "reserved") throw new TypeError(`state ${kind}`);
	return counter === null
		? { kind, terms, tokens, answer }
		: { kind: "lockedForeign", terms, tokens, answer, counter };
}

/** The state after the step, the outputs that it makes spendable, and whether the operator is asked. */
function outcomeOf(step: Step<Payer | Payee>): Facts | NonNullable<typeof step.refusal> {
	if (step.refusal !== undefined) return step.refusal;
	const changes = step.effects.flatMap((effect) => (effect.kind === "persist" ? [effect.changes] : []));
	return {
		state: step.state.kind,
		spendable: [
			...changes.flatMap(({ add }) => add.map(({ outputId }) => toHex(outputId))),
			...changes.flatMap(({ free }) => free.map(({ output }) => toHex(output))),
		],
		forwarded: step.effects.some(({ kind }) => kind === "forward"),
	};
}
