/**
 * The trace: every event of a run in its order, as one hash, and as lines for whoever wants to read them.
 *
 * Two runs of one seed that differ anywhere differ in the hash. What goes in is who, what and the bytes that were
 * sent, asked, answered and made durable, rows in the clear, and at the end all that operators hold. Nonces of
 * sealed rows and ephemeral keys of sealed documents do not, since real chance makes those.
 */
import { createHash } from "node:crypto";
import { type Bytes, toHex } from "@tenten/protocol";

/** Rows in which real chance is: what marks rows as they were sealed (`sealed-state.ts`), and sealed documents. */
function isOfRealChance(key: string): boolean {
	return key === "counter" || key.startsWith("document/");
}

export class Trace {
	readonly #hash = createHash("sha256");
	readonly #say: ((line: string) => void) | undefined;
	events = 0;

	/** `say` is told of every event, in words. */
	constructor(say?: (line: string) => void) {
		this.#say = say;
	}

	event(who: string, what: string, bytes?: Bytes): void {
		this.events++;
		this.#hash.update(`${who.length} ${who}${what.length} ${what}${bytes?.length ?? -1} `);
		if (bytes !== undefined) this.#hash.update(bytes);
		this.#say?.(`${String(this.events).padStart(6)} ${who.padEnd(10)} ${what}`);
	}

	/** What only the hash sees: what became durable. */
	durable(who: string, rows: readonly { readonly key: string; readonly value: Bytes | null }[]): void {
		for (const { key, value } of rows) {
			this.#hash.update(`${who} keeps ${key.length} ${key} ${value?.length ?? -1} `);
			if (value !== null && !isOfRealChance(key)) this.#hash.update(value);
		}
	}

	/** What only readers see. */
	note(line: string): void {
		this.#say?.(`       ${line}`);
	}

	get isRead(): boolean {
		return this.#say !== undefined;
	}

	digest(): string {
		return toHex(new Uint8Array(this.#hash.copy().digest()));
	}
}
