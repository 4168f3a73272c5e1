/** The further screens of the wallet, on two real phones: history, receipts. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { agree, ask, commit, consider, finish, linkShown, reserve } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { firstRun, openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";

describe("the wallet's further screens", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		bob = await phones.phone({ language: "en" });
	});
	after(async () => {
		await phones?.close();
	});

	test("a history that is empty says so, and what fits nothing says that", async () => {
		await bob.button("start.begin").click();
		await bob.field("topUp.amount").fill("500");
		await bob.go("history");
		await bob.page.getByText(bob.text("history.none")).waitFor();
		await bob.go("top-up");
		await bob.field("topUp.amount").fill("500");
		await bob.button("topUp.do").click();
		await bob.page.getByText(bob.text("topUp.done", { amount: yen(bob, 500n) })).waitFor();
		await bob.go("history");
		await entries(bob, 1);
		await bob.field("history.search").fill("no such thing");
		await bob.page.getByText(bob.text("history.noneFits")).waitFor();
		await firstRun(ann, 3_000n);
	});

	test("what happened stands in the history of both, is found by what it was for, and leads to its payment", async () => {
		await phones.stopOperator();
		await payByLinks(bob, ann, 1_200n, "お茶 <b>と</b> cake");
		await payByLinks(bob, ann, 300n, "=1+1");
		await ann.go("history");
		assert.deepEqual(await entries(ann, 3), [
			["paid", `−${yen(ann, 300n)}`],
			["paid", `−${yen(ann, 1_200n)}`],
			["issued", `+${yen(ann, 3_000n)}`],
		]);
		await ann.field("history.search").fill("ｃａＫＥ");
		assert.deepEqual(await entries(ann, 1), [["paid", `−${yen(ann, 1_200n)}`]]);
		await ann.field("history.search").fill("");
		await ann.field("history.kind").selectOption({ label: ann.text("history.issued") });
		assert.deepEqual(await entries(ann, 1), [["issued", `+${yen(ann, 3_000n)}`]]);
		await ann.field("history.kind").selectOption({ label: ann.text("history.all") });
		await entries(ann, 3);
		await ann.page.getByText("お茶 <b>と</b> cake").click();
		await ann.page.locator("[data-testid=standing][data-funds=spent]").waitFor();

		await bob.go("history");
		assert.deepEqual((await entries(bob, 3)).slice(0, 2), [
			["received", `+${yen(bob, 300n)}`],
			["received", `+${yen(bob, 1_200n)}`],
		]);
	});

	test("the history is saved as a table of what is shown, and no cell of it is a formula", async () => {
		await ann.go("history");
		await ann.field("history.kind").selectOption({ label: ann.text("history.paid") });
		await entries(ann, 2);
		const file = new TextDecoder().decode(await saved(ann, "history.save"));
		const [names, first, second, ...rest] = file.split("\r\n");
		assert.match(names ?? "", /^time,kind,amount,asset,/);
		assert.match(first ?? "", /,paid,300,JPY,.*,'=1\+1,paid\//);
		assert.match(second ?? "", /,paid,1200,JPY,/);
		assert.deepEqual(rest, [""]);
	});

	test("a long history comes page by page", async () => {
		await phones.startOperator();
		// Reaches the desk behind the page.
		await bob.balance();
		await bob.page.evaluate(() => (globalThis as unknown as PageEnd).topUpOften(20));
		await bob.go("home");
		await bob.go("history");
		await entries(bob, 20);
		await bob.button("history.more").click();
		await entries(bob, 23);
		assert.equal(await bob.button("history.more").count(), 0);
	});

	test("a receipt says who paid whom, and is checked by anybody without a network, from a link or a file", async () => {
		await ann.go("history");
		await ann.page.getByText("お茶 <b>と</b> cake").click();
		const mark = await ann.page.getByTestId("mark").textContent();
		await ann.page.getByRole("link", { name: ann.text("receipt.title"), exact: true }).click();
		await ann.page.getByText(ann.text("receipt.holds")).waitFor();
		const own = await receiptShown(ann);
		assert.deepEqual(own, { amount: yen(ann, 1_200n), memo: "お茶 <b>と</b> cake", mark });
		const link = await linkShown(ann);
		const file = await saved(ann, "file.save");

		await bob.context.setOffline(true);
		const theirs = { ...own, amount: yen(bob, 1_200n) };
		await bob.go("check-receipt");
		await bob.field("receipt.theirLink").fill(link);
		await bob.button("receipt.checkLink").click();
		assert.deepEqual(await receiptShown(bob), theirs);
		await choose(bob, "receipt.file", file);
		assert.deepEqual(await receiptShown(bob), theirs);

		const changed = Uint8Array.from(file);
		changed.set([(changed[600] ?? 0) ^ 1], 600);
		await choose(bob, "receipt.file", changed);
		await bob.page.getByText(bob.text("receipt.fails")).waitFor();
		assert.equal(await bob.page.getByTestId("receipt").count(), 0);
		await choose(bob, "receipt.file", new Uint8Array(300_000));
		await bob.page.getByText(bob.text("file.tooLong")).waitFor();
		await bob.context.setOffline(false);
	});

	test("a receipt that comes by a link into the wallet is shown, not paid", async () => {
		const link = await linkShown(ann);
		await bob.go("home");
		await bob.page.evaluate(
			(fragment) => {
				location.hash = fragment;
			},
			link.replace("tenten:", ""),
		);
		assert.equal((await receiptShown(bob)).amount, yen(bob, 1_200n));
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});

describe("money with conditions", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	const soon = Math.floor(Date.now() / 1_000) + 5 * 86_400;

	before(async () => {
		const filter = { merchantCategories: [5812], regions: null, operators: null, certificates: null };
		phones = await openPhones({
			policy: {
				conditionsOf: () => [
					{ kind: "payees", classes: ["shop"], ...filter },
					{ kind: "expires", time: soon, atExpiry: "refund" },
				],
			},
		});
		ann = await phones.phone();
		await firstRun(ann, 800n);
	});
	after(async () => {
		await phones?.close();
	});

	test("is shown with its sentences and its end, as much as the store holds", async () => {
		await ann.go("home");
		await ann.page.getByRole("link", { name: ann.text("home.holdings") }).click();
		const rows = ann.page.getByTestId("holding");
		await rows.first().waitFor();
		const text = (await rows.allInnerTexts()).join("\n");
		assert.ok(text.includes(yen(ann, 800n)), text);
		assert.match(text, /種別「shop」、かつ業種コード「5812」/);
		assert.match(text, /その後は発行者が払い戻します/);
		const { available, expiring } = await ann.balance();
		assert.deepEqual([available, expiring], ["800", "800"]);
		await ann.page.getByText(ann.text("holdings.expiring", { amount: yen(ann, 800n) })).waitFor();
	});

	test("says before anybody asks for it who would take it, and why others would not", async () => {
		await phones.stopOperator();
		const would = async (payee: string, amount: bigint, answer: string): Promise<void> => {
			await ann.field("would.amount").fill(String(amount));
			await ann.field("would.payee").selectOption({ label: ann.text(payee) });
			await ann.button("would.ask").click();
			await ann.page.getByTestId("answer").getByText(answer).waitFor();
		};
		await would("payees.restaurant", 500n, ann.text("would.yes", { amount: yen(ann, 500n) }));
		await would("payees.restaurant", 900n, ann.text("would.part", { amount: yen(ann, 800n) }));
		const inJapan = new Intl.DateTimeFormat("ja-JP", { dateStyle: "medium", timeStyle: "short" });
		await would("payees.restaurant", 500n, ann.text("would.until", { moment: inJapan.format(soon * 1_000) }));
		await ann.page.getByText(ann.text("would.more")).click();
		await ann.field("would.at").fill(new Date(soon * 1_000 + 90_000_000).toISOString().slice(0, 16));
		await would("payees.restaurant", 500n, ann.text("would.no"));
		await ann.field("would.at").fill("");
		await would("payees.books", 500n, ann.text("would.no"));
		await ann.page
			.getByTestId("answer")
			.getByText(/種別「shop」/)
			.waitFor();
		assert.deepEqual(ann.problems, []);
	});
});

async function payByLinks(payee: Phone, payer: Phone, amount: bigint, memo: string): Promise<void> {
	await consider(payer, await ask(payee, amount, memo));
	await finish(payee, await commit(payer, await reserve(payee, await agree(payer, amount))));
}

type PageEnd = { readonly topUpOften: (count: number) => Promise<void> };

/** What the history lists, newest first, once that many entries are listed. */
async function entries({ page }: Phone, count: number): Promise<readonly (readonly (string | null)[])[]> {
	const rows = page.getByTestId("entry");
	await rows.nth(count - 1).waitFor();
	await page.waitForFunction(
		(wanted) => document.querySelectorAll("[data-testid=entry]").length === wanted,
		count,
	);
	const found = await rows.all();
	return Promise.all(
		found.map((row) =>
			Promise.all([row.getAttribute("data-kind"), row.getByTestId("entry-amount").textContent()]),
		),
	);
}

/** The bytes that a button saves. */
async function saved(phone: Phone, key: string): Promise<Uint8Array> {
	const [download] = await Promise.all([phone.page.waitForEvent("download"), phone.button(key).click()]);
	return new Uint8Array(await readFile(await download.path()));
}

/** Chooses a file in a field. */
async function choose(phone: Phone, key: string, bytes: Uint8Array): Promise<void> {
	const file = { name: "file", mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
	await phone.field(key).setInputFiles(file);
}

async function receiptShown({ page }: Phone) {
	await page.getByTestId("receipt").waitFor();
	const [amount, memo, mark] = await Promise.all(
		["amount", "memo", "mark"].map((id) => page.getByTestId(`receipt-${id}`).textContent()),
	);
	return { amount, memo, mark };
}
