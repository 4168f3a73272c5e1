/** `tenten device attest`: what a device's maker says of its key, in the evidence that the device wrote. */
import { verify } from "@tenten/module";
import {
	type Bytes,
	type DeviceEvidenceBody,
	isRefusal,
	keyId,
	signAttestation,
	toHex,
	verifyDeviceEvidence,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { daysIn } from "../number-flag.ts";
import { subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { type SignFlags, signerIn } from "./device-key.ts";
import { keyOptions } from "./rail-key.ts";

type AttestFlags = SignFlags & { readonly days?: string };

/**
 * An attestation has to last until its application is made: files go by hand from maker to device, to party and back. One
 * that was never brought ends by itself.
 */
const usualDays = "30";

export function attestCommand(): Command {
	return subcommand<[evidence: string, attestation: string], AttestFlags>(
		{
			usage: "attest <evidence> <attestation>",
			summary: "as its maker, sign that a device's key is kept in a device of one's own that nobody debugs",
			example: "tenten device attest evidence.cbor attestation.cbor --key maker.key --days 30",
			required: [["--key <file>", "the maker's key, made by device key; operators pin the public one"]],
			options: [
				["--days <number>", `for how many days from now the device may apply by it (default: ${usualDays})`],
				...keyOptions,
			],
		},
		async (output, flags, evidenceFile, file) => {
			const { operator, key, nonce } = evidenceIn(evidenceFile).said;
			const days = daysIn(flags.days ?? usualDays);
			const expiresAt = now() + 86_400 * days;
			const maker = await signerIn(flags, output);
			replaceFile(file, await signAttestation({ operator, key, nonce, expiresAt }, maker));
			const device = toHex(keyId(key));
			output.say(
				`${file}: of the key of device ${device}, for one enrolment with the operator ${toHex(operator)}, within ${days} days.`,
			);
			output.say(
				`Next, at the device: ${commandName()} device evidence ADDRESS ${evidenceFile} --attestation ${file}`,
			);
			return { ok: true, result: { ok: true, file, device, maker: toHex(keyId(maker.key)), expiresAt } };
		},
	);
}

/** What a device's key says of itself, in a file: its bytes, and what they say. */
export function evidenceIn(file: string): { readonly encoded: Bytes; readonly said: DeviceEvidenceBody } {
	const encoded = readBytes(file);
	const said = verifyDeviceEvidence(encoded, verify);
	if (isRefusal(said)) throw new BadInput(codeInWords(said), { file });
	return { encoded, said };
}
