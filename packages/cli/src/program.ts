/**
 * The program: every subcommand in one tree, and the one place where errors become words and exit codes.
 *
 * Help and completion are made from this tree, so a command that stands here is documented and completed.
 */
import { Command, CommanderError } from "commander";
import { BadInput } from "./bad-input.ts";
import { benchCommand } from "./command/bench.ts";
import { completionCommand } from "./command/completion.ts";
import { crossingCommand } from "./command/crossing.ts";
import { demoCommand } from "./command/demo.ts";
import { doctorCommand } from "./command/doctor.ts";
import { evidenceCommand } from "./command/evidence.ts";
import { faultsCommand } from "./command/faults.ts";
import { fogCommands } from "./command/fog.ts";
import { issuerCommands } from "./command/issuer.ts";
import { licensorCommands } from "./command/licensor.ts";
import { logCommands } from "./command/log.ts";
import { proofCommand } from "./command/proof.ts";
import { racesCommand } from "./command/races.ts";
import { railCommands } from "./command/rail.ts";
import { recordCommand } from "./command/record.ts";
import { relayCommand } from "./command/relay.ts";
import { replayCommand } from "./command/replay.ts";
import { sandboxCommand } from "./command/sandbox.ts";
import { settleCommand } from "./command/settle.ts";
import { simCommand } from "./command/sim.ts";
import { tortureCommand } from "./command/torture.ts";
import { vectorsCommand } from "./command/vectors.ts";
import { walletCommands } from "./command/wallet.ts";
import { witnessCommands } from "./command/witness.ts";
import { jsonLine } from "./output.ts";
import { exitCodes } from "./subcommand.ts";

export function makeProgram(): Command {
	const program = new Command("tenten")
		.description("Value that passes from hand to hand: wallets, operators, and the proofs between them.")
		.version("0.1.0")
		.showHelpAfterError("(--help says how it is used)")
		.addHelpText("after", "\nExample:\n  $ tenten sandbox");
	const members = [
		sandboxCommand(),
		demoCommand(),
		walletCommands(),
		issuerCommands(),
		doctorCommand(),
		licensorCommands(),
		relayCommand(),
		railCommands(),
		logCommands(),
		witnessCommands(),
		fogCommands(),
		replayCommand(),
		evidenceCommand(),
		proofCommand(),
		crossingCommand(),
		recordCommand(),
		settleCommand(),
		vectorsCommand(),
		benchCommand(),
		tortureCommand(),
		racesCommand(),
		simCommand(),
		faultsCommand(),
	];
	for (const member of [...members, completionCommand(() => program)]) program.addCommand(member);
	everyCommand(program).forEach((command) => {
		command.exitOverride();
	});
	return program;
}

function everyCommand(command: Command): readonly Command[] {
	return [command, ...command.commands.flatMap(everyCommand)];
}

/** Runs `tenten` with these arguments; the exit code says whether all is well. */
export async function main(args: readonly string[]): Promise<number> {
	try {
		await makeProgram().parseAsync([...args], { from: "user" });
		return Number(process.exitCode ?? exitCodes.well);
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.well : exitCodes.badInput;
		const isExpected = error instanceof BadInput;
		const words = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
		process.stderr.write(`tenten: ${words}\n`);
		if (args.includes("--json"))
			process.stdout.write(`${jsonLine({ ok: false, error: isExpected ? error.message : "a bug" })}\n`);
		return isExpected ? exitCodes.badInput : exitCodes.bug;
	}
}
