/** Bundles of messages as people pass them on: files and links. */
import { existsSync } from "node:fs";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import { fileReceiver, fileSender, linkOf, messagesOfLink } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";

/** The messages in a file, or in a link; bad input where it is neither. */
export async function readBundle(source: string): Promise<readonly Bytes[] | Refusal> {
	if (source.startsWith("tenten:")) return messagesOfLink(source);
	if (!/^\w+:\/\//.test(source) || existsSync(source)) return readBundleFile(source);
	if (source.startsWith("https://") && source.includes("#")) return messagesOfLink(source);
	throw new BadInput(`${source} is an address: give the file or the link of what is asked or paid`);
}

/** The messages in a file; bad input where it cannot be read. */
export async function readBundleFile(file: string): Promise<readonly Bytes[] | Refusal> {
	const messages = await fileReceiver(file).receive();
	// Nothing was sent that could be sent again: what was named is not there.
	if (isRefusal(messages) && messages.code === "channel-failed")
		throw new BadInput(messages.detail, { file });
	return messages;
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
