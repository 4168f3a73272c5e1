/**
 * A payer and a payee of a meter with their disks: what is not persisted is gone after a crash, which may come before
 * any effect. What is kept goes through its encoding, as in a store.
 */
import {
	type Bytes,
	type DurableMeterPayer,
	isRefusal,
	isTick,
	type MeterContext,
	type MeterEffect,
	type MeterMessage,
	type MeterPayee,
	type MeterPayer,
	type MeterStep,
	meterPayeeState,
	meterPayerState,
	type PayeePolicy,
	parse,
	parseMeterMessage,
	type Refusal,
	readTick,
	reopenMeterPayee,
	reopenMeterPayer,
	type Shape,
	type SignatureRequest,
	serialize,
	stepMeterPayee,
	stepMeterPayer,
	type TokenChanges,
	toHex,
	type VerifiedMeterRequest,
	type VerifiedToken,
} from "@tenten/protocol";
import { expectValue, type Holder, type World } from "../../../../module/test/support/world.ts";

export class Crash extends Error {}

type Signs = (requests: readonly SignatureRequest[]) => Promise<readonly Bytes[]>;

const signsAs =
	(holder: Holder): Signs =>
	(requests) =>
		Promise.all(requests.map(({ type, payload }) => holder.signer.sign(type, payload)));

/** One side: `S` its states, `D` those that are kept. */
abstract class Party<S extends { readonly kind: string }, D> {
	state: S;
	/** spendable tokens, by their output */
	readonly tokens = new Map<string, VerifiedToken>();
	readonly held = new Set<string>();
	readonly sent: Bytes[] = [];
	writes = 0;
	#kept: Bytes | undefined;
	readonly #shape: Shape<D>;
	readonly #sign: Signs;
	readonly #idle: S;

	constructor(shape: Shape<D>, holder: Holder, idle: S) {
		this.#shape = shape;
		this.#sign = signsAs(holder);
		this.#idle = idle;
		this.state = idle;
	}

	abstract reopened(kept: D): S;
	abstract signed(signatures: readonly Bytes[]): MeterStep<S>;
	abstract durable(state: S): D;

	restart(): void {
		this.state =
			this.#kept === undefined ? this.#idle : this.reopened(expectValue(parse(this.#shape, this.#kept)));
	}

	/** Runs a step to its end; `crash` says whether the power fails before the next effect. */
	async run(step: MeterStep<S>, crash: () => boolean = () => false): Promise<Refusal | undefined> {
		this.state = step.state;
		for (const effect of step.effects) {
			if (crash()) throw new Crash();
			await this.#do(effect, step.state, crash);
		}
		return step.refusal;
	}

	async #do(effect: MeterEffect, state: S, crash: () => boolean): Promise<void> {
		switch (effect.kind) {
			case "sign": {
				const signatures = await this.#sign(effect.requests);
				if (crash()) throw new Crash();
				await this.run(this.signed(signatures), crash);
				return;
			}
			case "persist":
				this.#kept = serialize(this.#shape, this.durable(state));
				this.writes++;
				this.#apply(effect.changes);
				return;
			case "send":
				this.sent.push(effect.frame);
				return;
			case "tell":
				return;
			default:
				effect satisfies never;
		}
	}

	#apply({ add, remove, hold, free }: TokenChanges): void {
		for (const output of hold) this.held.add(toHex(output));
		for (const { output } of free) this.held.delete(toHex(output));
		for (const output of remove) {
			this.held.delete(toHex(output));
			this.tokens.delete(toHex(output));
		}
		for (const token of add) this.tokens.set(toHex(token.outputId), token);
	}

	get worth(): bigint {
		return [...this.tokens.values()].reduce((sum, { amount }) => sum + amount, 0n);
	}
}

export class Payer extends Party<MeterPayer, DurableMeterPayer> {
	readonly world: World;
	readonly context: () => MeterContext;

	constructor(world: World, holder: Holder, context: () => MeterContext) {
		super(meterPayerState, holder, { kind: "idle" });
		this.world = world;
		this.context = context;
	}

	reopened(kept: DurableMeterPayer): MeterPayer {
		return reopenMeterPayer(kept);
	}

	durable(state: MeterPayer): DurableMeterPayer {
		const { kind } = state;
		if (kind === "idle" || kind === "signing" || kind === "stopping" || kind === "closing")
			throw new Error(`${kind} is never kept`);
		return state;
	}

	signed(signatures: readonly Bytes[]): MeterStep<MeterPayer> {
		return stepMeterPayer(this.state, { kind: "signed", signatures }, this.context());
	}

	hear(frame: Bytes): MeterStep<MeterPayer> {
		const message = expectValue(parseMeterMessage(frame)) as MeterMessage;
		const event = {
			kind: "received",
			message,
			changeRequest: this.world.random(),
			counts: new Map(),
		} as const;
		return stepMeterPayer(this.state, event, this.context());
	}
}

type DurablePayee = Parameters<typeof reopenMeterPayee>[0];

export class Payee extends Party<MeterPayee, DurablePayee> {
	readonly request: VerifiedMeterRequest;
	readonly policy: PayeePolicy;
	readonly context: () => MeterContext;

	constructor(
		holder: Holder,
		request: VerifiedMeterRequest,
		policy: PayeePolicy,
		context: () => MeterContext,
	) {
		super(meterPayeeState, holder, { kind: "idle" });
		this.request = request;
		this.policy = policy;
		this.context = context;
	}

	reopened(kept: DurablePayee): MeterPayee {
		return reopenMeterPayee(kept);
	}

	durable(state: MeterPayee): DurablePayee {
		if (state.kind === "idle" || state.kind === "answering" || state.kind === "counting")
			throw new Error(`${state.kind} is never kept`);
		return state;
	}

	signed(signatures: readonly Bytes[]): MeterStep<MeterPayee> {
		return stepMeterPayee(this.state, { kind: "signed", signatures }, this.policy, this.context());
	}

	hear(frame: Bytes): MeterStep<MeterPayee> {
		const { policy } = this;
		if (isTick(frame)) {
			const tick = expectValue(readTick(frame));
			return stepMeterPayee(this.state, { kind: "ticked", tick }, policy, this.context());
		}
		const message = expectValue(parseMeterMessage(frame));
		if (isRefusal(message)) throw new Error("unreadable");
		if (message.kind !== "open" || this.state.kind !== "idle")
			return stepMeterPayee(this.state, { kind: "received", message }, policy, this.context());
		const event = { kind: "opened", message, request: this.request, everOwned: () => false } as const;
		return stepMeterPayee(this.state, event, policy, this.context());
	}
}
