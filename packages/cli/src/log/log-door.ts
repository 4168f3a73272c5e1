/** The doors of operators, over HTTP, as a wallet's gate asks them: for the newest checkpoint, and for proofs of issues. */
import { type Bytes, limits, noteBytes, type Refusal, refuse, toHex } from "@tenten/protocol";
import type { LogDoor } from "@tenten/wallet";

/** Addresses: where an operator's log is read, and its own. */
export type LogAddresses = { readonly logUrl: string; readonly url: string };

/** milliseconds: a payer waits meanwhile */
const timeout_ms = 5_000;

/** Whatever is not answered is `channel-failed`. */
export function logDoor(addressesOf: (operator: Bytes) => LogAddresses | undefined): LogDoor {
	const fetched = async (address: string | undefined, path: string, most: number) =>
		address === undefined
			? refuse("channel-failed", "nothing is known of this operator")
			: read(address, path, most);
	return {
		checkpoint: (operator) => fetched(addressesOf(operator)?.logUrl, "checkpoint", noteBytes),
		proof: (operator, issue) =>
			fetched(addressesOf(operator)?.url, `v1/batches/issues/${toHex(issue)}`, 2 * limits.message),
	};
}

async function read(address: string, path: string, most: number): Promise<Bytes | Refusal> {
	// A wallet that asks nobody does without an operator's sources: reading them takes longer than all of its own.
	const { httpSource, LogUnreachable } = await import("@tenten/operator");
	try {
		return (await httpSource(address, { timeout_ms })(path, most)) ?? refuse("channel-failed", "it has none");
	} catch (error) {
		if (error instanceof LogUnreachable) return refuse("channel-failed", error.message);
		throw error;
	}
}
