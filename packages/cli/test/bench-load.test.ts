/** Loads, run tiny: what is counted and conserved, what is shed, and who is chosen how often. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { benchLoad } from "../src/bench/load.ts";
import { claimSender, openLoop } from "../src/bench/open-loop.ts";
import { benchOverload } from "../src/bench/overload.ts";
import { uniform, zipf } from "../src/bench/popularity.ts";
import type { BenchResult } from "../src/bench/result.ts";
import { makeOutput } from "../src/output.ts";

const silent = { ...makeOutput(true), say: () => {}, progress: () => ({ reach: () => {}, end: () => {} }) };
const named = (results: readonly BenchResult[], start: string): BenchResult => {
	const found = results.find(({ metric }) => metric.startsWith(start));
	assert.ok(found, start);
	return found;
};

test("an operator under twice its capacity pays what it accepted and nothing else", async () => {
	const results = await benchOverload(silent, {
		minutes: 0.04,
		holders: 4,
		probe_s: 0.5,
		widths: [4],
		probeClaims: 400,
	});
	const accepted = named(results, "claims accepted, all of them paid and no other").ours;
	assert.ok(accepted > named(results, "capacity").ours / 2);
	assert.ok(named(results, "claims without an answer").ours <= accepted);
	for (const accounts of ["uniform", "Zipf 1.0"]) {
		const { series, limit } = named(results, `goodput, accounts ${accounts}`);
		assert.equal(limit, named(results, "capacity").ours);
		assert.ok(series && Object.values(series.lines).every(({ length }) => length === series.x.length));
		assert.equal(results.filter(({ metric }) => metric.endsWith(`when due, accounts ${accounts}`)).length, 5);
	}
});

test("what is shed is no failure: dropped it goes to whoever comes next, retried it is timed from when it was due", async () => {
	let asked = 0;
	const server = createServer((request, response) => {
		request.resume().on("end", () => {
			asked++;
			if (asked % 2 === 1) response.writeHead(503, { "retry-after": "0" }).end();
			else response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const sender = claimSender(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	try {
		let prepared = 0;
		const next = (): Uint8Array => Uint8Array.of(1, ++prepared);
		const load = { send: sender.send, next, rate: 400, duration_s: 0.25 };
		const dropped = await openLoop({ ...load, onShed: "drop" });
		assert.equal(dropped.offered, dropped.accepted + dropped.shed);
		assert.ok(dropped.shed > 0 && prepared < dropped.offered, `${prepared} of ${dropped.offered}`);
		const retried = await openLoop({ ...load, onShed: "retry" });
		assert.equal(retried.accepted, retried.offered);
		assert.equal(retried.failed + dropped.failed, 0);
		assert.ok(retried.shed > 0 && retried.latencies_ms.length === retried.accepted);
	} finally {
		sender.close();
		await new Promise((resolve) => server.close(resolve));
	}
});

test("a slow server does not slow what is offered: latency counts from when a request was due", async () => {
	const slow_ms = 120;
	const send = () =>
		new Promise<{ readonly kind: "accepted" }>((resolve) =>
			setTimeout(() => resolve({ kind: "accepted" }), slow_ms),
		);
	const loaded = await openLoop({
		send,
		next: () => Uint8Array.of(1),
		rate: 200,
		duration_s: 0.3,
		onShed: "drop",
	});
	assert.ok(loaded.offered > 10, `${loaded.offered} were offered while the first was under way`);
	assert.ok(loaded.latencies_ms.every((latency) => latency >= slow_ms - 2));
});

test("a load ends when its claims do", async () => {
	let left = 3;
	const next = (): Uint8Array | undefined => (left-- > 0 ? Uint8Array.of(1) : undefined);
	const send = async () => ({ kind: "accepted" }) as const;
	const loaded = await openLoop({ send, next, rate: 1000, duration_s: 60, onShed: "drop" });
	assert.equal(loaded.accepted, 3);
	assert.ok(loaded.elapsed_s < 30);
});

test("by Zipf's law the first of a hundred is chosen about a fifth of the time, uniformly a hundredth", () => {
	const share = (draw: () => number): number => {
		const places = Array.from({ length: 20_000 }, draw);
		assert.ok(places.every((place) => place >= 0 && place < 100));
		return places.filter((place) => place === 0).length / places.length;
	};
	// 1/H(100) = 0.193; over twenty thousand draws it strays by 0.003.
	assert.ok(Math.abs(share(zipf(100)) - 0.193) < 0.03);
	assert.ok(Math.abs(share(uniform(100)) - 0.01) < 0.008);
});

const recording = join(import.meta.dirname, "../../../../shared/data/online-retail-invoices.csv.gz");
const missing = existsSync(recording) ? false : `no ${recording}`;

test("calls to the operator are counted by what they ask, beside the account rail's", {
	skip: missing,
}, async () => {
	const results = await benchLoad(silent, { recording, payments: 12 });
	const calls = named(results, "operator calls");
	const byRoute = results.filter(({ metric }) => metric.startsWith("calls: "));
	const sum = byRoute.reduce((total, { ours }) => total + ours, 0);
	assert.ok(Math.abs(sum - calls.ours) < 1e-9);
	assert.ok(calls.peer !== null && calls.peer > 10 && calls.peer < 12);
	const beside = named(results, "operator calls, beside one ledger's own operations");
	assert.ok(beside.peer !== null && beside.peer > 2 && beside.peer < 4);
	assert.ok(named(results, "commits of the operator").ours > 0);
});

test("without a recording a load is skipped, and says so", async () => {
	const said: string[] = [];
	const output = { ...silent, say: (text: string) => said.push(text) };
	assert.deepEqual(await benchLoad(output, { recording: "/nowhere.csv" }), []);
	assert.match(said.join(), /skipped/);
});
