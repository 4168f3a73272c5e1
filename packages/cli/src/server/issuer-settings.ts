/** What an operator's folder says in plain text beside its sealed keys and its database. */
import type { AssetDefinition } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { readJson, writeJson } from "../wallet/settings.ts";
import type { KeyNames } from "./sealed-keys.ts";

export type IssuerSettings = {
	readonly name: string;
	/** where wallets reach it */
	readonly url: string;
	readonly port: number;
	readonly assets: readonly AssetDefinition[];
	readonly keys: KeyNames;
	/** its database was made: from then on it has to be there */
	readonly hasDatabase: boolean;
};

export function writeIssuerSettings(file: string, settings: IssuerSettings): void {
	writeJson(file, settings);
}

export function readIssuerSettings(file: string): IssuerSettings {
	const value: Partial<Record<keyof IssuerSettings, unknown>> = readJson(file);
	const { name, url, port, assets, keys, hasDatabase = false } = value;
	const isWhole =
		typeof name === "string" &&
		typeof url === "string" &&
		typeof port === "number" &&
		Array.isArray(assets) &&
		assets.every(isAsset) &&
		isKeyNames(keys) &&
		typeof hasDatabase === "boolean";
	if (!isWhole) throw new BadInput("does not describe an operator", { file });
	return { name, url, port, assets, keys, hasDatabase };
}

function isAsset(value: unknown): value is AssetDefinition {
	if (typeof value !== "object" || value === null) return false;
	const {
		code,
		scale,
		name,
		spendWindow,
		redeemWindow,
		grace,
	}: Partial<Record<keyof AssetDefinition, unknown>> = value;
	return (
		typeof code === "string" &&
		typeof name === "string" &&
		[scale, spendWindow, redeemWindow, grace].every((entry) => Number.isSafeInteger(entry))
	);
}

function isKeyNames(value: unknown): value is KeyNames {
	return (
		typeof value === "object" && value !== null && Object.values(value).every((id) => typeof id === "string")
	);
}
