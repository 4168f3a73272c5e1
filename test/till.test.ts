/**
 * A shop's till and a customer's phone in real Chromium: sales over the relay, by hand and by screens with the operator
 * away, the day's list held against the store, refunds, and the till after its page was opened anew without a server.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { violations } from "./browser/axe.ts";
import { ask, linkShown, read, standing } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { choose, firstRun, openPhones, type Phone, type Phones, pointAt, yen } from "./browser/phones.ts";

describe("at the counter", { skip }, () => {
	let phones: Phones;
	let till: Phone;
	let customer: Phone;

	before(async () => {
		phones = await openPhones();
		till = await phones.phone({ isTill: true, hasRelay: true });
		customer = await phones.phone({ language: "en", hasRelay: true });
		await firstRun(customer, 5_000n);
	});
	after(async () => {
		await phones?.close();
	});

	const agree = (amount: bigint): Promise<void> =>
		customer.button("sheet.payAmount", { amount: yen(customer, amount) }).click();

	/** Both name the same payment, and the till does it for all to see. */
	async function bothShow(amount: bigint): Promise<void> {
		await Promise.all([standing(customer, "spent"), standing(till, "received")]);
		const shown = ({ page }: Phone, id: string) => page.getByTestId(id).textContent();
		assert.equal(await shown(customer, "mark"), await shown(till, "mark"));
		assert.deepEqual(
			[await shown(customer, "amount"), await shown(till, "amount")],
			[yen(customer, amount), yen(till, amount)],
		);
	}

	/** By day and by night. */
	async function fine(phone: Phone): Promise<void> {
		assert.deepEqual(await violations(phone.page), []);
	}

	/** The day's takings as the till shows them, which are what its store holds: it began with nothing. */
	async function takings(): Promise<string> {
		await till.page.getByRole("link", { name: till.text("nav.day"), exact: true }).click();
		const net = (await till.page.getByTestId("net").textContent()) ?? "";
		assert.equal(net, yen(till, BigInt((await till.balance())["available"] ?? "")));
		return net;
	}

	test("the till opens as a shop, after being asked what it sells", async () => {
		await fine(till);
		await till.field("start.category").selectOption({ label: till.text("category.5814") });
		await till.button("start.begin").click();
		await till.page.getByRole("heading", { name: till.text("sell.title") }).waitFor();
	});

	test("an English till opens, too, and shows an empty day", async () => {
		const shop = await phones.phone({ language: "en", isTill: true });
		await shop.button("start.begin").click();
		await shop.page.getByRole("heading", { name: shop.text("sell.title") }).waitFor();
		await fine(shop);
		await shop.go("day");
		await shop.page.getByText(shop.text("day.none")).waitFor();
		await fine(shop);
		await shop.go("refund");
		await shop.page.getByRole("heading", { name: shop.text("refund.title") }).waitFor();
		await fine(shop);
		assert.deepEqual(shop.problems, []);
		await shop.context.close();
	});

	test("a customer pays over the relay, by keyboard at the till: both show the same, and so does the day", async () => {
		await till.page.keyboard.type("1205");
		await till.page.keyboard.press("Backspace");
		await till.page.keyboard.type("0");
		assert.equal(await till.page.getByTestId("typed").textContent(), yen(till, 1_200n));
		await fine(till);
		await till.page.keyboard.press("Enter");
		await customer.go("pay");
		await read(customer, "pay.link", await linkShown(till));
		await fine(till);
		await agree(1_200n);
		await bothShow(1_200n);
		await fine(till);
		// The focus is where the next customer begins.
		await till.page.keyboard.press("Enter");
		await till.page.getByTestId("typed").waitFor();
		assert.equal(await takings(), yen(till, 1_200n));
		assert.equal(await till.page.getByTestId("line").count(), 1);
	});

	test("the operator is switched off in the middle of a sale, which ends over two screens and cameras", async () => {
		await till.go("sell");
		for (const key of ["8", "00"]) await till.page.getByRole("button", { name: key, exact: true }).click();
		await till.field("sell.memo").fill("お茶");
		await till.button("sell.ask").click();
		await till.button("screen.look").click();
		await phones.stopOperator();
		await phones.cutRelay();
		await customer.go("pay");
		await customer.button("pay.scan").click();
		const looks = [pointAt(customer, till), pointAt(till, customer)];
		try {
			await agree(800n);
			await choose(customer, "screen");
			await bothShow(800n);
		} finally {
			for (const look of looks) await look.stop();
		}
		assert.equal(await till.page.getByTestId("memo").textContent(), "お茶");
		await till.button("result.next").click();
		assert.equal(await takings(), yen(till, 2_000n));
	});

	test("a refund is asked for with the receipt, paid once, and taken off the day; a second is refused", async () => {
		await till.go("refund");
		const asked = await askBack();
		await fine(till);
		await read(till, "refund.link", asked);
		await till.page.getByText(till.text("sheet.refund"), { exact: true }).waitFor();
		await till.button("sheet.payAmount", { amount: yen(till, 800n) }).click();
		await standing(till, "inFlight");
		await choose(till, "hand");
		await read(customer, "request.answer", await linkShown(till));
		await standing(customer, "inFlight");
		await choose(customer, "hand");
		await read(till, "payment.answer", await linkShown(customer));
		await standing(till, "spent");
		await choose(till, "hand");
		await read(customer, "payment.answer", await linkShown(till));
		await standing(customer, "received");
		assert.equal((await customer.balance())["available"], "3800");
		assert.equal(await takings(), yen(till, 1_200n));
		const kinds = await till.page
			.getByTestId("line")
			.evaluateAll((lines) => lines.map((line) => line.dataset["kind"]));
		assert.deepEqual(kinds, ["refund", "sale", "sale"]);
		await fine(till);

		// Read once more, the request leads to its payment; and a link that opens the till goes where refunds do.
		await till.go("refund");
		await read(till, "refund.link", asked);
		await standing(till, "spent");
		await open(till, await askBack());
		await till.page.getByText("この売上はすでに返金しました。").waitFor();
		await fine(till);
		assert.equal(await till.button("sheet.payAmount", { amount: yen(till, 800n) }).isDisabled(), true);
	});

	/** As if the link had been an address of this page. */
	async function open({ page }: Phone, link: string): Promise<void> {
		await page.evaluate(
			(hash) => {
				location.hash = hash;
			},
			link.replace("tenten:", "#"),
		);
	}

	/** The customer's request for the money of the sale before the refund; the link to it. */
	async function askBack(): Promise<string> {
		await customer.go("history");
		await customer.page.getByText("お茶").last().click();
		await customer.page.getByRole("link", { name: customer.text("askBack.title"), exact: true }).click();
		await customer.button("request.make").click();
		const link = await linkShown(customer);
		await fine(customer);
		return link;
	}

	test("a request for anything but a refund is not paid, and a receipt that comes by a link is shown", async () => {
		await till.go("refund");
		await till.button("sheet.leave").click();
		await read(till, "refund.link", await ask(customer, 100n, "gift"));
		await till.page.getByText(till.text("refund.notASale")).waitFor();
		assert.equal(await till.button("sheet.leave").count(), 0);
		await customer.go("history");
		await customer.page.getByText("お茶").last().click();
		await customer.page.getByRole("link", { name: customer.text("receipt.title"), exact: true }).click();
		await open(till, await linkShown(customer));
		await till.page.getByTestId("receipt-amount").waitFor();
		await fine(till);
	});

	test("a sale that is given up is no sale; an empty amount asks for nothing", async () => {
		await till.go("sell");
		assert.equal(await till.button("sell.ask").isDisabled(), true);
		await till.page.getByTestId("typed").waitFor();
		await till.page.keyboard.type("77");
		await till.button("sell.ask").click();
		await till.button("asked.giveUp").click();
		await till.page.getByTestId("typed").waitFor();
		assert.equal(await takings(), yen(till, 1_200n));
	});

	test("a customer who agrees and walks off leaves a sale waiting; paid later, it is told and counted", async () => {
		await till.go("sell");
		await till.page.getByTestId("typed").waitFor();
		await till.page.keyboard.type("300");
		await till.page.keyboard.press("Enter");
		await customer.go("pay");
		await read(customer, "pay.link", await linkShown(till));
		await agree(300n);
		await choose(customer, "hand");
		await read(till, "request.answer", await linkShown(customer));
		await till.page.getByText(till.text("asked.underWay")).waitFor();
		await fine(till);
		await till.button("asked.leave").click();
		await till.page.getByTestId("typed").waitFor();
		assert.equal(await takings(), yen(till, 1_200n), "what is under way is no takings");
		await till.page.getByText(till.text("open.payee")).click();
		await choose(till, "hand");
		await read(customer, "payment.answer", await linkShown(till));
		await standing(customer, "spent");
		await choose(customer, "hand");
		await read(till, "payment.answer", await linkShown(customer));
		await bothShow(300n);
		const mark = (await till.page.getByTestId("mark").textContent()) ?? "";
		await till.go("sell");
		await till.page.getByText(till.text("sell.late", { amount: yen(till, 300n), mark })).waitFor();
		assert.equal(await takings(), yen(till, 1_500n));
	});

	test("is opened anew in the middle of a sale: the same code, what is under way, what came, and who paid late", async () => {
		const anew = async (): Promise<void> => {
			await till.page.reload();
			await till.page.getByRole("link", { name: till.text("nav.day"), exact: true }).waitFor();
		};
		const begin = async (digits: string): Promise<string> => {
			await till.go("sell");
			await till.page.getByTestId("typed").waitFor();
			await till.page.keyboard.type(digits);
			await till.page.keyboard.press("Enter");
			return linkShown(till);
		};
		const asked = await begin("40");
		await anew();
		assert.equal(await linkShown(till), asked);
		await customer.go("pay");
		await read(customer, "pay.link", asked);
		await agree(40n);
		await choose(customer, "hand");
		await read(till, "request.answer", await linkShown(customer));
		await till.page.getByText(till.text("asked.underWay")).waitFor();
		await anew();
		await till.page.getByText(till.text("asked.underWay")).waitFor();
		const under = await linkShown(till);
		assert.equal(under, asked);
		await till.button("asked.leave").click();
		await till.page.getByText(till.text("open.payee")).first().waitFor({ state: "hidden" });

		// Paid after the counter turned away, in a page that is gone by then: the next one says so.
		await till.go("day");
		await till.page.getByText(till.text("open.payee")).click();
		await choose(till, "hand");
		await read(customer, "payment.answer", await linkShown(till));
		await standing(customer, "spent");
		await choose(customer, "hand");
		const word = await linkShown(customer);
		await anew();
		await choose(till, "hand");
		await read(till, "payment.answer", word);
		await bothShow(40n);
		await till.go("sell");
		const mark = (await customer.page.getByTestId("mark").textContent()) ?? "";
		await till.page.getByText(till.text("sell.late", { amount: yen(till, 40n), mark })).waitFor();
		await anew();
		await till.page.getByTestId("typed").waitFor();
		assert.equal(await takings(), yen(till, 1_540n));
	});

	test("the day is saved as a file, and a sale's receipt is shown", async () => {
		const [download] = await Promise.all([
			till.page.waitForEvent("download"),
			till.button("day.save").click(),
		]);
		assert.match(download.suggestedFilename(), /^\d{4}-\d{2}-\d{2}\.csv$/);
		await till.page
			.getByRole("link", { name: till.text("nav.receipt"), exact: true })
			.first()
			.click();
		await till.page.getByTestId("receipt-amount").waitFor();
	});

	test("opens anew without any server, and the day is still there", async () => {
		await till.page.evaluate(() => navigator.serviceWorker.ready);
		await phones.web.stop();
		await till.page.reload();
		await till.page.getByRole("link", { name: till.text("nav.day"), exact: true }).waitFor();
		assert.equal(await takings(), yen(till, 1_540n));
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...till.problems, ...customer.problems], []);
	});
});
