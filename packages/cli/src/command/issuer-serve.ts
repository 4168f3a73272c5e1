/** `tenten operator init`, `serve` and `trust-list`: an operator's folder, its server, its public list. */
import { availableParallelism } from "node:os";
import type { NewUnlock } from "@tenten/module";
import { type Licensor, paced, startServer } from "@tenten/operator";
import { type AssetDefinition, isRefusal, toHex } from "@tenten/protocol";
import { httpOperatorClient, refusalWords, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { databaseUrl } from "../server/database-url.ts";
import { type DoorFlags, doorOptions, doorsFrom } from "../server/doors.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../server/issuer.ts";
import { type CrossingsOfIssuer, crossingsIn, crossingsOption } from "../server/issuer-crossings.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import {
	type LogOfIssuer,
	type LogOfIssuerFlags,
	logOfIssuerOptions,
	openLogOfIssuer,
} from "../server/issuer-log.ts";
import { makersIn, makersOption } from "../server/issuer-makers.ts";
import { isLicensor } from "../server/issuer-settings.ts";
import { listPeers, peersEvery_ms, peersLook } from "../server/peers.ts";
import { onPort } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { subcommand } from "../subcommand.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { readJson } from "../wallet/settings.ts";
import { dataOption, type IssuerFlags, issuerFolder } from "./operator-command.ts";
import { unlockOf } from "./rail-key.ts";

type Sealed = IssuerFlags & { readonly passphraseFile?: string };
const passphraseOption = [
	"--passphrase-file <file>",
	"its first line opens the keys (default: $TENTEN_PASSPHRASE, else asked for)",
] as const;

type InitFlags = Sealed & {
	readonly name: string;
	readonly asset?: string;
	readonly licensor?: readonly string[];
	readonly port?: string;
	readonly url?: string;
};

export function initCommand(): Command {
	return subcommand<[], InitFlags>(
		{
			usage: "init",
			summary: "make an operator: its keys, sealed, and its settings",
			example: "tenten operator init --data ./bank --name 'Our Bank' --asset JPY:0",
			required: [["--name <name>", "what wallets show"]],
			options: [
				dataOption,
				[
					"--asset <code:scale>",
					"what it issues for trying things out, under no licence but its own, e.g. JPY:0 or EUR:2",
				],
				[
					"--licensor <file...>",
					"who may license what it issues, as licensor init wrote them: then nothing is issued but what three people define",
				],
				passphraseOption,
				["--port <number>", "where it listens (default: 8787)"],
				["--url <address>", "where wallets reach it (default: this machine, that port)"],
			],
		},
		async (output, flags) => {
			const folder = issuerFolder(flags);
			if (hasIssuer(folder)) throw new BadInput("there is an operator already", { file: folder });
			const licensors = (flags.licensor ?? []).map(licensorIn);
			if ((flags.asset === undefined) === (licensors.length === 0))
				throw new BadInput(
					"either --asset, for trying things out, or --licensor, whose licences it issues under",
				);
			const assets = flags.asset === undefined ? [] : [assetFrom(flags.asset)];
			const port = portFrom(flags.port);
			const passphrase = await passphraseFor(flags, folder, true);
			const { name, url } = flags;
			const made = { name, assets, port, licensors, ...(url === undefined ? {} : { url }) };
			const id = await createIssuer(folder, made, { kind: "passphrase", passphrase, cost: passphraseCost });
			output.say(`The operator "${name}" is in ${folder}. Keep its passphrase, and its folder, safe.`);
			output.say(`Its id, for licensors and partners: ${id}`);
			output.say(`Next: ${commandName()} operator serve --data ${folder}`);
			return { ok: true, result: { ok: true, data: folder, name, port, id } };
		},
	);
}

type ServeFlags = Sealed &
	DoorFlags &
	LogOfIssuerFlags & {
		readonly peer?: readonly string[];
		readonly crossings?: string;
		readonly makers?: string;
		readonly port?: string;
		readonly host?: string;
	};

export function serveCommand(): Command {
	return subcommand<[], ServeFlags>(
		{
			usage: "serve",
			summary: "run an operator over HTTP until Ctrl-C",
			example: "tenten operator serve --data ./bank",
			options: [
				dataOption,
				passphraseOption,
				["--port <number>", "where this process listens (default: as it was made with)"],
				["--host <address>", "on which address (default: 127.0.0.1; in a container 0.0.0.0)"],
				["--peer <address...>", "operators to list beside itself, from now on: their money is trusted here"],
				...logOfIssuerOptions,
				crossingsOption,
				makersOption,
				...doorOptions,
			],
		},
		async (output, flags) => {
			const folder = issuerFolder(flags);
			const passphrase = await passphraseFor(flags, folder, false);
			const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
			const doors = doorsFrom(flags);
			const crossings = crossingsOf(flags);
			const issuer = await openServed(folder, flags, unlock, crossings);
			const { operator, settings } = issuer;
			await listPeers(folder, operator, flags.peer ?? []);
			const unlockLog = async (file: string | undefined): Promise<NewUnlock> =>
				file === undefined ? unlock : unlockOf({ passphraseFile: file }, `${flags.log}`)();
			const ofLog = await openLogOfIssuer(flags, issuer, unlockLog, failed).catch(async (error: unknown) => {
				await issuer.close();
				throw error;
			});
			const restCrossings = await beginCrossings(crossings, issuer, ofLog);
			const sealer = ofLog === null ? {} : { sealer: ofLog.sealer };
			const log = { info: lineOfLog, error: lineOfLog };
			const port = flags.port === undefined ? settings.port : portFrom(flags.port);
			const { host: hostname = "127.0.0.1" } = flags;
			const server = await onPort(port, () =>
				startServer({ operator, port, log, hostname, ...doors, ...sealer }),
			);
			output.say(`${settings.name} listens at ${server.url}   id ${toHex(operator.id)}`);
			output.say(`Its API: ${server.url}/v1/docs   Wallets: ${commandName()} wallet join ${settings.url}`);
			output.say(
				`Put money on an account: ${commandName()} operator deposit <account> <amount> --data ${folder}`,
			);
			const look = peersLook(folder, operator, failed);
			void look().catch(failed);
			const rest = paced(look, peersEvery_ms, failed);
			await stopSignal().stopped;
			await server.close();
			await rest();
			await restCrossings();
			await ofLog?.close();
			await issuer.close();
			output.say("Stopped. Everything that was answered is on the disk.");
			return { ok: true, result: { ok: true, url: server.url, id: toHex(operator.id) } };
		},
	);
}

async function openServed(
	folder: string,
	{ makers }: ServeFlags,
	unlock: NewUnlock,
	crossings: CrossingsOfIssuer | undefined,
): Promise<Issuer> {
	const devices = makers === undefined ? undefined : makersIn(makers);
	const [url, threads] = [databaseUrl(), availableParallelism()];
	const issuer = await openIssuer(folder, unlock, {}, url, threads, crossings?.settings, devices);
	if (isRefusal(issuer)) throw new BadInput(refusalWords[issuer.code].en, { file: folder });
	return issuer;
}

function crossingsOf({ crossings, log }: ServeFlags): CrossingsOfIssuer | undefined {
	if (crossings === undefined) return undefined;
	if (log === undefined)
		throw new BadInput("--crossings needs --log: payments across operators are decided by seals");
	return crossingsIn(crossings);
}

/** What ends it; log and operator are closed where it cannot begin. */
async function beginCrossings(
	crossings: CrossingsOfIssuer | undefined,
	issuer: Issuer,
	ofLog: LogOfIssuer | null,
): Promise<() => Promise<void>> {
	if (crossings === undefined || ofLog === null) return async () => undefined;
	return crossings.begin(issuer.operator, ofLog.log, failed).catch(async (error: unknown) => {
		await ofLog.close();
		await issuer.close();
		throw error;
	});
}

function failed(error: unknown): void {
	lineOfLog({ level: "error" }, error instanceof Error ? error.message : String(error));
}

/** One line of JSON on stderr for each request. */
function lineOfLog(fields: object, message: string): void {
	process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), message, ...fields })}\n`);
}

export function trustListCommand(): Command {
	return subcommand<[address: string, file: string]>(
		{
			usage: "trust-list <address> <file>",
			summary: "write an operator's signed trust list: what proofs are checked by, offline",
			example: "tenten operator trust-list https://operator.example trust-list.cbor",
		},
		async (output, _, address, file) => {
			const list = await httpOperatorClient({ url: address.replace(/\/+$/, "") }).trustList();
			if (isRefusal(list)) throw new BadInput(`no trust list at ${address}: ${refusalWords[list.code].en}`);
			replaceFile(file, list);
			output.say(`The trust list of ${address} is in ${file}.`);
			return { ok: true, result: { ok: true, file, bytes: list.length } };
		},
	);
}

function passphraseFor({ passphraseFile: file }: Sealed, folder: string, isNew: boolean): Promise<string> {
	return readPassphrase({ file, what: `the operator in ${folder}`, isNew });
}

function licensorIn(file: string): Licensor {
	const { iss, key }: Partial<Licensor> = readJson(file);
	const licensor = { iss, key };
	if (!isLicensor(licensor)) throw new BadInput("is no licensor: licensor init writes FILE.public", { file });
	return licensor;
}

function assetFrom(text: string): AssetDefinition {
	const [, code = "", scale = ""] = /^([A-Za-z0-9]{1,16}):([0-9]{1,2})$/.exec(text) ?? [];
	if (code === "" || Number(scale) > 18)
		throw new BadInput(`--asset is a code and its decimals, as JPY:0; not ${text}`);
	return { code, scale: Number(scale), name: code, ...usualWindows };
}

function portFrom(text = "8787"): number {
	if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) throw new BadInput(`${text} is no port`);
	return Number(text);
}
