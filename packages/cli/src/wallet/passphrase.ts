/**
 * Where a passphrase comes from: a file, the environment, or the keyboard without echo, in this order.
 *
 * It is never taken from the command line, which other users of the machine can read.
 */
import { readFileSync } from "node:fs";
import { BadInput } from "../bad-input.ts";

export type PassphraseSource = {
	readonly file?: string | undefined;
	/** what it opens, in the words of the prompt */
	readonly what: string;
	/** asked twice when it is typed */
	readonly isNew: boolean;
};

export async function readPassphrase({ file, what, isNew }: PassphraseSource): Promise<string> {
	if (file !== undefined) return notEmpty(firstLine(file));
	const { TENTEN_PASSPHRASE: inEnvironment } = process.env;
	if (inEnvironment !== undefined) return notEmpty(inEnvironment);
	if (!process.stdin.isTTY)
		throw new BadInput("no passphrase: use --passphrase-file, or set TENTEN_PASSPHRASE");
	const typed = notEmpty(
		await typeUnseen(isNew ? `New passphrase for ${what}: ` : `Passphrase of ${what}: `),
	);
	if (isNew && (await typeUnseen("The same again: ")) !== typed)
		throw new BadInput("the two passphrases differ: nothing was made");
	return typed;
}

function firstLine(file: string): string {
	try {
		return readFileSync(file, "utf8").split(/\r?\n/, 1)[0] ?? "";
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}

function notEmpty(passphrase: string): string {
	if (passphrase === "") throw new BadInput("the passphrase is empty");
	return passphrase;
}

const enter = "\r\n\u0004";
const erase = "\b\u007f";
const interrupt = "\u0003";

/** One line from the terminal; nothing of it is shown. */
function typeUnseen(prompt: string): Promise<string> {
	const { stdin, stderr } = process;
	// Without echo before the prompt is there: people type ahead.
	stdin.setRawMode(true);
	stdin.setEncoding("utf8");
	stdin.resume();
	stderr.write(prompt);
	return new Promise((resolve, reject) => {
		let typed: readonly string[] = [];
		const end = (settle: () => void): void => {
			stdin.off("data", take);
			stdin.setRawMode(false);
			stdin.pause();
			stderr.write("\n");
			settle();
		};
		const take = (text: string): void => {
			for (const letter of text) {
				if (letter === interrupt) end(() => reject(new BadInput("interrupted: nothing was done")));
				else if (enter.includes(letter)) end(() => resolve(typed.join("")));
				else typed = erase.includes(letter) ? typed.slice(0, -1) : [...typed, letter];
			}
		};
		stdin.on("data", take);
	});
}
