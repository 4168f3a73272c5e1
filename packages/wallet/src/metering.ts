/**
 * Meters in the wallet: payments that go on, a hash a tick, over whatever channel there is.
 *
 *   payee  request ──▶ shown to the payer              payer  open ──▶ tick, tick, … ──▶ close
 *   either side, on another channel or after a restart: resume          operator: claims that are due (`claimDue`)
 *
 * It decides nothing about money: the module does. A channel that fails leaves the meter as it is; what was said last
 * is said again by `resume`, here or on another channel, and a tick pays nothing twice.
 */
import type {
	Assertion,
	Claimed,
	MadeMeterRequest,
	MeterRequestOptions,
	MeterSummary,
	RulingQuestion,
	SecureModule,
} from "@tenten/module";
import {
	type Bytes,
	fromHex,
	isRefusal,
	parseMeterMessage,
	type Refusal,
	type RefusalCode,
	readMeterBundle,
	refusals,
	refuse,
	serializeMeterMessage,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import type { ForeignGate } from "./foreign/gate.ts";
import { isForGood, type Operators, reach } from "./operators.ts";
import type { Queue } from "./queue.ts";
import { selectTokens } from "./selection.ts";
import type { Channel, Handle } from "./transport/channel.ts";

export type MeteringOptions = {
	readonly module: SecureModule;
	readonly operators: Operators;
	/** one choice of tokens at a time */
	readonly choices: Queue;
	readonly handle: Handle;
	readonly ask: (question: RulingQuestion) => Promise<Bytes | Refusal>;
	/** what was told is in the history */
	readonly journaled: () => Promise<void>;
};

export type OpenRequest = {
	/** the payee's signed request, encoded: see `requestIn` */
	readonly request: Bytes;
	/** seconds after which an opening that nobody answers is cancelled */
	readonly patience?: number;
	/** the passkey's word, needed once one is registered */
	readonly assertion?: Assertion;
};

const rounds = 8;

export class Metering {
	readonly #options: MeteringOptions;
	/** meters of which an operator refused a claim for good, in hexadecimal */
	readonly #refused = new Set<string>();
	/** meters whose other side was heard since this program started, in hexadecimal */
	readonly #heard = new Set<string>();

	constructor(options: MeteringOptions) {
		this.#options = options;
	}

	/** Asks to be paid by meter; the messages are for the payer. */
	request(options: MeterRequestOptions): Promise<MadeMeterRequest | Refusal> {
		return this.#options.module.meters.request(options);
	}

	/** Every meter on record, on either side. */
	list(): readonly MeterSummary[] {
		return this.#options.module.meters.list();
	}

	get(meter: Bytes): MeterSummary | undefined {
		return this.#options.module.meters.get(meter);
	}

	/**
	 * Opens a meter that a payee asked for, as far as the channel lets it: what comes back may still be `locked`, to be
	 * resumed or cancelled. What the payee refuses is cancelled, and its refusal comes back.
	 */
	async open(asked: OpenRequest, channel: Channel): Promise<MeterSummary | Refusal> {
		const opened = await this.#options.choices.run(() => this.#open(asked));
		if (isRefusal(opened)) return opened;
		const refused = await this.#talk(channel, opened.messages);
		const summary = await this.#summary(opened.meter);
		if (isRefusal(summary) || summary.state !== "cancelled") return summary;
		return refused ?? refuse("meter-over", "the payee opened no meter");
	}

	async #open({ request, assertion, patience }: OpenRequest) {
		const { meters } = this.#options.module;
		const read = meters.readRequest(request);
		if (isRefusal(read)) return read;
		const candidates = meters.candidates(request);
		if (isRefusal(candidates)) return candidates;
		const amount = meters.mostOf(read);
		const [input] = selectTokens(candidates, amount) ?? [];
		if (input === undefined) return refuse("funds-insufficient", `${amount} in one token`);
		const consent = { request: read.digest, payee: read.payee.hash, amount };
		return meters.open({
			request,
			consent: { ...consent, ...(assertion === undefined ? {} : { assertion }) },
			input: input.output,
			...(patience === undefined ? {} : { patience }),
		});
	}

	/**
	 * Pays `by` ticks more. A refusal is why it is not known to have arrived, or why there is nothing more to pay:
	 * after `channel-failed` the tick is said again by `resume`, and paid once.
	 */
	async tick(meter: Bytes, channel: Channel, by = 1): Promise<Refusal | undefined> {
		const frame = this.#options.module.meters.tick(meter, by);
		if (isRefusal(frame)) return frame;
		return this.#talk(channel, writeMeterBundle(meter, [frame]));
	}

	/**
	 * Ends a meter, from either side; without a channel the other side hears it later, by `resume`. A payee whose program
	 * ended may have lost ticks that were paid: it counts once it has heard its payer, over this channel or by a `resume`
	 * before, and nothing where it cannot (`channel-failed`): what it has is claimed at `until`.
	 */
	async close(meter: Bytes, channel?: Channel): Promise<MeterSummary | Refusal> {
		if (this.#isBlind(meter)) {
			if (channel === undefined) return refuse("channel-failed", "what was paid is its payer's to say first");
			const heard = await this.resume(meter, channel);
			if (isRefusal(heard) || heard.state === "closed") return heard;
		}
		return this.#say(meter, await this.#options.module.meters.close(meter), channel);
	}

	/** Goes on after a restart, or over another channel: both sides learn what the other has. */
	async resume(meter: Bytes, channel: Channel): Promise<MeterSummary | Refusal> {
		const said = await this.#say(meter, await this.#options.module.meters.contact(meter), channel);
		if (!isRefusal(said)) this.#heard.add(toHex(meter));
		return said;
	}

	/** Whether a payee may lack ticks that were paid, and has not asked for them. */
	#isBlind(meter: Bytes): boolean {
		const { side, state } = this.get(meter) ?? {};
		if (side !== "payee" || state !== "open" || this.#heard.has(toHex(meter))) return false;
		return !this.#options.module.meters.isWhole(meter);
	}

	/** Gives up an opening that was not released. */
	cancel(meter: Bytes): Promise<Refusal | undefined> {
		return this.#options.module.meters.cancel(meter);
	}

	async #say(
		meter: Bytes,
		messages: readonly Bytes[] | Refusal,
		channel: Channel | undefined,
	): Promise<MeterSummary | Refusal> {
		if (isRefusal(messages)) return messages;
		const refused = channel === undefined ? undefined : await this.#talk(channel, messages);
		const summary = await this.#summary(meter);
		// Its Close may have come by the payer's own question, and what is a payee's then needs no more words.
		const hasAll = !isRefusal(summary) && summary.side === "payee" && summary.state === "closed";
		return hasAll ? summary : (refused ?? summary);
	}

	async #summary(meter: Bytes): Promise<MeterSummary | Refusal> {
		await this.#options.journaled();
		return this.get(meter) ?? refuse("attempt-unknown", "no such meter");
	}

	/** Passes messages to and fro until neither side has anything to say; what the other side refused, or the channel. */
	async #talk(channel: Channel, first: readonly Bytes[]): Promise<Refusal | undefined> {
		let outgoing = first;
		let refused: Refusal | undefined;
		for (let round = 0; round < rounds && outgoing.length > 0; round++) {
			const answers = await channel.exchange(outgoing);
			if (isRefusal(answers)) return answers;
			refused = refusalIn(answers) ?? refused;
			outgoing = await this.#options.handle(answers);
		}
		return refused;
	}

	/** Asks an operator for this side's part of a meter, where the other side is gone. */
	async claim(meter: Bytes, isSure = false): Promise<Claimed | Refusal> {
		const claimed = await this.#options.module.meters.claim(meter, this.#options.ask, isSure);
		await this.#options.journaled();
		return claimed;
	}

	/** Claims the meters of a restored backup, whose owner says that nothing was signed since; why one was not. */
	async claimRestored(): Promise<Refusal | undefined> {
		let refused: Refusal | undefined;
		for (const meter of this.#options.module.meters.claimableByWord()) {
			const claimed = await this.claim(meter, true);
			if (isRefusal(claimed)) refused ??= claimed;
		}
		return refused;
	}

	/**
	 * Claims what is due: to be called whenever operators can be reached. A statement keeps a meter from ever being
	 * closed, so what can wait waits until the date of the operator's list says so too. How many were answered.
	 */
	async claimDue(): Promise<number> {
		const { module, operators } = this.#options;
		const due = () => module.meters.dueClaims().filter(({ meter }) => !this.#refused.has(toHex(meter)));
		if (due().some(({ isSure }) => !isSure))
			for (const id of operators.keys()) await reach(module, operators, fromHex(id) as Bytes);
		let answered = 0;
		for (const { meter, isSure } of due()) {
			if (!isSure) continue;
			const claimed = await this.claim(meter);
			if (!isRefusal(claimed)) answered++;
			else if (isForGood(claimed)) this.#refused.add(toHex(meter));
		}
		return answered;
	}
}

/** What a bundle of a meter refuses, where its code is one of ours. */
function refusalIn(messages: readonly Bytes[]): Refusal | undefined {
	for (const frame of readMeterBundle(messages)?.frames ?? []) {
		const message = parseMeterMessage(frame);
		if (isRefusal(message) || message.kind !== "refused" || !Object.hasOwn(refusals, message.code)) continue;
		return refuse(message.code as RefusalCode, message.detail);
	}
	return undefined;
}

/** The answer to a bundle that opens a meter with value of another ecosystem which is not taken now. */
export async function meterTurnedAway(
	gate: ForeignGate | undefined,
	messages: readonly Bytes[],
): Promise<readonly Bytes[] | undefined> {
	const metered = gate === undefined ? undefined : readMeterBundle(messages);
	if (gate === undefined || metered === undefined) return undefined;
	for (const frame of metered.frames) {
		const message = parseMeterMessage(frame);
		if (isRefusal(message) || message.kind !== "open") continue;
		const refusal = await gate.refuse([message.token.issue.issue]);
		if (refusal === undefined) continue;
		const { code, detail } = refusal;
		const about = message.meter;
		return writeMeterBundle(about, [serializeMeterMessage({ kind: "refused", about, code, detail })]);
	}
	return undefined;
}
