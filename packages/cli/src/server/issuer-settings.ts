/** What an operator's folder says in plain text beside its sealed keys and its database. */

import { type DevicePolicy, type Licensor, usualDevices } from "@tenten/operator";
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
	/**
	 * who may license what it issues; `trial`: also a licensor that it made itself, so that anything can be tried
	 * out, and nothing of it is anybody's permission
	 */
	readonly licensing: LicensingSettings;
	/** its database was made: from then on it has to be there */
	readonly hasDatabase: boolean;
	/** it is on a PostgreSQL server, whose address is given at every start and kept nowhere here */
	readonly isPostgres: boolean;
	/** how partners are told what happened */
	readonly webhooks: WebhookChoice;
	readonly devices: DeviceChoice;
};

/** Of one party in a day. */
type DeviceChoice = Pick<DevicePolicy, "applicationsDaily" | "ordersDaily">;

type WebhookChoice = {
	/** endpoints may be in the operator's own network: private addresses, and HTTP without TLS */
	readonly isNetworkTrusted: boolean;
	/** for how long events are kept */
	readonly keepDays: number;
};

/** Where nobody chose. */
export const usualWebhooks: WebhookChoice = { isNetworkTrusted: false, keepDays: 30 };

export const usualDeviceChoice: DeviceChoice = {
	applicationsDaily: usualDevices.applicationsDaily,
	ordersDaily: usualDevices.ordersDaily,
};

type LicensingSettings = {
	readonly kind: "trial" | "licensed";
	readonly licensors: readonly Licensor[];
};

/** Of folders from before there were licences. */
const unlicensed: LicensingSettings = { kind: "trial", licensors: [] };

export function writeIssuerSettings(file: string, settings: IssuerSettings): void {
	writeJson(file, settings);
}

export function readIssuerSettings(file: string): IssuerSettings {
	const value: Partial<Record<keyof IssuerSettings, unknown>> = readJson(file);
	const {
		name,
		url,
		port,
		assets,
		keys,
		licensing = unlicensed,
		hasDatabase = false,
		isPostgres = false,
		webhooks = usualWebhooks,
		devices = usualDeviceChoice,
	} = value;
	const isWhole =
		typeof name === "string" &&
		typeof url === "string" &&
		typeof port === "number" &&
		Array.isArray(assets) &&
		assets.every(isAsset) &&
		isKeyNames(keys) &&
		isLicensing(licensing) &&
		typeof hasDatabase === "boolean" &&
		typeof isPostgres === "boolean" &&
		isWebhookChoice(webhooks) &&
		isDeviceChoice(devices);
	if (!isWhole) throw new BadInput("does not describe an operator", { file });
	return { name, url, port, assets, keys, licensing, hasDatabase, isPostgres, webhooks, devices };
}

function isDeviceChoice(value: unknown): value is DeviceChoice {
	if (typeof value !== "object" || value === null) return false;
	const { applicationsDaily, ordersDaily }: Partial<Record<keyof DeviceChoice, unknown>> = value;
	return [applicationsDaily, ordersDaily].every(
		(most) => Number.isSafeInteger(most) && (most as number) >= 0,
	);
}

function isWebhookChoice(value: unknown): value is WebhookChoice {
	if (typeof value !== "object" || value === null) return false;
	const { isNetworkTrusted, keepDays }: Partial<Record<keyof WebhookChoice, unknown>> = value;
	const isDays = Number.isSafeInteger(keepDays) && (keepDays as number) >= 1;
	return typeof isNetworkTrusted === "boolean" && isDays;
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

function isLicensing(value: unknown): value is LicensingSettings {
	if (typeof value !== "object" || value === null) return false;
	const { kind, licensors }: Partial<Record<keyof LicensingSettings, unknown>> = value;
	const isKind = kind === "trial" || kind === "licensed";
	return isKind && Array.isArray(licensors) && licensors.every(isLicensor);
}

export function isLicensor(value: unknown): value is Licensor {
	if (typeof value !== "object" || value === null) return false;
	const { iss, key }: Partial<Record<keyof Licensor, unknown>> = value;
	return typeof iss === "string" && typeof key === "object" && key !== null;
}

function isKeyNames(value: unknown): value is KeyNames {
	return (
		typeof value === "object" && value !== null && Object.values(value).every((id) => typeof id === "string")
	);
}
