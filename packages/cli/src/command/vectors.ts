/** `tenten vectors`: published signature vectors against our own verdicts. */
import { runVectors } from "@tenten/module";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isFolder } from "../replay/recording.ts";
import { subcommand } from "../subcommand.ts";

export function vectorsCommand(): Command {
	return subcommand<[directory: string]>(
		{
			usage: "vectors <directory>",
			summary: "run every file of signature vectors in a folder",
			example: "tenten vectors shared/vectors",
		},
		async (output, _, directory) => {
			if (!isFolder(directory)) throw new BadInput("no such folder", { file: directory });
			const report = runVectors(directory);
			const { files, cases, agreed, stricter, disagreed, unknown } = report;
			output.say(`${cases} cases in ${files} files: ${agreed} agreed, ${stricter} stricter (high s)`);
			for (const name of disagreed) output.say(`disagreed: ${name}`);
			for (const name of unknown) output.say(`not run: ${name}`);
			return { ok: cases > 0 && disagreed.length === 0, result: report };
		},
	);
}
