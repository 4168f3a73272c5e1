/**
 * What strangers write is shown and never run: a payee's memo, an operator's names and refusals, links and fragments.
 * Each says so with markup, scripts and addresses of scripts; every screen is walked, and the browser is asked.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { balanceAgrees } from "./browser/balances.ts";
import { agree, ask, commit, consider, finish, reserve } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { misfits } from "./browser/fits.ts";
import { type App, firstRun, openPhones, type Phone, type Phones } from "./browser/phones.ts";
import { everyScreen, quiet } from "./browser/tour.ts";
import { asset } from "./support/town.ts";

/** A name may have 64 bytes, a memo 256. */
const markup = {
	operator: '<img src=x onerror="globalThis.hacked=1">{{nav.home}}',
	asset: '"><svg onload="globalThis.hacked=2"></svg>',
	memo: "</p><script>globalThis.hacked=3</script><a href=javascript:hacked=4>$t(nav.home)",
	detail: "<iframe srcdoc='<script>parent.hacked=5</script>'></iframe>",
};

const unseen = /\p{Bidi_Control}/u;

const fragments = [
	"#<img src=x onerror=hacked=6>",
	"#/home/<script>hacked=7</script>",
	"#/<svg onload=hacked=8>",
	"#javascript:hacked=9",
	"#/javascript:hacked=10",
	"#/constructor",
	"#/__proto__",
	"#/toString/valueOf",
	"#/payment/__proto__",
	"#/receipt/../../x",
	`#${"A".repeat(100_000)}`,
	"#tenten:%00%ff",
];

type Watched = { hacked?: unknown; readonly refusedByPolicy: string[] };

/** Runs in the page before anything else: counts what its policy refused. */
function watch(): void {
	const refusedByPolicy: string[] = [];
	Object.assign(globalThis, { refusedByPolicy });
	document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
		refusedByPolicy.push(`${violatedDirective} ${blockedURI} ${sample}`);
	});
}

/** What ran, and what would have, had the policy let it. */
async function ran(page: Page): Promise<readonly unknown[]> {
	return page.evaluate(() => {
		const { hacked, refusedByPolicy } = globalThis as unknown as Watched;
		const strange = document.querySelectorAll(
			'script:not([src]), iframe, object, embed, base, img[src="x"], [onerror], [onload], [href^="javascript:" i]',
		);
		return [...(hacked === undefined ? [] : [hacked]), ...refusedByPolicy, ...[...strange].map(String)];
	});
}

/** An operator that refuses to top up, in words of its own. */
function refusing(app: App): App {
	return {
		fetch: async (request) => {
			const response = await app.fetch(request);
			if (!isHostile || request.method !== "POST") return response;
			const problem = {
				type: "about:blank",
				status: 422,
				code: "balance",
				title: markup.detail,
				detail: markup.detail,
			};
			const headers = new Headers(response.headers);
			headers.set("content-type", "application/problem+json");
			return new Response(JSON.stringify(problem), { status: 422, headers });
		},
	};
}
let isHostile = false;

describe("what strangers write", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		const policy = { name: markup.operator, assets: [{ ...asset, name: markup.asset }] };
		phones = await openPhones({ policy, before: refusing });
		ann = await phones.phone({ language: "en" });
		bob = await phones.phone();
		for (const phone of [ann, bob]) {
			await phone.context.addInitScript(watch);
			await phone.page.reload();
			await firstRun(phone, 2_000n);
		}
	});
	after(async () => {
		await phones?.close();
	});

	test("is text on every screen: names of an operator and its asset, memos of what is under way and what is over", async (t) => {
		const pay = async (amount: bigint): Promise<void> => {
			await consider(ann, await ask(bob, amount, markup.memo));
			await ann.page.getByText(markup.memo).waitFor();
			assert.deepEqual(await ran(ann.page), []);
			await finish(bob, await commit(ann, await reserve(bob, await agree(ann, amount))));
		};
		await pay(100n);
		await consider(ann, await ask(bob, 200n, markup.memo));
		await agree(ann, 200n);
		const seen: string[] = [];
		for (const phone of [ann, bob])
			await everyScreen(phone, phone === ann ? "en" : "ja", async ({ page, name }) => {
				seen.push(name);
				assert.deepEqual(await ran(page), [], name);
			});
		t.diagnostic(`${seen.length} screens: ${seen.join(", ")}`);
		await ann.go("home");
		for (const name of [markup.operator, markup.asset]) await ann.page.getByText(name).first().waitFor();
		await balanceAgrees(ann);
	});

	test("is not shown where an operator refuses: the wallet has words of its own", async () => {
		isHostile = true;
		await ann.go("top-up");
		await ann.field("topUp.amount").fill("10");
		await ann.button("topUp.do").click();
		await ann.page.getByRole("alert").first().waitFor();
		isHostile = false;
		assert.equal(await ann.page.getByText(markup.detail).count(), 0);
		assert.deepEqual(await ran(ann.page), []);
	});

	test("is refused as a link, or leads to the first screen as an address", async () => {
		for (const link of [
			"javascript:hacked=11",
			"tenten:<script>",
			"https://a.example/#AAAAAAAAAAAA",
			markup.memo,
		]) {
			await ann.go("pay");
			await ann.field("pay.link").fill(link);
			await ann.button("link.take").click();
			await ann.page.getByRole("alert").first().waitFor();
			assert.deepEqual(await ran(ann.page), [], link);
			await ann.go("home");
		}
		for (const fragment of fragments) {
			await ann.page.evaluate((hash) => {
				location.hash = hash;
			}, fragment);
			await quiet(ann.page);
			assert.deepEqual(await ran(ann.page), [], fragment);
			await ann.page.reload();
			await quiet(ann.page);
			assert.deepEqual(await ran(ann.page), [], `${fragment}, opened anew`);
			assert.notEqual((await ann.page.locator("h1").first().textContent())?.trim() ?? "", "", fragment);
		}
		await balanceAgrees(ann);
		assert.deepEqual(ann.problems, []);
	});

	test("is proposed, and chosen by nobody but the person: an operator, a relay and another wallet in a link", async () => {
		const named = { operator: "https://operator.example", relay: "wss://relay.example" };
		const page = await ann.context.newPage();
		const made = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
		const lure = `?${new URLSearchParams({ wallet: "lured", ...named })}`;
		for (const address of ["", "till.html"]) {
			await page.goto(`${phones.web.url}/${address}${lure}`);
			assert.equal(await page.getByLabel(ann.text("start.operator")).inputValue(), named.operator);
			assert.equal(await page.getByLabel(ann.text("relay.address")).inputValue(), named.relay);
			assert.equal(await page.evaluate(() => localStorage.getItem("tenten-relay-lured")), null);
			await page.getByText(ann.text("which.new", { name: "lured" })).waitFor();
		}
		const rows = await page.evaluate(
			() =>
				new Promise<number>((resolve, reject) => {
					const opening = indexedDB.open("lured");
					opening.onerror = () => reject(opening.error);
					opening.onsuccess = () => {
						const counting = opening.result.transaction("row").objectStore("row").count();
						counting.onsuccess = () => resolve(counting.result);
					};
				}),
		);
		assert.equal(rows, 0, "no wallet was made");
		assert.ok((await made()).includes("wallet"));

		// Whoever made one by that name all the same sees whose it is, and the way to the usual one.
		await page.close();
		await ann.page.goto(`${phones.web.url}/${lure.replace(/&.*/, "")}&operator=${named.operator}`);
		await ann.page.getByRole("link", { name: ann.text("which.own") }).click();
		await ann.page.getByTestId("available").waitFor();
		assert.equal(await ann.page.getByText(ann.text("which.own")).count(), 0);
		await balanceAgrees(ann);
	});

	test("turns nothing around and pushes nothing off the screen: writing backwards, unseen and without an end", async () => {
		const backwards = `${"W".repeat(120)} \u202e003,1\u2066\u001b[2K\u200f`;
		await consider(bob, await ask(ann, 300n, backwards));
		const lock = await agree(bob, 300n);
		await finish(ann, await commit(bob, await reserve(ann, lock)));
		for (const screen of ["home", "history", "pay"])
			for (const phone of [ann, bob]) {
				await phone.go(screen);
				await quiet(phone.page);
				const text = await phone.page.locator("main").innerText();
				assert.doesNotMatch(text, unseen, screen);
				assert.deepEqual(await misfits(phone.page), [], screen);
			}
		await ann.go("history");
		const [file] = await Promise.all([ann.page.waitForEvent("download"), ann.button("history.save").click()]);
		assert.match(file.suggestedFilename(), /^[\w-]+\.csv$/);
		const table = readFileSync(await file.path(), "utf8");
		assert.match(table, /W{120} \ufffd003,1/);
		assert.doesNotMatch(table, unseen);
	});

	test("would not run if it came to be markup: the policy refuses, and is seen to", async () => {
		const { page, context } = await phones.phone();
		await context.addInitScript(watch);
		await page.reload();
		await page.locator("h1").waitFor();
		const outcomes = await page.evaluate(async () => {
			// What the browser's debugging door starts may do what the page may not; what a timer starts may not.
			await new Promise((resolve) => setTimeout(resolve));
			const { eval: evaluate } = globalThis;
			const tried = (attempt: () => unknown): string => {
				try {
					attempt();
					return "went through";
				} catch (error) {
					return (error as Error).name;
				}
			};
			const add = (name: string, attributes: object): void => {
				document.body.append(Object.assign(document.createElement(name), attributes));
			};
			const handler = document.createElement("button");
			return {
				markup: tried(() => {
					document.body.innerHTML = "<img src=x onerror=hacked=12>";
				}),
				eval: tried(() => evaluate("hacked=13")),
				function: tried(() => new Function("hacked=14")()),
				timer: tried(() => setTimeout("hacked=15" as unknown as () => void)),
				script: tried(() => add("script", { textContent: "hacked=16" })),
				policy: tried(() =>
					(
						globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
					).trustedTypes.createPolicy("mine", {}),
				),
				handler: tried(() => {
					handler.setAttribute("onclick", "hacked=17");
					handler.click();
				}),
				frame: tried(() => add("iframe", { src: "https://a.example" })),
				style: tried(() => handler.setAttribute("style", "color: red")),
				foreign: await import("data:text/javascript,hacked=18" as string).catch(({ name }: Error) => name),
			};
		});
		assert.equal(await page.evaluate(() => (globalThis as unknown as Watched).hacked), undefined);
		for (const what of ["markup", "eval", "function", "timer", "script", "policy", "foreign"] as const)
			assert.match(String(outcomes[what]), /Error$/, what);
		const refused = (await ran(page)).map(String);
		for (const directive of [
			"require-trusted-types-for",
			"trusted-types",
			"script-src-elem",
			"frame-src",
			"style-src-attr",
		])
			assert.ok(
				refused.some((each) => each.startsWith(directive)),
				`${directive} is not in ${refused.join("; ")}`,
			);
		await context.close();
	});
});
