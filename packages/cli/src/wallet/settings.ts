/**
 * What a wallet's folder says in plain text beside its sealed file: which operators it has joined.
 *
 * Nothing of it is trusted with money: an address that was altered leads to an operator that cannot answer.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";

export type JoinedOperator = {
	/** the id of its root key, hexadecimal */
	readonly id: string;
	readonly name: string;
	/** where it is reached */
	readonly url: string;
};

export function settingsIn(folder: string): string {
	return join(folder, "wallet.json");
}

/** In the order in which they were joined: the first one's trust list is pinned. */
export function readOperators(file: string): readonly JoinedOperator[] {
	if (!existsSync(file)) return [];
	const value = readJson(file);
	const { operators }: { readonly operators?: unknown } = value;
	if (!Array.isArray(operators) || !operators.every(isOperator))
		throw new BadInput("does not list operators", { file });
	return operators;
}

export function writeOperators(file: string, operators: readonly JoinedOperator[]): void {
	writeJson(file, { operators });
}

function isOperator(value: unknown): value is JoinedOperator {
	if (typeof value !== "object" || value === null) return false;
	const { id, name, url }: { readonly id?: unknown; readonly name?: unknown; readonly url?: unknown } = value;
	return typeof id === "string" && typeof name === "string" && typeof url === "string";
}

/** The object in a JSON file, or bad input. */
export function readJson(file: string): object {
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(file, "utf8"));
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
	if (typeof value !== "object" || value === null) throw new BadInput("not a JSON object", { file });
	return value;
}

/** Durable, and read by its owner alone. */
export function writeJson(file: string, value: object): void {
	replaceFile(file, new Uint8Array(Buffer.from(`${JSON.stringify(value, null, "\t")}\n`)));
}
