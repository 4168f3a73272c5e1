/**
 * `bench scale`: a million devices and 10,000 payments a second for an hour of simulated time, tokens beside accounts.
 *
 *   tokens     a town in which everything that reaches the operator is decided as wallets decide it: withdrawals,
 *              upkeep, redemptions; tokens weigh what real ones of as many hops weigh, measured at the start
 *   accounts   the messages of flows 18 and 25, by how many intermediaries there are, directly and through a hub
 *
 * Counts, not times: signatures are left out, so an hour passes in minutes. The town is seeded and repeats.
 */

import { serializeToken } from "@tenten/protocol";
import {
	accountFlow,
	type Chance,
	messagesToSystems,
	type RailLoad,
	runRailLoad,
	runTown,
	type TownReport,
} from "@tenten/sim";
import { makeEcosystem } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { makeChain } from "./chain.ts";
import { percentile } from "./percentile.ts";
import { type Draw, uniform, zipf } from "./popularity.ts";
import type { BenchOptions, BenchResult } from "./result.ts";

type ScaleOptions = BenchOptions & { readonly devices?: number; readonly rate_per_s?: number };

const seed = 1;
const intermediaryCounts = [2, 10, 100, 1_000] as const;
const longest = 32;
/** of all transmissions on the rail */
const loss = 0.01;
/** payments by which the load of intermediaries is found: a minute of the hour */
const railSeconds = 60;

export async function benchScale(output: Output, options: ScaleOptions): Promise<readonly BenchResult[]> {
	const { minutes = 60, devices = 1_000_000, rate_per_s = 10_000 } = options;
	const weights = await realWeights();
	const results: BenchResult[] = [];
	const reach = messagesToSystems(accountFlow("reserved", false).steps);
	for (const [name, payees] of [
		["payees uniform", uniform],
		["payees by Zipf 1.0", zipf],
	] as const) {
		const duration_s = Math.round(60 * minutes);
		const bar = output.progress(`scale: ${name}`, rate_per_s * duration_s);
		const payee = drawnBy(payees, devices);
		const report = runTown({
			seed,
			devices,
			rate_per_s,
			duration_s,
			purse: 30_000n,
			ceiling: 100_000n,
			forkEvery: 100_000,
			payee,
			weights,
			progress: bar.reach,
		});
		bar.end();
		results.push(...townRows(name, report, reach));
	}
	const orders = results.find(({ metric }) => metric.startsWith("orders"))?.ours ?? 0;
	results.push(...railRows(output, railLoads(rate_per_s), orders, rate_per_s));
	// In kilobytes.
	const memory = process.resourceUsage().maxRSS / 2 ** 20;
	results.push(row("memory of the simulator", "GiB", memory, { target: { of: "ours", atMost: 4 } }));
	return results;
}

/** Bytes and signatures of real tokens, each hop two-phase with change, no certificate twice. */
async function realWeights(): Promise<{ readonly bytes: number[]; readonly signatures: number[] }> {
	const ecosystem = await makeEcosystem("Scale", { code: "JPY", scale: 0 });
	const way = { way: "twoPhase", hasChange: true, holders: longest + 1 } as const;
	const chain = await makeChain(ecosystem, longest, way);
	return {
		bytes: chain.map((token) => serializeToken(token).length),
		signatures: chain.map(({ token }) => 1 + token.hops.length + token.certificates.length),
	};
}

function drawnBy(popularity: typeof zipf, places: number): (chance: Chance) => number {
	let current: Chance | undefined;
	const draw: Draw = popularity(places, () => (current as Chance).below(1_000_000_000) / 1_000_000_000);
	return (chance) => {
		current = chance;
		return draw();
	};
}

type Rest = { readonly peer?: number; readonly target?: BenchResult["target"] } & Pick<BenchResult, "series">;

function row(metric: string, unit: string, ours: number, { peer, target, series }: Rest = {}): BenchResult {
	return {
		name: "scale",
		metric,
		unit,
		ours,
		limit: null,
		peer: peer ?? null,
		ratio: peer === undefined ? null : ours / peer,
		spread: null,
		target: target ?? null,
		...(series && { series }),
	};
}

function townRows(name: string, report: TownReport, reach: number): readonly BenchResult[] {
	const { payments, orders, lateOrders, rows, hops, forks, deposited, redeemed, held, forged } = report;
	if (held + redeemed !== deposited + forged) throw new Error("the town made or lost value");
	const all = orders.withdrawals + orders.refreshes + orders.redemptions;
	const each = (count: number): number => count / payments;
	const claimed = hops.flatMap((count, links) => (count === 0 ? [] : [{ links, count }]));
	const delays = forks.delays_s.toSorted((a, b) => a - b);
	const said = `, ${name}`;
	return [
		row(`orders to the operator in the last quarter${said}`, "a payment", 4 * each(lateOrders), {
			peer: reach,
			target: { of: "ours", atMost: 0.1 },
		}),
		row(`orders in the whole time${said}`, "a payment", each(all), { peer: reach }),
		row(`of them withdrawals${said}`, "a payment", each(orders.withdrawals)),
		row(`of them refreshes${said}`, "a payment", each(orders.refreshes)),
		row(`of them redemptions${said}`, "a payment", each(orders.redemptions)),
		row(`registry rows${said}`, "a payment", each(rows)),
		row(`hops when it comes in, p50${said}`, "hops", linksAt(claimed, 0.5)),
		row(`hops when it comes in, p99${said}`, "hops", linksAt(claimed, 0.99)),
		row(`forks proven by the end${said}`, "of 1", forks.made === 0 ? 1 : delays.length / forks.made),
		row(`until a fork is proven, p50${said}`, "s", percentile(delays, 50)),
		row(`until a fork is proven, p99${said}`, "s", percentile(delays, 99)),
	];
}

function linksAt(
	claimed: readonly { readonly links: number; readonly count: number }[],
	share: number,
): number {
	const all = claimed.reduce((sum, { count }) => sum + count, 0);
	let below = 0;
	for (const { links, count } of claimed) {
		below += count;
		if (below >= share * all) return links;
	}
	return 0;
}

const rails = {
	"flow 18": { credit: "final", hasHub: false },
	"flow 18 through a hub": { credit: "final", hasHub: true },
	"flow 25": { credit: "reserved", hasHub: false },
	"flow 25 through a hub": { credit: "reserved", hasHub: true },
} as const;

function railLoads(rate_per_s: number): ReadonlyMap<string, readonly RailLoad[]> {
	return new Map(
		Object.entries(rails).map(([name, { credit, hasHub }]) => [
			name,
			intermediaryCounts.map((intermediaries) =>
				runRailLoad({
					seed,
					steps: accountFlow(credit, false).steps,
					intermediaries,
					hasHub,
					payments: rate_per_s * railSeconds,
					duration_s: railSeconds,
					loss,
					intermediary: drawnBy(zipf, intermediaries),
				}),
			),
		]),
	);
}

const figures = {
	"messages a payment": { unit: "a payment", of: ({ messages }: RailLoad) => messages },
	"retries a payment": { unit: "a payment", of: ({ retries }: RailLoad) => retries },
	"connections between systems": { unit: "pairs", of: ({ connections }: RailLoad) => connections },
	"load of the average system": { unit: "messages/s", of: ({ mean_per_s }: RailLoad) => mean_per_s },
	"load of the busiest system": { unit: "messages/s", of: ({ busiest_per_s }: RailLoad) => busiest_per_s },
	"load of the hub": { unit: "messages/s", of: ({ hub_per_s }: RailLoad) => hub_per_s },
} as const;

/**
 * Tokens reach an operator by orders alone, as many as the town gave: a request and its answer each, lost as often.
 * No operator speaks with another for a payment. Worked out: orders fall to operators as customers do.
 */
function tokenLoad(orders: number, rate_per_s: number, share: number, intermediaries: number): RailLoad {
	const sent = (2 * orders) / (1 - loss);
	const all_per_s = orders * (2 + loss / (1 - loss)) * rate_per_s;
	return {
		messages: sent,
		retries: sent - 2 * orders,
		connections: 0,
		mean_per_s: all_per_s / intermediaries,
		busiest_per_s: all_per_s * share,
		hub_per_s: 0,
	};
}

function railRows(
	output: Output,
	loads: ReadonlyMap<string, readonly RailLoad[]>,
	orders: number,
	rate_per_s: number,
): readonly BenchResult[] {
	const tokens = intermediaryCounts.map((count) => {
		const harmonic = Array.from({ length: count }, (_, k) => 1 / (k + 1)).reduce((a, b) => a + b, 0);
		return tokenLoad(orders, rate_per_s, 1 / harmonic, count);
	});
	const all: readonly (readonly [string, readonly RailLoad[]])[] = [["tokens", tokens], ...loads];
	for (const [what, { of }] of Object.entries(figures))
		for (const [name, each] of all)
			output.say(
				`${what}, ${intermediaryCounts.join(" / ")} intermediaries: ${name} ${each.map((load) => round(of(load))).join(" / ")}`,
			);
	const last = intermediaryCounts.length - 1;
	const beside = loads.get("flow 25")?.[last] as RailLoad;
	return Object.entries(figures).map(([what, { unit, of }]) => {
		const lines = Object.fromEntries(all.map(([name, each]) => [name, each.map((load) => round(of(load)))]));
		const series = { axis: "intermediaries", x: intermediaryCounts, lines };
		return row(`${what}, 1,000 intermediaries, beside flow 25`, unit, of(tokens[last] as RailLoad), {
			...(of(beside) > 0 && { peer: of(beside) }),
			series,
		});
	});
}

function round(figure: number): number {
	return Math.round(figure * 1_000) / 1_000;
}
