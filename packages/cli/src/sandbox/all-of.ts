/** All of them, once none is under way any more: so what they opened is known when one of them failed. */
export async function allOf<T extends readonly Promise<unknown>[]>(
	all: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
	await Promise.allSettled(all);
	return Promise.all(all);
}
