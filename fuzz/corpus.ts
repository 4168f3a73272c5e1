/**
 * The corpus: inputs worth trying again, a file a target, one a line in base64, shorter ones first.
 *
 * Two kinds. What once broke a promise stands under a line that begins with `#` and says so: it stays for ever.
 * The rest ran something that neither the valid inputs nor a shorter line ran: `npm run fuzz -- --grow` finds such,
 * and drops a line that is no longer the shortest way there. Nothing is expected of an entry but what is promised of
 * any input, so that one that changed code refuses is as good as ever.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const folder = new URL("./corpus/", import.meta.url);

/** What was found is kept up to here, a target: so that the whole corpus stays well below two megabytes. */
export const corpusLimits = { inputs: 40, bytes: 10_000 } as const;

type Kept = {
	/** what once broke a promise: the lines that say so, and the input */
	readonly failures: readonly { readonly why: readonly string[]; readonly input: Uint8Array }[];
	readonly found: readonly Uint8Array[];
};

function corpusFile(target: string): URL {
	return new URL(`${target.replaceAll("/", ".").replaceAll(/[ :]/g, "-")}.txt`, folder);
}

function readCorpus(target: string): Kept {
	const failures: { why: readonly string[]; input: Uint8Array }[] = [];
	const found: Uint8Array[] = [];
	const file = corpusFile(target);
	let why: string[] = [];
	for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
		if (line === "") continue;
		if (line.startsWith("#")) {
			why.push(line);
			continue;
		}
		const input = Uint8Array.from(Buffer.from(line, "base64"));
		if (why.length > 0) failures.push({ why, input });
		else found.push(input);
		why = [];
	}
	return { failures, found };
}

/** Every input that is kept for a target. */
export function keptInputs(target: string): readonly Uint8Array[] {
	const { failures, found } = readCorpus(target);
	return [...failures.map(({ input }) => input), ...found];
}

/** Writes anew what was found; what once failed stays. The same inputs make the same file. */
export function keepFound(target: string, found: readonly Uint8Array[]): void {
	const lines = [
		...readCorpus(target).failures.flatMap(({ why, input }) => [...why, base64(input)]),
		...inOrder(found).map(base64),
	];
	const file = corpusFile(target);
	mkdirSync(folder, { recursive: true });
	if (lines.length === 0) rmSync(file, { force: true });
	else writeFileSync(file, `${lines.join("\n")}\n`);
}

/** Shorter ones first, each once. */
export function inOrder(inputs: readonly Uint8Array[]): readonly Uint8Array[] {
	const once = new Map(inputs.map((input) => [base64(input), input]));
	return [...once.values()].sort((a, b) => a.length - b.length || Buffer.compare(a, b));
}

function base64(input: Uint8Array): string {
	return Buffer.from(input).toString("base64");
}
