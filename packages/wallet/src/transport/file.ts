/**
 * A bundle as a file: on a memory card, in a mail, in a shared folder. One way.
 *
 * A file is replaced whole and survives a loss of power, so a reader meets a bundle or none, never a part.
 */
import { open } from "node:fs/promises";
import { refuse } from "@tenten/protocol";
import { replaceFile } from "../durable.ts";
import { decodeBundle, encodeBundle, maximumBundleBytes } from "./bundle.ts";
import type { OneWayReceiver, OneWaySender } from "./channel.ts";

/** Durable when it resolves. */
export function fileSender(path: string): OneWaySender {
	return { send: async (messages) => replaceFile(path, encodeBundle(messages)) };
}

/** `channel-failed` where there is no such file or it cannot be read. */
export function fileReceiver(path: string): OneWayReceiver {
	return {
		receive: async () => {
			try {
				return decodeBundle(await readAtMost(path, maximumBundleBytes + 1));
			} catch (error) {
				return refuse("channel-failed", error instanceof Error ? error.message : "");
			}
		},
	};
}

/** The first bytes of a file, however long it is or grows meanwhile. */
async function readAtMost(path: string, maximum: number): Promise<Uint8Array> {
	const file = await open(path, "r");
	try {
		const buffer = new Uint8Array(Math.min(maximum, (await file.stat()).size + 1));
		let length = 0;
		while (length < buffer.length) {
			const { bytesRead } = await file.read(buffer, length);
			if (bytesRead === 0) break;
			length += bytesRead;
		}
		return buffer.subarray(0, length);
	} finally {
		await file.close();
	}
}
