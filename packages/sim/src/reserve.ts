/**
 * The reserve of a world's operators: how much they repay to those who lose by one culprit's forks.
 *
 * In most worlds more than there is, so that every loser is repaid; in some so little that it runs out.
 */
import type { Profile } from "@tenten/protocol";
import type { Chance } from "./chance.ts";

export type Reserve = {
	/** minor units, where certificates say nothing */
	readonly forkLimit: bigint;
	/** what operators write into certificates */
	readonly limits: Profile["limits"];
};

export const ample: Reserve = { forkLimit: 1_000_000n, limits: null };

export function drawReserve(chance: Chance): Reserve {
	if (!chance.happens(0.4)) return ample;
	const forkLimit = BigInt(chance.between(5, 80));
	const offlineTotal = BigInt(chance.between(5, 160));
	const limits = { perTransfer: null, offlineTotal, holding: null };
	return { forkLimit, limits: chance.happens(0.4) ? limits : null };
}

/** What is drawn under one culprit at most: another operator's word never makes one pay more than one's own. */
export function limitOf({ forkLimit, limits }: Reserve, isOwn: boolean): bigint {
	const certified = limits?.offlineTotal ?? forkLimit;
	return isOwn || certified < forkLimit ? certified : forkLimit;
}
