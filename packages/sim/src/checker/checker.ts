/**
 * The checker: after every write of every device and operator it looks again at each output that was touched.
 *
 *   created     a module may spend what is not on the frontier      lost       nobody carries what is
 *   two copies  two honest modules hold one output                  forked     an honest owner's output, consumed twice
 *   over        a payee takes what nobody would redeem, by the date of its own trust list
 *   old key     a restored device begins a payment, on either side, by a key of before
 *   decided twice, told before durable, accused, paid twice         see `Decisions` and `Registry`
 *
 * Of whoever is dishonest nothing is promised: what they do to themselves, and what comes after an output that
 * they spent twice, is theirs; that their victims are told who it was is `Registry`'s to check.
 */
import type { Bytes, Message } from "@tenten/protocol";
import { Violation } from "../violation.ts";
import { checkBounds } from "./bounds.ts";
import { Decisions } from "./decisions.ts";
import { Ends } from "./ends.ts";
import { Ledger, type Output } from "./ledger.ts";
import { type Fact, factOf, listedAt, ownCertificate } from "./rows.ts";
import { checkStatements } from "./statements.ts";

export type PlainWrite = { readonly key: string; readonly value: Bytes | null };

/** Against a statement: another link, or a release, would make it a lie. */
const decidedAlone = ["payer released", "payer cancelled", "payee cancelled"];

export class Checker {
	readonly ledger: Ledger = new Ledger();
	/** devices that break the rules on purpose: only others are protected */
	readonly dishonest: Set<string> = new Set();
	/** devices that are gone for good */
	readonly gone: Set<string> = new Set();
	/** certificates in hex, and whose they are */
	readonly owners: Map<string, string> = new Map();
	readonly decisions: Decisions = new Decisions(this.ledger, this.dishonest, this.owners);
	readonly ends: Ends = new Ends();
	readonly #facts = new Map<string, Map<string, Fact>>();
	/** how many rows carry an output */
	readonly #covers = new Map<string, number>();
	/** token rows of honest devices, by output */
	readonly #holders = new Map<string, Map<string, boolean>>();
	/** outputs that operators issued for an order, and who waits for it */
	readonly #issued = new Map<string, readonly string[]>();
	/** how many rows wait for an order's answer */
	readonly #waits = new Map<string, number>();
	/** by device: when the trust list that it took last was signed, unix seconds */
	readonly #listed = new Map<string, number>();
	/** certificates of before a backup was restored */
	readonly #restored = new Set<string>();
	/** devices that were lost: their backup is not restored yet */
	readonly #lost = new Set<string>();
	/** outputs that the backup of a lost device brought back */
	readonly #broughtBack = new Map<string, ReadonlySet<string>>();
	/** outputs that their owner has, or had in this life of its device */
	readonly #arrived = new Set<string>();
	/** attempts of which something was stated, by device */
	readonly #sworn = new Set<string>();

	/** The rows that a device has made durable, in the clear. */
	written(device: string, writes: readonly PlainWrite[]): void {
		for (const { key, value } of writes) {
			const certificate = ownCertificate(key);
			if (certificate !== undefined && value !== null) this.owners.set(certificate, device);
			if (!this.dishonest.has(device)) this.#write(device, key, value);
		}
		if (this.#lost.delete(device)) {
			const facts = [...(this.#facts.get(device)?.values() ?? [])];
			this.#broughtBack.set(device, new Set(facts.flatMap(({ covers }) => covers)));
		}
		this.check();
	}

	#write(device: string, key: string, value: Bytes | null): void {
		const facts = this.#facts.get(device) ?? new Map<string, Fact>();
		this.#facts.set(device, facts);
		const before = facts.get(key);
		const isNew = !this.#lost.has(device);
		if (key.startsWith("question/") && value !== null) this.#stated(device, key, value, facts, isNew);
		if (key === "trust" && value !== null) this.#listed.set(device, listedAt(value));
		const after = value === null ? undefined : factOf(this.ledger, key, value);
		if (isNew && before === undefined && after !== undefined) {
			this.#notOver(device, after);
			this.#byNewKeys(device, after);
		}
		if (before === undefined && after === undefined) return;
		if (after !== undefined && after.kind !== before?.kind) this.#keepsWord(device, key, after);
		this.decisions.changed(device, key, before, after);
		this.ends.changed(key, after);
		if (after === undefined) facts.delete(key);
		else facts.set(key, after);
		if (before !== undefined) this.#count(device, before, -1);
		if (after !== undefined) this.#count(device, after, 1);
	}

	/** What a payee reserves could still be redeemed when its trust list was signed, whatever its clock says. */
	#notOver(device: string, { kind, covers }: Fact): void {
		if (kind !== "payee reserved") return;
		for (const id of covers) {
			const until = this.ledger.outputs.get(id)?.redeemUntil ?? Number.POSITIVE_INFINITY;
			if (until <= (this.#listed.get(device) ?? 0))
				throw new Violation("over", `${device} takes ${id.slice(0, 8)}, which was over at ${until}`);
		}
	}

	/** A device is lost, and will be restored: what it was certified for until now begins no payment again. */
	loses(device: string): void {
		for (const [hash, owner] of this.owners) if (owner === device) this.#restored.add(hash);
		this.#forget(device);
		for (const row of this.#sworn) if (row.startsWith(`${device} `)) this.#sworn.delete(row);
		for (const id of this.#arrived)
			if (this.owners.get(this.ledger.outputs.get(id)?.owner ?? "") === device) this.#arrived.delete(id);
		this.decisions.restored.add(device);
		if (!this.dishonest.has(device)) this.#lost.add(device);
	}

	#forget(device: string): void {
		for (const fact of this.#facts.get(device)?.values() ?? []) this.#count(device, fact, -1);
		this.#facts.delete(device);
	}

	#byNewKeys(device: string, { kind, covers, spends }: Fact): void {
		for (const id of kind === "payee reserved" ? covers : spends)
			if (this.#restored.has(this.ledger.outputs.get(id)?.owner ?? ""))
				throw new Violation("old key", `${device} is ${kind} of ${id.slice(0, 8)}, by a restored key`);
	}

	/** What is sworn once is looked at once: what came later does not make it a lie. */
	#stated(device: string, key: string, value: Bytes, facts: ReadonlyMap<string, Fact>, isNew: boolean): void {
		const row = `${device} ${key}`;
		if (this.#sworn.has(row)) return;
		this.#sworn.add(row);
		if (!isNew) return;
		const attempt = key.slice("question/".length);
		const [payer, payee] = [facts.get(`payer/${attempt}`), facts.get(`payee/${attempt}`)];
		checkStatements(device, value, { payer, payee });
	}

	/** What was stated to be undecided is decided by its operator from then on. */
	#keepsWord(device: string, key: string, { kind }: Fact): void {
		const attempt = key.slice(key.indexOf("/") + 1);
		if (decidedAlone.includes(kind) && this.#sworn.has(`${device} question/${attempt}`))
			throw new Violation("sworn falsely", `${device} is ${kind} of what it stated: ${attempt.slice(0, 8)}`);
	}

	#count(device: string, { covers, holds, isFree, order }: Fact, by: 1 | -1): void {
		for (const output of [...covers, ...((order && this.#issued.get(order)) || [])]) this.#cover(output, by);
		if (order !== null) this.#waits.set(order, (this.#waits.get(order) ?? 0) + by);
		if (holds === null) return;
		const holders = this.#holders.get(holds) ?? new Map<string, boolean>();
		if (by === 1) this.#arrived.add(holds);
		if (by === 1) this.#holders.set(holds, holders.set(device, isFree));
		else holders.delete(device);
	}

	#cover(output: string, by: 1 | -1): void {
		this.#covers.set(output, (this.#covers.get(output) ?? 0) + by);
		this.ledger.touched.add(output);
	}

	/** An operator has made issues durable, for an order: whoever gave it will hold them. */
	issuedFor(order: string, roots: readonly string[]): void {
		this.#issued.set(order, [...(this.#issued.get(order) ?? []), ...roots]);
		for (let i = 0; i < (this.#waits.get(order) ?? 0); i++) for (const root of roots) this.#cover(root, 1);
	}

	/** A message leaves a device. */
	sent(device: string, message: Message): void {
		this.decisions.sent(device, message);
	}

	/** A device breaks the rules from now on, or for ever. */
	turns(device: string): void {
		this.dishonest.add(device);
		this.#forget(device);
	}

	/** Whether something is promised of whoever holds this certificate. */
	isHonest(certificate: string): boolean {
		const device = this.owners.get(certificate);
		return device !== undefined && !this.dishonest.has(device);
	}

	check(): void {
		for (const id of this.ledger.touched) {
			const output = this.ledger.outputs.get(id);
			if (output !== undefined) this.#look(output);
		}
		this.ledger.touched.clear();
	}

	#look(output: Output): void {
		const { ledger } = this;
		const owner = this.owners.get(output.owner ?? "");
		// What a dishonest decider cancelled and released, its victim may spend: the cancel is its excuse.
		const own = output.consumers.filter(({ lock }) => lock === null || !this.decisions.isTwofold(lock));
		if (own.length > 1 && owner !== undefined && !this.dishonest.has(owner))
			throw new Violation("forked", `${owner} spent ${name(output)} twice`);
		const holders = [...(this.#holders.get(output.id) ?? [])];
		if (holders.length > 1)
			throw new Violation("two copies", `of ${name(output)}: ${holders.map(([device]) => device)}`);
		if (holders.length > 0) checkBounds(ledger, output);
		const isFrontier = ledger.isFrontier(output);
		const [holder] = holders;
		if (holder?.[1] === true && !isFrontier && !this.#mayBeStale(output))
			throw new Violation("created", `${holder[0]} may spend ${name(output)}, which ${stateOf(output)}`);
		if ((this.#covers.get(output.id) ?? 0) === 0 && this.#isOwed(output))
			throw new Violation("lost", `${name(output)} of ${owner}: nobody carries it`);
	}

	/** Whether a module may truly hold what is there no more. */
	#mayBeStale(output: Output): boolean {
		// What a backup brought may have been spent since: a restored key signs no link on it.
		if (this.#restored.has(output.owner ?? "")) return true;
		// A direct transfer that was refunded to its payer in the end.
		if (output.paid === "refunded" || this.ledger.isForked(output)) return true;
		// A decider that cancelled and released.
		const { consumers } = output;
		return (
			consumers.length > 0 && consumers.every(({ lock }) => lock !== null && this.decisions.isTwofold(lock))
		);
	}

	/**
	 * Whether somebody honest must have it: of a fork one branch need not arrive, a cheat may release what its payee
	 * never saw, and who is gone may not have sent what it released.
	 */
	#isOwed(output: Output): boolean {
		if (!this.ledger.isFrontier(output) || this.ledger.isForked(output)) return false;
		// A release that nobody saw in time: its owner was refunded the whole input, this output with it.
		for (const { paid } of this.ledger.ancestors(output)) if (paid === "refunded") return false;
		const { maker } = output;
		const owner = this.owners.get(output.owner ?? "");
		if (owner === undefined || this.dishonest.has(owner) || this.gone.has(owner)) return false;
		if (this.#wentWithDevice(output, owner)) return false;
		if (maker === null) return true;
		// Cancelled, and released all the same: its victim has the input back.
		if (maker.lock !== null && this.decisions.isTwofold(maker.lock)) return false;
		const input = this.ledger.outputs.get(maker.input);
		// A lost payer may not have sent what it released.
		if (this.#restored.has(input?.owner ?? "") && !this.#arrived.has(output.id)) return false;
		const payer = this.owners.get(input?.owner ?? "");
		return payer !== undefined && !this.dishonest.has(payer) && !this.gone.has(payer);
	}

	/** What a lost device was paid after its backup, or had not brought back yet, is nobody's to bring. */
	#wentWithDevice({ id, owner }: Output, device: string): boolean {
		if (!this.#restored.has(owner ?? "")) return false;
		return this.#lost.has(device) || this.#broughtBack.get(device)?.has(id) !== true;
	}

	/** Whether what an attempt gave has been taken, link by link: its payee gave word, spent it, or was paid for it. */
	isTaken(device: string, key: string): boolean {
		const { covers = [], heard = [] } = this.#facts.get(device)?.get(key) ?? {};
		return covers.every((id) => {
			const output = this.ledger.outputs.get(id);
			if (output === undefined) return false;
			const hasWord = heard.includes(output.maker?.id ?? "");
			return hasWord || this.hasComeBack(id) || !this.ledger.isFrontier(output);
		});
	}

	/** Whether a refund of this output, or of one before it, was paid: it cannot be paid once more. */
	hasComeBack(id: string): boolean {
		const output = this.ledger.outputs.get(id);
		if (output === undefined) return false;
		return [...this.ledger.ancestors(output)].some(({ paid }) => paid === "refunded");
	}

	/** Whether a row waits with outputs of its owner's own that have not come back. */
	givesOwn(device: string, key: string): boolean {
		const fact = this.#facts.get(device)?.get(key);
		if (fact?.givesOwn !== true) return false;
		const given = this.ledger
			.lockedBy(fact.lock ?? "")
			.map(({ input }) => input)
			.filter((input) => this.owners.get(this.ledger.outputs.get(input)?.owner ?? "") === device);
		return !given.every((input) => this.hasComeBack(input));
	}

	/** At the end everything that somebody honest must have was paid, unless it had run out before `healedAt`. */
	checkEnd(healedAt: number): void {
		for (const output of this.ledger.outputs.values())
			if (output.redeemUntil > healedAt && !output.isBound && this.#isOwed(output))
				throw new Violation("lost", `${name(output)} was never paid to its owner`);
	}
}

function name({ id, amount }: Output): string {
	return `${id.slice(0, 8)} (${amount})`;
}

function stateOf({ maker, consumers, paid }: Output): string {
	if (maker !== null && !maker.counts) return "its payer has not released";
	if (paid !== null) return `was ${paid}`;
	return `was spent by ${consumers.map(({ id }) => id.slice(0, 8))}`;
}
