/** What a wallet does at its gateway unasked, one thing after another: it waits for none of it but where it is closed. */
import type { SecureModule } from "@tenten/module";
import { isRefusal, type Refusal } from "@tenten/protocol";
import { Queue } from "../queue.ts";
import type { Gateway } from "./gateway.ts";

export class GatewayTurns {
	readonly #module: SecureModule;
	readonly #gateway: Gateway | undefined;
	readonly #turns = new Queue();
	/** what the next turn brings, if one waits */
	#next: { readonly records: boolean } | undefined;
	#isSilent = false;
	#isEnding = false;

	constructor(module: SecureModule, gateway: Gateway | undefined) {
		this.#module = module;
		this.#gateway = gateway;
	}

	/** After a payment: records go out, and what is held, if one is not on its way with them already. */
	bring(): void {
		this.#soon(true);
	}

	/** What is held may be another: it goes out. Writes nothing, so that it may be amidst a payment. */
	bringHeld(): void {
		this.#soon(false);
	}

	/** In the upkeep: what the gateway knows is taken, and what waits is brought. One that gives no list is asked no more. */
	async tend(): Promise<void> {
		await this.#turns.run(async () => this.#heard(await this.#gateway?.fetchLists(this.#module)));
		await this.#turns.run(async () => {
			if (!this.#isSilent) await this.#bring(true, true);
		});
	}

	/** What is under way has ended. From now on one that did not answer is not asked again. */
	settled(): Promise<void> {
		this.#isEnding = true;
		return this.#turns.run(async () => undefined);
	}

	#soon(records: boolean): void {
		if (this.#gateway === undefined) return;
		const isOnItsWay = this.#next !== undefined;
		this.#next = { records: records || this.#next?.records === true };
		if (isOnItsWay) return;
		const turn = this.#turns.run(async () => {
			const next = this.#next;
			this.#next = undefined;
			await this.#bring(next?.records === true, false);
		});
		// What could not be brought waits in the module, and goes with what comes next, or in the upkeep.
		turn.catch(() => undefined);
	}

	async #bring(records: boolean, again: boolean): Promise<void> {
		if (this.#isEnding && this.#isSilent) return;
		const gateway = this.#gateway;
		if (gateway === undefined) return;
		this.#isSilent = false;
		if (records) this.#heard(await gateway.bringRecords(this.#module));
		if (!this.#isSilent) this.#heard(await gateway.bringTokens(this.#module, again));
	}

	#heard(answer: number | Refusal | undefined): void {
		this.#isSilent = isRefusal(answer) && answer.code === "channel-failed";
	}
}
