/**
 * `tenten fog`: a gateway beside devices (docs/spec/fog.md). Its folder holds its key, sealed, what it keeps, and its
 * settings; key and store are made together, and neither is begun anew where it is missing.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { verify } from "@tenten/module";
import { FogStore, startFog } from "@tenten/operator/fog";
import { coseKey, fromHex, isRefusal, keyId, type PublicKey, serialize, toHex } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { openRooms } from "../fog/rooms.ts";
import { firstSettings, keyIn, readSettings, settingsIn, storeIn } from "../fog/settings.ts";
import { onPort } from "../server/port.ts";
import { createRailKey, openRailKey } from "../server/rail-key.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, subcommand } from "../subcommand.ts";
import { mandateCommand } from "./fog-mandate.ts";
import { type KeyFlags, keyOptions, unlockOf } from "./rail-key.ts";

export function fogCommands(): Command {
	return family("fog", "serve devices beside it: relay, keep their records, approve within limits", [
		initCommand(),
		serveCommand(),
		recordsCommand(),
		mandateCommand(),
	]);
}

type InitFlags = KeyFlags & { readonly url: string; readonly operator: string };

function initCommand(): Command {
	return subcommand<[string], InitFlags>(
		{
			usage: "init <folder>",
			summary: "make a gateway: its key, sealed, its store, and settings to begin with",
			example: "tenten fog init fog --url https://densha.example --operator 466f…(64 digits)",
			required: [
				["--url <address>", "of its operator"],
				["--operator <id>", "the operator's id: 64 hexadecimal digits"],
			],
			options: keyOptions,
		},
		async (output, flags, folder) => {
			if (fromHex(flags.operator)?.length !== 32)
				throw new BadInput("--operator takes 64 hexadecimal digits");
			if (existsSync(storeIn(folder))) throw new BadInput("is there already", { file: storeIn(folder) });
			mkdirSync(folder, { recursive: true, mode: 0o700 });
			const made = fromHex(await createRailKey(keyIn(folder), await unlockOf(flags, keyIn(folder), true)()));
			if (made === undefined) throw new Error("a key that was made has no public one");
			const key: PublicKey = { suite: "Ed25519", bytes: made };
			FogStore.create(storeIn(folder), key);
			writeFileSync(settingsIn(folder), firstSettings({ url: flags.url, id: flags.operator }), {
				mode: 0o600,
			});
			const result = { ok: true, gateway: toHex(keyId(key)), key: toHex(serialize(coseKey, key)) };
			output.say(`The gateway ${result.gateway} is in ${folder}; ${settingsIn(folder)} says what it serves.`);
			output.say(`Its key, for mandates of its operator: ${result.key}`);
			output.say(
				"Never put back an older copy of this folder: a gateway that forgot its approvals gives them twice.",
			);
			return { ok: true, result };
		},
	);
}

function serveCommand(): Command {
	return subcommand<[string], KeyFlags>(
		{
			usage: "serve <folder>",
			summary: "serve devices over MQTT and HTTP, as the folder's fog.json says",
			example: "tenten fog serve fog",
			options: keyOptions,
		},
		async (output, flags, folder) => {
			const settings = readSettings(settingsIn(folder));
			const signer = await openRailKey(keyIn(folder), unlockOf(flags, keyIn(folder)), output.say);
			const options = { ...settings, file: storeIn(folder), signer, verify };
			const fog = await onPort(settings.port, () => startFog(options));
			if (isRefusal(fog)) throw new BadInput(fog.detail);
			output.say(`Devices ask at ${fog.url} and at ${fog.broker}. Ctrl-C ends it.`);
			const rooms = openRooms(fog);
			await stopSignal().stopped;
			await rooms.close();
			await fog.close();
			return { ok: true, result: { ok: true, url: fog.url, broker: fog.broker } };
		},
	);
}

type RecordsFlags = { readonly device: string; readonly out?: string };

function recordsCommand(): Command {
	return subcommand<[string], RecordsFlags>(
		{
			usage: "records <folder>",
			summary: "say what a device had kept, in order, also once it is lost; the gateway must not be serving",
			example: "tenten fog records fog --device 5e1f…(64 digits) --out records.jsonl",
			required: [["--device <id>", "the id of the device's key: 64 hexadecimal digits"]],
			options: [["--out <file>", "write them there, a line of JSON each, with their proofs"]],
		},
		async (output, { device: hex, out }, folder) => {
			const device = fromHex(hex);
			if (device?.length !== 32) throw new BadInput("--device takes 64 hexadecimal digits");
			const store = FogStore.open(storeIn(folder));
			if (isRefusal(store)) throw new BadInput(store.detail);
			const lines: string[] = [];
			let waiting = 0;
			for (let from = 0; ; ) {
				const some = store.recordsOf(device, from, 256);
				const last = some.at(-1);
				if (last === undefined) break;
				from = last.number + 1;
				waiting += some.filter(({ acknowledgedAt }) => acknowledgedAt === null).length;
				for (const { id, encoded, proof, keptAt, acknowledgedAt, refused } of some)
					lines.push(
						JSON.stringify({
							id: toHex(id),
							record: toHex(encoded),
							proof: proof === null ? null : toHex(proof),
							keptAt,
							acknowledgedAt,
							refused,
						}),
					);
			}
			store.close();
			if (out !== undefined)
				replaceFile(out, new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
			output.say(
				`${lines.length} records of this device, ${waiting} of which its operator has not acknowledged.`,
			);
			return { ok: true, result: { ok: true, records: lines.length, waiting } };
		},
	);
}
