/** `tenten wallet foreign`: whose value is taken beside that of the operators with which the wallet has an account. */
import { readFileSync } from "node:fs";
import { isRefusal, toHex } from "@tenten/protocol";
import { httpOperatorClient, introduction } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { numberIn } from "../number-flag.ts";
import { codeInWords } from "../trust-file.ts";
import { walletCommand } from "../wallet/command.ts";
import { addForeign, foreignPolicy } from "../wallet/foreign.ts";

type ForeignFlags = { readonly policy: string; readonly old?: string; readonly pin?: string };

export function foreignCommand(): Command {
	return walletCommand<[address: string], ForeignFlags>(
		{
			usage: "foreign <address>",
			summary:
				"take value of another operator while enough witnesses watch its log; from then on value of operators that are neither joined nor named so is refused",
			example: "tenten wallet foreign https://mise.example --policy mise.policy",
			required: [
				["--policy <file>", "names its log, with the address where it is read, and who must have cosigned"],
			],
			options: [
				["--old <seconds>", "how old the newest cosignatures may be that are enough (default: 60)"],
				["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
			],
		},
		async (folder, flags, _, address) => {
			const { policy: file, old = "60", pin } = flags;
			const policy = textIn(file);
			foreignPolicy(policy, file);
			const oldMost_s = numberIn("--old", old, 1);
			if (!Number.isInteger(oldMost_s)) throw new BadInput("--old is whole seconds");
			const url = address.replace(/\/+$/, "");
			const known = await introduction(httpOperatorClient({ url }));
			if (isRefusal(known)) throw new BadInput(`no operator answers at ${url}: ${codeInWords(known)}`);
			const id = toHex(known.id);
			if (pin !== undefined && pin !== id)
				throw new BadInput(`the operator at ${url} is ${id}, and not ${pin}`);
			const { name } = known.entry;
			addForeign(folder.path, { id, name, url, policy, oldMost_s });
			return {
				ok: true,
				fundsState: "safe",
				words: `Value of ${name} is taken while its log is watched. Its id: ${id}`,
				next: `${commandName()} wallet receive`,
				result: { operator: id, name, oldMost_s },
			};
		},
	);
}

function textIn(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		throw new BadInput("is not there", { file });
	}
}
