/** Turns: positions that put events in order, those of one second too. */

const eachSecond = 1_000_000;

/** Counts as `OperatorContext.turn` does. Several processes agree as far as their clocks do. */
export function turns(now: () => number): () => number {
	let last = 0;
	return () => {
		last = Math.max(last + 1, positionAt(now()));
		return last;
	};
}

/** The first position of a time, unix seconds: what is made from then on has this one or a later. */
export function positionAt(seconds: number): number {
	return seconds * eachSecond;
}
