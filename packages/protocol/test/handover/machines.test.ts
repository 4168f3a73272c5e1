/**
 * All transitions of both machines: every state met by every event.
 *
 * `→` is the next state, `again` the same state with its last word said once more, `!` a refusal, and
 * `nothing` nothing at all. Whatever is not a transition changes nothing: same state, no write, no signature.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Effect,
	type Message,
	type MessageOf,
	type Payee,
	type PayeeEvent,
	type Payer,
	type PayerEvent,
	type Refusal,
	type Step,
	stepPayee,
	stepPayer,
	type VerifiedToken,
} from "@tenten/protocol";
import { bytesOf } from "./support/ecosystem.ts";
import { onTo, paidBy } from "./support/paid-on.ts";
import {
	alice,
	bob,
	context,
	direct,
	entropy,
	exchange,
	noContents,
	offering,
	planOf,
	requestOf,
	type Stages,
	twoPhase,
} from "./support/stages.ts";
import { payeeTable, payerTable, type Table } from "./support/tables.ts";

const modes = {
	"two-phase": twoPhase(),
	exchange: exchange(),
	direct: direct(),
} as const;

const nobody: Refusal = { kind: "refusal", code: "consent-missing", detail: "" };
const zeros = [1, 2, 3].map((): Bytes => new Uint8Array(64));

function messagesOf({ request, messages }: Stages): Readonly<Record<string, Message>> {
	const two = modes["two-phase"].messages;
	const attempt = (two.answer as MessageOf<"reserved">).attempt;
	const refusal = (code: string): Message => ({ kind: "refused", about: request.digest, code, detail: "" });
	const named = {
		"cancel message": messages.cancel ?? two.cancel,
		refunded: messages.refunded,
		"ruled released": messages.ruledReleased ?? two.ruledReleased,
		"refunded by another": messages.theirs ?? two.theirs,
		returned: modes.direct.messages.returned,
		release: messages.release ?? two.release,
		transfer: messages.transfer,
		answer: messages.answer,
	} as Readonly<Record<string, Message>>;
	return {
		...named,
		done: { kind: "done", attempt },
		status: { kind: "status", attempt },
		"final refusal": refusal("request-expired"),
		"transient refusal": refusal("document-missing"),
		"unknown refusal": refusal("toString"),
		request: { kind: "request", request: request.signed, invoice: null },
		document: { kind: "document", bundle: attempt, position: 0, content: new Uint8Array() },
	};
}

function payerEvents(stages: Stages): Readonly<Record<string, PayerEvent>> {
	const received = Object.entries(messagesOf(stages)).map(([name, message]): [string, PayerEvent] => [
		name,
		{ kind: "received", message, contents: noContents, everOwned: () => false },
	]);
	return {
		start: { kind: "start", plan: planOf(requestOf(bob)), entropy },
		signed: { kind: "signed", signatures: zeros.slice(1) },
		cancel: { kind: "cancel" },
		contact: { kind: "contact" },
		passedOn: { kind: "passedOn", token: onTo(paidBy(stages)[0] as VerifiedToken, bob, alice) },
		...Object.fromEntries(received),
	};
}

function payeeEvents(stages: Stages): Readonly<Record<string, PayeeEvent>> {
	const received = Object.entries(messagesOf(stages)).map(([name, message]): [string, PayeeEvent] => [
		name,
		{ kind: "received", message },
	]);
	return {
		offered: offering(stages.messages.transfer, stages.request),
		consented: {
			kind: "consented",
			consent: { reply: null, inputs: [], counts: new Map() },
			entropy: bytesOf("change"),
		},
		declined: { kind: "declined", refusal: nobody },
		signed: { kind: "signed", signatures: zeros },
		resolve: { kind: "resolve" },
		sendBack: { kind: "sendBack", tokens: [] },
		contact: { kind: "contact" },
		...Object.fromEntries(received),
	};
}

/** What a step did, in the words of the tables. */
function wordsOf(before: Payer | Payee, { state, effects, refusal }: Step<Payer | Payee>): string {
	const isSame = state === before;
	const done = effects.map(wordOf).join(", ");
	if (refusal !== undefined && isSame && done === "") return `! ${refusal.code}`;
	const moved = isSame ? (done === "" ? "nothing" : "again") : `→ ${state.kind}`;
	const words = done === "" ? moved : `${moved}: ${done}`;
	return refusal === undefined ? words : `! ${refusal.code} ${words}`;
}

function wordOf(effect: Effect): string {
	switch (effect.kind) {
		case "send":
			return `send ${effect.messages.map(({ kind }) => kind)}`;
		case "tell":
			return `tell ${effect.news}`;
		case "forward":
			return `forward ${effect.message.kind}`;
		default:
			return effect.kind;
	}
}

function checkTable<S extends Payer | Payee, E>(
	table: Table,
	statesOf: (stages: Stages) => Readonly<Record<string, S>>,
	eventsOf: (stages: Stages) => Readonly<Record<string, E>>,
	step: (state: S, event: E) => Step<Payer | Payee>,
): number {
	const met = new Set<string>();
	let cells = 0;
	for (const [row, expectations] of Object.entries(table)) {
		const [among = "", name = ""] = row.split(": ");
		const expected = new Map(
			Object.entries(expectations).flatMap(([events, words]) => events.split(", ").map((e) => [e, words])),
		);
		for (const mode of among.split(" and ")) {
			const stages = (modes as Readonly<Record<string, Stages>>)[mode] as Stages;
			const state = statesOf(stages)[name];
			assert.ok(state, row);
			met.add(`${mode}: ${name}`);
			for (const [event, value] of Object.entries(eventsOf(stages))) {
				const words = expected.get(event) ?? expected.get("otherwise");
				assert.equal(wordsOf(state, step(state, value)), words, `${mode}: ${name}, ${event}`);
				cells++;
			}
			for (const event of expected.keys())
				assert.ok(event === "otherwise" || event in eventsOf(stages), `no event ${event}`);
		}
	}
	const all = Object.entries(modes).flatMap(([mode, stages]) =>
		Object.keys(statesOf(stages)).map((name) => `${mode}: ${name}`),
	);
	assert.deepEqual([...met].sort(), all.sort(), "every state has its row");
	return cells;
}

test("the payer's machine does what its table says, in every state on every event", (t) => {
	const cells = checkTable(
		payerTable,
		({ payer }) => payer,
		payerEvents,
		(state, event) => stepPayer(state, event, context),
	);
	t.diagnostic(`${cells} cells`);
});

test("the payee's machine does what its table says, in every state on every event", (t) => {
	const cells = checkTable(
		payeeTable,
		({ payee }) => payee,
		payeeEvents,
		(state, event) => stepPayee(state, event, context),
	);
	t.diagnostic(`${cells} cells`);
});

test("two sides that answer each other fall silent, whatever states they are in", () => {
	for (const { payer, payee } of Object.values(modes))
		for (const [name, first] of Object.entries(payer))
			for (const [other, second] of Object.entries(payee)) {
				const sides: { payer: Payer; payee: Payee } = { payer: first, payee: second };
				let toPayee = sentFrom(stepPayer(first, { kind: "contact" }, context));
				let toPayer = sentFrom(stepPayee(second, { kind: "contact" }, context));
				for (let round = 0; toPayee.length + toPayer.length > 0; round++) {
					assert.ok(round < 8, `${name} and ${other} never fall silent`);
					const answers = toPayee.map((message) => {
						const step = stepPayee(sides.payee, { kind: "received", message }, context);
						sides.payee = step.state;
						return sentFrom(step);
					});
					const replies = toPayer.map((message) => {
						const known = { contents: noContents, everOwned: (): boolean => false };
						const step = stepPayer(sides.payer, { kind: "received", message, ...known }, context);
						sides.payer = step.state;
						return sentFrom(step);
					});
					toPayer = answers.flat();
					toPayee = replies.flat();
				}
			}
});

function sentFrom({ effects }: Step<Payer | Payee>): readonly Message[] {
	return effects.flatMap((effect) => (effect.kind === "send" ? effect.messages : []));
}
