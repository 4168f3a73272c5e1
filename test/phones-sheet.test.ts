/**
 * A payment with documents, and payments in doubt, on two real phones: one sheet for value, data and reply, all or
 * nothing; since when something waits, and the one thing to do.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import {
	agree,
	ask,
	commit,
	consider,
	finish,
	linkShown,
	read,
	reserve,
	standing,
} from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { pass } from "./browser/clock.ts";
import {
	choose,
	firstRun,
	openPhones,
	type Phone,
	type Phones,
	shownBalance,
	yen,
} from "./browser/phones.ts";

const hostile = '<img src=x onerror="document.title=1"> 東京都\n渋谷区';

describe("a payment sheet", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		phones = await openPhones({ hasClock: true });
		[ann, bob] = [await phones.phone(), await phones.phone({ language: "en" })];
		await firstRun(ann, 3_000n);
		await firstRun(bob, 500n);
		await phones.stopOperator();
	});
	after(async () => {
		await phones?.close();
	});

	test("shows the invoice, asks for what is wanted, and is not paid without it", async () => {
		await bob.go("request");
		await bob.field("request.amount").fill("1200");
		await bob.page.getByText(bob.text("attach.title")).click();
		await exactly(bob, "attach.invoice").fill("one cake, one tea");
		await exactly(bob, "attach.reply").fill("table 7");
		await bob.page.getByRole("checkbox", { name: bob.text("document.contact") }).check();
		await bob.page.getByRole("checkbox", { name: bob.text("document.pdf") }).check();
		await bob.button("request.make").click();
		await consider(ann, await linkShown(bob));
		await ann.page.getByText("one cake, one tea").waitFor();
		const pay = ann.button("sheet.payAmount", { amount: yen(ann, 1_200n) });
		assert.equal(await pay.isDisabled(), true);
		await exactly(ann, "document.contact").fill(hostile);
		assert.equal(await pay.isDisabled(), true);
		const pdf = { name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 …") };
		await exactly(ann, "document.pdf").setInputFiles({ ...pdf, buffer: Buffer.alloc(65_025) });
		await ann.page.getByText(ann.text("file.tooLong")).waitFor();
		assert.equal(await pay.isDisabled(), true);
		await exactly(ann, "document.pdf").setInputFiles(pdf);
		await ann.page.waitForFunction(
			() => document.querySelector<HTMLButtonElement>("button.primary")?.disabled === false,
		);
	});

	test("brings both sides what the other sent, byte for byte, and no markup comes alive", async () => {
		const answer = await reserve(bob, await agree(ann, 1_200n));
		await ann.page.getByText("table 7").waitFor({ state: "detached" });
		await finish(bob, await commit(ann, answer));
		await ann.page.getByText("table 7").waitFor();
		await ann.page.getByText(ann.text("payment.reply")).waitFor();
		const [contact] = await bob.page.getByTestId("document").allTextContents();
		assert.equal(contact, hostile);
		assert.equal(await bob.page.locator("main img").count(), 0);
		const [download] = await Promise.all([
			bob.page.waitForEvent("download"),
			bob.button("document.save", { number: 2 }).click(),
		]);
		assert.equal(download.suggestedFilename(), "document-2.pdf");
		assert.equal(await readFile(await download.path(), "utf8"), "%PDF-1.7 …");
		assert.equal((await bob.balance())["available"], "1700");
	});

	test("a payment without an answer says since when it waits, and is taken back when its time is over", async () => {
		await consider(ann, await ask(bob, 300n, "tea"));
		await agree(ann, 300n);
		await next(ann, "show");
		await ann.page.getByText(/から、受け取る人の返事を待っています/).waitFor();
		await ann.button("next.doShow").click();
		await ann.page.waitForFunction(() => document.activeElement?.querySelector("h2") !== null);
		await pass(ann, 3_700);
		await reopen(ann);
		await next(ann, "giveUp");
		await ann.button("next.doGiveUp").click();
		await standing(ann, "safe");
		assert.equal(await shownBalance(ann), yen(ann, 1_800n));
		assert.equal((await ann.balance())["available"], "1800");
	});

	test("a payee whose payer is gone asks the operator, and waits for its word", async () => {
		await pass(ann, 0);
		await shownBalance(bob);
		await consider(ann, await ask(bob, 200n, "soup"));
		await reserve(bob, await agree(ann, 200n));
		await next(bob, "show");
		await pass(bob, 30 * 86_400);
		await reopen(bob);
		await next(bob, "askOperator");
		await bob.button("next.doAskOperator").click();
		await bob.page.getByText(bob.text("open.operator")).waitFor();
		await pass(bob, 0);
		assert.deepEqual(
			[(await bob.balance())["available"], (await bob.balance())["reserved"]],
			["1700", "200"],
		);
		await ann.button("payment.cancel").click();
		await standing(ann, "safe");
	});

	test("a direct payment that came unwanted is sent back, whole", async () => {
		await shownBalance(bob);
		await bob.go("request");
		await bob.field("request.amount").fill("100");
		await bob.page.getByRole("checkbox", { name: bob.text("request.direct") }).check();
		await bob.button("request.make").click();
		await consider(ann, await linkShown(bob));
		await ann.button("sheet.payAmount", { amount: yen(ann, 100n) }).click();
		await standing(ann, "spent");
		await choose(ann, "hand");
		await read(bob, "request.answer", await linkShown(ann));
		await standing(bob, "received");
		await bob.button("payment.sendBack").click();
		await standing(bob, "safe");
		await choose(bob, "hand");
		await read(ann, "payment.answer", await linkShown(bob));
		await standing(ann, "safe");
		assert.equal((await ann.balance())["available"], "1800");
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});

function exactly({ page, text }: Phone, key: string) {
	return page.getByLabel(text(key), { exact: true });
}

async function next({ page }: Phone, kind: string): Promise<void> {
	await page.locator(`[data-testid=next][data-next=${kind}]`).waitFor();
}

/** Leaves the screen and comes back, each once the other is shown: an address that is left at once shows nothing. */
async function reopen(phone: Phone): Promise<void> {
	const place = await phone.page.evaluate(() => location.hash.slice(2));
	for (const screen of ["home", place]) await phone.go(screen);
}
