/** `peers` of an operator: what it has to settle with operators that it lists. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { family } from "../subcommand.ts";
import { askCommand } from "./operator-command.ts";

export function peerCommands(): Command {
	return family("peers", "operators that it lists beside itself", [debtsCommand()]);
}

function debtsCommand(): Command {
	return askCommand(
		{
			usage: "debts <peer>",
			summary: "what holders whom it certified owe a peer: asked there now, and signed by the peer",
			example:
				"tenten operator peers debts 466f7dd96ff3f7001fb7a33144e90b6c6ea5696f9cb68aedcede092d3b546497 --data ./bank",
		},
		(client, _, peer: string) => {
			if (!/^[0-9a-f]{64}$/.test(peer))
				throw new BadInput(`${peer} is no operator's id: 64 hexadecimal digits`);
			return client.debtsAt(peer);
		},
		(output, debts) => {
			for (const { culprit, drawn, owed, caseFiles } of debts)
				output.say(
					`${culprit} owes ${owed.value} of ${drawn.value} minor units of ${owed.asset}, cases there: ${caseFiles.join(" ")}`,
				);
			if (debts.length === 0) output.say("Nothing: no holder of ours forked its tokens.");
			return { debts };
		},
	);
}
