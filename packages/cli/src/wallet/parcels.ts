/** Bundles of messages as people pass them on: files and links. */
import { existsSync } from "node:fs";
import type { Bytes, Refusal } from "@tenten/protocol";
import { fileReceiver, fileSender, linkOf, messagesOfLink } from "@tenten/wallet";
import type { Output } from "../output.ts";

/** The messages in a file, or in a link. */
export async function readBundle(source: string): Promise<readonly Bytes[] | Refusal> {
	const isLink = source.startsWith("tenten:") || (source.startsWith("https://") && !existsSync(source));
	return isLink ? messagesOfLink(source) : fileReceiver(source).receive();
}

/** Writes messages to a file that survives a loss of power, or shows them as a link; where they are. */
export async function passOn(
	output: Output,
	messages: readonly Bytes[],
	file: string | undefined,
): Promise<{ readonly file: string } | { readonly link: string }> {
	if (file !== undefined) {
		await fileSender(file).send(messages);
		return { file };
	}
	const link = linkOf(messages);
	output.say(link);
	return { link };
}
