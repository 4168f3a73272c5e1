/** Parties of a flow of which the power fails at one write, of all the writes that they make, and comes back at once. */
import { Chance } from "../../src/chance.ts";
import type { Flow, Holdings, Message, Moment, Party, PartyKind, Seen } from "../../src/matrix/party.ts";
import { beginning_ms } from "../../src/matrix/virtual-world.ts";

class PowerFailure extends Error {}

export class CutParties {
	readonly #flow: Flow;
	readonly #kinds = new Map<string, PartyKind>();
	readonly #parties = new Map<string, Party>();
	/** write, counted from one, at which power fails; and on which side of it */
	readonly #cut: { readonly write: number; readonly moment: Moment } | undefined;
	readonly said: Message[] = [];
	writes = 0;
	#now_ms: number = beginning_ms;
	#life = 0;
	#isPaying = false;

	private constructor(flow: Flow, cut?: { readonly write: number; readonly moment: Moment }) {
		this.#flow = flow;
		this.#cut = cut;
	}

	static async open(
		flow: Flow,
		cut?: { readonly write: number; readonly moment: Moment },
		folder?: string,
	): Promise<CutParties> {
		const parties = new CutParties(flow, cut);
		for (const kind of await flow.parties(1, folder)) {
			parties.#kinds.set(kind.name, kind);
			await parties.#open(kind.name);
		}
		return parties;
	}

	async #open(name: string): Promise<void> {
		const { bytes } = new Chance(1, `${name}/${++this.#life}`);
		const life = { isOver: false };
		const write = (_: readonly number[], moment: Moment): void => {
			if (this.#isPaying && moment === "before" && !life.isOver) this.writes++;
			if (this.#isPaying && this.writes === this.#cut?.write && moment === this.#cut.moment)
				life.isOver = true;
			if (life.isOver) throw new PowerFailure();
		};
		const kind = this.#kinds.get(name);
		if (kind === undefined) throw new Error(`no party ${name}`);
		this.#parties.set(name, await kind.open({ now: () => this.#now_ms, random: bytes, write }));
	}

	/** Pays, with one power failure, and drives everything to rest. */
	async pay(): Promise<void> {
		this.#isPaying = true;
		const { first } = this.#flow.begin(1);
		let answers = await this.#work(first.to, (party) => party.take(first));
		answers ??= await this.#work(first.to, (party) => party.take(first));
		await this.#deliver(answers ?? []);
		for (;;) {
			const due = [...this.#parties]
				.flatMap(([name, party]) => {
					const at_ms = party.dueAt();
					return at_ms === undefined ? [] : [{ name, at_ms }];
				})
				.toSorted((a, b) => a.at_ms - b.at_ms)[0];
			if (due === undefined) return;
			this.#now_ms = Math.max(this.#now_ms, due.at_ms);
			await this.#deliver((await this.#work(due.name, (party) => party.wake())) ?? []);
		}
	}

	async #deliver(messages: readonly Message[]): Promise<void> {
		const waiting = [...messages];
		for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
			const { id, from, to } = message;
			this.said.push(message);
			const answers = await this.#work(to, (party) => party.take(message as Message));
			if (answers === undefined) continue;
			await this.#work(from, (party) => party.delivered(id));
			waiting.push(...answers);
		}
	}

	async #work<T>(name: string, work: (party: Party) => Promise<T>): Promise<T | undefined> {
		try {
			return await work(this.#of(name));
		} catch (error) {
			if (!(error instanceof PowerFailure)) throw error;
			await this.#open(name);
			return undefined;
		}
	}

	/** By holder, in whichever way it is held; and what is nobody's to use. */
	async held(): Promise<{ readonly sums: Readonly<Record<string, bigint>>; readonly waiting: bigint }> {
		const sums: Record<string, bigint> = {};
		let waiting = 0n;
		for (const party of this.#parties.values()) {
			const { available, locked, reserved }: Holdings = await party.holdings();
			for (const amounts of [available, locked, reserved])
				for (const [holder, amount] of Object.entries(amounts)) sums[holder] = (sums[holder] ?? 0n) + amount;
			for (const amount of [...Object.values(locked), ...Object.values(reserved)]) waiting += amount;
		}
		return { sums, waiting };
	}

	async seen(): Promise<Seen | undefined> {
		return this.#of(this.#flow.payer).sees(this.#flow.begin(1).payment);
	}

	async close(): Promise<void> {
		for (const party of this.#parties.values()) await party.close();
	}

	#of(name: string): Party {
		const party = this.#parties.get(name);
		if (party === undefined) throw new Error(`no party ${name}`);
		return party;
	}
}
