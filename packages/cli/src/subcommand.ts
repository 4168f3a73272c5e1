/**
 * Subcommands: what every `tenten …` has in common: `--json`, an example in its help, and an exit code.
 *
 * 0: all is well. 1: the answer is no (totals differ, no evidence, a target missed). 2: the question could
 * not be asked (usage, a file that cannot be read). 70: a bug.
 */
import { type Argument, Command } from "commander";
import { makeOutput, type Output } from "./output.ts";

export const exitCodes = { well: 0, no: 1, badInput: 2, bug: 70 } as const;

/** `ok` decides the exit code; `result` is what `--json` prints last. */
export type Outcome = { readonly ok: boolean; readonly result: object };

export type Usage = {
	/** name and arguments, as commander writes them: `replay <file>` */
	readonly usage: string;
	readonly summary: string;
	readonly example: string;
	/** arguments that only take listed words; they follow those of `usage` */
	readonly arguments?: readonly Argument[];
	/** flags without which the command makes no sense */
	readonly required?: readonly (readonly [flags: string, meaning: string])[];
	/** flags and what they mean: `["--lines <file>", "the lines behind the invoices"]` */
	readonly options?: readonly (readonly [flags: string, meaning: string])[];
};

/** A subcommand whose arguments are `A` and whose options, as commander names them, are `O`. */
export function subcommand<A extends unknown[], O extends object = object>(
	{ usage, summary, example, arguments: listed = [], required = [], options = [] }: Usage,
	run: (output: Output, options: O, ...args: A) => Promise<Outcome>,
): Command {
	const [name = "", ...named] = usage.split(" ");
	const command = new Command(name).description(summary);
	for (const argument of named) command.argument(argument);
	for (const argument of listed) command.addArgument(argument);
	for (const [flags, meaning] of required) command.requiredOption(flags, meaning);
	for (const [flags, meaning] of options) command.option(flags, meaning);
	command.option("--json", "end with one line of JSON");
	command.addHelpText("after", `\nExample:\n  $ ${example}`);
	return command.action(async () => {
		const output = makeOutput(command.opts<{ json?: boolean }>().json === true);
		const { ok, result } = await run(output, command.opts<O>(), ...(command.processedArgs as A));
		output.result(result);
		process.exitCode = ok ? exitCodes.well : exitCodes.no;
	});
}

/** A name under which subcommands stand: `tenten evidence …`. */
export function family(name: string, summary: string, members: readonly Command[]): Command {
	const command = new Command(name).description(summary);
	for (const member of members) command.addCommand(member);
	return command;
}

/** Subcommands by their names, in the order of the help. Each is read when it is run: most of a start is reading sources. */
export type Members = Readonly<Record<string, (words: readonly string[]) => Promise<Command>>>;

/** Names that members had before, and what they are named now. */
export type EarlierNames = Readonly<Record<string, string>>;

/** The one that the first word names, by its name of before too, or, where it names none, all. */
export async function membersFor(
	members: Members,
	[word = "", ...words]: readonly string[],
	earlier: EarlierNames = {},
): Promise<Command[]> {
	const name = Object.hasOwn(earlier, word) ? (earlier[word] ?? word) : word;
	const only = Object.hasOwn(members, name) ? members[name] : undefined;
	const read =
		only === undefined
			? await Promise.all(Object.values(members).map((each) => each([])))
			: [await only(words)];
	for (const [before, now] of Object.entries(earlier))
		read.find((command) => command.name() === now)?.alias(before);
	return read;
}
