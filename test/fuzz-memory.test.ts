/**
 * Memory is bounded: the meters see what is planted, and nothing that lives on keeps what it refuses.
 *
 * What one input may make be allocated is judged in `test/fuzz.test.ts` for every target.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "@tenten/operator";
import { refuse } from "@tenten/protocol";
import { makeInput, stockOf } from "../fuzz/input/mutate.ts";
import { Hunger, keptPerRun, memoryLimits, mostKept } from "../fuzz/memory.ts";
import { dayAtOperator, fuzzEcosystem, type Traffic } from "../fuzz/operator-material.ts";
import { diceOf, runTarget } from "../fuzz/run.ts";
import { answerOf, encodeHttp, requestIn } from "../fuzz/targets/http-input.ts";
import { strangersModule, unknownMessages } from "../fuzz/targets/module.ts";
import { walletApp, walletRoutes } from "../fuzz/targets/wallet-side.ts";
import { ran } from "./support/ran.ts";

const times = 10_000;
/** keeps what is planted from being optimised away */
const kept = { last: undefined as unknown };

async function hungriestOf(run: (input: Uint8Array) => void) {
	const hunger = new Hunger();
	for (let length = 0; length < 40; length++)
		await hunger.watch(new Uint8Array(length * 100), () => {
			run(new Uint8Array(length * 100));
			return "";
		});
	return hunger.hungriest(run);
}

test("an input that is amplified is seen: in the heap, in buffers, kept or dropped at once, by a collection's time", async () => {
	const planted: Readonly<Record<string, (input: Uint8Array) => void>> = {
		heap: ({ length }) => {
			kept.last = Array.from({ length: 60 * length }, (_, i) => ({ i }));
		},
		buffers: ({ length }) => {
			kept.last = new Uint8Array(1000 * length + (4 << 20));
		},
		"dropped at once": ({ length }) => {
			for (let i = 0; i < length; i++) kept.last = new Array(200).fill(i);
		},
		"one of them alone": ({ length }) => {
			if (length === 1700) for (let i = 0; i < 100; i++) kept.last = new Uint8Array(1 << 20).fill(i);
		},
	};
	for (const [name, run] of Object.entries(planted)) {
		const { bytes, limit } = await hungriestOf(run);
		assert.ok(bytes > limit, `${name}: ${bytes} of ${limit}`);
	}
	const modest = await hungriestOf(({ length }) => {
		kept.last = Array.from({ length }, (_, i) => ({ i }));
	});
	assert.ok(modest.bytes < modest.limit, `${modest.bytes}`);
	assert.ok(modest.limit >= memoryLimits.base);
});

test("a target with such an input fails `npm run fuzz`", async () => {
	const open = async () => ({
		seeds: [Uint8Array.of(1)],
		form: "items" as const,
		run: ({ length }: Uint8Array) => {
			kept.last = new Uint8Array(1000 * length + memoryLimits.base);
			return "accepted";
		},
	});
	const budget = { seed: 1, inputs: 100, time_ms: 60_000 };
	const { tooHungry, failure } = await runTarget({ name: "planted", weight: 1, open }, budget);
	assert.equal(failure, null);
	assert.notEqual(tooHungry, null);
});

test("a key that is kept of every input is seen, and what is filled once is none", async (t) => {
	const attempts = new Set<string>();
	const leak = await keptPerRun(times, (number) => attempts.add(`an attempt that is none: ${number}`));
	t.diagnostic(`a planted key is seen as ${leak.toFixed(1)} bytes an input, of at most ${mostKept}`);
	assert.ok(leak > mostKept, `${leak}`);
	const latest = new Map<number, string>();
	const cache = await keptPerRun(times, (number) => latest.set(number % 512, `${number}`));
	assert.ok(cache < mostKept, `${cache}`);
});

/** Bodies that were mutated and not signed again, for each route that takes some; and questions of a stranger. */
function refusedRequests(traffic: Traffic): (number: number) => Request {
	const bodies = [
		["certificates", stockOf(traffic.enrol, "items")],
		["withdrawals", stockOf(traffic.withdraw, "items")],
		["claims", stockOf(traffic.claim, "items")],
		["rulings", stockOf(traffic.rule, "items")],
	] as const;
	const questions = stockOf(traffic.account, "items");
	return (number) => {
		const [route, stock] = bodies[number % bodies.length] as (typeof bodies)[0];
		if (number % 9 === 0) {
			const question = Buffer.from(makeInput(diceOf(3, number), questions)).toString("base64url");
			const headers = { authorization: `Tenten ${question}` };
			return new Request(`http://127.0.0.1/v1/accounts/${"ab".repeat(32)}`, { headers });
		}
		if (number % 9 === 1)
			return new Request("http://127.0.0.1/v1/totals", { headers: { authorization: `Bearer ${number}` } });
		const headers = { "content-type": "application/cose", "idempotency-key": `${number}` };
		const body = new Uint8Array(makeInput(diceOf(3, number), stock));
		// The last byte is of a signature, or of what is signed.
		body[body.length - 1] = number;
		return new Request(`http://127.0.0.1/v1/${route}`, { method: "POST", headers, body });
	};
}

test("an operator keeps nothing of ten thousand refused requests", async (t) => {
	const ecosystem = await fuzzEcosystem();
	const requestOf = refusedRequests(await dayAtOperator(ecosystem));
	const quiet = { info: () => undefined, error: () => undefined };
	const app = createApp({ operator: ecosystem.operator, log: quiet });
	let refused = 0;
	const perRun = await keptPerRun(times, async (number) => {
		if ((await answerOf(await app.fetch(requestOf(number)))).isRefused) refused++;
	});
	await ecosystem.operator.close();
	t.diagnostic(`${perRun.toFixed(1)} bytes kept of each`);
	ran(t, "fuzzing", { "refused of which nothing was kept": refused });
	assert.ok(refused > 0.9 * times, `${refused}`);
	assert.ok(perRun < mostKept, `${perRun}`);
});

const refusesAll = { consider: async () => refuse("consent-missing") };

test("a module keeps nothing of ten thousand messages that it refuses", async (t) => {
	const { module, close } = await strangersModule();
	const perRun = await keptPerRun(times, (number) => module.handle(unknownMessages(number), refusesAll));
	await close();
	t.diagnostic(`${perRun.toFixed(1)} bytes kept of each`);
	ran(t, "fuzzing", { "refused of which nothing was kept": times });
	assert.ok(perRun < mostKept, `${perRun}`);
});

test("a wallet's server keeps nothing of ten thousand requests", async (t) => {
	const app = walletApp();
	const stocks = Object.values(walletRoutes).map((seeds) => stockOf(seeds.map(encodeHttp), "items"));
	const perRun = await keptPerRun(times, async (number) => {
		const stock = stocks[number % stocks.length] as (typeof stocks)[0];
		const request = requestIn("POST", makeInput(diceOf(4, number), stock));
		if (request !== undefined) await answerOf(await app.fetch(request));
	});
	t.diagnostic(`${perRun.toFixed(1)} bytes kept of each`);
	ran(t, "fuzzing", { "refused of which nothing was kept": times });
	assert.ok(perRun < mostKept, `${perRun}`);
});
