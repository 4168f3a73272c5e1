/** `payouts` of an operator: what to do once the watch over its books has stopped them. */
import type { Command } from "commander";
import { family } from "../subcommand.ts";
import { askCommand } from "./operator-command.ts";

export function payoutCommands(): Command {
	return family("payouts", "payouts that the watch over the books has stopped", [allowCommand()]);
}

function allowCommand(): Command {
	return askCommand(
		{
			usage: "allow <asset>",
			summary:
				"pay out an asset again, once its books agree: they are counted anew, and it is in the audit log",
			example: "tenten operator payouts allow JPY --data ./bank",
		},
		(client, _, asset: string) => client.allowPayouts(asset),
		(output, _, asset) => {
			output.say(`Its books agree. ${asset} is paid out; whoever was told to come again will.`);
			return { asset };
		},
	);
}
