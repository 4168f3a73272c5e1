/** What a replay says of itself at the end, in the keys that scripts read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplayStatistics } from "../src/replay/statistics.ts";

const closing = {
	netToPayee: 70n,
	issued: 100n,
	redeemed: 100n,
	outstanding: 0n,
	forks: { made: 0, proven: 0, wronglyAccused: 0 },
	elapsed_s: 4,
};

test("counts, means and shares come from the payments and from nothing else", () => {
	const statistics = new ReplayStatistics();
	statistics.payment({ hops: [1, 4], bytes: 3000, hasChange: true, isRefund: false });
	statistics.payment({ hops: [1], bytes: 1000, hasChange: false, isRefund: true });
	statistics.operatorCall("claim");
	statistics.operatorCall("claim");
	statistics.refreshed(1);
	assert.deepEqual(statistics.result(closing), {
		payments: 2,
		refunds: 1,
		netToPayee: 70n,
		issued: 100n,
		redeemed: 100n,
		outstanding: 0n,
		forks: { made: 0, proven: 0, wronglyAccused: 0 },
		operatorCalls: 2,
		operatorCallsBy: { claim: 2 },
		paymentsPerSecond: 0.5,
		hops: { mean: 2, max: 4 },
		bytes: { mean: 2000, max: 3000 },
		withChange: 0.5,
		withSeveralTokens: 0.5,
		refreshes: 1,
	});
	assert.deepEqual(
		statistics.hopsHistogram().map((line) =>
			line
				.trim()
				.split(" ")
				.filter((part) => !part.includes("█")),
		),
		[
			["1", "2"],
			["4", "1"],
		],
	);
});

test("a replay of nothing divides by nothing", () => {
	const { hops, bytes, paymentsPerSecond } = new ReplayStatistics().result({ ...closing, elapsed_s: 0 });
	assert.deepEqual([hops, bytes, paymentsPerSecond], [{ mean: 0, max: 0 }, { mean: 0, max: 0 }, 0]);
});
