/**
 * Counts of devices: how far each has signed for its slice of a budget, durable with the links that say so.
 *
 * A count only grows. It moves in the commit that makes a lock, a direct transfer or a counter-lock durable, which is
 * before anything of them leaves; a cancel leaves it where it is.
 */
import { amount, type Bytes, type Counts, isRefusal, parseOwn, serialize } from "@tenten/protocol";
import type { StoreWrite } from "./store.ts";

const prefix = "spent/";

export class DeviceCounts {
	readonly #next = new Map<string, bigint>();

	constructor(rows: ReadonlyMap<string, Bytes>) {
		for (const [key, value] of rows) {
			if (!key.startsWith(prefix)) continue;
			const next = parseOwn(amount, value);
			if (isRefusal(next)) throw new Error(`${key} was sealed by another version: ${next.detail}`);
			this.#next.set(key.slice(prefix.length), next);
		}
	}

	/** By count: the first unit that no link was ever signed for. */
	all(): Counts {
		return new Map(this.#next);
	}

	writes(counts: Counts): readonly StoreWrite[] {
		return [...counts].map(([count, next]) => ({
			key: `${prefix}${count}`,
			value: serialize(amount, next),
		}));
	}

	/** Memory follows what has become durable. */
	set(counts: Counts): void {
		for (const [count, next] of counts) this.#next.set(count, next);
	}
}
