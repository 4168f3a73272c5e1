/**
 * Who answers for cars and chargers, at the operator: parties, what they delegate, and how they lose their standing.
 *
 *   driver ─▶ budget ─▶ a slice of it in the certificate of its car        a charger pays nothing: it has no slice
 *   debit refused ─▶ suspended, in the next status list ─▶ no charger takes the car ─▶ the driver agrees: resumed
 *
 * A car's slice is what its sessions come to, so that it counts to the unit what it was given.
 */
import type { Operator } from "@tenten/operator";
import { type Bytes, type Slice, sha256, toUtf8 } from "@tenten/protocol";
import { delegate } from "../device/party.ts";
import { must } from "../ecosystem.ts";
import type { ResponsibleParty } from "./parties.ts";

/** What chargers sell, and cars are let pay for. */
export const purpose = "charging";

const acting = { actor: "charging replay", requestId: "replay" } as const;

/** A party's budget: so much for each car that it ever has. */
type Budget = { readonly reset: number; readonly each: bigint; used: bigint };

export class Delegations {
	readonly #operator: Operator;
	/** until when everything is delegated, unix seconds */
	readonly #until: number;
	readonly #budgets = new Map<ResponsibleParty, Budget>();
	#suspensions = 0;

	constructor(operator: Operator, until: number) {
		[this.#operator, this.#until] = [operator, until];
	}

	/** Adds a party, with a budget for two cars, of which one may be lost; `each` in minor units, 0: it pays nothing. */
	async add(party: ResponsibleParty, each: bigint): Promise<void> {
		const { parties } = this.#operator.devices;
		must(await parties.add(acting, party.signer.key, party.name));
		if (each === 0n) return;
		const reset = (await parties.known(party.id, 0))?.nextReset ?? 1;
		must(await parties.grant(acting, party.id, { reset, amount: 2n * each }));
		this.#budgets.set(party, { reset, each, used: 0n });
	}

	/** Delegates to the key of which this is the evidence, and has the operator certify it: bytes of `enrolled`. */
	async enrol(party: ResponsibleParty, evidence: Bytes): Promise<Bytes> {
		const terms = { purposes: [purpose], perTransfer: null, slice: this.#slice(party), until: this.#until };
		const { application } = must(await delegate(evidence, terms, party.signer));
		return must(await this.#operator.devices.apply(application));
	}

	/** The newest list of who lost its standing. */
	async list(): Promise<Bytes> {
		const list = await this.#operator.devices.statusLists.newest(0);
		if (list === undefined) throw new Error("no status list");
		return list;
	}

	async suspend(party: Bytes, why: string): Promise<void> {
		const cause = sha256(toUtf8(`suspension ${++this.#suspensions}`));
		await this.#operator.devices.parties.suspendFor(party, why, cause);
	}

	async resume(party: Bytes): Promise<void> {
		must(await this.#operator.devices.parties.setStanding(acting, party, "active", "agreed to pay"));
	}

	#slice(party: ResponsibleParty): Slice | null {
		const budget = this.#budgets.get(party);
		if (budget === undefined) return null;
		const from = budget.used;
		budget.used += budget.each;
		return { reset: budget.reset, from, to: budget.used };
	}
}
