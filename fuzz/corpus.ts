/**
 * The corpus: inputs worth trying again, one a line in hexadecimal, a file a target. What once failed stands here
 * and runs first, in the gate as in the long job. Lines that begin with `#` say what the next ones were.
 */
import { existsSync, readFileSync } from "node:fs";

const folder = new URL("./corpus/", import.meta.url);

function corpusFile(target: string): URL {
	return new URL(`${target.replaceAll("/", ".").replaceAll(" ", "-")}.txt`, folder);
}

export function keptInputs(target: string): readonly Uint8Array[] {
	const file = corpusFile(target);
	if (!existsSync(file)) return [];
	const lines = readFileSync(file, "utf8").split("\n");
	return lines
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => Uint8Array.from(Buffer.from(line, "hex")));
}
