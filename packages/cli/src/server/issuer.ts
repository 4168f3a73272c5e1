/**
 * An operator in a folder, and its server.
 *
 *   operator.json     name, address, assets, which key does what
 *   keys.sealed       its signing keys
 *   api-key           the first key of management, for whoever has the folder
 *   webhook-secret    what the secrets of webhooks follow from
 *   operator.sqlite   registry, books, certificates; unless they are on a PostgreSQL server
 *   starts            how often it was started, as its database counts
 *   peers.cbor        operators that it lists beside itself
 *
 * The server may be stopped and started while the operator stays open; nothing is lost in between. What must
 * never happen is that it begins anew beside what it has issued: with other keys nobody would believe it, and
 * with an empty registry it would pay everything again. So a folder of which a part is gone is refused.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type KeyStore, type NewUnlock, verify } from "@tenten/module";
import {
	admitAsAsked,
	type CrossingSettings,
	type DevicePolicy,
	type Licensor,
	newKey,
	OlderCopy,
	Operator,
	type StoreOptions,
	usualDevices,
} from "@tenten/operator";
import {
	type AssetDefinition,
	concatBytes,
	fromHex,
	isRefusal,
	type Refusal,
	sha256,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import { makeFolder, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now, random } from "../surroundings.ts";
import { hasIssuer, readApiKey } from "./issuer-folder.ts";
import {
	type IssuerSettings,
	readIssuerSettings,
	usualDeviceChoice,
	usualWebhooks,
	writeIssuerSettings,
} from "./issuer-settings.ts";
import { freePort } from "./port.ts";
import { createKeys, openKeys, vaultOf } from "./sealed-keys.ts";
import { defineForTrial, makeTrialLicensor, undefinedAssets } from "./trial-licence.ts";

const day = 86_400;

/** Offline money is short-lived by default, so that doubt is. */
export const usualWindows: Pick<AssetDefinition, "spendWindow" | "redeemWindow" | "grace"> = {
	spendWindow: 30 * day,
	redeemWindow: 60 * day,
	grace: 7 * day,
};

const policy = {
	certificateValidity: 365 * day,
	trustListValidity: 30 * day,
	forkLimit: 20_000n,
	conditionsOf: () => [],
	admit: admitAsAsked({ perTransfer: null, offlineTotal: 20_000n, holding: null }),
} as const;

export type Issuer = {
	readonly operator: Operator;
	readonly settings: IssuerSettings;
	/** from which salts of what it seals follow */
	readonly saltSecret: Uint8Array;
	readonly close: () => Promise<void>;
};

export type NewIssuer = {
	readonly name: string;
	readonly assets: readonly AssetDefinition[];
	/** 0 takes a free one, and keeps it */
	readonly port: number;
	/** where wallets reach it, if not on this machine */
	readonly url?: string;
	/** who may license what it issues; with none it licenses itself, for trying things out */
	readonly licensors?: readonly Licensor[];
};

/**
 * Makes the folder: keys first, settings last, so that a folder with settings is whole. What was cut off before
 * the settings is made again. Gives the operator's id in hexadecimal.
 */
export async function createIssuer(folder: string, made: NewIssuer, unlock: NewUnlock): Promise<string> {
	if (hasIssuer(folder)) throw new BadInput("there is an operator already", { file: folder });
	if (existsSync(join(folder, "operator.sqlite")))
		throw new BadInput("an operator worked here, and its operator.json is gone: put it back from a copy", {
			file: folder,
		});
	makeFolder(folder);
	const port = made.port === 0 ? await freePort() : made.port;
	const keys = await createKeys(join(folder, "keys.sealed"), unlock);
	writeFirstKey(folder);
	const { name, assets, url = `http://127.0.0.1:${port}` } = made;
	const { licensors = [] } = made;
	const licensing = { kind: licensors.length === 0 ? "trial" : "licensed", licensors } as const;
	const empty = { hasDatabase: false, isPostgres: false };
	const usual = { webhooks: usualWebhooks, devices: usualDeviceChoice };
	const settings = { name, url, port, assets, keys, licensing, ...empty, ...usual };
	writeIssuerSettings(join(folder, "operator.json"), settings);
	return keys.root;
}

/** `url` is the address of its PostgreSQL database, where it is not in the folder. */
export async function openIssuer(
	folder: string,
	unlock: NewUnlock,
	store?: StoreOptions,
	url?: string,
	threads = 0,
	crossings?: CrossingSettings,
	devices?: DevicePolicy,
): Promise<Issuer | Refusal> {
	if (!hasIssuer(folder))
		throw new BadInput("no operator here: tenten operator init makes one", { file: folder });
	const settings = readIssuerSettings(join(folder, "operator.json"));
	const database = databaseOf(folder, settings, url);
	const opened = await openKeys(join(folder, "keys.sealed"), settings.keys, unlock);
	if (isRefusal(opened)) return opened;
	const { keys, keyStore } = opened;
	const { name, url: address, assets } = settings;
	const trial = settings.licensing.kind === "trial" ? makeTrialLicensor() : null;
	const licensors = [...settings.licensing.licensors, ...(trial === null ? [] : [trial.known])];
	const operator = await Operator.open({
		database,
		keys,
		policy: {
			...policy,
			...{ name, url: address, assets, licensing: { kind: "required", licensors } },
			devices: { ...(devices ?? usualDevices), ...settings.devices },
		},
		verify,
		now,
		entropy: random,
		startsBefore: readStarts(folder),
		threads,
		webhooks: {
			secret: webhookSecretOf(folder),
			isNetworkTrusted: settings.webhooks.isNetworkTrusted,
			keepFor: settings.webhooks.keepDays * day,
		},
		vault: vaultOf(keyStore),
		...(store === undefined ? {} : { store }),
		...(crossings === undefined ? {} : { crossings }),
	}).catch((error: unknown) => {
		keyStore.close();
		throw error instanceof OlderCopy
			? new BadInput(`${error.message}; ${olderCopy}`, { file: folder })
			: error;
	});
	const undefinedYet = trial === null ? [] : undefinedAssets(operator, assets);
	// Before anything is answered: from now on a missing database is a loss.
	replaceFile(join(folder, "starts"), new Uint8Array(Buffer.from(`${operator.starts}\n`)));
	const kept = { hasDatabase: true, isPostgres: url !== undefined };
	if (!settings.hasDatabase || undefinedYet.length > 0) {
		const { kind, licensors: before } = settings.licensing;
		const licensing = undefinedYet.length > 0 ? { kind, licensors } : { kind, licensors: before };
		writeIssuerSettings(join(folder, "operator.json"), { ...settings, licensing, ...kept });
	}
	for (const asset of undefinedYet) if (trial !== null) await defineForTrial(operator, asset, trial);
	await operator.keepFirstKey(firstKeyOf(folder));
	const rest = operator.work(
		({ code, reasons }) => warn(`payouts of ${code} are stopped: ${reasons.join("; ")}`),
		warn,
	);
	const stop = async (): Promise<void> => {
		await rest();
		await close(operator, keyStore);
	};
	return { operator, settings, saltSecret: saltSecretOf(keyStore), close: stop };
}

/** Of the key store's own secret, which seals what it keeps: another use of it has another hash. */
function saltSecretOf({ stateKey }: KeyStore): Uint8Array {
	return sha256(concatBytes(toUtf8("salts of seals"), stateKey));
}

/** One line of JSON on stderr, for whoever looks after the operator. */
function warn(what: unknown): void {
	const message = what instanceof Error ? what.message : String(what);
	process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level: "error", message })}\n`);
}

const olderCopy =
	"what was paid since is not in it and would be paid again: put back a newer one, or remove the file `starts` and answer for it";

/** What its database is called; refused where it would begin anew beside the one that it had. */
function databaseOf(
	folder: string,
	{ hasDatabase, isPostgres }: IssuerSettings,
	url: string | undefined,
): string {
	const file = join(folder, "operator.sqlite");
	if (hasDatabase && isPostgres !== (url !== undefined))
		throw new BadInput(
			isPostgres
				? "its database is on a PostgreSQL server: set DATABASE_URL"
				: "its database is operator.sqlite, and nothing moves by itself to where DATABASE_URL points: unset it",
			{ file: folder },
		);
	if (hasDatabase && !isPostgres && !existsSync(file))
		throw new BadInput("is gone: put it back from a copy, or what was paid would be paid again", { file });
	return url ?? file;
}

/** Zero in folders of before they were counted. */
function readStarts(folder: string): number {
	const file = join(folder, "starts");
	const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "0";
	if (!/^[0-9]{1,15}$/.test(text))
		throw new BadInput("is no count of starts: put it back from a copy", { file });
	return Number(text);
}

async function close(operator: Operator, keyStore: KeyStore): Promise<void> {
	await operator.close();
	keyStore.close();
}

/** The key in a folder. One of before there were keys has an admin token, which opens nothing any more. */
function firstKeyOf(folder: string): string {
	if (!existsSync(join(folder, "api-key"))) writeFirstKey(folder);
	rmSync(join(folder, "admin-token"), { force: true });
	return readApiKey(folder);
}

function writeFirstKey(folder: string): void {
	replaceFile(join(folder, "api-key"), new Uint8Array(Buffer.from(`${newKey(random)}\n`)));
}

/** Made once. With another one every partner would refuse what it is sent, until its secret is rotated. */
function webhookSecretOf(folder: string): Uint8Array {
	const file = join(folder, "webhook-secret");
	if (!existsSync(file)) replaceFile(file, new Uint8Array(Buffer.from(`${toHex(random(32))}\n`)));
	const secret = fromHex(readFileSync(file, "utf8").trim());
	if (secret?.length !== 32) throw new BadInput("is no webhook secret: put it back from a copy", { file });
	return secret;
}
