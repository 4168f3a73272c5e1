/**
 * Shell completion, written from the tree of commands: what can follow each path of subcommands.
 *
 * Where nothing of ours fits, the shell completes file names.
 */
import type { Command } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

type Word = { readonly text: string; readonly meaning: string };

/** A path of subcommands, e.g. `evidence verify`, and the words that may follow it. */
type Place = { readonly path: string; readonly words: readonly Word[] };

export function completionScript(shell: Shell, program: Command): string {
	const places = placesOf(program, "");
	switch (shell) {
		case "bash":
			return bash(program.name(), places);
		case "zsh":
			return zsh(program.name(), places);
		case "fish":
			return fish(program.name(), places);
		default:
			return shell satisfies never;
	}
}

function placesOf(command: Command, path: string): readonly Place[] {
	const subcommands = command.commands.flatMap((member) =>
		namesOf(member).map((text) => ({ text, meaning: member.description() })),
	);
	const choices = command.registeredArguments.flatMap(({ argChoices, description }) =>
		(argChoices ?? []).map((text) => ({ text, meaning: description })),
	);
	const options = command.options.map(({ long, description }) => ({
		text: long ?? "",
		meaning: description,
	}));
	const below = command.commands.flatMap((member) =>
		namesOf(member).flatMap((name) => placesOf(member, `${path} ${name}`.trim())),
	);
	const help = { text: "--help", meaning: "display help for command" };
	return [{ path, words: [...subcommands, ...choices, ...options, help] }, ...below];
}

/** Its name, and those that it had before. */
function namesOf(command: Command): readonly string[] {
	return [command.name(), ...command.aliases()];
}

/** How far the words typed so far lead into the tree; bash and zsh share these lines. */
function walk(places: readonly Place[], typed: string): string {
	const patterns = places.filter(({ path }) => path !== "").map(({ path }) => `"${path}"`);
	return `	local where=""
	for word in ${typed}; do
		case "\${where:+$where }$word" in
			${patterns.join("|")}) where="\${where:+$where }$word" ;;
		esac
	done`;
}

function bash(name: string, places: readonly Place[]): string {
	const cases = places.map(
		({ path, words }) => `		"${path}") words="${words.map(({ text }) => text).join(" ")}" ;;`,
	);
	return `# ${name} completion for bash: source <(${name} completion bash)
_${name}() {
	local word words
${walk(places, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
	case "$where" in
${cases.join("\n")}
	esac
	COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
	const quote = (text: string): string => `'${text.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;
	const cases = places.map(({ path, words }) => {
		const described = words.map(({ text, meaning }) => `${quote(text)}':'${quote(meaning)}`);
		return `		"${path}") entries=(${described.join(" ")}) ;;`;
	});
	return `#compdef ${name}
# ${name} completion for zsh: source <(${name} completion zsh)
_${name}() {
	local word
	local -a entries
${walk(places, `"\${(@)words[2,CURRENT-1]}"`)}
	case "$where" in
${cases.join("\n")}
	esac
	_describe ${name} entries || _files
}
compdef _${name} ${name}
`;
}

function fish(name: string, places: readonly Place[]): string {
	const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
	const lines = places.flatMap(({ path, words }) =>
		words.map(({ text, meaning }) => {
			const word = text.startsWith("--") ? `-l ${text.slice(2)}` : `-a ${text}`;
			return `complete -c ${name} -n '__${name}_at ${quote(path).slice(1, -1)}' ${word} -d ${quote(meaning)}`;
		}),
	);
	const paths = places.filter(({ path }) => path !== "").map(({ path }) => quote(path));
	return `# ${name} completion for fish: ${name} completion fish | source
function __${name}_at
	set -l where
	for word in (commandline -opc)[2..]
		set -l next (string join ' ' -- $where $word)
		contains -- "$next" ${paths.join(" ")}; and set where $next
	end
	test "$where" = "$argv"
end
${lines.join("\n")}
`;
}
