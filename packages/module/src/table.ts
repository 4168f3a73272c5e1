/** Rows of one kind: in memory by hex id, durable under `name/`. */
import { type Bytes, isRefusal, parseOwn, type Shape, serialize, toHex } from "@tenten/protocol";
import type { SealedState } from "./sealed-state.ts";
import type { StoreWrite } from "./store.ts";

export class Table<T> {
	readonly entries = new Map<string, T>();
	readonly #name: string;
	readonly #shape: Shape<T>;

	constructor(name: string, shape: Shape<T>, state: SealedState) {
		this.#name = name;
		this.#shape = shape;
		const prefix = `${name}/`;
		for (const [key, value] of state.rows)
			if (key.startsWith(prefix)) this.entries.set(key.slice(prefix.length), read(shape, value, key));
	}

	get(id: Bytes): T | undefined {
		return this.entries.get(toHex(id));
	}

	write(id: string, value: T | null): StoreWrite {
		return { key: `${this.#name}/${id}`, value: value === null ? null : serialize(this.#shape, value) };
	}

	/** Memory follows what has become durable. */
	set(id: string, value: T | null): void {
		if (value === null) this.entries.delete(id);
		else this.entries.set(id, value);
	}
}

function read<T>(shape: Shape<T>, value: Bytes, key: string): T {
	const row = parseOwn(shape, value);
	if (isRefusal(row)) throw new Error(`${key} was sealed by another version: ${row.detail}`);
	return row;
}
