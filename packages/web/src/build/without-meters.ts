/**
 * Leaves meters out of the worker: no screen opens one, and a first visit would wait for what runs them.
 *
 * What stands in their place keeps none, so there is nothing to close, to claim or to count; a bundle about a meter is
 * answered by nothing, as one that never arrived. Paths that are not found in their place any more fail the build.
 */
import type { Plugin } from "vite";

const inPlaceOf = {
	"/packages/module/src/metering/desk.ts": `export class MeterDesk {
		handle() { return Promise.resolve([]); }
		cancelDue() { return Promise.resolve([]); }
		forget() { return Promise.resolve(0); }
		list() { return []; }
		get() { return undefined; }
	}`,
	"/packages/wallet/src/metering.ts": `export class Metering {
		list() { return []; }
		get() { return undefined; }
		claimDue() { return Promise.resolve(0); }
		claimRestored() { return Promise.resolve(undefined); }
	}
	export const meterTurnedAway = () => Promise.resolve(undefined);`,
} as const;

export function withoutMeters(): Plugin {
	const replaced = new Set<string>();
	return {
		name: "without-meters",
		apply: "build",
		enforce: "pre",
		buildStart: () => replaced.clear(),
		load(id) {
			const found = Object.entries(inPlaceOf).find(([path]) => id.replaceAll("\\", "/").endsWith(path));
			if (found === undefined) return null;
			replaced.add(found[0]);
			return { code: found[1], moduleType: "js" };
		},
		buildEnd(error) {
			if (error === undefined && replaced.size < Object.keys(inPlaceOf).length)
				throw new Error("what runs meters stands elsewhere than this plugin knows");
		},
	};
}
