/**
 * Holding an operator back: it stops before a commit of its choice, with its rows written and not yet durable,
 * while another operator over the same database goes on.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { StoreOptions } from "../../src/index.ts";

/** How long the other one has until the first goes on: enough to meet its rows, or to be done. */
const meanwhile_ms = 40;

export type Hold = {
	readonly store: StoreOptions;
	/**
	 * Runs `first`, held before its commit number `commits` (from 0), and `second` meanwhile. `isHeld` is false
	 * where there are fewer commits.
	 */
	readonly race: <A, B>(
		commits: number,
		first: () => Promise<A>,
		second: () => Promise<B>,
	) => Promise<{ readonly first: A; readonly second: B; readonly isHeld: boolean }>;
};

export function hold(): Hold {
	let left = Number.POSITIVE_INFINITY;
	let reach: () => void = () => {};
	let opened: Promise<void> = Promise.resolve();
	return {
		store: {
			onCommit: async (point) => {
				if (point !== "beforeCommit" || left-- > 0) return;
				left = Number.POSITIVE_INFINITY;
				reach();
				await opened;
			},
		},
		race: async (commits, first, second) => {
			let open: () => void = () => {};
			opened = new Promise((resolve) => {
				open = resolve;
			});
			const reached = new Promise<true>((resolve) => {
				reach = () => resolve(true);
			});
			left = commits;
			const one = first();
			const isHeld = await Promise.race([reached, one.then(() => false)]);
			left = Number.POSITIVE_INFINITY;
			const two = second();
			if (isHeld) await Promise.race([two, pause(meanwhile_ms)]);
			open();
			return { first: await one, second: await two, isHeld };
		},
	};
}
