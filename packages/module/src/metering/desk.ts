/**
 * Meters in the module: what an app may do with them.
 *
 *   payee   request ──▶ handle ◀──▶ payer ──▶ close, or at `until` claim        payer   open ──▶ tick, tick, … ──▶ close
 *
 * Frames go out as bundles that begin with the meter's id (`writeMeterBundle`), so they may travel on any channel of
 * payments: `SecureModule.handle` knows them. Ticks wait for nothing, and cost no write.
 */
import {
	type Bytes,
	isRefusal,
	type MeterBundle,
	type Refusal,
	refuse,
	serialize,
	type Tick,
	toHex,
	token as tokenShape,
	type VerifiedMeterRequest,
	writeMeterBundle,
} from "@tenten/protocol";
import { type Authentication, askPasskey } from "../authenticating.ts";
import type { Core } from "../core.ts";
import { deviceOwners, type HeldToken } from "../holdings.ts";
import { signaturesOf, type TokenSummary } from "../rows.ts";
import type { RulingQuestion } from "../ruling.ts";
import { answerMeterBundle } from "./answering.ts";
import {
	type AwaitedMeter,
	askClaim,
	awaitedMeters,
	type Claimed,
	claimableByWord,
	takeClaim,
} from "./claiming.ts";
import { forgetMeters } from "./forgetting.ts";
import { Meters } from "./meters.ts";
import {
	dueCancels,
	meterCandidates,
	mostOf,
	type OpenMeterOptions,
	openMeter,
	payerDoes,
	subjectOf,
	tickMeter,
} from "./paying.ts";
import { hasTick, keepTicks, payeeDoes } from "./receiving.ts";
import {
	type MadeMeterRequest,
	type MeterRequestOptions,
	readRequest,
	requestIn,
	requestMeter,
} from "./requesting.ts";
import type { MeterOutcome } from "./run.ts";
import { type MeterSummary, meterOf, metersIn } from "./summaries.ts";

/** Bytes for the other side, and whose meter they are. */
export type MeterWords = { readonly meter: Bytes; readonly messages: readonly Bytes[] };

/** `isSure`: not by one's own clock alone, which may be ahead; a payee that claims late gets nothing, and may not wait. */
export type DueClaim = { readonly meter: Bytes; readonly isSure: boolean };

export class MeterDesk {
	readonly #core: Core;
	readonly #meters: Meters;

	constructor(core: Core) {
		this.#core = core;
		this.#meters = new Meters(core.vault.state);
	}

	/** Signs a request for a meter and keeps it: only what answers it is taken. */
	request(options: MeterRequestOptions): Promise<MadeMeterRequest | Refusal> {
		return this.#core.exclusively(() => requestMeter(this.#core, this.#meters, options));
	}

	/** What a payee's signed request says, verified: to be shown before anyone consents. */
	readRequest(request: Bytes): VerifiedMeterRequest | Refusal {
		return readRequest(this.#core, request);
	}

	/** The signed request, encoded, that came as a bundle. */
	requestIn(messages: readonly Bytes[]): Bytes | Refusal {
		return requestIn(messages);
	}

	/** What all ticks of a request come to, in minor units: what its payer consents to. */
	mostOf(request: VerifiedMeterRequest): bigint {
		return mostOf(request);
	}

	/** The tokens that a meter could be opened from now. */
	candidates(request: Bytes): readonly TokenSummary[] | Refusal {
		return meterCandidates(this.#core, request);
	}

	/** As `SecureModule.askPasskey`, for all that the meter may come to. */
	askPasskey(request: Bytes): Authentication | Refusal | undefined {
		const shown = readRequest(this.#core, request);
		return isRefusal(shown) ? shown : askPasskey(this.#core, subjectOf(shown));
	}

	/** Signs the opening, exactly as consented to, and sets its input aside before it says so. */
	async open(options: OpenMeterOptions): Promise<MeterWords | Refusal> {
		const opened = await this.#core.exclusively(() => openMeter(this.#core, this.#meters, options));
		if (isRefusal(opened)) return opened;
		return { meter: opened.meter, messages: writeMeterBundle(opened.meter, opened.frames) };
	}

	/** Pays `by` ticks more by one preimage, at once: the frame for the payee, at most 40 bytes. */
	tick(meter: Bytes, by = 1): Bytes | Refusal {
		if (this.#core.vault.state.isStopped) throw new Error("the module has stopped: open it again");
		return tickMeter(this.#core, this.#meters, meter, by);
	}

	/** What this side answers to a bundle about a meter. */
	handle(bundle: MeterBundle): Promise<readonly Bytes[]> {
		if (this.#core.vault.state.isStopped) throw new Error("the module has stopped: open it again");
		return answerMeterBundle(this.#core, this.#meters, bundle);
	}

	/** Ticks no more: a payer asks for the count, a payee counts. The messages for the other side. */
	close(meter: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#say(meter, "close", "count");
	}

	/** Gives an opening up that was not released: its input is spendable again. */
	async cancel(meter: Bytes): Promise<Refusal | undefined> {
		const row = this.#meters.payers.rows.get(meter);
		if (row === undefined) return refuse("attempt-unknown", "no such meter");
		if (row.state.kind !== "locked") return refuse("attempt-decided", row.state.kind);
		const said = await this.#say(meter, "cancel", undefined);
		return isRefusal(said) ? said : undefined;
	}

	/** This side's last word again, and a question for the other's: after a restart, or on another channel. */
	contact(meter: Bytes): Promise<readonly Bytes[] | Refusal> {
		return this.#say(meter, "contact", "contact");
	}

	async #say(
		meter: Bytes,
		asPayer: "close" | "cancel" | "contact",
		asPayee: "count" | "contact" | undefined,
	): Promise<readonly Bytes[] | Refusal> {
		const isPayer = this.#meters.payers.rows.get(meter) !== undefined || asPayee === undefined;
		const outcome = await this.#core.exclusively<MeterOutcome<unknown> | Refusal>(() =>
			isPayer
				? payerDoes(this.#core, this.#meters, meter, asPayer)
				: payeeDoes(this.#core, this.#meters, meter, asPayee),
		);
		if (isRefusal(outcome)) return outcome;
		return outcome.refusal ?? writeMeterBundle(meter, outcome.frames);
	}

	/** Cancels openings that nobody has answered in time; which. */
	cancelDue(): Promise<readonly Bytes[]> {
		return this.#core.exclusively(async () => {
			const cancelled: Bytes[] = [];
			for (const meter of dueCancels(this.#meters, this.#core.now())) {
				const outcome = await payerDoes(this.#core, this.#meters, meter, "cancel");
				if (!isRefusal(outcome) && outcome.state.kind === "cancelled") cancelled.push(meter);
			}
			return cancelled;
		});
	}

	/** Meters of which an operator is to be asked now: what the other side did not close. */
	dueClaims(): readonly DueClaim[] {
		const now = this.#core.now();
		const past = this.#core.surelyPast();
		return this.list().flatMap(({ meter, state, claimsAt }) => {
			if (claimsAt === null || claimsAt > now) return [];
			// Of a payer's meters it is the open ones that a statement ends: what is closed is only shown.
			const ends = state === "open" && claimsAt > past && this.#meters.payers.rows.get(meter) !== undefined;
			return [{ meter, isSure: !ends }];
		});
	}

	/**
	 * Asks an operator for this side's part of a meter, and takes its word. From then on no Close of it is signed or
	 * taken. `isSure`: of a restored backup, whose owner says that nothing was signed since it was made.
	 */
	async claim(
		meter: Bytes,
		ask: (question: RulingQuestion) => Promise<Bytes | Refusal>,
		isSure = false,
	): Promise<Claimed | Refusal> {
		const core = this.#core;
		const question = await core.exclusively(() => askClaim(core, this.#meters, meter, isSure));
		if (isRefusal(question)) return question;
		const answer = await ask(question);
		if (isRefusal(answer)) return answer;
		return core.exclusively(() => takeClaim(core, this.#meters, meter, answer));
	}

	/** What the open meters hold that devices of this operator pay here: tokens that end in their metered outputs. */
	holdings(operator: Bytes): readonly HeldToken[] {
		const owners = deviceOwners(this.#core, operator);
		return [...this.#meters.payers.rows.entries.values()].flatMap(({ state, payer, output }) => {
			if ((state.kind !== "open" && state.kind !== "stopped") || !owners.has(toHex(payer))) return [];
			return [{ output, token: serialize(tokenShape, state.token), signatures: signaturesOf(state) }];
		});
	}

	/** Meters of a restored backup that wait for their owner's word. */
	awaited(): readonly AwaitedMeter[] {
		return awaitedMeters(this.#core, this.#meters);
	}

	/** Those that may be claimed now by it: see `claim`. */
	claimableByWord(): readonly Bytes[] {
		return claimableByWord(this.#core, this.#meters);
	}

	/** As payee: whether it has this tick, which its last proves by at most so many hashes. */
	has(meter: Bytes, tick: Tick, most: number): boolean {
		return hasTick(this.#core, this.#meters, meter, tick, most);
	}

	/** As payee: whether it lacks no tick that it was shown. After a restart it may, until its payer was heard. */
	isWhole(meter: Bytes): boolean {
		return this.#meters.payees.isWhole(meter);
	}

	/** As payee: its ticks so far are durable when it resolves, for who writes down what they were for. */
	keep(meter: Bytes): Promise<void> {
		return this.#core.exclusively(() => keepTicks(this.#core, this.#meters, meter));
	}

	/** Every meter on record, on either side. */
	list(): readonly MeterSummary[] {
		return metersIn(this.#core, this.#meters);
	}

	/** One's own side of a meter; the payer's where this module is both. */
	get(meter: Bytes): MeterSummary | undefined {
		return meterOf(this.#core, this.#meters, meter);
	}

	/** Forgets requests that nobody can answer any more and meters whose time is surely over; how many rows went. */
	forget(): Promise<number> {
		return forgetMeters(this.#core, this.#meters);
	}
}
