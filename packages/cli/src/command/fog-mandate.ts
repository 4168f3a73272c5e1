/** `tenten fog mandate`: an operator signs, in its folder and while it does not serve, what a gateway may approve. */
import { coseKey, fromHex, isRefusal, type PublicKey, parse } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { openIssuer } from "../server/issuer.ts";
import { subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords } from "../trust-file.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { dataOption, type IssuerFlags, issuerFolder } from "./operator-command.ts";

type Flags = IssuerFlags & {
	readonly passphraseFile?: string;
	readonly gateway: string;
	readonly asset: string;
	readonly each: string;
	readonly total: string;
	readonly days: string;
};

const day_s = 86_400;

export function mandateCommand(): Command {
	return subcommand<[string], Flags>(
		{
			usage: "mandate <file>",
			summary: "as an operator, sign what a gateway may approve while you are out of reach",
			example:
				"tenten fog mandate fog/jpy.mandate --gateway a301…(the key that init said) --asset JPY --each 1000 --total 50000 --days 2 --data ./densha",
			required: [
				["--gateway <key>", "the key that tenten fog init said"],
				["--asset <code>", "of this operator"],
				["--each <amount>", "minor units of one payment, at most"],
				["--total <amount>", "minor units of all together: what you answer for"],
				["--days <days>", "from now on"],
			],
			options: [
				dataOption,
				[
					"--passphrase-file <file>",
					"its first line opens the keys (default: $TENTEN_PASSPHRASE, else asked for)",
				],
			],
		},
		async (output, flags, file) => {
			const terms = {
				gateway: keyFrom(flags.gateway),
				code: flags.asset,
				each: minorFrom(flags.each),
				total: minorFrom(flags.total),
				from: now(),
				until: now() + daysFrom(flags.days) * day_s,
			};
			const folder = issuerFolder(flags);
			const what = `the operator in ${folder}`;
			const passphrase = await readPassphrase({ file: flags.passphraseFile, what, isNew: false });
			const issuer = await openIssuer(folder, { kind: "passphrase", passphrase, cost: passphraseCost });
			if (isRefusal(issuer)) throw new BadInput(codeInWords(issuer), { file: folder });
			try {
				const mandate = await issuer.operator.mandate(terms);
				if (isRefusal(mandate))
					return { ok: false, result: { ok: false, code: mandate.code, why: codeInWords(mandate) } };
				replaceFile(file, mandate);
			} finally {
				await issuer.close();
			}
			output.say(`The mandate is in ${file}: name it under "mandates" in the gateway's fog.json.`);
			return { ok: true, result: { ok: true, file, until: terms.until } };
		},
	);
}

function keyFrom(hex: string): PublicKey {
	const encoded = fromHex(hex);
	const key = encoded === undefined ? undefined : parse(coseKey, encoded);
	if (key === undefined || isRefusal(key))
		throw new BadInput("--gateway takes the key that tenten fog init said");
	return key;
}

function minorFrom(text: string): bigint {
	if (!/^[1-9][0-9]{0,17}$/.test(text)) throw new BadInput(`${text} is no amount in minor units`);
	return BigInt(text);
}

function daysFrom(text: string): number {
	if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new BadInput(`${text} is no number of days`);
	return Number(text);
}
