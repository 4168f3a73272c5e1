/** The parties of the account rail over stores of their own, with a network that delivers, and power that fails where it is told. */
import { generateKey, signerFrom, verify } from "@tenten/module";
import { assetHash } from "@tenten/protocol";
import {
	openRailParty,
	openStore,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
	type RailEcosystem,
	type RailMessage,
	type RailParty,
	type Role,
	railBalance,
	type Store,
} from "../../src/index.ts";
import { paymentOf } from "../../src/rail/rows.ts";
import { databaseForTest } from "./database.ts";

export class PowerFailure extends Error {}

const key = generateKey("Ed25519", (length) => new Uint8Array(length).fill(5));

export const railEcosystem: RailEcosystem = {
	payers: { ann: { system: "A", ledger: "C", app: "P", mayPay: true, begins: 1_000_000n } },
	payees: { shop: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: 2_000_000n } },
	hub: null,
	keys: { A: key.publicKey },
	rulingKey: null,
	times: { timeout_ms: 15_000, showing_ms: 1_000, answer_ms: 10_000, patience_ms: 8_000, permit_ms: 6_000 },
};

const asset = assetHash({ operator: new Uint8Array(32), code: "JPY" });

export class RailWorld {
	readonly #parties = new Map<string, RailParty>();
	readonly #stores = new Map<string, Store>();
	readonly #openers = new Map<string, () => Promise<RailParty>>();
	readonly #ecosystem: RailEcosystem;
	now = 1_800_000_000_000;
	/** writes until power fails, and on which side of that write */
	fails: { after: number; readonly moment: "before" | "after" } | undefined;
	writes = 0;
	#drawn = 0;

	private constructor(ecosystem: RailEcosystem) {
		this.#ecosystem = ecosystem;
	}

	static async open(ecosystem: RailEcosystem = railEcosystem): Promise<RailWorld> {
		const world = new RailWorld(ecosystem);
		const signer = signerFrom(key.privateKey, "Ed25519");
		await world.#add(payerAppRole(ecosystem, "P"));
		await world.#add(payeeAppRole(ecosystem, "Q"));
		await world.#add(payerSystemRole(ecosystem, "A", signer));
		await world.#add(payeeSystemRole(ecosystem, "B"));
		await world.#add(payerLedgerRole(ecosystem, "C"));
		await world.#add(payeeLedgerRole(ecosystem, "D", verify));
		return world;
	}

	async #add<Kept>(role: Role<Kept>): Promise<void> {
		const store = await openStore(await databaseForTest());
		this.#stores.set(role.name, store);
		const open = (): Promise<RailParty> =>
			openRailParty(store, role, this.#ecosystem, asset, {
				now: () => this.now,
				entropy: (length) => new Uint8Array(length).fill(++this.#drawn % 251),
				onWrite: (_, moment) => this.#written(moment),
			});
		this.#openers.set(role.name, open);
		this.#parties.set(role.name, await open());
	}

	#written(moment: "before" | "after"): void {
		if (moment === "before") this.writes++;
		if (this.fails === undefined || moment !== this.fails.moment || this.fails.after-- > 0) return;
		this.fails = undefined;
		throw new PowerFailure();
	}

	party(name: string): RailParty {
		const party = this.#parties.get(name);
		if (party === undefined) throw new Error(`no party ${name}`);
		return party;
	}

	/** How many rows a party has of what it took and of what ended. */
	async rows(name: string): Promise<{ readonly taken: number; readonly ends: number }> {
		const store = this.#stores.get(name);
		if (store === undefined) throw new Error(`no party ${name}`);
		return store.read(async (transaction) => {
			const taken = await transaction.selectFrom("rail_inbox").select("message_id").execute();
			const ends = await transaction.selectFrom("rail_ends").select("payment").execute();
			return { taken: taken.length, ends: ends.length };
		});
	}

	/** What a party keeps of a payment. */
	kept(name: string, payment: string): Promise<unknown> {
		const store = this.#stores.get(name);
		if (store === undefined) throw new Error(`no party ${name}`);
		return store.read(async (transaction) => (await paymentOf(transaction, payment))?.kept);
	}

	/** Gives a message to a party, and delivers what follows until nothing is left to do. */
	async drive(first: RailMessage): Promise<void> {
		await this.#deliver(first, undefined);
		for (;;) {
			const due = [...this.#parties].flatMap(([name, party]) => {
				const at = party.dueAt();
				return at === undefined ? [] : [{ name, at }];
			});
			const next = due.toSorted((a, b) => a.at - b.at)[0];
			if (next === undefined) return;
			this.now = Math.max(this.now, next.at);
			const messages = await this.#work(next.name, (party) => party.wake());
			for (const message of messages ?? []) await this.#deliver(message, message.from);
		}
	}

	async #deliver(message: RailMessage, sender: string | undefined): Promise<void> {
		const taking = await this.#work(message.to, (party) => party.take(message));
		if (taking === undefined) return sender === undefined ? this.#deliver(message, sender) : undefined;
		if (sender !== undefined) await this.party(sender).delivered(message.id);
		// What it sends at once, it sends again by itself where this is not done.
	}

	/** undefined where its power failed: then it is opened from its store. */
	async #work<T>(name: string, work: (party: RailParty) => Promise<T>): Promise<T | undefined> {
		try {
			return await work(this.party(name));
		} catch (error) {
			if (!(error instanceof PowerFailure)) throw error;
			const open = this.#openers.get(name);
			if (open !== undefined) this.#parties.set(name, await open());
			return undefined;
		}
	}

	/** Of an account at a ledger: what is posted, and what is reserved of it or for it. */
	async balance(ledger: string, account: string): Promise<readonly [posted: bigint, pending: bigint]> {
		const store = this.#stores.get(ledger);
		if (store === undefined) throw new Error(`no ledger ${ledger}`);
		const { posted, debitsPending, creditsPending } = await store.read((transaction) =>
			railBalance(transaction, account),
		);
		return [posted, debitsPending + creditsPending];
	}

	async close(): Promise<void> {
		for (const store of this.#stores.values()) await store.close();
	}
}
