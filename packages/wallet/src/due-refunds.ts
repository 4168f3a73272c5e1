/**
 * Refunds that are due: asked for whenever an operator can be reached, since one day it is too late.
 *
 * Of what this wallet locked and never gave, its payment's dates being over. A statement keeps a payment from ever
 * going on, so one's own clock is not enough for it: the date of the operator's list has to say so too. Of an exchange
 * the operators are asked for a release first, as a user would. What was refused for good is not asked again.
 */
import { type Bytes, fromHex, isRefusal, toHex } from "@tenten/protocol";
import { isForGood, reach } from "./operators.ts";
import type { Wallet } from "./wallet.ts";

export class DueRefunds {
	readonly #wallet: Wallet;
	/** attempts, in hexadecimal */
	readonly #refused = new Set<string>();

	constructor(wallet: Wallet) {
		this.#wallet = wallet;
	}

	async ask(): Promise<void> {
		const { module, operators } = this.#wallet;
		if (this.#due().some(({ isSure }) => !isSure))
			for (const id of operators.keys()) await reach(module, operators, fromHex(id) as Bytes);
		for (const { attempt, isSure } of this.#due()) {
			if (!isSure) continue;
			if (module.payee(attempt) !== undefined) await this.#wallet.resolve(attempt);
			const asked = await this.#wallet.askRefund(attempt);
			if (isRefusal(asked) && isForGood(asked)) this.#refused.add(toHex(attempt));
		}
	}

	#due() {
		return this.#wallet.module.dueRefunds().filter(({ attempt }) => !this.#refused.has(toHex(attempt)));
	}
}
