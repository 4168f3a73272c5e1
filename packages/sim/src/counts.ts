/** What a run went through: counts by kind and name. */
export class Counts {
	readonly #counts = new Map<string, Map<string, number>>();

	add(kind: string, name: string, by = 1): void {
		const names = this.#counts.get(kind) ?? new Map<string, number>();
		this.#counts.set(kind, names.set(name, (names.get(name) ?? 0) + by));
	}

	merge(other: Counts): void {
		for (const [kind, names] of other.#counts) for (const [name, count] of names) this.add(kind, name, count);
	}

	of(kind: string, name: string): number {
		return this.#counts.get(kind)?.get(name) ?? 0;
	}

	/** Names of a kind with their counts, the most frequent first. */
	all(kind: string): Readonly<Record<string, number>> {
		return Object.fromEntries([...(this.#counts.get(kind) ?? [])].toSorted(([, a], [, b]) => b - a));
	}
}
