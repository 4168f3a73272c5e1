/** What operators of the sandbox have to know of one another to verify each other. */
import type { NewUnlock } from "@tenten/module";
import type { RequestLog } from "@tenten/operator";
import {
	type Bytes,
	type LogKeys,
	type Policy,
	parsePolicy,
	parseVerifierKey,
	sha256,
	toUtf8,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { mutualPolicy, type PolicyLog, type PolicyWitness } from "../../server/mutual-policy.ts";

/** An operator's log. */
export type KnownLog = PolicyLog & {
	readonly name: string;
	/** id of the operator */
	readonly operator: Bytes;
};

/** An operator that witnesses the others, too. */
export type Known = KnownLog &
	PolicyWitness & {
		/** key id of the witness's key for seals, hexadecimal */
		readonly sealKey: string;
	};

/** Opens keys of logs and witnesses in the sandbox, which hold nothing that needs a better one; a passphrase takes longer. */
export const unlock: NewUnlock = { kind: "device", key: sha256(toUtf8("sandbox")) };

/**
 * Seconds that a quorum may be old: then it is shown as stale, and value of that operator is not taken elsewhere. Five
 * rounds of witnesses, and five seconds for a machine that is busy.
 */
export function oldMost(epoch_s: number): number {
	return Math.ceil(5 * epoch_s) + 5;
}

/** Who witnesses a log: all but its own operator. */
export function witnessesOf(log: KnownLog, all: readonly Known[]): readonly Known[] {
	return all.filter(({ name }) => name !== log.name);
}

/** How a log is verified: its witnesses count for it. */
export function policyOf(log: KnownLog, all: readonly Known[]): Policy {
	return must(parsePolicy(toUtf8(mutualPolicy([log], witnessesOf(log, all)))));
}

export function keysOf({ logKey }: KnownLog): LogKeys {
	const key = must(parseVerifierKey(logKey));
	return { origin: key.name, keys: [key] };
}

/** Bugs alone are said: who was here and what was asked is nobody's business in the sandbox. */
export const quiet: RequestLog = { info: () => undefined, error: (_, message) => console.error(message) };
