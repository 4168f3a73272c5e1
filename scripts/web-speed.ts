/**
 * `npm run web-speed`: how long until one can act in the wallet, in real Chromium on a processor made four times
 * slower: on a first visit, and again with what the service worker keeps. `-- --record FILE` appends the run.
 *
 * It counts from the start of the navigation until the first button is there and enabled: by then the page's scripts
 * have run, the worker has started WebAssembly, and the database was looked into. Chromium slows a page's own thread
 * and no worker; so four times a visit at full speed is measured too, as if all had been slowed, the loopback's
 * answers too. Bytes are counted by test/web-budget.test.ts.
 */
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { timing } from "../packages/cli/src/bench/race.ts";
import { currentCommit, recordRun } from "../packages/cli/src/bench/record.ts";
import { type BenchResult, sayMachine, sayResults, thisMachine } from "../packages/cli/src/bench/result.ts";
import { makeOutput } from "../packages/cli/src/output.ts";
import { listenOnLoopback } from "../packages/wallet/src/index.ts";
import { buildWeb, webApp } from "../packages/web/src/server/index.ts";
import { launch } from "../test/browser/chromium.ts";

const rounds = 9;
const slowdown = 4;
const target_ms = 2_000;

const { values } = parseArgs({
	options: { record: { type: "string" }, note: { type: "string", default: "" } },
});
const [output, commit, machine] = [makeOutput(false), currentCommit(), thisMachine()];
sayMachine(output, machine);
const server = await listenOnLoopback(webApp(await buildWeb()));
const browser = await launch();
const kinds = {
	"a first visit": [] as number[],
	"kept by the service worker": [] as number[],
	"four times a first visit at full speed": [] as number[],
};
try {
	// The first round warms up the server's code and the browser's own files.
	for (let round = 0; round <= rounds; round++) {
		const slow = await visit(browser, slowdown);
		const fast = await visit(browser, 1);
		if (round === 0) continue;
		kinds["a first visit"].push(slow.first);
		kinds["kept by the service worker"].push(slow.again);
		kinds["four times a first visit at full speed"].push(slowdown * fast.first);
	}
} finally {
	await browser.close();
	await server.stop();
}
const results = Object.entries(kinds).map(([metric, times_ms]): BenchResult => {
	const { each_s, spread } = timing(times_ms.map((time) => time / 1_000));
	// The last is no figure of its own: it says what slower workers could make of the first.
	const target = metric.startsWith("four") ? null : ({ of: "ours", atMost: target_ms } as const);
	const ours = Math.round(each_s * 1_000);
	return {
		name: "web",
		metric,
		unit: "ms",
		ours,
		limit: null,
		peer: null,
		ratio: null,
		spread,
		rounds,
		target,
	};
});
sayResults(output, results);
if (values.record !== undefined) recordRun(values.record, { commit, machine, note: values.note, results });

/** A browser that was never here, twice: milliseconds. */
async function visit(opened: Browser, rate: number) {
	const context = await opened.newContext({ locale: "ja-JP" });
	const page = await context.newPage();
	const cdp = await context.newCDPSession(page);
	await cdp.send("Emulation.setCPUThrottlingRate", { rate });
	await page.goto(server.url);
	const first = await untilOneCanAct(page);
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
	await page.reload();
	const again = await untilOneCanAct(page);
	await context.close();
	return { first, again };
}

/** Milliseconds from the start of the navigation, by the page's own clock. */
async function untilOneCanAct(page: Page): Promise<number> {
	const at = await page.waitForFunction(
		() => document.querySelector("button.primary:enabled") !== null && performance.now(),
		undefined,
		{ polling: "raf" },
	);
	return Number(await at.jsonValue());
}
