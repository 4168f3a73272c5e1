/** The folder of an operator, as whoever looks after it finds it: without the sources of the operator itself. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../bad-input.ts";

export function hasIssuer(folder: string): boolean {
	return existsSync(join(folder, "operator.json"));
}

/** The first key of management: whoever has the folder has it. */
export function readApiKey(folder: string): string {
	const file = join(folder, "api-key");
	if (!existsSync(file)) throw new BadInput("is gone: start the operator once, or put it back", { file });
	return readFileSync(file, "utf8").trim();
}
