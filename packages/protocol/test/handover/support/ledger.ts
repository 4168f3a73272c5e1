/**
 * The ledger of a test world: which links were ever signed, which of them count, and so who owns what.
 *
 * No host sees it. A link counts when it is direct and its signer has made it durable, or when its secret is
 * durable as released or was sent. The outputs of links that count, not consumed by others that count, are
 * the frontier: all the value that there is. Hosts must hold exactly that.
 */
import {
	type Bytes,
	type DurablePayee,
	limits,
	lockHash,
	outputId,
	toHex,
	type UnsignedLink,
	type VerifiedToken,
	verifyToken,
} from "@tenten/protocol";
import { must, trust } from "./ecosystem.ts";
import { givenBy, inQuestion } from "./given.ts";
import type { Host } from "./host.ts";
import { Violation } from "./violation.ts";

export type LedgerOutput = { readonly amount: bigint; readonly owner: string; readonly root: string };
export type LedgerLink = {
	readonly id: string;
	readonly input: string;
	readonly outputs: readonly string[];
	readonly lock: string | null;
	readonly signed: UnsignedLink;
	signature: Bytes;
	/** its signer has made it durable: before that a crash leaves nothing of it */
	isDurable: boolean;
};

export class Ledger {
	readonly outputs = new Map<string, LedgerOutput>();
	readonly links = new Map<string, LedgerLink>();
	/** links that count, by the output that each consumes */
	readonly consumed = new Map<string, LedgerLink[]>();
	readonly secrets = new Map<string, Bytes>();
	readonly cancelled = new Set<string>();
	/** outputs that an operator paid out, and what it paid in all for each issue */
	readonly paidOutputs = new Set<string>();
	readonly paid = new Map<string, bigint>();
	/** certificate hash, host */
	readonly owners = new Map<string, string>();
	/** hosts that break the rules on purpose: what they do to themselves is no violation */
	readonly dishonest = new Set<string>();
	/** lost with its secrets: what it had released and not sent goes to its responsible party */
	gone: string | undefined;
	/** after redeem until and grace: what was refunded may still lie about, worth nothing */
	isOver = false;
	/** off where a broken variant must be caught by what becomes of the value */
	watchesMoves = true;
	readonly #madeBy = new Map<string, LedgerLink>();
	readonly #proven = new Set<string>();

	issued(token: VerifiedToken): void {
		const id = toHex(token.outputId);
		this.outputs.set(id, {
			amount: token.amount,
			owner: this.#hostOf(token.owner.certificate.hash),
			root: id,
		});
	}

	#hostOf(certificate: Bytes): string {
		const host = this.owners.get(toHex(certificate));
		if (host === undefined) throw new Error("a certificate of nobody");
		return host;
	}

	/** Links that a host is about to sign; each must add up. */
	drafted(links: readonly UnsignedLink[]): void {
		for (const link of links) {
			const id = toHex(link.id);
			if (this.links.has(id)) continue;
			const input = toHex(link.input.outputId);
			const from = this.outputs.get(input);
			if (from === undefined) throw new Violation("created", "a link on an output that never was");
			const outputs = link.draft.outputs.map(({ amount, owner }, index) => {
				const output = toHex(outputId(link.id, index));
				this.outputs.set(output, { amount, owner: this.#hostOf(owner.certificate.hash), root: from.root });
				return output;
			});
			const sum = link.draft.outputs.reduce((total, { amount }) => total + amount, 0n);
			if (sum !== from.amount) throw new Violation("created", "outputs that do not add up");
			const lock = link.body.lock === null ? null : toHex(link.body.lock.hash);
			const made: LedgerLink = {
				id,
				input,
				outputs,
				lock,
				signed: link,
				signature: new Uint8Array(),
				isDurable: false,
			};
			this.links.set(id, made);
			for (const output of outputs) this.#madeBy.set(output, made);
		}
	}

	signed(links: readonly UnsignedLink[], signatures: readonly Bytes[]): void {
		for (const [position, { id }] of links.entries()) {
			const link = this.links.get(toHex(id));
			if (link !== undefined) link.signature = signatures[position] ?? new Uint8Array();
		}
	}

	/** These links are durable: a direct one counts from now on, a locked one once its secret is out. */
	durable(ids: readonly Bytes[]): void {
		for (const id of ids) {
			const link = this.links.get(toHex(id));
			if (link === undefined) throw new Violation("created", "an unknown link");
			link.isDurable = true;
			if (link.lock === null || this.secrets.has(link.lock)) this.#consume(link);
		}
	}

	/** A release is durable, or on its way. */
	revealed(secret: Bytes): void {
		const lock = toHex(lockHash(secret));
		if (this.secrets.has(lock)) return;
		this.secrets.set(lock, secret);
		for (const link of this.links.values()) if (link.lock === lock && link.isDurable) this.#consume(link);
	}

	#consume(link: LedgerLink): void {
		const links = this.consumed.get(link.input) ?? [];
		if (!links.includes(link)) this.consumed.set(link.input, [...links, link]);
	}

	paidOut(output: string): void {
		const { root, amount } = this.outputs.get(output) as LedgerOutput;
		this.paidOutputs.add(output);
		this.paid.set(root, (this.paid.get(root) ?? 0n) + amount);
		if ((this.paid.get(root) ?? 0n) > (this.outputs.get(root)?.amount ?? 0n))
			throw new Violation("paid twice", output.slice(0, 8));
	}

	/** Outputs that more than one link consumes. */
	forks(): readonly (readonly LedgerLink[])[] {
		return [...this.consumed.values()].filter((links) => links.length > 1);
	}

	/** All the value that there is. */
	frontier(): ReadonlySet<string> {
		const made = new Set<string>();
		for (const [id, { root }] of this.outputs) if (id === root) made.add(id);
		for (const links of this.consumed.values())
			for (const { outputs } of links) for (const output of outputs) made.add(output);
		for (const id of this.consumed.keys()) made.delete(id);
		for (const id of this.paidOutputs) made.delete(id);
		return made;
	}

	/** The outputs that led to this one, itself first. */
	*#ancestors(output: string): Generator<string> {
		for (let at: string | undefined = output; at !== undefined; at = this.#madeBy.get(at)?.input) yield at;
	}

	/** A host takes a token: its value must not have been paid out already. */
	taken(host: string, output: string): void {
		for (const ancestor of this.#ancestors(output))
			if (this.paidOutputs.has(ancestor) && !this.dishonest.has(host))
				throw new Violation("created", `${host} takes what an operator has paid out`);
	}

	#isForked(output: string): boolean {
		return [...this.#ancestors(output)].some((id) => (this.consumed.get(id)?.length ?? 0) > 1);
	}

	/** What must hold after every step. Where somebody cheats, evidence is what must hold (`checkEvidence`). */
	check(hosts: readonly Host[]): void {
		if (this.dishonest.size === 0) {
			for (const [fork] of this.forks())
				throw new Violation(
					"created",
					`${this.outputs.get(fork?.input ?? "")?.owner} spent one output twice`,
				);
			for (const lock of this.cancelled)
				if (this.secrets.has(lock)) throw new Violation("decided twice", lock.slice(0, 8));
		}
		const frontier = this.frontier();
		const held = new Map<string, string>();
		for (const host of hosts) {
			if (this.dishonest.has(host.name)) continue;
			const doomed = this.#doomed(host);
			for (const output of host.durable.tokens.keys()) {
				if (held.has(output)) throw new Violation("two copies", `${host.name} and ${held.get(output)}`);
				held.set(output, host.name);
				// What a lost device holds may be refunded to who paid it, once its time is over.
				if (!frontier.has(output) && !doomed.has(output) && host.name !== this.gone)
					throw new Violation("created", `${host.name} holds what is not there: ${output.slice(0, 8)}`);
			}
		}
		for (const host of hosts) for (const output of this.#expected(host)) held.set(output, host.name);
		for (const output of frontier)
			if (!held.has(output) && this.#isOwed(output) && !this.#isInDoubt(output, held))
				throw new Violation("lost", `${output.slice(0, 8)} of ${this.outputs.get(output)?.owner}`);
	}

	/** Whether an honest host should have this output: one branch of a fork need not arrive. */
	#isOwed(output: string): boolean {
		if (this.dishonest.has(this.outputs.get(output)?.owner ?? "") || this.#isForked(output)) return false;
		for (const ancestor of this.#ancestors(output)) if (this.paidOutputs.has(ancestor)) return false;
		// A cheat may release what its payee never saw, and who is lost may not have sent what it released.
		const payer = this.outputs.get(this.#madeBy.get(output)?.input ?? "")?.owner ?? "";
		return payer !== this.gone && !this.dishonest.has(payer);
	}

	/** Cancelled and released by a cheat: its victim still holds what the cancel freed. */
	#isInDoubt(output: string, held: ReadonlyMap<string, string>): boolean {
		return this.dishonest.size > 0 && held.has(this.#madeBy.get(output)?.input ?? "");
	}

	/** What the other side of an exchange gave: consumed by the release, and held until it arrives. */
	#doomed(host: Host): ReadonlySet<string> {
		const doomed = new Set<string>();
		for (const state of host.payees()) {
			if (state.kind !== "lockedForeign" && state.kind !== "resolving") continue;
			for (const input of state.counter?.inputs ?? []) doomed.add(toHex(input));
		}
		for (const [output, { heldBy }] of host.durable.tokens) {
			// Refunded, and the ruling is on its way.
			if ((heldBy !== null || this.isOver) && this.paidOutputs.has(output)) doomed.add(output);
			// Freed by a cancel, though its decider released it: evidence has to convict the decider.
			const links = this.dishonest.size > 0 ? (this.consumed.get(output) ?? []) : [];
			if (links.length > 0 && links.every(({ lock }) => this.cancelled.has(lock ?? ""))) doomed.add(output);
		}
		return doomed;
	}

	/** What a host will own once the messages that are on their way arrive. */
	#expected(host: Host): readonly string[] {
		const first = (links: readonly Bytes[]): string[] => links.map((link) => toHex(outputId(link, 0)));
		const expected: string[] = [];
		for (const state of host.payees()) {
			if (isWaiting(state)) expected.push(...first(state.terms.links), ...this.#counterChange(state));
			if (state.kind === "returned") expected.push(...this.#next(first(state.terms.links)));
		}
		for (const state of host.payers()) if (state.kind === "sent") expected.push(...first(state.terms.links));
		// Ruled on the other side's statement: one's own is still to be made.
		for (const state of [...host.payers(), ...host.payees()])
			if (state.kind === "ruled") expected.push(...inQuestion(givenBy(state)).map(({ output }) => output));
		return expected;
	}

	#counterChange(state: DurablePayee): readonly string[] {
		if (state.kind !== "lockedForeign" && state.kind !== "resolving") return [];
		const lock = toHex(state.terms.lock ?? new Uint8Array());
		const inputs = new Set((state.counter?.inputs ?? []).map(toHex));
		return [...this.links.values()]
			.filter((link) => link.lock === lock && inputs.has(link.input))
			.flatMap(({ outputs }) => outputs.slice(1));
	}

	/** Outputs 0 of the links that consume these. */
	#next(outputs: readonly string[]): readonly string[] {
		return outputs.flatMap((output) =>
			(this.consumed.get(output) ?? []).map((link) => link.outputs[0] ?? ""),
		);
	}

	/** What is held is real: every signature on its path holds, and a link can still spend it. */
	#checkToken(owner: Host, output: string): void {
		const token = owner.durable.tokens.get(output);
		if (token === undefined) return;
		if (token.after.length > limits.after) throw new Violation("lost", "no link can carry its cancels");
		if (this.#proven.has(output)) return;
		const verified = must(verifyToken(token.bytes, trust));
		if (toHex(verified.outputId) !== output || verified.amount !== this.outputs.get(output)?.amount)
			throw new Violation("created", "another token than it says");
		this.#proven.add(output);
	}

	/** What must hold once everything has been said. */
	checkSettled(hosts: readonly Host[]): void {
		this.check(hosts);
		const frontier = this.frontier();
		for (const output of frontier) {
			const owner = hosts.find(({ name }) => name === this.outputs.get(output)?.owner);
			if (owner === undefined || !this.#isOwed(output)) continue;
			if (this.#isInDoubt(output, new Map([...owner.durable.tokens.keys()].map((id) => [id, owner.name]))))
				continue;
			this.#checkToken(owner, output);
			const token = owner.durable.tokens.get(output);
			if (token === undefined) throw new Violation("lost", `${owner.name} was never given ${output}`);
			if (token.heldBy !== null) throw new Violation("undecided", `${owner.name} still holds a token back`);
		}
	}
}

export function isWaiting(state: DurablePayee): boolean {
	return ["reserved", "lockedForeign", "resolving"].includes(state.kind);
}
