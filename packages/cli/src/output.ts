/**
 * Output: one layer between every command and the terminal.
 *
 * For people: text on stdout, progress on stderr. With `--json`: text and progress on stderr, and stdout
 * holds one line, the JSON object that scripts read. Amounts are bigint and are written as JSON integers,
 * digit for digit. Off a terminal a progress bar becomes a plain line every few seconds.
 */
import { plainText } from "@tenten/wallet";
import { SingleBar } from "cli-progress";

export type Progress = { readonly reach: (done: number) => void; readonly end: () => void };

export type Output = {
	readonly say: (text: string) => void;
	/** a bar over `total` steps, named by what is counted */
	readonly progress: (label: string, total: number) => Progress;
	/** the JSON object of `--json`; nothing for people, who were told in words */
	readonly result: (value: object) => void;
};

const plainLineEvery_ms = 5000;

declare global {
	interface JSON {
		/** A number of which every digit is written: Node 24 has it, the es2023 library does not. */
		readonly rawJSON: (text: string) => unknown;
	}
}

export function jsonLine(value: object): string {
	return JSON.stringify(value, (_, entry) => (typeof entry === "bigint" ? JSON.rawJSON(`${entry}`) : entry));
}

export function makeOutput(json: boolean): Output {
	const people = json ? process.stderr : process.stdout;
	return {
		// Memos and names of strangers are in it: a terminal obeys none of them.
		say: (text) => people.write(`${text.split("\n").map(plainText).join("\n")}\n`),
		progress: (label, total) => showProgress(label, total),
		result: (value) => {
			if (json) process.stdout.write(`${jsonLine(value)}\n`);
		},
	};
}

function showProgress(label: string, total: number): Progress {
	const bar = new SingleBar({
		format: `${label} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left`,
		stream: process.stderr,
		noTTYOutput: true,
		notTTYSchedule: plainLineEvery_ms,
		etaBuffer: 1000,
		hideCursor: true,
	});
	bar.start(total, 0);
	return { reach: (done) => bar.update(done), end: () => bar.stop() };
}
