/**
 * `tenten witness`: a witness of logs (docs/spec/witness.md). Its folder holds its key, sealed, and what it cosigned;
 * the two are made together, and neither is begun anew where it is missing.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import { logsOf, startWitness, WitnessStore } from "@tenten/operator";
import {
	fromHex,
	isKeyName,
	isRefusal,
	type KnownLogs,
	parsePolicy,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { onPort, portOf } from "../server/port.ts";
import { createRailKey, openRailKey } from "../server/rail-key.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, subcommand } from "../subcommand.ts";
import { type KeyFlags, keyOptions, unlockOf } from "./rail-key.ts";

type ServeFlags = KeyFlags & { readonly logs: string; readonly port: string; readonly host?: string };

export function witnessCommands(): Command {
	return family("witness", "cosign the checkpoints of other operators' logs", [
		initCommand(),
		serveCommand(),
		keyCommand(),
	]);
}

const keyIn = (folder: string): string => join(folder, "witness.key");
const storeIn = (folder: string): string => join(folder, "witness.db");

function initCommand(): Command {
	return subcommand<[string], KeyFlags & { readonly name: string }>(
		{
			usage: "init <folder>",
			summary: "make a witness: a key, sealed, and a store of its own; and say the key for policies",
			example: "tenten witness init witness --name witness1.example",
			required: [["--name <name>", "by which policies know it: an address without scheme"]],
			options: keyOptions,
		},
		async (output, flags, folder) => {
			if (!isKeyName(flags.name)) throw new BadInput("a name has no spaces and no plus signs");
			if (existsSync(storeIn(folder))) throw new BadInput("is there already", { file: storeIn(folder) });
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			const file = keyIn(folder);
			const publicKey = fromHex(await createRailKey(file, await unlockOf(flags, file, true)()));
			if (publicKey === undefined) throw new Error("a key that was made has no public one");
			const key = verifierKey(flags.name, "cosignature", publicKey);
			WitnessStore.create(storeIn(folder), key);
			const line = writeVerifierKey(key);
			output.say(`For policies: witness NAME ${line} https://${flags.name}`);
			output.say("Never copy this folder, nor put it back from a copy: make another witness instead.");
			return { ok: true, result: { ok: true, key: line } };
		},
	);
}

function keyCommand(): Command {
	return subcommand<[string]>(
		{
			usage: "key <folder>",
			summary: "say the key of a witness, for policies",
			example: "tenten witness key witness",
		},
		async (output, _, folder) => {
			const store = WitnessStore.open(storeIn(folder));
			if (isRefusal(store)) throw new BadInput(store.detail);
			const line = writeVerifierKey(store.key);
			store.close();
			output.say(line);
			return { ok: true, result: { ok: true, key: line } };
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
				["--host <address>", "listen there (default: this machine alone, behind what ends TLS)"],
			],
		},
		async (output, flags, folder) => {
			const logs = logsIn(flags.logs);
			const port = portOf(flags.port);
			const file = keyIn(folder);
			const signer = await openRailKey(file, unlockOf(flags, file), output.say);
			const server = await onPort(port, () =>
				startWitness({
					file: storeIn(folder),
					signer,
					logs,
					verify,
					port,
					hostname: flags.host ?? "127.0.0.1",
				}),
			);
			if (isRefusal(server)) throw new BadInput(server.detail);
			output.say(`${logs.size} logs are witnessed at ${server.url}`);
			await stopSignal().stopped;
			await server.close();
			return { ok: true, result: { ok: true, url: server.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "0");
}

function logsIn(file: string): KnownLogs {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const policy = parsePolicy(new Uint8Array(readFileSync(file)));
	if (isRefusal(policy)) throw new BadInput(`is no policy: ${policy.detail}`, { file });
	if (policy.logs.length === 0) throw new BadInput("names no log", { file });
	return logsOf(policy);
}
