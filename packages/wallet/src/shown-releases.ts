/** Releases of locks that another decided, shown to operators: they count in grace only if they were known before. */
import type { RulingQuestion, SecureModule } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";

export class ShownReleases {
	readonly #module: SecureModule;
	readonly #ask: (question: RulingQuestion) => Promise<Bytes | Refusal>;
	/** Ruling requests that an operator has answered since this wallet was opened, in hexadecimal. */
	readonly #shown = new Set<string>();

	constructor(module: SecureModule, ask: (question: RulingQuestion) => Promise<Bytes | Refusal>) {
		this.#module = module;
		this.#ask = ask;
	}

	/** How many operators answered now. */
	async show(): Promise<number> {
		let shown = 0;
		for (const question of this.#module.foreignReleases()) {
			const id = toHex(question.operator) + toHex(question.request);
			if (this.#shown.has(id) || isRefusal(await this.#ask(question))) continue;
			this.#shown.add(id);
			shown++;
		}
		return shown;
	}
}
