/**
 * Does each, one after another, whatever becomes of the others: one that fails keeps nobody waiting. What failed is
 * thrown at the end: the error itself where it was one, else an `AggregateError` that says the first.
 */
export async function eachOf<T>(all: Iterable<T>, work: (each: T) => Promise<unknown>): Promise<void> {
	const failures: unknown[] = [];
	for (const each of all) {
		try {
			await work(each);
		} catch (error) {
			failures.push(error);
		}
	}
	if (failures.length === 0) return;
	const [first] = failures;
	if (failures.length === 1) throw first;
	throw new AggregateError(failures, `${failures.length} failed, the first: ${messageOf(first)}`);
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
