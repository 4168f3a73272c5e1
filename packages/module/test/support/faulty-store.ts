/**
 * A store whose n-th commit goes wrong, over one that works: how crash tests stop a machine between any two
 * writes. Run a scenario with `commit: 1, 2, …` until `commits()` stays below it; open the store beneath
 * again to see what a restart finds.
 */
import type { ModuleStore } from "@tenten/module";

export type Fault = {
	/** which commit, counted from one */
	readonly commit: number;
	/** `before`: nothing of it is durable; `after`: all of it is */
	readonly when: "before" | "after";
	/** `fail`: this one commit rejects; `crash`: so does whatever comes after it */
	readonly how: "fail" | "crash";
};

export class StoreFault extends Error {}

export function faultyStore(
	store: ModuleStore,
	plan: Fault,
): ModuleStore & { readonly commits: () => number } {
	let commits = 0;
	let crashed = false;
	const fault = (): never => {
		crashed = plan.how === "crash";
		throw new StoreFault(`${plan.how} ${plan.when} commit ${plan.commit}`);
	};
	const alive = (): void => {
		if (crashed) throw new StoreFault(`crashed ${plan.when} commit ${plan.commit}`);
	};
	return {
		commits: () => commits,
		load: async () => {
			alive();
			return store.load();
		},
		commit: async (writes) => {
			alive();
			const isPlanned = ++commits === plan.commit;
			if (isPlanned && plan.when === "before") fault();
			await store.commit(writes);
			if (isPlanned && plan.when === "after") fault();
		},
		close: async () => {
			alive();
			await store.close();
		},
	};
}
