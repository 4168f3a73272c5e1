/**
 * A host of both machines: runs their effects in order, keeps what is durable, and can lose the rest.
 *
 * Durable states go through their shapes, so every crash reads what was written. Signing and asking take
 * time: the machine waits in memory while other events come. A host breaks only if it is told to (`rules`).
 */
import assert from "node:assert/strict";
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	type Manifest,
	type Message,
	type MessageOf,
	outputId,
	type Payee,
	type PayeeConsent,
	type PayeeEvent,
	type Payer,
	type PayerEvent,
	type PayerPlan,
	parse,
	payeeState,
	payerState,
	payerWakesAt,
	type Refusal,
	requestDigest,
	requestPayload,
	type SignedRequest,
	type Spendable,
	type Step,
	serialize,
	serializeToken,
	signedRequest,
	type TokenChanges,
	toHex,
	type VerifiedCertificate,
	type VerifiedRequest,
	type VerifiedToken,
	verifyRequest,
	verifyToken,
} from "@tenten/protocol";
import { applyChanges, copyOf, type Durable, nothingDurable } from "./durable.ts";
import { must, toySign, trust } from "./ecosystem.ts";
import type { Ledger } from "./ledger.ts";
import { activeAttempt, addressees, isAsked, type Machine } from "./machines.ts";
import { checkMove } from "./moves.ts";
import { checkRefusal, keyOf, linkOf, linksOf, type Rules } from "./steps.ts";
import { Violation } from "./violation.ts";

/** What the world does for a host. */
export type Around = {
	readonly ledger: Ledger;
	readonly now: () => number;
	readonly send: (from: string, to: string, message: Message, manifest: Manifest | null) => void;
	readonly forward: (from: string, message: Message) => void;
	/** certificate hash, the name of its key */
	readonly keyOf: (certificate: Bytes) => Parameters<typeof toySign>[0];
};

export class Host {
	readonly name: string;
	readonly certificates: readonly VerifiedCertificate[];
	durable: Durable;
	readonly machines = new Map<string, Machine>();
	readonly #states = new Map<string, DurablePayer | DurablePayee>();
	readonly #around: Around;
	readonly #rules: Rules;
	#fresh = 0;
	#crashAfter = Number.POSITIVE_INFINITY;
	/** what a two-faced payer keeps of its attempts */
	readonly #kept = new Map<string, { peer: string; secret: Bytes; transfer: Message }>();
	/** how often `persist` ran */
	persisted = 0;
	crashes = 0;

	constructor(name: string, certificates: readonly VerifiedCertificate[], around: Around, rules: Rules) {
		this.name = name;
		this.certificates = certificates;
		this.#around = around;
		this.#rules = rules;
		this.durable = nothingDurable();
	}

	payers(): readonly DurablePayer[] {
		return [...this.#states].filter(([key]) => key.startsWith("payer/")).map(([, s]) => s as DurablePayer);
	}

	payees(): readonly DurablePayee[] {
		return [...this.#states].filter(([key]) => key.startsWith("payee/")).map(([, s]) => s as DurablePayee);
	}

	/** The next event crashes after this many effects. */
	crashAfter(effects: number): void {
		this.#crashAfter = effects;
	}

	receive(token: VerifiedToken): void {
		this.#add(token, "issue");
	}

	#add(token: VerifiedToken, cause: string): void {
		const id = toHex(token.outputId);
		if (this.durable.owned.has(id) && !this.#around.ledger.dishonest.has(this.name))
			throw new Violation("two copies", `${this.name} took ${id.slice(0, 8)} twice`);
		// What an operator rules late is the operator's to answer for.
		if (cause !== "ruling") this.#around.ledger.taken(this.name, id);
		this.durable.tokens.set(id, { bytes: serializeToken(token), after: [], heldBy: null });
		this.durable.owned.add(id);
	}

	/** Tokens that may go into a new payment, in the order in which they came. */
	free(): readonly string[] {
		const aside = new Set([...this.machines.values()].flatMap((machine) => machine.aside));
		return [...this.durable.tokens]
			.filter(([id, { heldBy }]) => heldBy === null && !aside.has(id))
			.map(([id]) => id);
	}

	spendable(id: string): Spendable {
		const stored = this.durable.tokens.get(id);
		assert.ok(stored, "no such token");
		return { token: must(verifyToken(stored.bytes, trust, { signatures: false })), after: stored.after };
	}

	makeRequest(body: SignedRequest["body"], certificate: VerifiedCertificate): VerifiedRequest {
		const payload = requestPayload(body);
		const signature = toySign(certificate.key, "request", payload);
		this.durable.requests.set(toHex(requestDigest(payload)), serialize(signedRequest, { body, signature }));
		return must(verifyRequest({ body, signature }, trust));
	}

	ownRequest(digest: Bytes): VerifiedRequest | undefined {
		const kept = this.durable.requests.get(toHex(digest));
		const signed = kept && parse(signedRequest, kept);
		return signed && must(verifyRequest(must(signed), trust));
	}

	pay(plan: PayerPlan, peer: string, entropy: Bytes): Refusal | undefined {
		const machine: Machine = {
			role: "payer",
			peer,
			state: { kind: "idle" },
			signing: null,
			asks: false,
			aside: plan.inputs.map(({ token }) => toHex(token.outputId)),
		};
		const key = `payer/new ${this.#fresh++}`;
		const step = this.#rules.stepPayer({ kind: "idle" }, { kind: "start", plan, entropy }, this.#context());
		if (step.refusal !== undefined) return step.refusal;
		this.machines.set(key, machine);
		this.#perform(key, machine, step, "start");
		return undefined;
	}

	/** Signatures that were asked for are there. */
	sign(key: string): void {
		const machine = this.machines.get(key);
		if (machine?.signing === null || machine === undefined) return;
		const signatures = machine.signing.map(({ signer, type, payload }) =>
			toySign(this.#around.keyOf(signer), type, payload),
		);
		machine.signing = null;
		this.#around.ledger.signed(linksOf(machine.state), signatures);
		this.event(key, { kind: "signed", signatures });
		if (machine.signing === null) machine.aside = [];
	}

	consent(key: string, consent: PayeeConsent, entropy: Bytes): void {
		const machine = this.machines.get(key);
		if (machine === undefined) return;
		machine.asks = false;
		machine.aside = consent.inputs.map(({ token }) => toHex(token.outputId));
		this.event(key, { kind: "consented", consent, entropy });
	}

	sendBack(key: string): void {
		const machine = this.machines.get(key);
		if (machine?.state.kind !== "owned" || machine.state.terms.lock !== null) return;
		const free = new Set(this.free());
		const ids = machine.state.terms.links.map((link) => toHex(outputId(link, 0)));
		if (!ids.every((id) => free.has(id))) return;
		machine.aside = ids;
		this.event(key, { kind: "sendBack", tokens: ids.map((id) => this.spendable(id)) });
		if (machine.signing === null) machine.aside = [];
	}

	/** One event of one machine. */
	event(key: string, event: PayerEvent | PayeeEvent): void {
		const machine = this.machines.get(key);
		if (machine === undefined) return;
		const before = machine.state;
		const context = this.#context();
		const step: Step<Payer | Payee> =
			machine.role === "payer"
				? this.#rules.stepPayer(machine.state as Payer, event as PayerEvent, context)
				: this.#rules.stepPayee(machine.state as Payee, event as PayeeEvent, context);
		checkRefusal(before, step);
		this.#perform(key, machine, step, event.kind === "received" ? event.message.kind : event.kind);
	}

	#context(): { readonly trust: typeof trust; readonly now: number } {
		return { trust, now: this.#around.now() };
	}

	#perform(key: string, machine: Machine, step: Step<Payer | Payee>, cause: string): void {
		machine.state = step.state;
		this.#around.ledger.drafted(linksOf(step.state));
		let left = this.#crashAfter;
		this.#crashAfter = Number.POSITIVE_INFINITY;
		for (const effect of this.#rules.order(step.effects)) {
			if (left-- === 0) {
				this.crash();
				return;
			}
			if (effect.kind === "sign") machine.signing = effect.requests;
			else if (effect.kind === "ask") machine.asks = true;
			else if (effect.kind === "persist") this.#persist(key, machine, effect.changes, cause);
			else if (effect.kind === "forward") this.#around.forward(this.name, effect.message);
			else if (effect.kind === "send")
				for (const message of effect.messages) this.#send(machine.peer, message, effect.manifest);
			else assert.equal(effect.kind, "tell");
		}
		if (left === 0) this.crash();
		else if (step.state.kind === "none" || step.state.kind === "idle") this.machines.delete(key);
	}

	#send(to: string, message: Message, manifest: Manifest | null): void {
		if (message.kind === "release") this.#around.ledger.revealed(message.secret);
		if (message.kind === "cancel") this.#around.ledger.cancelled.add(toHex(message.lock));
		this.#around.send(this.name, to, message, manifest);
	}

	#persist(key: string, machine: Machine, changes: TokenChanges, cause: string): void {
		const { role } = machine;
		const state = machine.state as DurablePayer | DurablePayee;
		assert.ok("terms" in state, `${state} is not durable`);
		const attempt = toHex(state.terms.attempt);
		const stored = `${role}/${attempt}`;
		if (!this.#around.ledger.dishonest.has(this.name))
			if (this.#around.ledger.watchesMoves) checkMove(role, this.#states.get(stored), state, cause);
		if (role === "payer") this.durable.payers.set(attempt, serialize(payerState, state as DurablePayer));
		else this.durable.payees.set(attempt, serialize(payeeState, state as DurablePayee));
		this.durable.peers.set(stored, machine.peer);
		this.#states.set(stored, state);
		if (state.kind === "locked")
			this.#kept.set(attempt, { peer: machine.peer, secret: state.secret, transfer: state.transfer });
		if (key !== stored) {
			this.machines.delete(key);
			this.machines.set(stored, machine);
		}
		applyChanges(this.durable, this.#rules.changes(changes), attempt);
		for (const token of changes.add) this.#add(token, cause);
		this.#tellLedger(state);
		this.persisted++;
	}

	#tellLedger(state: DurablePayer | DurablePayee): void {
		const { ledger, now } = this.#around;
		if (state.kind === "sent" || state.kind === "locked") ledger.durable(state.terms.links);
		if (state.kind === "lockedForeign" && state.answer.kind === "counterTransfer")
			ledger.durable(state.answer.body.counterLinks);
		if (state.kind === "released") {
			if (now() >= state.terms.spendUntil && !ledger.secrets.has(toHex(state.terms.lock ?? new Uint8Array())))
				throw new Violation("released too late", `${now() - state.terms.spendUntil} seconds`);
			ledger.revealed(state.secret);
		}
		if (state.kind === "cancelled") ledger.cancelled.add(toHex(state.terms.lock ?? new Uint8Array()));
		if (state.kind === "returned" && state.returned.kind === "returned" && !("inputs" in state.terms))
			ledger.durable(state.returned.tokens.map((token) => linkOf(token)));
		if ((state.kind === "reserved" || state.kind === "lockedForeign") && "payer" in state.terms)
			for (const link of state.terms.links)
				this.durable.reserved.set(toHex(outputId(link, 0)), toHex(state.terms.attempt));
	}

	/** A two-faced payer sends the release of what it cancelled. */
	betray(attempt: Bytes): void {
		const kept = this.#kept.get(toHex(attempt));
		if (kept !== undefined) this.#send(kept.peer, { kind: "release", attempt, secret: kept.secret }, null);
	}

	/** The transfer of an attempt, whatever became of it. */
	keptTransfer(attempt: Bytes): Message | undefined {
		return this.#kept.get(toHex(attempt))?.transfer;
	}

	/** A copy of all that is durable. */
	backup(): Durable {
		return copyOf(this.durable);
	}

	/** The module is put back to an old copy of itself. */
	restore(copy: Durable): void {
		this.durable = copy;
		this.crash();
	}

	/** Memory is gone; what is durable is read again. */
	crash(): void {
		this.crashes++;
		this.machines.clear();
		this.#states.clear();
		this.#crashAfter = Number.POSITIVE_INFINITY;
		for (const [attempt, bytes] of this.durable.payers) {
			const state = must(parse(payerState, bytes, bytes.length));
			assert.deepEqual(serialize(payerState, state), bytes);
			this.#reload(`payer/${attempt}`, "payer", state);
		}
		for (const [attempt, bytes] of this.durable.payees) {
			const state = must(parse(payeeState, bytes, bytes.length));
			assert.deepEqual(serialize(payeeState, state), bytes);
			this.#reload(`payee/${attempt}`, "payee", state);
		}
	}

	#reload(key: string, role: Machine["role"], state: DurablePayer | DurablePayee): void {
		this.#states.set(key, state);
		const peer = this.durable.peers.get(key) ?? "";
		this.machines.set(key, { role, peer, state, signing: null, asks: false, aside: [] });
	}

	everOwned(output: Bytes): boolean {
		const id = toHex(output);
		return this.durable.owned.has(id) || this.durable.reserved.has(id);
	}

	/** A message with the documents that came with it. */
	deliver(from: string, message: Message, contents: ReadonlyMap<number, Bytes>): void {
		if (message.kind === "transfer") {
			this.#offered(from, message, contents);
			return;
		}
		const everOwned = (output: Bytes): boolean => this.everOwned(output);
		const crashAfter = this.#crashAfter;
		const addressed = this.#rules.route(message, addressees(message, this.machines, this.#states), [
			...this.machines.keys(),
		]);
		for (const key of addressed) {
			this.#crashAfter = crashAfter;
			this.event(key, {
				kind: "received",
				message,
				contents,
				everOwned,
				isAnswer: from === "operator, on a statement",
			});
		}
		this.#crashAfter = Number.POSITIVE_INFINITY;
	}

	#offered(from: string, transfer: MessageOf<"transfer">, contents: ReadonlyMap<number, Bytes>): void {
		const request = this.ownRequest(transfer.request);
		if (request === undefined) return;
		const offering = {
			transfer,
			request,
			contents,
			active: activeAttempt(this.machines, request.digest),
			known: (attempt: Bytes) => this.#states.get(`payee/${toHex(attempt)}`) as DurablePayee | undefined,
			everOwned: (output: Bytes) => this.everOwned(output) || isAsked(this.machines, output),
		};
		const none: Payee = { kind: "none" };
		const step = this.#rules.stepPayee(none, { kind: "offered", ...offering }, this.#context());
		const key = keyOf(step.state) ?? `payee/new ${this.#fresh++}`;
		const standing = this.machines.get(key);
		// The app is asked once; and what is only in memory knows more than what is durable.
		if (standing !== undefined && (step.state.kind === "asked" || !("terms" in standing.state))) return;
		const machine = standing ?? {
			role: "payee",
			peer: from,
			state: none,
			signing: null,
			asks: false,
			aside: [],
		};
		if (standing === undefined) this.machines.set(key, machine);
		this.#perform(key, machine, step, "offered");
	}

	/** Runs the timers that are due. */
	tick(): void {
		for (const [key, { role, state }] of [...this.machines])
			if (
				role === "payer" &&
				(payerWakesAt(state as Payer) ?? Number.POSITIVE_INFINITY) <= this.#around.now()
			)
				this.event(key, { kind: "cancel" });
	}
}
