/**
 * Mise Pay's accounts in the sandbox, over HTTP: paid once and final with a receipt, also where a system is switched off
 * in the middle, the payer pays again on the spot, or the whole sandbox is killed.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Hono } from "hono";
import type { Asked, AccountsView as Seen } from "../src/sandbox/accounts/accounts.ts";
import { steps } from "../src/sandbox/accounts/standing.ts";
import { screenPorts } from "../src/sandbox/pages.ts";
import { openScreens, type Screens } from "../src/sandbox/screens.ts";
import { openTown, type Town } from "../src/sandbox/town.ts";
import { openShell, says } from "./support/tenten.ts";

const price = 480;

/** The switchboard as the sandbox's page asks it. */
class Board {
	readonly #address: string;
	readonly #origin: string;

	/** `page`: where the sandbox's page is. */
	constructor(page: URL) {
		this.#address = `http://127.0.0.1:${page.searchParams.get("switches")}/town`;
		this.#origin = page.origin;
	}

	static async at(url: string): Promise<Board> {
		const led = await fetch(url, { redirect: "manual" });
		return new Board(new URL(led.headers.get("location") ?? ""));
	}

	post(path: string, body: object = {}): Promise<Response> {
		const headers = { origin: this.#origin, "content-type": "application/json" };
		return fetch(`${this.#address}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
	}

	async well<T>(path: string, body: object = {}): Promise<T> {
		const answer = await this.post(path, body);
		const said = await answer.json();
		assert.equal(answer.status, 200, JSON.stringify(said));
		return said as T;
	}

	async now(): Promise<Seen> {
		const seen = (await (await fetch(`${this.#address}/accounts`)).json()) as Seen;
		// Whenever one looks, all that was put in is somewhere.
		if (seen.all !== null) assert.ok(seen.all.stands, JSON.stringify(seen));
		return seen;
	}

	async ask(amount = price): Promise<string> {
		return (await this.well<{ link: string }>("accounts/ask", { amount: String(amount) })).link;
	}

	pay(link: string, isInstead = false): Promise<Seen> {
		return this.well<Seen>("accounts/pay", { link, isInstead, isSlow: false });
	}

	turn(system: string, how: "on" | "off"): Promise<Seen> {
		return this.well<Seen>(`accounts/systems/${system}/${how}`);
	}

	async until(isSo: (seen: Seen) => boolean, what: string): Promise<Seen> {
		const deadline = Date.now() + 90_000;
		for (;;) {
			const seen = await this.now();
			if (isSo(seen)) return seen;
			if (Date.now() > deadline) throw new Error(`never ${what}: ${JSON.stringify(seen)}`);
			await new Promise((resolve) => setTimeout(resolve, 60));
		}
	}

	/** The newest sale is at its end. */
	ended(): Promise<Seen> {
		return this.until(({ sales }) => sales[0]?.isEnded === true, "ended");
	}
}

/** What payer and payee have for good, and that nothing is on its way. */
function settled({ payer, payee, all }: Seen): readonly [number, number] {
	assert.deepEqual([payer?.setAside, payee?.reserved, all?.between], ["0", "0", "0"]);
	return [Number(payer?.available), Number(payee?.usable)];
}

/** Who has taken this many steps of the newest payment. */
const hasReached = (step: (typeof steps)[number]) => (seen: Seen) =>
	(seen.sales[0]?.reached ?? 0) > steps.indexOf(step);

describe("the accounts of a running town", () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-accounts-"));
	let town: Town;
	let screens: Screens;
	let board: Board;

	before(async () => {
		town = await openTown(folder, { forget: true });
		screens = await openScreens({ town, ports: await screenPorts(folder), built: () => new Hono() });
		board = await Board.at(screens.url);
	});
	after(async () => {
		await screens.close();
		await town.close();
		rmSync(folder, { recursive: true, force: true });
	});

	test("a payment reaches its end: step by step, both sides say so, and its receipt is A's own word", async () => {
		const before = settled(await board.now());
		const link = await board.ask();
		const asked = await board.well<Asked>("accounts/read", { link });
		assert.deepEqual([asked.amount, asked.underWay], [String(price), 0]);
		const looks: number[] = [];
		await board.pay(link);
		const end = await board.until(({ sales: [sale] }) => {
			looks.push(sale?.reached ?? 0);
			return sale?.isEnded === true;
		}, "ended");
		const [sale] = end.sales;
		assert.deepEqual([sale?.payer, sale?.payee, sale?.reached], ["paid", "received", steps.length]);
		assert.equal(sale?.receipt?.isValid, true);
		assert.deepEqual(
			looks,
			looks.toSorted((a, b) => a - b),
			"a step that was taken stays taken",
		);
		assert.deepEqual(settled(end), [before[0] - price, before[1] + price]);
		await board.pay(link);
		assert.deepEqual(settled(await board.ended()), [before[0] - price, before[1] + price], "again is once");
	});

	for (const system of ["A", "B", "C", "D"])
		test(`with ${system} switched off the payment waits, whole, and ends once it is back`, async () => {
			const before = settled(await board.now());
			await board.turn(system, "off");
			const link = await board.ask();
			await board.pay(link);
			await board.until(hasReached("begun"), "begun");
			await board.pay(link);
			const [waiting] = (await board.now()).sales;
			assert.deepEqual([waiting?.payer, waiting?.payee, waiting?.isEnded], ["paying", "waiting", false]);
			await board.turn(system, "on");
			const end = await board.ended();
			assert.equal(end.sales[0]?.payee, "received");
			assert.deepEqual(settled(end), [before[0] - price, before[1] + price]);
		});

	/** The money is with the payee's ledger, and the payer's customer system has not heard of it. */
	async function cutOffBeforeNotice(): Promise<void> {
		await board.turn("C", "off");
		await board.pay(await board.ask());
		await board.until(hasReached("instructed"), "instructed");
		await board.turn("D", "off");
		await board.turn("C", "on");
		const set = await board.until(hasReached("reserved"), "reserved");
		assert.equal(set.payer?.setAside, String(price));
		await board.turn("A", "off");
		await board.turn("D", "on");
		const seen = await board.until(hasReached("debited"), "debited");
		assert.deepEqual([seen.sales[0]?.payer, seen.sales[0]?.payee], ["paying", "waiting"]);
		assert.deepEqual([seen.payee?.reserved, seen.all?.between], [String(price), String(price)]);
	}

	test("with A off after finality and before notice, who pays cash instead has paid once", async () => {
		const before = settled(await board.now());
		await cutOffBeforeNotice();
		const [{ sale } = assert.fail("no sale")] = (await board.now()).sales;
		await board.well("accounts/otherwise", { sale });
		await board.well("accounts/otherwise", { sale });
		assert.equal((await board.now()).sales[0]?.payer, "gaveUp");
		await board.turn("A", "on");
		const end = await board.ended();
		assert.deepEqual([end.sales[0]?.payer, end.sales[0]?.payee], ["abandoned", "abandoned"]);
		assert.deepEqual(settled(end), before);
	});

	test("with A off after finality and before notice, who pays anew instead has paid once", async () => {
		const before = settled(await board.now());
		await cutOffBeforeNotice();
		const link = await board.ask();
		assert.equal((await board.well<Asked>("accounts/read", { link })).underWay, 1);
		await board.pay(link, true);
		await board.turn("A", "on");
		const end = await board.until(
			({ sales }) => sales[0]?.isEnded === true && sales[1]?.isEnded === true,
			"both",
		);
		assert.deepEqual(
			end.sales.slice(0, 2).map(({ payer, payee }) => [payer, payee]),
			[
				["paid", "received"],
				["abandoned", "abandoned"],
			],
		);
		assert.deepEqual(settled(end), [before[0] - price, before[1] + price]);
	});

	test("in the dark no system answers and the apps remember; light finds everything in its place", async () => {
		const before = await board.now();
		await board.well("dark");
		const dark = await board.now();
		assert.ok(dark.systems.every(({ isOn }) => !isOn));
		for (const { url } of dark.systems) await assert.rejects(fetch(`${url}/livez`));
		assert.deepEqual([dark.payer, dark.payee, dark.all], [null, null, null]);
		assert.deepEqual(dark.sales, before.sales);
		await board.well("light");
		assert.deepEqual(settled(await board.now()), settled(before));
	});

	test("what cannot be paid is refused, says why, and changes nothing", async () => {
		const before = settled(await board.now());
		const refused = async (path: string, body: object) => {
			const answer = await board.post(`accounts/${path}`, body);
			return [answer.status, ((await answer.json()) as { code?: string }).code];
		};
		const link = await board.ask();
		const pay = (of: string) => refused("pay", { link: of, isInstead: false, isSlow: false });
		assert.deepEqual(await pay(link.replace("480", "1")), [422, "sale-unknown"], "the till asked for more");
		assert.deepEqual(await pay(link.replace("hanaya", "mallory")), [422, "sale-unknown"]);
		assert.deepEqual(await pay(link.replace(/.{16}$/, "0".repeat(16))), [422, "sale-unknown"]);
		for (const wrong of ["", "tenten:", `${link}0`, link.replace("480", "0480"), link.replace("480", "-1")])
			assert.deepEqual(await pay(wrong), [422, "malformed"], wrong);
		assert.deepEqual(await refused("read", { link: "misepay:" }), [422, "malformed"]);
		assert.deepEqual(await refused("otherwise", { sale: "s-unknown" }), [422, "sale-unknown"]);
		for (const path of ["ask", "read", "pay", "otherwise"])
			assert.deepEqual(await refused(path, { amount: 1 }), [400, "malformed"], path);
		for (const path of ["systems/E/off", "systems/P/off", "systems/__proto__/on"])
			assert.equal((await board.post(`accounts/${path}`)).status, 404, path);
		await board.pay(await board.ask(1_000_000));
		const end = await board.ended();
		assert.deepEqual([end.sales[0]?.payer, end.sales[0]?.code], ["refused", "funds-insufficient"]);
		assert.deepEqual(settled(end), before);
	});
});

test("a sandbox that is killed in the middle of a payment ends it when it is opened again, once", async () => {
	const shell = openShell();
	try {
		const data = join(shell.folder, "town");
		const first = shell.start("sandbox", "--data", data);
		const opened = await says(first, /(http:\/\/127\.0\.0\.1:\d+\/)/);
		const board = await Board.at(opened);
		await board.turn("C", "off");
		const link = await board.ask();
		await board.pay(link);
		await board.until(hasReached("instructed"), "instructed");
		first.kill("SIGKILL");
		await once(first, "exit");
		const second = shell.start("sandbox", "--data", data);
		assert.equal(await says(second, /(http:\/\/127\.0\.0\.1:\d+\/)/), opened);
		await board.pay(link);
		const end = await board.ended();
		assert.deepEqual([end.sales[0]?.payee, end.sales[0]?.link], ["received", link]);
		assert.deepEqual(settled(end), [5_000 - price, price]);
	} finally {
		shell.close();
	}
});
