/**
 * A simulated device: its key, its tokens and the machines of its meters, in memory; its line to the other device is a
 * wallet's own.
 *
 *   frame ──▶ the machine of that meter ──▶ signatures, tokens, frames that answer
 *
 * It is the protocol's machines and no module: nothing is durable, so it is never killed itself. Of its meters it knows
 * the last that it paid and the last that it was paid by; what comes for another is of no use any more.
 */
import {
	type AssetId,
	type Bytes,
	equalBytes,
	isRefusal,
	isTick,
	keyId,
	type MeterContext,
	type MeterEffect,
	type MeterMessage,
	type MeterPayee,
	type MeterPayer,
	type MeterStep,
	meterRequestPayload,
	parseMeterMessage,
	readTick,
	type Signer,
	serialize,
	serializeMeterMessage,
	stepMeterPayee,
	stepMeterPayer,
	type TokenChanges,
	type Trust,
	toHex,
	token as tokenShape,
	type VerifiedCertificate,
	type VerifiedMeterRequest,
	type VerifiedToken,
	verifyMeterRequest,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { now, random } from "../../surroundings.ts";

/** Of every meter here: three minor units for two ticks, so that what is due is rounded down now and then. */
export const price = { units: 3n, perTicks: 2 } as const;
const hour_s = 3_600;
/** ticks that one preimage may pay, and how many would be lost in a crash */
const policy = { step: 1, keepEvery: 8 } as const;
/** seconds for which an opening waits for its payee */
const patience = hour_s;

type Serving = { readonly request: VerifiedMeterRequest; state: MeterPayee };

export class Device {
	readonly signer: Signer;
	readonly certificate: VerifiedCertificate;
	/** who answers for it */
	readonly party: Bytes;
	/** steps that its machines refused, by code */
	readonly refusals: Map<string, number> = new Map();
	readonly #asset: AssetId;
	readonly #trust: Trust;
	readonly #tokens = new Map<string, VerifiedToken>();
	readonly #held = new Set<string>();
	readonly #metered = new Set<string>();
	/** what it has signed for of its slice */
	readonly #counts = new Map<string, bigint>();
	#paying: MeterPayer = { kind: "idle" };
	#serving: Serving | undefined;
	/** requests for which it has opened a meter */
	readonly #answered = new Set<string>();
	#turn: Promise<unknown> = Promise.resolve();

	constructor(
		{ signer, certificate }: Pick<Device, "signer" | "certificate">,
		{
			asset,
			trust,
			token,
		}: { readonly asset: AssetId; readonly trust: Trust; readonly token: VerifiedToken },
	) {
		[this.signer, this.certificate] = [signer, certificate];
		[this.#asset, this.#trust] = [asset, trust];
		const delegated = trust.delegated(certificate);
		if (delegated === null) throw new Error("a device for which nobody answers");
		this.party = keyId(must(delegated).party);
		this.#apply({ add: [token], remove: [], hold: [], free: [] });
	}

	get paying(): MeterPayer {
		return this.#paying;
	}

	get serving(): MeterPayee {
		return this.#serving?.state ?? { kind: "idle" };
	}

	/** Minor units of all that it could spend. */
	get worth(): bigint {
		return [...this.#tokens.values()].reduce((sum, { amount }) => sum + amount, 0n);
	}

	/** The Close of the last meter that it paid: what a record of it names. */
	proof(): Bytes {
		if (this.#paying.kind !== "closed") throw new Error("a meter that is not closed");
		return serialize(tokenShape, this.#paying.token);
	}

	/** Asks to be paid by a new meter of so many ticks at most: the first frame of it. */
	async asks(ticks: number): Promise<readonly Bytes[]> {
		const issuedAt = now();
		const body = {
			certificate: this.certificate.encoded,
			asset: this.#asset,
			...price,
			ticks,
			until: issuedAt + 24 * hour_s,
			offer: random(32),
			nonce: random(32),
			purpose: null,
			issuedAt,
			expiresAt: issuedAt + hour_s,
		};
		const signature = await this.signer.sign("meter-request", meterRequestPayload(body));
		const request = must(verifyMeterRequest({ body, signature }, this.#trust));
		this.#serving = { request, state: { kind: "idle" } };
		return [serializeMeterMessage({ kind: "request", request: request.signed })];
	}

	/** Pays one tick more. */
	tick(): Promise<readonly Bytes[]> {
		return this.#alone(() =>
			this.#pay(stepMeterPayer(this.#paying, { kind: "tick", by: 1 }, this.#context())),
		);
	}

	/** Ticks no more, and asks for the count. */
	close(): Promise<readonly Bytes[]> {
		return this.#alone(() => this.#pay(stepMeterPayer(this.#paying, { kind: "close" }, this.#context())));
	}

	/** What came from the other device, and what it is answered. */
	hear(frames: readonly Bytes[]): Promise<readonly Bytes[]> {
		return this.#alone(async () => {
			const answers: Bytes[] = [];
			for (const frame of frames)
				answers.push(...(isTick(frame) ? await this.#hearTick(frame) : await this.#read(frame)));
			return answers;
		});
	}

	/** One thing after another: a machine makes no step while it waits for a signature. */
	#alone<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#turn.then(work);
		this.#turn = done.catch(() => undefined);
		return done;
	}

	async #hearTick(frame: Bytes): Promise<readonly Bytes[]> {
		const tick = readTick(frame);
		if (isRefusal(tick)) return [];
		const serving = this.#serving;
		if (serving === undefined) return [];
		return this.#serve(
			serving,
			stepMeterPayee(serving.state, { kind: "ticked", tick }, policy, this.#context()),
		);
	}

	async #read(frame: Bytes): Promise<readonly Bytes[]> {
		const message = parseMeterMessage(frame);
		if (isRefusal(message)) return [];
		if (message.kind === "request") return this.#asked(message);
		if (message.kind === "open") return this.#opened(message);
		const about = message.kind === "refused" ? message.about : message.meter;
		const paying = this.#paying;
		if ("meter" in paying && equalBytes(paying.meter, about)) {
			const event = { kind: "received", message, changeRequest: random(32), counts: this.#counts } as const;
			return this.#pay(stepMeterPayer(paying, event, this.#context()));
		}
		const serving = this.#serving;
		const { state } = serving ?? { state: { kind: "idle" } as const };
		if (serving === undefined || !("meter" in state) || !equalBytes(state.meter, about)) return [];
		return this.#serve(
			serving,
			stepMeterPayee(state, { kind: "received", message }, policy, this.#context()),
		);
	}

	/** Opens a meter for a request; asked again, it shows its last word again. */
	#asked({ request: signed }: Extract<MeterMessage, { kind: "request" }>): Promise<readonly Bytes[]> {
		const request = must(verifyMeterRequest(signed, this.#trust));
		const paying = this.#paying;
		if (paying.kind === "locked" && equalBytes(paying.request, request.digest))
			return this.#pay(stepMeterPayer(paying, { kind: "contact" }, this.#context()));
		const digest = toHex(request.digest);
		const isBusy = paying.kind !== "idle" && paying.kind !== "closed";
		if (isBusy || this.#answered.has(digest)) return Promise.resolve([]);
		this.#answered.add(digest);
		const [token] = [...this.#tokens.values()]
			.filter(({ outputId }) => !this.#held.has(toHex(outputId)))
			.sort((a, b) => (a.amount < b.amount ? 1 : -1));
		if (token === undefined) throw new Error("a device without a token");
		const plan = { request, input: { token, after: [] }, patience };
		const event = { kind: "start", plan, entropy: random(96) } as const;
		return this.#pay(stepMeterPayer({ kind: "idle" }, event, this.#context()));
	}

	#opened(message: Extract<MeterMessage, { kind: "open" }>): Promise<readonly Bytes[]> {
		const serving = this.#serving;
		if (serving === undefined || !equalBytes(serving.request.digest, message.request))
			return Promise.resolve([]);
		const everOwned = (output: Bytes): boolean => this.#metered.has(toHex(output));
		const event = { kind: "opened", message, request: serving.request, everOwned } as const;
		return this.#serve(serving, stepMeterPayee(serving.state, event, policy, this.#context()));
	}

	#context(): MeterContext {
		return { trust: this.#trust, now: now() };
	}

	#pay(step: MeterStep<MeterPayer>): Promise<readonly Bytes[]> {
		return this.#run(
			step,
			(state) => (this.#paying = state),
			(signatures) => stepMeterPayer(this.#paying, { kind: "signed", signatures }, this.#context()),
		);
	}

	#serve(serving: Serving, step: MeterStep<MeterPayee>): Promise<readonly Bytes[]> {
		const keep = (state: MeterPayee): void => {
			serving.state = state;
			if (state.kind === "answering") this.#metered.add(toHex(state.token.outputId));
		};
		return this.#run(step, keep, (signatures) =>
			stepMeterPayee(serving.state, { kind: "signed", signatures }, policy, this.#context()),
		);
	}

	/** Carries a step out; the frames that it sends. */
	async #run<S>(
		{ state, effects, refusal }: MeterStep<S>,
		keep: (state: S) => void,
		signed: (signatures: readonly Bytes[]) => MeterStep<S>,
	): Promise<readonly Bytes[]> {
		keep(state);
		if (refusal !== undefined) this.refusals.set(refusal.code, (this.refusals.get(refusal.code) ?? 0) + 1);
		const frames: Bytes[] = [];
		for (const effect of effects) {
			if (effect.kind === "sign")
				frames.push(...(await this.#run(signed(await this.#sign(effect)), keep, signed)));
			if (effect.kind === "persist") this.#apply(effect.changes);
			if (effect.kind === "send") frames.push(effect.frame);
		}
		return frames;
	}

	#sign({ requests }: Extract<MeterEffect, { kind: "sign" }>): Promise<readonly Bytes[]> {
		return Promise.all(requests.map(({ type, payload }) => this.signer.sign(type, payload)));
	}

	#apply({ add, remove, hold, free, counts }: TokenChanges): void {
		for (const [count, signedFor] of counts ?? []) this.#counts.set(count, signedFor);
		for (const output of hold) this.#held.add(toHex(output));
		for (const { output } of free) this.#held.delete(toHex(output));
		for (const output of remove) {
			this.#held.delete(toHex(output));
			this.#tokens.delete(toHex(output));
		}
		for (const token of add) this.#tokens.set(toHex(token.outputId), token);
	}
}
