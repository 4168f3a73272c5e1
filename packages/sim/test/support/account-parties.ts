/** Parties of a flow, driven one message after another on a clock that stands until it is moved. */
import { Chance } from "../../src/chance.ts";
import type { Flow, Message, Party, Seen } from "../../src/matrix/party.ts";

const payment = "payment-1";

export async function openParties(flow: Flow): Promise<AccountParties> {
	const parties = new AccountParties(flow);
	await parties.open();
	return parties;
}

class AccountParties {
	readonly #flow: Flow;
	readonly #parties = new Map<string, Party>();
	readonly #sent: Message[] = [];
	#now_ms = 0;

	constructor(flow: Flow) {
		this.#flow = flow;
	}

	async open(): Promise<void> {
		for (const kind of await this.#flow.parties(1)) {
			const { bytes } = new Chance(1, kind.name);
			const surroundings = { now: () => this.#now_ms, random: bytes, write: () => {} };
			this.#parties.set(kind.name, await kind.open(surroundings));
		}
	}

	/** Pays, and delivers in the order in which things were said until nothing is left; what was said. */
	async pay(): Promise<readonly Message[]> {
		const { first } = this.#flow.begin(1);
		await this.#deliver(await this.#of(first.to).take(first));
		for (let due = this.#firstDue(); due !== undefined; due = this.#firstDue()) {
			this.#now_ms = Math.max(this.#now_ms, due.at_ms);
			await this.#deliver(await due.party.wake());
		}
		return this.#sent;
	}

	async #deliver(messages: readonly Message[]): Promise<void> {
		const waiting = [...messages];
		for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
			this.#sent.push(message);
			waiting.push(...(await this.#of(message.to).take(message)));
			await this.#of(message.from).delivered(message.id);
		}
	}

	#firstDue(): { readonly party: Party; readonly at_ms: number } | undefined {
		return [...this.#parties.values()]
			.flatMap((party) => {
				const at_ms = party.dueAt();
				return at_ms === undefined ? [] : [{ party, at_ms }];
			})
			.toSorted((a, b) => a.at_ms - b.at_ms)[0];
	}

	async holdings(): Promise<object> {
		const available: Record<string, bigint> = {};
		let [locked, reserved] = [0n, 0n];
		for (const party of this.#parties.values()) {
			const holdings = await party.holdings();
			Object.assign(available, holdings.available);
			for (const amount of Object.values(holdings.locked)) locked += amount;
			for (const amount of Object.values(holdings.reserved)) reserved += amount;
		}
		return { available, locked, reserved };
	}

	async seen(): Promise<readonly (Seen | undefined)[]> {
		return [await this.#of("payer-app").sees(payment), await this.#of("payee-app").sees(payment)];
	}

	#of(name: string): Party {
		const party = this.#parties.get(name);
		if (party === undefined) throw new Error(`no party ${name}`);
		return party;
	}
}
