/**
 * A payment in which each page is opened anew after every step, as a phone does that runs out of memory: nothing is
 * asked twice, nothing is lost, and what was received is spent onward and returned to an account.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { refusalWords } from "@tenten/wallet";
import { agree, ask, bring, consider, linkShown, standing } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { firstRun, gift, openPhones, type Phone, type Phones, shownBalance, yen } from "./browser/phones.ts";

describe("two phones that are opened anew after every step", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;
	let paidRequest = "";

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		bob = await phones.phone({ language: "en" });
		await firstRun(ann, 3_000n);
		await firstRun(bob, 100n);
		await phones.stopOperator();
	});
	after(async () => {
		await phones?.close();
	});

	const available = async (phone: Phone): Promise<string | undefined> => (await phone.balance())["available"];

	/** Opens the page anew, and waits until the wallet is open. */
	async function anew({ page, text }: Phone): Promise<void> {
		await page.reload();
		await page.getByRole("navigation", { name: text("nav.label") }).waitFor();
	}

	/** Pays by links; after each step the page of whoever took it starts again, and shows the same. */
	async function pay(payer: Phone, payee: Phone, amount: bigint): Promise<void> {
		const request = await ask(payee, amount, "tea");
		await anew(payee);
		assert.equal(await linkShown(payee), request, "the request is shown again");
		const before = await available(payer);
		await consider(payer, request);
		await anew(payer);
		assert.equal(await available(payer), before, "looking at a request moves nothing");
		await consider(payer, request);
		const lock = await agree(payer, amount);
		await anew(payer);
		await standing(payer, "inFlight");
		const answer = await bring(payee, lock, "inFlight");
		await anew(payee);
		await standing(payee, "inFlight");
		const word = await bring(payer, answer, "spent");
		await anew(payer);
		await standing(payer, "spent");
		await bring(payee, word, "received");
		await anew(payee);
		await standing(payee, "received");
	}

	test("pay, the operator away", async () => {
		await pay(ann, bob, 1_200n);
		assert.deepEqual([await available(ann), await available(bob)], ["1800", "1300"]);
	});

	test("spend onward what was received, the operator still away", async () => {
		await pay(bob, ann, 1_250n);
		assert.deepEqual([await available(ann), await available(bob)], ["3050", "50"]);
	});

	test("a request that was left is found on the first screen, until it is paid; its old address leads to the payment", async () => {
		const request = await ask(bob, 30n, "cake");
		const address = new URL(bob.page.url()).hash;
		await bob.go("home");
		await anew(bob);
		const waiting = bob.page.locator(`a[href="${address}"]`);
		assert.match(await waiting.innerText(), /30.*cake/);
		await waiting.click();
		assert.equal(await linkShown(bob), request);
		await consider(ann, request);
		const answer = await bring(bob, await agree(ann, 30n), "inFlight");
		await bob.go("home");
		assert.equal(await waiting.count(), 0);
		const reopen = () => bob.page.goto(new URL(address, bob.page.url()).href);
		await reopen();
		await standing(bob, "inFlight");
		await bring(bob, await bring(ann, answer, "spent"), "received");
		await reopen();
		await bob.page.waitForURL(/#\/payment\//);
		await standing(bob, "received");
		assert.equal(await shownBalance(bob), yen(bob, 80n));
		paidRequest = address;
	});

	test("whoever leaves a screen that is still asking stays where it went", async () => {
		await bob.page.evaluate(leaveAtOnce, paidRequest);
		await bob.page.locator('main[data-screen^="home/"]').waitFor();
		// Asks the same worker, which answers in order.
		await bob.balance();
		await bob.page.evaluate(() => new Promise(requestAnimationFrame));
		assert.equal(new URL(bob.page.url()).hash, "#/home");
	});

	test("an address with a request of nobody says that there is none", async () => {
		await bob.go(`request/${"ab".repeat(32)}`);
		await bob.page.getByText(refusalWords["request-expired"].en).waitFor();
	});

	const giveBack = async (amount: bigint): Promise<void> => {
		await ann.go("top-up");
		await ann.field("redeem.amount").fill(String(amount));
		await ann.button("redeem.do").click();
	};

	test("return it to the account: not while the operator is away, and then the screen shows what the store holds", async () => {
		await giveBack(3_000n);
		await ann.page.getByText(refusalWords["channel-failed"].ja).waitFor();
		assert.equal(await available(ann), "3020");
		await phones.startOperator();
		await ann.button("redeem.do").click();
		await ann.page.getByText(ann.text("redeem.done", { amount: yen(ann, 3_000n) })).waitFor();
		assert.equal(await available(ann), "20");
		assert.equal(await shownBalance(ann), yen(ann, 20n));
	});

	test("opened anew while it returns the rest: it is in the wallet or on the account, and never in both", async () => {
		await giveBack(20n);
		await anew(ann);
		if ((await available(ann)) === "20") await giveBack(20n);
		const onAccount = ann.page.getByText(yen(ann, gift + 20n), { exact: true });
		// An order that got no answer is asked for again by itself.
		for (let looks = 0; looks < 60 && !(await onAccount.isVisible()); looks++) {
			await ann.go("home");
			await ann.go("top-up");
			await onAccount.waitFor({ timeout: 1_000 }).catch(() => undefined);
		}
		await onAccount.waitFor();
		assert.equal(await available(ann), "0");
	});

	test("pay with the server of the pages stopped, each of them opened anew from what it kept", async () => {
		for (const { page } of [ann, bob]) await page.evaluate(() => navigator.serviceWorker.ready);
		await phones.stopOperator();
		await phones.web.stop();
		await pay(bob, ann, 50n);
		assert.deepEqual([await available(ann), await available(bob)], ["50", "30"]);
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});

/** Runs in the page: goes to an address, and from there home as soon as its screen is drawn. */
function leaveAtOnce(address: string): void {
	const seen = new MutationObserver(() => {
		if (document.querySelector('main[data-screen^="request/"]') === null) return;
		seen.disconnect();
		location.hash = "#/home";
	});
	seen.observe(document.body, { subtree: true, childList: true, attributes: true });
	location.hash = address;
}
