/** `tenten completion`: prints what makes a shell complete this command. */
import { Argument, type Command } from "commander";
import { completionScript, type Shell, shells } from "../completion.ts";
import { subcommand } from "../subcommand.ts";

/** `program`: the whole tree, asked for when the command runs. */
export function completionCommand(program: () => Promise<Command>): Command {
	return subcommand<[shell: Shell]>(
		{
			usage: "completion",
			summary: "print shell completion",
			example: "source <(tenten completion bash)",
			arguments: [new Argument("<shell>", "whose completion").choices(shells)],
		},
		async (output, _, shell) => {
			const script = completionScript(shell, await program());
			output.say(script);
			return { ok: true, result: { shell, script } };
		},
	);
}
