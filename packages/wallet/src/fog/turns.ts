/** What a wallet does at its gateway unasked, one thing after another: it waits for none of it but where it is closed. */
import type { SecureModule } from "@tenten/module";
import { Queue } from "../queue.ts";
import type { Gateway } from "./gateway.ts";

export class GatewayTurns {
	readonly #module: SecureModule;
	readonly #gateway: Gateway | undefined;
	readonly #turns = new Queue();
	#isBringing = false;

	constructor(module: SecureModule, gateway: Gateway | undefined) {
		this.#module = module;
		this.#gateway = gateway;
	}

	/** After a payment: records go out, if one is not on its way with them already. */
	bring(): void {
		if (this.#isBringing || this.#gateway === undefined) return;
		this.#isBringing = true;
		// What could not be brought waits in the module, and whoever looks after the wallet next brings it.
		this.#bring().catch(() => undefined);
	}

	/** In the upkeep: what the gateway knows is taken, and what waits is brought. */
	async tend(): Promise<void> {
		await this.#turns.run(async () => {
			await this.#gateway?.fetchLists(this.#module);
		});
		await this.#bring();
	}

	/** What is under way has ended. */
	settled(): Promise<void> {
		return this.#turns.run(async () => undefined);
	}

	#bring(): Promise<void> {
		return this.#turns.run(async () => {
			this.#isBringing = false;
			await this.#gateway?.bringRecords(this.#module);
		});
	}
}
