/**
 * The time in which devices work: their gateway killed, its operator gone, and the gateway looked at throughout.
 *
 *   ├─────────────┬─────────────┬─────────────┬─────────────┤   a life of the gateway, weighed at the end of each quarter
 *           operator killed ───────────▶ started again
 *
 * Kills are spread over the whole, and each begins a life; what is said of memory is said of the last one.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { TorturedGateway } from "./gateway-process.ts";
import type { MemorySample, QuarterSample } from "./memory.ts";
import type { FogOperator } from "./operator.ts";

export type Watching = {
	readonly seconds: number;
	/** of those, how long the operator is gone, in the middle of them */
	readonly outage_s: number;
	/** of the gateway */
	readonly kills: number;
	readonly progress?: (seconds: number) => void;
};

export type Watchers = {
	readonly gateway: TorturedGateway;
	readonly operator: FogOperator;
	/** called every second */
	readonly look: () => void;
};

export type Watched = {
	/** of what the system has in memory for the gateway, in its last life after a warm-up */
	readonly samples: readonly MemorySample[];
	/** of its last life */
	readonly quarters: readonly QuarterSample[];
	/** seconds of its last life */
	readonly life_s: number;
	/** kills of the gateway, and how long the operator's process was gone or started */
	readonly kills: number;
	readonly gone_s: number;
	/** the most records that waited when it was asked */
	readonly waitingMost: number;
};

const lookEvery_ms = 1_000;
/** seconds of a life that are not weighed: caches fill, code is compiled */
const warmUpMost_s = 60;

export async function watch(
	{ seconds, outage_s, kills, progress = () => undefined }: Watching,
	{ gateway, operator, look }: Watchers,
): Promise<Watched> {
	const from_ms = performance.now();
	const elapsed_s = (): number => (performance.now() - from_ms) / 1_000;
	const until = (at_s: number): Promise<void> =>
		pause(Math.max(0, 1_000 * at_s - (performance.now() - from_ms)));
	let [killed, gone_s, waitingMost] = [0, 0, 0];
	let [samples, bornAt_s]: [MemorySample[], number] = [[], 0];
	const quarters: QuarterSample[] = [];
	const outage = async (): Promise<void> => {
		if (outage_s === 0) return;
		await until((seconds - outage_s) / 2);
		const back = await operator.down();
		const since_s = elapsed_s();
		await pause(1_000 * outage_s);
		back();
		await operator.victim.up();
		gone_s = elapsed_s() - since_s;
	};
	const living = async (): Promise<void> => {
		for (; killed < kills; killed++) {
			await until((seconds * (killed + 1)) / (kills + 1));
			await gateway.kill();
			await gateway.start();
			[samples, bornAt_s] = [[], elapsed_s()];
		}
		for (const quarter of [1, 2, 3, 4]) {
			await until(bornAt_s + ((seconds - bornAt_s) * quarter) / 4);
			const weight = await gateway.weigh();
			if (weight !== undefined) quarters.push({ at_s: elapsed_s() - bornAt_s, ...weight });
		}
	};
	const looking = async (): Promise<void> => {
		const warmUp_s = Math.min(warmUpMost_s, seconds / 5);
		while (elapsed_s() < seconds) {
			await pause(lookEvery_ms);
			progress(Math.floor(elapsed_s()));
			look();
			const bytes = gateway.resident();
			if (bytes !== undefined && elapsed_s() > bornAt_s + warmUp_s)
				samples.push({ at_s: elapsed_s() - bornAt_s, bytes });
			const standing = await gateway.standing().catch(() => undefined);
			waitingMost = Math.max(waitingMost, standing?.records.waiting ?? 0);
		}
	};
	await Promise.all([outage(), living(), looking()]);
	return { samples, quarters, life_s: seconds - bornAt_s, kills: killed, gone_s, waitingMost };
}
