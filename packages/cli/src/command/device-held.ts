/** `tenten device held`: what a gateway keeps of a device's tokens, written to files by the party that answers for it. */
import { join } from "node:path";
import { isRefusal, signDeviceQuestion, toHex } from "@tenten/protocol";
import { heldAtGateway, makeFolder, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { commandName } from "../invocation.ts";
import { subcommand } from "../subcommand.ts";
import { now, random } from "../surroundings.ts";
import { codeInWords } from "../trust-file.ts";
import { idAt, idOf, lineTo } from "../wallet/gateway.ts";
import { keyOption, type SignFlags, signerIn } from "./device-key.ts";
import { keyOptions } from "./rail-key.ts";

type HeldFlags = SignFlags & {
	readonly gateway: string;
	readonly of: string;
	readonly out: string;
	readonly pin?: string;
};

export function heldCommand(): Command {
	return subcommand<[device: string], HeldFlags>(
		{
			usage: "held <device>",
			summary: "fetch from its gateway what a device holds, one file a token, to be claimed if it is lost",
			example:
				"tenten device held 5e1f…(64 digits) --key party.key --gateway http://192.168.1.20:8791 --of a301…(64 digits) --out ./lost-car",
			required: [
				keyOption,
				["--gateway <address>", "where the gateway is: http(s)://… or mqtt(s)://host:port"],
				["--of <id>", "the id of its operator (hex)"],
				["--out <dir>", "the folder for the files"],
			],
			options: [["--pin <id>", "the gateway's id (hex); at a broker it must be said"], ...keyOptions],
		},
		async (output, flags, text) => {
			const [device, operator] = [idOf(text), idOf(flags.of)];
			const url = flags.gateway.replace(/\/+$/, "");
			const id = await idAt(url, flags.pin);
			const signer = await signerIn(flags, output);
			const line = await lineTo({ url, id });
			try {
				const question = await signDeviceQuestion({ operator, device, issuedAt: now() }, signer);
				const held = await heldAtGateway(line.ask, question, random);
				if (isRefusal(held)) {
					output.say(`Refused: ${codeInWords(held)}. Nothing was written.`);
					return { ok: false, result: { ok: false, code: held.code, detail: held.detail } };
				}
				makeFolder(flags.out);
				const files = held.map(({ output: id, token }) => {
					const file = join(flags.out, `${toHex(id)}.token`);
					replaceFile(file, token);
					return file;
				});
				output.say(`${files.length} token(s) of device ${text} in ${flags.out}.`);
				if (files.length > 0)
					output.say(
						`Next, once they may be claimed: ${commandName()} device claim ${flags.out} --key ${flags.key} --operator ITS_ADDRESS --account YOUR_ACCOUNT`,
					);
				return { ok: true, result: { ok: true, gateway: id, files } };
			} finally {
				line.close();
			}
		},
	);
}
