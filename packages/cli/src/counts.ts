/** Counts by name, as people read them. */

export function inWords(counts: Readonly<Record<string, number>>): string {
	return Object.entries(counts)
		.map(([name, times]) => `${times} × ${name}`)
		.join(", ");
}
