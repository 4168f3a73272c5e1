/**
 * Visits of a witness, of each log one after another with a pause between, until it is stopped. What changed is logged, and
 * evidence is written as files beside its store, which has it already.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { toHex } from "@tenten/protocol";
import type { RequestLog } from "../http/app.ts";
import { readWhole, writeFiles } from "../log/files.ts";
import type { LogVisit, SealWitness } from "./seal-witness.ts";

export type VisitOptions = {
	/** milliseconds between two visits of a log */
	readonly pause_ms: number;
	/** folder where evidence is written */
	readonly evidence?: string | undefined;
	readonly log: RequestLog;
};

export class Visits {
	readonly #witness: SealWitness;
	readonly #log: RequestLog;
	readonly #evidence: string | undefined;
	readonly #stopping = new AbortController();
	readonly #running: Promise<unknown>;
	/** the last line of each log: what stays as it is is not said again */
	readonly #said = new Map<string, string>();

	constructor(witness: SealWitness, { pause_ms, evidence, log }: VisitOptions) {
		this.#witness = witness;
		this.#log = log;
		this.#evidence = evidence;
		const origins = witness.logs.map(({ keys }) => keys.origin);
		this.#running = Promise.all(origins.map((origin) => this.#run(origin, pause_ms)));
	}

	async #run(origin: string, pause_ms: number): Promise<void> {
		while (!this.#stopping.signal.aborted) {
			try {
				await this.#witness.visit(origin);
				if (this.#stopping.signal.aborted) return;
				this.#tell(origin);
				await this.#writeEvidence(origin);
			} catch (error) {
				const { message, stack } = error as Error;
				this.#log.error({ origin, error: message, stack }, "bug");
			}
			await this.#pause(pause_ms);
		}
	}

	#tell(origin: string): void {
		const visit = this.#witness.lastVisit(origin);
		if (visit === undefined) return;
		const line = { origin, outcome: visit.kind, ...whyOf(visit) };
		const said = JSON.stringify(line);
		if (this.#said.get(origin) !== said) this.#log.info(line, "visit");
		this.#said.set(origin, said);
	}

	async #writeEvidence(of: string): Promise<void> {
		if (this.#evidence === undefined) return;
		const { store } = this.#witness;
		for (const { hash, kind, origin } of store.cases()) {
			const name = `${kind}-${toHex(hash)}.cbor`;
			const file = origin === of ? store.caseFile(hash) : undefined;
			if (file === undefined || (await readWhole(join(this.#evidence, name), file.length)) !== undefined)
				continue;
			await writeFiles(this.#evidence, new Map([[name, file]]));
			this.#log.info({ origin, kind, file: join(this.#evidence, name) }, "evidence");
		}
	}

	/** Ended early by a stop. */
	#pause(pause_ms: number): Promise<void> {
		return setTimeout(pause_ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
	}

	/** After the visit that is under way, which asks nobody any more. */
	async stop(): Promise<void> {
		this.#stopping.abort();
		this.#witness.stop();
		await this.#running;
	}
}

function whyOf(visit: LogVisit): object {
	switch (visit.kind) {
		case "unread":
			return { code: visit.refusal.code, why: visit.refusal.detail };
		case "convicted":
			return { of: visit.of };
		case "followed":
			return {};
		default:
			return visit satisfies never;
	}
}
