/** Long tasks, as many at once as there are cores, two at most: other test files run beside them. */
import { availableParallelism } from "node:os";

const lanes = Math.min(2, availableParallelism());

/** What the tasks give, in their order, each as soon as it and all before it are there. Who stops starts no more. */
export async function* inLanes<T>(tasks: readonly (() => Promise<T>)[]): AsyncGenerator<T> {
	let running = 0;
	const waiting: (() => void)[] = [];
	const begin = async (task: () => Promise<T>): Promise<T> => {
		if (running < lanes) running++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		return task().finally(() => {
			const next = waiting.shift();
			if (next === undefined) running--;
			else next();
		});
	};
	const results = tasks.map(begin);
	// Each is awaited in its turn: one that fails before that is no surprise.
	for (const result of results) result.catch(() => undefined);
	try {
		for (const result of results) yield await result;
	} finally {
		waiting.length = 0;
	}
}
