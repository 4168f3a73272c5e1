/**
 * A payment across two operators as a flow of the fault matrix: from an account at the one to an account at the other,
 * decided by the number of a seal. Two apps, and two operators with nothing in common but what each signs.
 */
import { join } from "node:path";
import { type FailPoint, openStore, type Store } from "@tenten/operator";
import { memoryStore, sqliteStore, type WalletStore } from "@tenten/wallet";
import { must } from "../must.ts";
import { payeeAppRole, payerAppRole } from "./crossing-apps.ts";
import { CrossingHouse, price, type SideName } from "./crossing-house.ts";
import { destinationRole, sourceRole } from "./crossing-operators.ts";
import { crossingSteps } from "./crossing-steps.ts";
import { HookedStores } from "./memory-stores.ts";
import type { Flow, Party, PartyKind, Surroundings } from "./party.ts";
import { openParty, type Role, Strikes } from "./token-party.ts";

export const crossingFlow: Flow = {
	name: "crossing",
	title: {
		en: "Accounts at two operators, decided by a seal",
		ja: "二つの事業者の口座間、状態記録の番号で決まる",
	},
	steps: crossingSteps,
	payer: "payer-app",
	payee: "payee-app",
	patience_ms: 15_000,
	outage_ms: 60_000,
	parties: async (seed, folder) => partiesOf(seed, folder),
	begin: (seed) => {
		const payment = `payment-${seed}`;
		return { payment, amount: price, first: tap(payment, "tap") };
	},
	paidAgain: (payment) => tap(payment, "paid-again"),
};

function tap(payment: string, kind: "tap" | "paid-again") {
	return { id: `${payment}/${kind}`, from: "payer", to: "payer-app", step: 0, payment, body: { kind } };
}

/** A store of an operator's, whose commits are the steps that were said of them, one after another. */
class StepStore {
	readonly #write: Surroundings["write"];
	#steps: (readonly number[])[] = [];

	constructor(write: Surroundings["write"]) {
		this.#write = write;
	}

	begin(steps: readonly (readonly number[])[]): void {
		this.#steps = [...steps];
	}

	onCommit(point: FailPoint): void {
		const [steps] = this.#steps;
		if (steps === undefined) return;
		if (point === "afterCommit") this.#steps.shift();
		this.#write(steps, point === "beforeCommit" ? "before" : "after");
	}
}

const stores = new HookedStores();

function partiesOf(seed: number, folder: string | undefined): readonly PartyKind[] {
	const house = new CrossingHouse(seed);
	const mails = new Map<string, WalletStore>();
	const mailOf = (name: string): WalletStore => {
		if (folder !== undefined) return must(sqliteStore(join(folder, `${name}-mail.sqlite`)));
		const store = mails.get(name) ?? memoryStore();
		mails.set(name, store);
		return store;
	};
	const opened = async <N>(name: string, surroundings: Surroundings, role: Role<N>): Promise<Party> => {
		const strikes = new Strikes(surroundings.write);
		return openParty({ name, steps: crossingSteps, surroundings, strikes, store: mailOf(name), role });
	};
	const app = <N>(name: string, roleOf: (surroundings: Surroundings) => Role<N>): PartyKind => ({
		name,
		isCentral: false,
		open: (surroundings) => opened(name, surroundings, roleOf(surroundings)),
	});
	const operator = (name: SideName): PartyKind => {
		let memory: Store | undefined;
		return {
			name,
			isCentral: true,
			open: async (surroundings) => {
				const commits = new StepStore(surroundings.write);
				const onCommit = (point: FailPoint): void => commits.onCommit(point);
				if (folder === undefined) memory ??= await stores.take();
				const store = memory ?? (await openStore(join(folder ?? "", `${name}.db`), { onCommit }));
				if (memory !== undefined) stores.hook(memory, onCommit);
				const parts = { house, store, commits, now: surroundings.now };
				const party =
					name === "source"
						? await opened(name, surroundings, await sourceRole(parts))
						: await opened(name, surroundings, await destinationRole(parts));
				const close = async (): Promise<void> => {
					await party.close();
					if (memory === undefined) await store.close();
					else stores.giveBack(memory);
					memory = undefined;
				};
				return { ...party, close };
			},
		};
	};
	return [
		app("payer-app", ({ now, random }) => payerAppRole(now, random)),
		operator("source"),
		operator("destination"),
		app("payee-app", () => payeeAppRole()),
	];
}
