/**
 * What this side answers to a bundle of a meter: each frame goes to the meter that the bundle is about.
 *
 * Whoever sends is unknown here. What is not known gets one refusal and changes nothing; a payer whose ticks do not
 * follow on ours is asked for its last word, once a bundle: that heals what a channel has lost.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	isTick,
	type MeterBundle,
	type MeterMessage,
	parseMeterMessage,
	type Refusal,
	refuse,
	serializeMeterMessage,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import type { Core } from "../core.ts";
import type { Meters } from "./meters.ts";
import { payerHears } from "./paying.ts";
import { keepTicks, meterArrives, payeeDoes, payeeHears, takeTick } from "./receiving.ts";

/** Messages beside ticks that one bundle may hold; the rest is asked for again. */
const mostMessages = 16;
/** Messages that a channel carries at once, beside whom they are about. */
const mostAnswers = 63;

export async function answerMeterBundle(
	core: Core,
	meters: Meters,
	{ about, frames }: MeterBundle,
): Promise<readonly Bytes[]> {
	const heard: Heard = { answers: new Map(), refusal: undefined, mustKeep: false, isLost: false };
	let messages = 0;
	for (const frame of frames) {
		if (isTick(frame)) hearTick(core, meters, about, frame, heard);
		else if (++messages <= mostMessages) await hearMessage(core, meters, about, frame, heard);
	}
	if (heard.mustKeep) await core.exclusively(() => keepTicks(core, meters, about));
	if (heard.isLost) {
		const asked = await core.exclusively(() => payeeDoes(core, meters, about, "contact"));
		if (!isRefusal(asked)) answer(heard, asked.frames);
	}
	const said = [...heard.answers.values()];
	if (said.length === 0 && heard.refusal !== undefined) said.push(refusing(about, heard.refusal));
	// What does not fit is lost as on any channel: the other side asks again.
	return writeMeterBundle(about, said.slice(0, mostAnswers));
}

type Heard = {
	/** by their bytes in hex: the same is said once */
	readonly answers: Map<string, Bytes>;
	refusal: Refusal | undefined;
	/** ticks that must become durable */
	mustKeep: boolean;
	/** ticks came that do not follow on ours */
	isLost: boolean;
};

function answer(heard: Heard, frames: readonly Bytes[]): void {
	for (const frame of frames) heard.answers.set(toHex(frame), frame);
}

function hearTick(core: Core, meters: Meters, about: Bytes, frame: Bytes, heard: Heard): void {
	if (meters.payees.rows.get(about) !== undefined) {
		const { refusal, frames, mustKeep } = takeTick(core, meters, about, frame);
		answer(heard, frames);
		heard.mustKeep ||= mustKeep;
		heard.isLost ||= refusal !== undefined;
		heard.refusal = refusal;
		return;
	}
	heard.refusal =
		meters.payers.rows.get(about) === undefined
			? refuse("attempt-unknown", "no such meter")
			: refuse("type-unknown", "a tick, to its payer");
}

async function hearMessage(
	core: Core,
	meters: Meters,
	about: Bytes,
	frame: Bytes,
	heard: Heard,
): Promise<void> {
	const message = parseMeterMessage(frame);
	// What does not parse is passed over, and a request is the app's to read.
	if (isRefusal(message) || message.kind === "request") return;
	const outcomes = await core.exclusively(() => sides(core, meters, about, message));
	// Two that do not know each other must not refuse each other for ever.
	const isLast = message.kind === "refused" || message.kind === "closed";
	for (const outcome of outcomes) {
		if (!isRefusal(outcome)) answer(heard, outcome.frames);
		const refusal = isRefusal(outcome) ? outcome : outcome.refusal;
		if (!isLast && refusal !== undefined) heard.refusal = refusal;
	}
}

type Answered = Awaited<ReturnType<typeof payeeHears> | ReturnType<typeof payerHears>>;

/** What either side makes of it: one module may be both. */
async function sides(
	core: Core,
	meters: Meters,
	about: Bytes,
	message: Exclude<MeterMessage, { readonly kind: "request" }>,
): Promise<readonly Answered[]> {
	const named = message.kind === "refused" ? message.about : message.meter;
	if (!equalBytes(named, about)) return [refuse("request-mismatch", "another meter")];
	const isPayee = meters.payees.rows.get(about) !== undefined;
	const isPayer = meters.payers.rows.get(about) !== undefined;
	if (message.kind === "open" && !isPayee) return [await meterArrives(core, meters, message)];
	const outcomes: Answered[] = [];
	if (isPayer && isForPayer(message)) outcomes.push(await payerHears(core, meters, about, message));
	if (isPayee && isForPayee(message)) outcomes.push(await payeeHears(core, meters, about, message));
	return outcomes.length > 0 ? outcomes : [refuse("attempt-unknown", "no such meter")];
}

function isForPayer({ kind }: MeterMessage): boolean {
	return kind !== "open" && kind !== "release" && kind !== "stop" && kind !== "close";
}

function isForPayee({ kind }: MeterMessage): boolean {
	return kind !== "opened" && kind !== "count" && kind !== "closed" && kind !== "reached";
}

function refusing(about: Bytes, { code, detail }: Refusal): Bytes {
	return serializeMeterMessage({ kind: "refused", about, code, detail: detail.slice(0, 256) });
}
