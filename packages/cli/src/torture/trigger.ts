/**
 * A trigger in a process that is to be killed: it ends the process by SIGKILL before or after its n-th durable
 * write from now. Nothing is flushed, closed or said; what it was about to do is left in a file for whoever
 * counts kills.
 */
import { writeFileSync } from "node:fs";
import type { WalletStore } from "@tenten/wallet";

export type KillPoint = {
	/** which durable write, counted from one since the trigger was armed */
	readonly write: number;
	readonly when: "before" | "after";
};

export class Trigger {
	readonly #lastWords: string;
	#left = 0;
	#when: KillPoint["when"] = "before";

	/** `lastWords`: a file that is written before the process ends itself */
	constructor(lastWords: string) {
		this.#lastWords = lastWords;
	}

	arm({ write, when }: KillPoint): void {
		this.#left = write;
		this.#when = when;
	}

	/** Passes a durable write of `what`, or does not come back. */
	async pass<T>(what: string, write: () => Promise<T>): Promise<T> {
		const isPlanned = this.#left > 0 && --this.#left === 0;
		if (isPlanned && this.#when === "before") this.#die(what);
		const done = await write();
		if (isPlanned && this.#when === "after") this.#die(what);
		return done;
	}

	/** Passes one side of a durable write; for whoever is told of each side by itself. */
	reach(when: KillPoint["when"], what: string): void {
		if (when === this.#when && this.#left > 0 && --this.#left === 0) this.#die(what);
	}

	/** The kernel ends the process before this returns; the loop is for whoever reads it. */
	#die(what: string): never {
		writeFileSync(this.#lastWords, `${this.#when} ${what}`);
		process.kill(process.pid, "SIGKILL");
		for (;;);
	}
}

/** A store every durable write of which passes the trigger. */
export function triggeredStore(store: WalletStore, trigger: Trigger): WalletStore {
	return {
		...store,
		commit: (writes) => trigger.pass(familiesOf(writes), () => store.commit(writes)),
		history: {
			...store.history,
			append: (...entry) => trigger.pass("history", () => store.history.append(...entry)),
		},
	};
}

/** Which kinds of rows are written together, e.g. `payer+token`: their values are sealed, their keys are not. */
function familiesOf(writes: readonly { readonly key: string }[]): string {
	const families = writes.map(({ key }) => key.split("/", 1)[0] ?? "");
	return [...new Set(families)]
		.filter((family) => family !== "counter")
		.sort()
		.join("+");
}
