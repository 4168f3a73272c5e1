/**
 * The program: every subcommand in one tree, and the one place where errors become words and exit codes.
 *
 * Help and completion are made from this tree, so a command that stands here is documented and completed.
 */
import { Command, CommanderError } from "commander";
import { BadInput } from "./bad-input.ts";
import { jsonLine } from "./output.ts";
import { exitCodes, type Members, membersFor } from "./subcommand.ts";

const members: Members = {
	sandbox: async () => (await import("./command/sandbox.ts")).sandboxCommand(),
	demo: async () => (await import("./command/demo.ts")).demoCommand(),
	wallet: async () => (await import("./command/wallet.ts")).walletCommands(),
	device: async () => (await import("./command/device.ts")).deviceCommands(),
	operator: async (words) => (await import("./command/issuer.ts")).issuerCommands(words),
	doctor: async () => (await import("./command/doctor.ts")).doctorCommand(),
	licensor: async () => (await import("./command/licensor.ts")).licensorCommands(),
	relay: async () => (await import("./command/relay.ts")).relayCommand(),
	rail: async () => (await import("./command/rail.ts")).railCommands(),
	log: async () => (await import("./command/log.ts")).logCommands(),
	witness: async () => (await import("./command/witness.ts")).witnessCommands(),
	fog: async () => (await import("./command/fog.ts")).fogCommands(),
	replay: async () => (await import("./command/replay.ts")).replayCommand(),
	evidence: async () => (await import("./command/evidence.ts")).evidenceCommand(),
	proof: async () => (await import("./command/proof.ts")).proofCommand(),
	crossing: async () => (await import("./command/crossing.ts")).crossingCommand(),
	record: async () => (await import("./command/record.ts")).recordCommand(),
	settle: async () => (await import("./command/settle.ts")).settleCommand(),
	vectors: async () => (await import("./command/vectors.ts")).vectorsCommand(),
	bench: async () => (await import("./command/bench.ts")).benchCommand(),
	torture: async () => (await import("./command/torture.ts")).tortureCommand(),
	races: async () => (await import("./command/races.ts")).racesCommand(),
	sim: async () => (await import("./command/sim.ts")).simCommand(),
	faults: async () => (await import("./command/faults.ts")).faultsCommand(),
	completion: async () =>
		(await import("./command/completion.ts")).completionCommand(async () => await makeProgram()),
};

const earlier = { issuer: "operator" } as const;

/** `words`: what is run, of which only that is read. All of it, where they name nothing. */
export async function makeProgram(words: readonly string[] = []): Promise<Command> {
	const program = new Command("tenten")
		.description("Value that passes from hand to hand: wallets, operators, and the proofs between them.")
		.version("0.1.0")
		.showHelpAfterError("(--help says how it is used)")
		.addHelpText("after", "\nExample:\n  $ tenten sandbox");
	for (const member of await membersFor(members, words, earlier)) program.addCommand(member);
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
		const program = await makeProgram(args);
		await program.parseAsync([...args], { from: "user" });
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
