/** As much of `node:test` and of `node:assert/strict` as a contract needs that is kept inside a page. */
type Test = { readonly name: string; readonly run: () => unknown };

const tests: Test[] = [];

export function describe(_name: string, define: () => void): void {
	define();
}

export function test(name: string, run: () => unknown): void {
	tests.push({ name, run });
}

/** What was defined, by name. */
export const testNames = (): readonly string[] => tests.map(({ name }) => name);

/** Runs one of them: undefined, or why it failed. */
export async function runTest(name: string): Promise<string | undefined> {
	const found = tests.find((one) => one.name === name);
	if (found === undefined) return "no such test";
	try {
		await found.run();
		return undefined;
	} catch (error) {
		return String((error as Error).stack ?? error);
	}
}

function fail(message: unknown): never {
	throw new Error(`assertion failed: ${String(message)}`);
}

/** Bytes as lists, maps as their entries: equal where all of it is. */
function plain(value: unknown): string {
	return JSON.stringify(value, (_key, inner) => {
		if (inner instanceof Uint8Array) return ["bytes", ...inner];
		if (inner instanceof Map) return ["map", ...inner];
		return typeof inner === "bigint" ? `${inner}n` : inner;
	});
}

export default {
	ok: (value: unknown, message: unknown = value) => (value ? undefined : fail(message)),
	equal: (a: unknown, b: unknown, message: unknown = `${a} is not ${b}`) =>
		Object.is(a, b) ? undefined : fail(message),
	notEqual: (a: unknown, b: unknown, message: unknown = `both are ${a}`) =>
		Object.is(a, b) ? fail(message) : undefined,
	deepEqual: (a: unknown, b: unknown, message: unknown = `${plain(a)} is not ${plain(b)}`) =>
		plain(a) === plain(b) ? undefined : fail(message),
	rejects: async (promise: Promise<unknown>, expected: RegExp) => {
		const error = await promise.then(
			() => fail("it did not reject"),
			(rejected: unknown) => rejected,
		);
		if (!expected.test(String(error))) fail(`${error} is not ${expected}`);
	},
};
