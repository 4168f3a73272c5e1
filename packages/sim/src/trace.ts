/**
 * The trace: every event of a run in its order, as one hash, and as lines for whoever wants to read them.
 *
 * Two runs of one seed that differ anywhere differ in the hash. What goes in is who, what and the bytes that
 * were sent or decided; sealed rows, nonces and ephemeral keys do not, since real chance makes those.
 */
import { createHash } from "node:crypto";
import { type Bytes, toHex } from "@tenten/protocol";

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
