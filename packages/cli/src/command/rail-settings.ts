/** The settings of a party of the account rail, from a file of whoever runs it. */
import { readFileSync } from "node:fs";
import { readRailSettings } from "@tenten/operator";
import { BadInput } from "../bad-input.ts";

export function settingsFrom(file: string): Exclude<ReturnType<typeof readRailSettings>, string> {
	const settings = readRailSettings(textOf(file));
	if (typeof settings === "string") throw new BadInput(settings, { file });
	return settings;
}

function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		throw new BadInput("cannot be read", { file });
	}
}
