/**
 * `tenten device`: a wallet becomes a device for which somebody answers, and whoever answers looks after it.
 *
 *   device                       who answers for it                operator
 *   evidence ───────────────────▶ delegate
 *   apply ◀─────────────────────  (an application) ───────────────▶ certificate
 *                                 order, show ────────────────────▶ history, status lists
 */
import { deviceApplication, isRefusal, keyId, limits, parse, toHex } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { bringApplication } from "../device/party.ts";
import { commandName } from "../invocation.ts";
import { isProblem } from "../server/issuer-answer.ts";
import { family } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { walletCommand } from "../wallet/command.ts";
import { delegateCommand, keyCommand, orderCommands, showCommand } from "./device-party.ts";

export function deviceCommands(): Command {
	return family("device", "devices that pay for somebody, and who answers for them", [
		keyCommand(),
		evidenceCommand(),
		delegateCommand(),
		applyCommand(),
		orderCommands(),
		showCommand(),
	]);
}

function evidenceCommand(): Command {
	return walletCommand<[address: string, file: string], { readonly pin?: string }>(
		{
			usage: "evidence <address> <file>",
			summary: "write what a wallet says of its device's key, for whoever answers for the device",
			example: "tenten device evidence https://operator.example evidence.cbor --wallet ./car",
			options: [
				["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
			],
		},
		async (folder, { pin }, _, address, file) => {
			const operator = await folder.meet(address, pin);
			if (isRefusal(operator)) return operator;
			replaceFile(file, await folder.wallet.module.devices.evidence({ operator }));
			return {
				ok: true,
				fundsState: "safe",
				words: `${file}: the key of this device, for the operator ${toHex(operator)}. Nothing in it is secret.`,
				next: `give it to whoever answers for the device, who runs: ${commandName()} device delegate`,
				result: { operator: toHex(operator), file },
			};
		},
	);
}

function applyCommand(): Command {
	return walletCommand<[file: string]>(
		{
			usage: "apply <file>",
			summary: "bring an application to the operator, and take the certificate into the wallet",
			example: "tenten device apply application.cbor --wallet ./car",
		},
		async (folder, _flags, output, file) => {
			const encoded = readBytes(file);
			const application = parse(deviceApplication, encoded, limits.message);
			if (isRefusal(application)) throw new BadInput(codeInWords(application), { file });
			const { operator, key } = application.evidence.body;
			const joined = folder.operators.find(({ id }) => id === toHex(operator));
			if (joined === undefined)
				throw new BadInput("of an operator that this wallet does not know: device evidence comes first", {
					file,
				});
			const enrolled = await bringApplication(joined.url, encoded);
			if (isProblem(enrolled)) {
				const { code, detail, nextAction: next } = enrolled;
				const words = `The operator refused: ${code}${detail && ` (${detail})`}.`;
				return { ok: false, fundsState: "safe", words, next, result: { code, detail } };
			}
			const certificate = await folder.wallet.module.certify(enrolled);
			if (isRefusal(certificate)) return certificate;
			const device = toHex(keyId(key));
			output.say(`Device ${device} is certified by ${joined.name}.`);
			return {
				ok: true,
				fundsState: "safe",
				words: "What this wallet is paid from now on, it pays as this device, up to its slice.",
				next: "",
				result: { device, operator: joined.id, certificate: toHex(certificate.hash) },
			};
		},
	);
}
