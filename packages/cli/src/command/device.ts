/**
 * `tenten device`: a wallet becomes a device for which somebody answers, and whoever answers looks after it.
 *
 *   device                       who answers for it                operator
 *   evidence ─────▶ attest        (by its maker, where one does)
 *            ◀──────
 *   evidence ───────────────────▶ delegate
 *   apply ◀─────────────────────  (an application) ───────────────▶ certificate
 *                                 order, show ────────────────────▶ history, status lists
 *                                 held ◀─────────────────────────── what its gateway keeps of it
 *   lost                          claim ──────────────────────────▶ what it owned, once nobody else can claim it
 */
import {
	type Bytes,
	deviceApplication,
	deviceEvidence,
	isRefusal,
	keyId,
	limits,
	maximumAttestation,
	parse,
	type Refusal,
	toHex,
} from "@tenten/protocol";
import { replaceFile, takeEnrolled } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { bringApplication } from "../device/party.ts";
import { commandName } from "../invocation.ts";
import { isProblem } from "../server/issuer-answer.ts";
import { family } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { walletCommand } from "../wallet/command.ts";
import { operatorAt } from "../wallet/folder.ts";
import { attestCommand } from "./device-attest.ts";
import { claimCommand } from "./device-claim.ts";
import { appointCommand, delegateCommand } from "./device-delegate.ts";
import { heldCommand } from "./device-held.ts";
import { keyCommand } from "./device-key.ts";
import { orderCommands, showCommand } from "./device-party.ts";

export function deviceCommands(): Command {
	return family("device", "devices that pay for somebody, and who answers for them", [
		keyCommand(),
		evidenceCommand(),
		attestCommand(),
		appointCommand(),
		delegateCommand(),
		applyCommand(),
		orderCommands(),
		showCommand(),
		heldCommand(),
		claimCommand(),
	]);
}

type EvidenceFlags = { readonly pin?: string; readonly attestation?: string };

function evidenceCommand(): Command {
	return walletCommand<[address: string, file: string], EvidenceFlags>(
		{
			usage: "evidence <address> <file>",
			summary: "write what a wallet says of its device's key, for whoever answers for the device",
			example: "tenten device evidence https://operator.example evidence.cbor --wallet ./car",
			options: [
				["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
				[
					"--attestation <file>",
					"what its maker attests of the key, given the evidence that was written first (device attest)",
				],
			],
		},
		async (folder, { pin, attestation }, _, address, file) => {
			const attested = attestation === undefined ? undefined : attestationIn(attestation);
			const operator = await folder.meet(address, pin);
			if (isRefusal(operator)) return operator;
			const { devices } = folder.wallet.module;
			const evidence =
				attested === undefined
					? await devices.evidence({ operator })
					: await devices.attest(operator, attested);
			if (isRefusal(evidence))
				throw new BadInput(evidence.detail, attestation === undefined ? undefined : { file: attestation });
			replaceFile(file, evidence);
			const said = parse(deviceEvidence, evidence, limits.message);
			if (isRefusal(said)) throw new Error("a module's evidence reads");
			const isAttested = said.body.attestation !== null;
			const device = toHex(keyId(said.body.key));
			const of = isAttested ? ", as its maker attests it" : "";
			return {
				ok: true,
				fundsState: "safe",
				words: `${file}: the key of device ${device}${of}, for the operator ${toHex(operator)}. Nothing in it is secret.`,
				next: `give it to whoever answers for the device, who runs: ${commandName()} device delegate`,
				result: { operator: toHex(operator), file, device, isAttested },
			};
		},
	);
}

function attestationIn(file: string): Bytes {
	const bytes = readBytes(file);
	if (bytes.length === 0 || bytes.length > maximumAttestation)
		throw new BadInput(`is no attestation: they have 1 to ${maximumAttestation} bytes`, { file });
	return bytes;
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
			// Before it is brought: an operator would enrol the other device by it.
			if (!folder.wallet.module.devices.holds(key))
				throw new BadInput(`is of another device, ${toHex(keyId(key))}: apply there`, { file });
			const enrolled = await bringApplication(joined.url, encoded);
			if (isProblem(enrolled)) {
				const { code, detail, nextAction: next } = enrolled;
				const words = `The operator refused: ${code}${detail && ` (${detail})`}.`;
				return { ok: false, fundsState: "safe", words, next, result: { code, detail } };
			}
			const device = toHex(keyId(key));
			const taken = await takeEnrolled(folder.wallet.module, operatorAt(joined.url), enrolled);
			if (isRefusal(taken)) {
				if (taken.code === "device-suspended")
					output.say(`${joined.name} answers as it once did: device ${device} was ${taken.detail}.`);
				return taken;
			}
			const { certificate, standing } = taken;
			output.say(`Device ${device} is certified by ${joined.name}.`);
			return {
				ok: true,
				fundsState: "safe",
				words: inWords(standing),
				next: standing === undefined ? "" : `${commandName()} wallet lists fetch`,
				result: {
					...{ device, operator: joined.id, certificate: toHex(certificate.hash) },
					standing: standing?.code ?? null,
				},
			};
		},
	);
}

/** What a device may do that was just certified, as the lists say. */
function inWords(standing: Refusal | undefined): string {
	if (standing === undefined)
		return "What this wallet is paid from now on, it pays as this device, up to its slice.";
	return standing.code === "device-suspended"
		? `It may not pay now (${standing.detail}).`
		: "Whether it may pay now is not known: the operator's status lists did not come.";
}
