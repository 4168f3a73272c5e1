/** `tenten rail`: one party of an ecosystem of accounts, until it is told to end; and keys for those that sign. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { readRailSettings, startRail } from "@tenten/operator";
import { fromHex, type Signer, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { onPort } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, subcommand } from "../subcommand.ts";

type Flags = {
	readonly settings: string;
	readonly store: string;
	readonly port: string;
	readonly host?: string;
	readonly key?: string;
};

export function railCommands(): Command {
	return family("rail", "payments between accounts: run a party of an ecosystem of accounts", [
		serveCommand(),
		keyCommand(),
	]);
}

function serveCommand(): Command {
	const command = subcommand<[string], Flags>(
		{
			usage: "serve <party>",
			summary: "run a customer system, a ledger, an app or the hub, as the settings name it",
			example: "tenten rail serve A --settings rail.json --store a.db --key a.key --port 9001",
			required: [
				["--settings <file>", "who is who, and where: docs/operating.md has an example"],
				["--store <database>", "a file of its own, or the address of a PostgreSQL database"],
			],
			options: [
				["--key <file>", "with which a payer's customer system signs its word"],
				["--host <address>", "listen there (default: this machine alone, behind what knows the others)"],
			],
		},
		async (output, { settings: file, store, port: text, host, key }, name) => {
			const settings = readRailSettings(textOf(file));
			if (typeof settings === "string") throw new BadInput(settings, { file });
			const port = portOf(text);
			const server = await onPort(port, () =>
				startRail({
					settings,
					name,
					database: store,
					signer: key === undefined ? null : signerIn(key),
					verify,
					port,
					hostname: host ?? "127.0.0.1",
					log: output.say,
				}),
			);
			if (server === undefined)
				throw new BadInput(`${name} is no party of it, or signs its word and has no --key`, { file });
			await stopSignal().stopped;
			await server.close();
			return { ok: true, result: { ok: true, party: name, url: server.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "0");
}

function keyCommand(): Command {
	return subcommand<[string]>(
		{
			usage: "key <file>",
			summary: "make a key with which a payer's customer system signs its word, and say the public one",
			example: "tenten rail key a.key",
		},
		async (output, _, file) => {
			if (existsSync(file)) throw new BadInput("is there already", { file });
			const { privateKey, publicKey } = generateKey("Ed25519");
			writeFileSync(file, `${toHex(privateKey)}\n`, { mode: 0o600, flag: "wx" });
			const shown = toHex(publicKey.bytes);
			output.say(`The public key, for "keys" of the settings: ${shown}`);
			return { ok: true, result: { ok: true, publicKey: shown } };
		},
	);
}

function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		throw new BadInput("cannot be read", { file });
	}
}

function signerIn(file: string): Signer {
	const bytes = fromHex(textOf(file).trim());
	if (bytes?.length !== 32) throw new BadInput("holds no key: make one with tenten rail key", { file });
	return signerFrom(bytes, "Ed25519");
}

function portOf(text: string): number {
	if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) throw new BadInput(`${text} is no port`);
	return Number(text);
}
