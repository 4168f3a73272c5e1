/**
 * Other witnesses of a log, asked for the checkpoint that they hold and the hashes under it: two views of one log that
 * were shown to two witnesses are found when these two compare (gossip; docs/spec/witness.md).
 *
 * An answer counts only as far as the log signed it, and tiles only as far as they make evidence that convicts.
 */
import { isRefusal, type LogKeys, type Refusal, sha256, toHex, toUtf8, type Verify } from "@tenten/protocol";
import { readCheckpoint } from "../log/checking.ts";
import { fetchedSource, type LogSource } from "../log/source.ts";
import type { View } from "./views.ts";

/** How the door of a witness names a log: SHA-256 of its origin, in hexadecimal. */
export function logId(origin: string): string {
	return toHex(sha256(toUtf8(origin)));
}

/** What a witness at this address keeps of a log. */
export function witnessSource(url: string, origin: string): LogSource {
	const base = `${url.replace(/\/+$/, "")}/v1/logs/${logId(origin)}`;
	return fetchedSource((path) =>
		path === "checkpoint" ? `${base}/checkpoint` : `${base}/tiles?path=${encodeURIComponent(path)}`,
	);
}

/** Its view; a refusal where it has none, or shows something else. Throws where it cannot be reached. */
export async function viewOf(source: LogSource, keys: LogKeys, verify: Verify): Promise<View | Refusal> {
	const checkpoint = await readCheckpoint(source, keys, verify);
	return isRefusal(checkpoint) ? checkpoint : { checkpoint, source };
}
