/**
 * What test files get for `node:test` when mutants are run: tests are put down instead of started, so that the
 * runner can choose, order, repeat and stop them. It knows what the tests of `protocol` use, and nothing more.
 */

/** What a test is given. */
export type Context = { readonly diagnostic: (message: string) => void };

export type Collected = { readonly name: string; readonly run: (context: Context) => unknown };

let collected: Collected[] = [];
let afterEachOfFile: (() => unknown)[] = [];

/** As `test` of `node:test`, of a name and a function. */
export function test(name: string, run: (context: Context) => unknown): void {
	if (typeof run !== "function") throw new Error(`options of a test are not understood here: ${name}`);
	const hooks = afterEachOfFile;
	const runWhole = async (context: Context): Promise<void> => {
		try {
			await run(context);
		} finally {
			for (const hook of hooks) await hook();
		}
	};
	collected.push({ name, run: runWhole });
}

/** As `afterEach` of `node:test`, at the top of a file: after every test of it, those above included. */
export function afterEach(hook: () => unknown): void {
	afterEachOfFile.push(hook);
}

/** The tests put down since the last call. */
export function takeCollected(): readonly Collected[] {
	const taken = collected;
	collected = [];
	afterEachOfFile = [];
	return taken;
}
