/**
 * How far peers' logs were seen: the newest checkpoint of each that its quorum cosigned, read where the log is served.
 *
 * It stands in every seal from then on. So whoever rewrites one log contradicts the seals of all others.
 */
import {
	type Bytes,
	isRefusal,
	noteBytes,
	openUnderPolicy,
	type PeerCheckpoint,
	type Policy,
	quorumSince,
	type Refusal,
	refuse,
	sha256,
	type Verify,
} from "@tenten/protocol";
import { type LogSource, LogUnreachable } from "../log/source.ts";

/** A peer's log: `peer` is the key id of its operator's root, and `policy` names this log and who must have cosigned. */
export type PeerLog = { readonly peer: Bytes; readonly source: LogSource; readonly policy: Policy };

/**
 * The checkpoint that a log shows, if its quorum cosigned it at whatever time: whoever only notes how far it was seen
 * asks for no fresh one. `channel-failed`, `quorum-missing`, or the refusals of `openUnderPolicy`.
 */
export async function checkpointOf(
	{ peer, source, policy }: PeerLog,
	verify: Verify,
): Promise<PeerCheckpoint | Refusal> {
	const note = await source("checkpoint", noteBytes).catch((error: unknown) => {
		if (error instanceof LogUnreachable) return undefined;
		throw error;
	});
	if (note === undefined) return refuse("channel-failed", "its log shows no checkpoint");
	const opened = openUnderPolicy(note, policy, verify);
	if (isRefusal(opened)) return opened;
	const { quorum } = policy;
	if (quorum.kind === "none" || quorumSince(quorum, opened.cosignatures) === undefined)
		return refuse("quorum-missing", "too few witnesses cosigned its checkpoint");
	return { peer, size: opened.size, hash: sha256(opened.note.text) };
}
