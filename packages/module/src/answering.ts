/**
 * What this side answers to messages from the network: each goes to the attempts that it names.
 *
 *   transfer ──▶ a request of ours (receiving.ts)      anything else ──▶ payer's or payee's attempt, or both
 *   signed lists, and what the other side holds of them (lists.ts): taken before all else, answered after it
 *
 * Whoever sends is unknown here. What a message names that is not known gets one refusal and changes nothing;
 * one bundle cannot ask for more work or more answers than a channel carries.
 */
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	isRefusal,
	type Message,
	type MessageOf,
	type Refusal,
	refuse,
} from "@tenten/protocol";
import { type Core, readBundle, refusalMessage } from "./core.ts";
import { answerHeld, listMessagesIn, takeHanded } from "./lists.ts";
import { payerReceives } from "./paying.ts";
import { type Ask, type Asking, type ModuleApp, runPayee, transferArrives } from "./receiving.ts";
import { keepLate, lateQuestions, type RulingQuestion } from "./ruling.ts";
import { releasesShown } from "./shown.ts";
import { isOfOurs, takeRuling } from "./taking-rulings.ts";

/** Messages beside documents that one bundle may hold; the rest is asked for again. */
const mostMessages = 16;
/** Messages that a channel carries at once. */
const mostAnswers = 64;

type Documents = readonly MessageOf<"document">[];

export async function answerBundle(
	core: Core,
	asking: Asking,
	bundle: readonly Bytes[],
	app: ModuleApp,
): Promise<readonly Bytes[]> {
	const { messages, documents } = readBundle(bundle);
	const about = listMessagesIn(bundle);
	await takeHanded(core, about);
	let answers: readonly Bytes[] = [];
	for (const message of messages.slice(0, mostMessages)) {
		// What follows is for those deciders, who ask again: not for whoever sends this.
		if (message.kind === "transfer")
			for (const release of releasesShown(core.vault, message)) await answer(core, release, [], app);
		const next =
			message.kind === "transfer"
				? await transferArrives(core, asking, message, documents, app)
				: await answer(core, message, documents, app);
		// What does not fit is lost as on any channel: the other side asks again.
		if (answers.length + next.length > mostAnswers) break;
		answers = [...answers, ...next];
	}
	const lists = answerHeld(core, about);
	return answers.length + lists.length > mostAnswers ? answers : [...answers, ...lists];
}

async function answer(
	core: Core,
	message: Message,
	documents: Documents,
	app: ModuleApp,
): Promise<readonly Bytes[]> {
	const { sent, late } = await core.exclusively(() => step(core, message, documents));
	if (late === undefined || app.ask === undefined) return sent;
	const ruled = await askAll(core, late, lateQuestions(core, late), app.ask);
	return isRefusal(ruled) ? sent : [...sent, ...ruled];
}

type Answered = {
	readonly sent: readonly Bytes[];
	/** an attempt whose release must go to the operator */
	readonly late: Bytes | undefined;
};

async function step(core: Core, message: Message, documents: Documents): Promise<Answered> {
	const payers = payersOf(core, message);
	const payees = payeesOf(core, message);
	const sent: Bytes[] = [];
	let late: Bytes | undefined;
	for (const state of payers) {
		const outcome = await payerReceives(core, state, message, documents);
		if (!isRefusal(outcome)) sent.push(...core.bundle(outcome));
	}
	for (const state of payees) {
		const outcome = await runPayee(core, state, { kind: "received", message });
		if (isRefusal(outcome)) continue;
		sent.push(...core.bundle(outcome));
		for (const forwarded of outcome.forwarded) {
			if (forwarded.kind !== "release") continue;
			late = forwarded.attempt;
			await keepLate(core, late, forwarded.secret);
		}
	}
	if (payers.length + payees.length === 0 && "attempt" in message && message.kind !== "done")
		sent.push(refusalMessage(message.attempt, refuse("attempt-unknown")));
	return { sent, late };
}

/** Asks operators about an attempt, one after another, and takes their words; what follows for the other side. */
export async function askAll(
	core: Core,
	attempt: Bytes,
	questions: readonly RulingQuestion[],
	ask: Ask,
): Promise<readonly Bytes[] | Refusal> {
	const sent: Bytes[] = [];
	let refused: Refusal | undefined;
	for (const question of questions) {
		const reply = await ask(question);
		const outcome = isRefusal(reply)
			? reply
			: await core.exclusively(() => takeRuling(core, attempt, question, reply));
		if (isRefusal(outcome)) {
			refused ??= outcome;
			continue;
		}
		sent.push(...core.bundle(outcome));
	}
	return refused !== undefined && sent.length === 0 ? refused : sent;
}

/** None that a ruling names: what a payer gave comes back by the answer to its own statement. */
function payersOf({ vault }: Core, message: Message): readonly DurablePayer[] {
	const byName = (name: Bytes): readonly DurablePayer[] =>
		vault.index.payersOf(name).flatMap((attempt) => vault.payers.entries.get(attempt) ?? []);
	if ("attempt" in message) return [vault.payers.get(message.attempt)].filter((state) => state !== undefined);
	if (message.kind !== "refused") return [];
	const known = vault.payers.get(message.about);
	return known === undefined ? byName(message.about).filter(({ kind }) => kind === "locked") : [known];
}

function payeesOf({ vault }: Core, message: Message): readonly DurablePayee[] {
	if ("attempt" in message) return [vault.payees.get(message.attempt)].filter((state) => state !== undefined);
	if (message.kind !== "ruling") return [];
	const { body } = message.ruling;
	const named = vault.index.payeesOf(body.subject);
	const states = named.flatMap((attempt) => vault.payees.entries.get(attempt) ?? []);
	return states.filter((state) => !isOfOurs(state, body));
}
