/**
 * `tenten witness`: a witness of logs (docs/spec/witness.md). Its folder holds its key, sealed, and what it cosigned;
 * the two are made together, and neither is begun anew where it is missing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, verify } from "@tenten/module";
import {
	logsOf,
	readPeersToFollow,
	SealStore,
	startWitness,
	type WitnessedLog,
	WitnessStore,
} from "@tenten/operator";
import { isRefusal, keyId, type Policy, toHex, writeVerifierKey } from "@tenten/protocol";
import { buildWeb, webApp } from "@tenten/web";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { policyIn } from "../log/policy-file.ts";
import { consolePages } from "../server/console-pages.ts";
import { onPort, portOf } from "../server/port.ts";
import { openRailKey } from "../server/rail-key.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { drillsIn, keyIn, sealKeyIn, sealStoreIn, storeIn } from "../server/witness-files.ts";
import { makeWitness } from "../server/witness-making.ts";
import { family, subcommand } from "../subcommand.ts";
import { type KeyFlags, keyOptions, unlockOf } from "./rail-key.ts";
import { drillCommand } from "./witness-drill.ts";

type ServeFlags = KeyFlags & {
	readonly logs: string;
	readonly port: string;
	readonly host?: string;
	readonly peers?: string;
	readonly console?: true;
};

export function witnessCommands(): Command {
	return family("witness", "cosign the checkpoints of other operators' logs", [
		initCommand(),
		serveCommand(),
		drillCommand(),
		keyCommand(),
	]);
}

function initCommand(): Command {
	return subcommand<[string], KeyFlags & { readonly name: string }>(
		{
			usage: "init <folder>",
			summary: "make a witness: two keys, sealed, and a store of its own for each; and say the keys",
			example: "tenten witness init witness --name witness1.example",
			required: [["--name <name>", "by which policies know it: an address without scheme"]],
			options: keyOptions,
		},
		async (output, flags, folder) => {
			const unlock = (file: string): Promise<NewUnlock> => unlockOf(flags, file, true)();
			const { key, sealKey } = await makeWitness(folder, flags.name, unlock);
			output.say(`For policies: witness NAME ${key} https://${flags.name}`);
			output.say(`Its key for seals, for those who believe its words on them: ${sealKey}`);
			output.say("Never copy this folder, nor put it back from a copy: make another witness instead.");
			return { ok: true, result: { ok: true, key, sealKey } };
		},
	);
}

function keyCommand(): Command {
	return subcommand<[string]>(
		{
			usage: "key <folder>",
			summary: "say the keys of a witness: for policies, and for seals",
			example: "tenten witness key witness",
		},
		async (output, _, folder) => {
			const store = WitnessStore.open(storeIn(folder));
			if (isRefusal(store)) throw new BadInput(store.detail);
			const line = writeVerifierKey(store.key);
			store.close();
			const seals = SealStore.open(sealStoreIn(folder));
			if (isRefusal(seals)) throw new BadInput(seals.detail);
			const sealKey = toHex(keyId(seals.key));
			seals.close();
			output.say(line);
			output.say(`For seals: ${sealKey}`);
			return { ok: true, result: { ok: true, key: line, sealKey } };
		},
	);
}

function serveCommand(): Command {
	const command = subcommand<[string], ServeFlags>(
		{
			usage: "serve <folder>",
			summary: "cosign checkpoints of the logs that a policy names",
			example: "tenten witness serve witness --logs logs.policy --port 9010",
			required: [["--logs <file>", "a policy: its lines with logs say which are witnessed"]],
			options: [
				...keyOptions,
				[
					"--peers <file>",
					"follow these logs too, and say a word on each of their seals (docs/spec/witness.md)",
				],
				["--console", "show people how the peers stand, on a page under /console (with --peers)"],
				["--host <address>", "listen there (default: this machine alone, behind what ends TLS)"],
			],
		},
		async (output, flags, folder) => {
			const policy = logsIn(flags.logs);
			const logs = logsOf(policy);
			const peers = flags.peers === undefined ? undefined : peersIn(flags.peers, policy);
			if (flags.console === true && peers === undefined)
				throw new BadInput("--console shows peers: name them by --peers");
			const folderOfPages = flags.console === true ? await buildWeb() : undefined;
			const pages = folderOfPages === undefined ? undefined : consolePages(() => webApp(folderOfPages));
			const port = portOf(flags.port);
			const file = keyIn(folder);
			const unlock = asked(unlockOf(flags, file));
			const signer = await openRailKey(file, unlock, output.say);
			const seals = peers && {
				file: sealStoreIn(folder),
				signer: await openRailKey(sealKeyIn(folder), unlock, output.say),
				logs: peers,
				drills: drillsIn(folder),
				evidence: join(folder, "evidence"),
			};
			const server = await onPort(port, () =>
				startWitness({
					file: storeIn(folder),
					signer,
					logs,
					seals,
					console: pages?.fetch,
					verify,
					port,
					hostname: flags.host ?? "127.0.0.1",
				}),
			);
			if (isRefusal(server)) throw new BadInput(server.detail);
			output.say(
				`${logs.size} logs are witnessed${peers === undefined ? "" : `, and ${peers.length} followed`} at ${server.url}`,
			);
			if (pages !== undefined) output.say(`How the peers stand: ${server.url}/console`);
			await stopSignal().stopped;
			await server.close();
			return { ok: true, result: { ok: true, url: server.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "0");
}

/** One passphrase opens both keys: it is asked for once. */
function asked(unlock: () => Promise<NewUnlock>): () => Promise<NewUnlock> {
	let answer: Promise<NewUnlock> | undefined;
	return () => (answer ??= unlock());
}

/** seconds that the quorum of a followed log may be old before it is shown as stale */
const oldMost_s = 60;

function peersIn(file: string, policy: Policy): readonly WitnessedLog[] {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const peers = readPeersToFollow(readFileSync(file, "utf8"), { verify, now: Date.now });
	if (typeof peers === "string") throw new BadInput(peers, { file });
	return policy.quorum.kind === "none"
		? peers
		: peers.map((peer) => ({ ...peer, quorum: { policy, oldMost_s } }));
}

/** Of a policy that names logs. */
function logsIn(file: string): Policy {
	const policy = policyIn(file);
	if (policy.logs.length === 0) throw new BadInput("names no log", { file });
	return policy;
}
