/**
 * Decisions: each is made once, is durable before it is told, and is never taken back.
 */
import { type Bytes, type Message, type MeterMessage, toHex } from "@tenten/protocol";
import { Violation } from "../violation.ts";
import type { Ledger } from "./ledger.ts";
import type { Fact } from "./rows.ts";

/** Where an attempt may go from each durable state; a row may go away only where it is over. */
const allowed: Readonly<Record<string, readonly string[]>> = {
	"payer locked": ["released", "cancelled", "ruled"],
	"payer sent": ["returned", "ruled", "forgotten"],
	"payer released": ["forgotten"],
	"payer cancelled": ["forgotten"],
	"payer returned": ["forgotten"],
	"payer ruled": ["forgotten"],
	"payee reserved": ["owned", "cancelled", "resolving", "ruled"],
	"payee lockedForeign": ["owned", "cancelled", "resolving", "ruled"],
	"payee resolving": ["owned", "cancelled", "ruled"],
	"payee cancelled": ["owned", "forgotten"],
	"payee owned": ["returned", "forgotten"],
	"payee returned": ["forgotten"],
	"payee ruled": ["owned", "forgotten"],
	"metering locked": ["open", "cancelled"],
	"metering open": ["stopped", "closed", "claimed", "forgotten"],
	"metering stopped": ["closed", "claimed", "forgotten"],
	"metering closed": ["forgotten"],
	"metering claimed": ["forgotten"],
	"metering cancelled": ["forgotten"],
	"metered reserved": ["open", "forgotten"],
	"metered open": ["counted", "claimed", "forgotten"],
	"metered counted": ["closed", "claimed", "forgotten"],
	"metered closed": ["forgotten"],
	"metered claimed": ["forgotten"],
};

/** Of a meter: what is said, on which side, and in which durable states. */
const saidOfMeters: Readonly<Partial<Record<MeterMessage["kind"], readonly [string, ...string[]]>>> = {
	open: ["meter-payer", "metering locked"],
	opened: ["meter-payee", "metered reserved"],
	release: ["meter-payer", "metering open", "metering stopped"],
	stop: ["meter-payer", "metering stopped"],
	reached: ["meter-payee", "metered open"],
	count: ["meter-payee", "metered counted"],
	close: ["meter-payer", "metering closed"],
	closed: ["meter-payee", "metered closed"],
};

/** What a restored device cannot decide, it may forget once what it gave has come back or was spent. */
const leftBehind = ["payer locked", "payee lockedForeign", "payee resolving"];

/** News, and the durable states in which they are true; what is over may be forgotten by then. */
const durableBefore: Readonly<Record<string, readonly string[]>> = {
	reserved: Object.keys(allowed).filter((kind) => kind.startsWith("payee ")),
	released: ["payer released"],
	owned: ["payee owned", "payee returned", "payer released"],
	cancelled: ["payer cancelled", "payee cancelled"],
	returned: ["payer returned", "payee returned"],
};

type News = { readonly news: string; readonly attempt: Bytes; readonly side: "payer" | "payee" };

export class Decisions {
	/** devices that were restored from a backup */
	readonly restored: Set<string> = new Set();
	readonly #ledger: Ledger;
	readonly #dishonest: ReadonlySet<string>;
	/** certificates, and whose they are */
	readonly #owners: ReadonlyMap<string, string>;
	/** durable kinds of each attempt, by device and row */
	readonly #kinds = new Map<string, string>();
	/** cancelled locks, and the honest devices that cancelled them */
	readonly #cancelled = new Map<string, string | null>();
	readonly #released = new Map<string, string | null>();

	constructor(ledger: Ledger, dishonest: ReadonlySet<string>, owners: ReadonlyMap<string, string>) {
		this.#owners = owners;
		this.#ledger = ledger;
		this.#dishonest = dishonest;
	}

	changed(device: string, key: string, before: Fact | undefined, after: Fact | undefined): void {
		const from = before?.kind;
		const to = after?.kind;
		if (from !== undefined && from in allowed && from !== to) {
			const next = to === undefined ? "forgotten" : to.slice(to.indexOf(" ") + 1);
			const isLeft = next === "forgotten" && leftBehind.includes(from) && this.restored.has(device);
			if (!isLeft && !allowed[from]?.includes(next))
				throw new Violation("decided twice", `${device} goes from ${from} to ${next}`);
		}
		if (to !== undefined) this.#kinds.set(`${device} ${key}`, to);
		if (after === undefined || after.lock === null) return;
		if (to === "payer cancelled") this.#decide(after.lock, device, this.#cancelled);
		if (to === "payer released") this.#decide(after.lock, device, this.#released);
		if (to === "payee owned" && !this.#released.has(after.lock) && this.#isHonestlyLocked(after.lock))
			throw new Violation("told before durable", `${device} owns what its payer has not released`);
	}

	#decide(lock: string, device: string, decided: Map<string, string | null>): void {
		decided.set(lock, device);
		if (this.#cancelled.has(lock) && this.#released.has(lock) && !this.#dishonest.has(device))
			throw new Violation("decided twice", `${device} released and cancelled ${lock.slice(0, 8)}`);
	}

	/** Whether every owner of what this lock locks, and so its decider, is honest. */
	#isHonestlyLocked(lock: string): boolean {
		return this.#ledger
			.lockedBy(lock)
			.every(
				({ input }) =>
					!this.#dishonest.has(this.#owners.get(this.#ledger.outputs.get(input)?.owner ?? "") ?? ""),
			);
	}

	/** A lock that a dishonest decider both cancelled and released. */
	isTwofold(lock: string): boolean {
		return this.#cancelled.has(lock) && this.#ledger.secrets.has(lock);
	}

	/** What a device's app is told, and opens doors on, is durable by then. */
	told(device: string, { news, attempt, side }: News): void {
		// Whoever paid directly hears of its payee's reservation.
		const states = news === "reserved" && side === "payer" ? ["payer sent"] : durableBefore[news];
		if (states === undefined || this.#dishonest.has(device)) return;
		const kind = this.#kinds.get(`${device} ${side}/${toHex(attempt)}`) ?? "nothing";
		if (!states.includes(kind))
			throw new Violation("told before durable", `${device} hears ${news}, and is ${kind}`);
	}

	/** What is said of a meter must be durable first. */
	sentOfMeter(device: string, message: MeterMessage): void {
		const [table, ...states] = saidOfMeters[message.kind] ?? [];
		if (table === undefined || !("meter" in message) || this.#dishonest.has(device)) return;
		const kind = this.#kinds.get(`${device} ${table}/${toHex(message.meter)}`) ?? "nothing";
		if (!states.includes(kind))
			throw new Violation("told before durable", `${device} says ${message.kind}, and is ${kind}`);
	}

	/** What is said must be durable first. */
	sent(device: string, message: Message): void {
		if (this.#dishonest.has(device)) {
			if (message.kind === "release") {
				const lock = this.#ledger.reveal(message.secret);
				if (!this.#released.has(lock)) this.#released.set(lock, null);
			}
			if (message.kind === "cancel") this.#cancelled.set(toHex(message.lock), null);
			return;
		}
		const kind = (side: string): string | undefined =>
			"attempt" in message ? this.#kinds.get(`${device} ${side}/${toHex(message.attempt)}`) : undefined;
		const isDurable = (): boolean => {
			switch (message.kind) {
				case "release":
					return kind("payer") === "payer released";
				case "cancel":
					return kind("payer") === "payer cancelled";
				case "reserved":
					return kind("payee") !== undefined;
				case "counterTransfer":
					return kind("payee") !== undefined;
				case "done":
					return (
						["payee owned", "payee cancelled"].includes(kind("payee") ?? "") ||
						kind("payer") === "payer returned"
					);
				case "returned":
					return kind("payee") === "payee returned";
				default:
					return true;
			}
		};
		if (!isDurable()) throw new Violation("told before durable", `${device} says ${message.kind}`);
	}
}
