/** Consent at a terminal: what is about to happen is said first, and asked where nobody agreed to it yet. */
import { createInterface } from "node:readline/promises";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";

/** Returns when the user agrees. `isAgreed`: by flags that say exactly this. */
export async function agree(output: Output, what: string, isAgreed: boolean): Promise<void> {
	output.say(what);
	if (isAgreed) return;
	if (!process.stdin.isTTY) throw new BadInput("nobody agreed to this: add --yes. Nothing has moved");
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	const answer = await terminal.question("Agree? [y/N] ");
	terminal.close();
	if (!/^(y|yes)$/i.test(answer.trim())) throw new BadInput("not agreed. Nothing has moved");
}
