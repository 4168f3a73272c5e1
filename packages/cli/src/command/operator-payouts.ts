/** `payouts` of an operator: what to do once the watch over its books has stopped them. */
import type { Command } from "commander";
import { isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { clientOf, dataOption, type IssuerFlags, refusedBy } from "./issuer-manage.ts";

export function payoutCommands(): Command {
	return family("payouts", "payouts that the watch over the books has stopped", [allowCommand()]);
}

function allowCommand(): Command {
	return subcommand<[asset: string], IssuerFlags>(
		{
			usage: "allow <asset>",
			summary:
				"pay out an asset again, once its books agree: they are counted anew, and it is in the audit log",
			example: "tenten operator payouts allow JPY --data ./bank",
			options: [dataOption],
		},
		async (output, flags, asset) => {
			const allowed = await clientOf(flags).allowPayouts(asset);
			if (isProblem(allowed)) return refusedBy(output, allowed);
			output.say(`Its books agree. ${asset} is paid out; whoever was told to come again will.`);
			return { ok: true, result: { ok: true, asset } };
		},
	);
}
