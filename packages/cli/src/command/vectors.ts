/** `tenten vectors`: our own vectors and published signature vectors, against our own verdicts. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isFolder } from "../replay/recording.ts";
import { subcommand } from "../subcommand.ts";
import { runFolder } from "../vectors/run.ts";

export function vectorsCommand(): Command {
	return subcommand<[directory: string]>(
		{
			usage: "vectors <directory>",
			summary: "run every file of vectors in a folder: ours, and published ones of signatures",
			example: "tenten vectors vectors",
		},
		async (output, _, directory) => {
			if (!isFolder(directory)) throw new BadInput("no such folder", { file: directory });
			const { own, published } = await runFolder(directory);
			const { files, cases, agreed, stricter } = published;
			const disagreed = [...own.disagreed, ...published.disagreed];
			if (own.files > 0)
				output.say(
					`${own.files} files of vectors: ${own.accepted} accepted, ${own.refused} refused as they say`,
				);
			if (own.files === 0 || cases > 0)
				output.say(`${cases} cases in ${files} files: ${agreed} agreed, ${stricter} stricter (high s)`);
			for (const name of disagreed) output.say(`disagreed: ${name}`);
			for (const name of [...own.unknown, ...published.unknown]) output.say(`not run: ${name}`);
			return {
				ok: own.accepted + own.refused + cases > 0 && disagreed.length === 0,
				result: { own, ...published, disagreed },
			};
		},
	);
}
