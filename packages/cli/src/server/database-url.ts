/** The address of the PostgreSQL database: `DATABASE_URL`, or the first line of the file that `DATABASE_URL_FILE` names. */
import { readFileSync } from "node:fs";
import { BadInput } from "../bad-input.ts";

/** Undefined where neither is set: then books are kept in files. */
export function databaseUrl(): string | undefined {
	const { DATABASE_URL: given, DATABASE_URL_FILE: file } = process.env;
	if (given !== undefined || file === undefined) return given;
	try {
		return readFileSync(file, "utf8").split(/\r?\n/, 1)[0]?.trim() || undefined;
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}
