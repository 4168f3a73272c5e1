/**
 * What lets the others verify an operator of the sandbox, and lets it verify them: its log, with a seal every epoch, and
 * its witness, which cosigns the others' checkpoints and says a word on each of their seals.
 *
 *   log/           the log of what it does           *.policy    who must have cosigned which log
 *   witness/       what it signed of the others      reserves/   what the bank holds for it
 *
 * All of it is what `tenten operator serve --log …` and `tenten witness serve --peers …` run. Off is off: nothing is
 * sealed, cosigned or looked at meanwhile.
 */
import { join } from "node:path";
import type { Sealer } from "@tenten/operator";
import type { AssetId, Seal } from "@tenten/protocol";
import type { BuiltPages } from "../../server/console-pages.ts";
import type { Issuer } from "../../server/issuer.ts";
import type { LogOfIssuer } from "../../server/issuer-log.ts";
import { allOf } from "../all-of.ts";
import type { Bank } from "./bank.ts";
import type { Known, KnownLog } from "./known.ts";
import { logKeyIn, openSealedLog } from "./sealed-log.ts";
import { openWitness, witnessIn } from "./witness.ts";

/** All who witness in the sandbox, itself among them, and who holds everybody's funds. */
export type Around = { readonly all: readonly Known[]; readonly bank: Bank };

export type WatchOptions = {
	readonly folder: string;
	/** how logs and policies name it */
	readonly name: string;
	readonly issuer: Issuer;
	/** what it issues */
	readonly asset: AssetId;
	/** seconds from one seal to the next, from one round of witnesses to the next, and between two visits */
	readonly epoch_s: number;
	/** of its witness; none if left out */
	readonly console: BuiltPages | undefined;
};

type Closing = { readonly close: () => Promise<void> };

export class Watch {
	readonly known: Known;
	readonly #options: WatchOptions;
	#around: Around | undefined;
	/** logs that it follows beside those of who witnesses */
	#guests: readonly KnownLog[] = [];
	#log: LogOfIssuer | undefined;
	#witness: Closing | undefined;

	private constructor(options: WatchOptions, known: Known) {
		this.#options = options;
		this.known = known;
	}

	/** Opens what is in the folder of an operator, or begins it there. Nothing of it runs. */
	static async open(options: WatchOptions): Promise<Watch> {
		const { folder, name, issuer } = options;
		const logKey = await logKeyIn(folder, `${name}.example/log`);
		const { key: witnessKey, sealKey, port } = await witnessIn(witnessFolder(folder), `${name}.example`);
		const { id: operator } = issuer.operator;
		const logUrls = [`${issuer.settings.url}/log`] as const;
		const witnessUrl = `http://127.0.0.1:${port}`;
		return new Watch(options, { name, operator, logKey, logUrls, witnessKey, sealKey, witnessUrl });
	}

	/** Names those among whom it is, before it starts. */
	introduce(around: Around): void {
		this.#around = around;
	}

	/** Opens the log, which is sealed from then on, and the witness. What was opened is closed where one of them fails. */
	async start(): Promise<Sealer> {
		try {
			this.#log ??= await openSealedLog({ ...this.#options, log: this.known, ...this.#others() });
			await this.#startWitness();
			return this.#log.sealer;
		} catch (error) {
			await this.stop();
			throw error;
		}
	}

	async stop(): Promise<void> {
		const [log, witness] = [this.#log, this.#witness];
		[this.#log, this.#witness] = [undefined, undefined];
		await allOf([log, witness].map(async (each) => each?.close()));
	}

	/** Makes the next seal now; only while it runs. */
	seal(): Promise<Seal> {
		if (this.#log === undefined) throw new Error("it does not run");
		return this.#log.sealer.seal();
	}

	/** Follows these logs, too, from now on, and none beside them: a witness is told at its start. */
	async follow(guests: readonly KnownLog[]): Promise<void> {
		this.#guests = guests;
		if (this.#witness === undefined) return;
		const witness = this.#witness;
		this.#witness = undefined;
		await witness.close();
		await this.#startWitness();
	}

	get witnessFolder(): string {
		return witnessFolder(this.#options.folder);
	}

	async #startWitness(): Promise<void> {
		const { all, bank } = this.#others();
		const { known, witnessFolder: folder } = this;
		const logs = [...all.filter(({ name }) => name !== known.name), ...this.#guests];
		const { epoch_s, console } = this.#options;
		this.#witness ??= await openWitness({ folder, known, epoch_s, console }, logs, all, bank);
	}

	#others(): Around {
		if (this.#around === undefined) throw new Error("nobody was introduced");
		return this.#around;
	}
}

function witnessFolder(folder: string): string {
	return join(folder, "witness");
}
