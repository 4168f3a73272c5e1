/** Turns: what puts the events of one second in order. */

/** Counts as `OperatorContext.turn` does. Several processes agree as far as their clocks do. */
export function turns(now: () => number): () => number {
	let last = 0;
	return () => {
		last = Math.max(last + 1, now() * 1_000_000);
		return last;
	};
}
