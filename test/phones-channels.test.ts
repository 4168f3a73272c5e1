/**
 * Two phones in real Chromium, the operator away: a payment over screens and cameras, over a relay, from device to
 * device; and one that is begun one way and ended another.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, linkShown, read, standing } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import {
	choose,
	firstRun,
	openPhones,
	type Phone,
	type Phones,
	pointAt,
	shownPayment,
	yen,
} from "./browser/phones.ts";

describe("two phones", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		bob = await phones.phone({ language: "en", hasRelay: true });
		await firstRun(ann, 3_000n);
		await firstRun(bob, 3_000n);
		await phones.stopOperator();
	});
	after(async () => {
		await phones?.close();
	});

	async function bothShow(payer: Phone, payee: Phone): Promise<void> {
		await Promise.all([standing(payer, "spent"), standing(payee, "received")]);
		assert.equal((await shownPayment(payer)).mark, (await shownPayment(payee)).mark);
	}

	const agree = (payer: Phone, amount: bigint): Promise<void> =>
		payer.button("sheet.payAmount", { amount: yen(payer, amount) }).click();

	async function available(): Promise<readonly (string | undefined)[]> {
		return [(await ann.balance())["available"], (await bob.balance())["available"]];
	}

	test("pay over animated codes, both ways through cameras", async () => {
		await ask(ann, 700n, "camera");
		await ann.button("screen.look").click();
		await bob.go("pay");
		await bob.button("pay.scan").click();
		const looks = [pointAt(bob, ann), pointAt(ann, bob)];
		try {
			await agree(bob, 700n);
			await bothShow(bob, ann);
		} finally {
			for (const look of looks) await look.stop();
		}
		assert.deepEqual(await available(), ["3700", "2300"]);
	});

	test("are told where no relay is known, and offered neither it nor a connection from device to device", async () => {
		const offered = async (phone: Phone): Promise<readonly string[]> => {
			await phone.page.getByText(phone.text("payment.ways")).first().waitFor();
			const choices = phone.page.locator("main input[type=radio]");
			return choices.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value));
		};
		await ask(ann, 10n, "no relay");
		await bob.go("pay");
		await read(bob, "pay.link", await linkShown(ann));
		await agree(bob, 10n);
		await bob.page.getByText(bob.text("ways.noRelay")).waitFor();
		assert.deepEqual(await offered(bob), ["screen", "hand"]);
		await bob.button("payment.cancel").click();
		await standing(bob, "safe");
		assert.deepEqual(await available(), ["3700", "2300"]);

		await phones.cutRelay();
		const request = await ask(bob, 10n, "a relay");
		await ann.go("pay");
		await read(ann, "pay.link", request);
		await agree(ann, 10n);
		assert.deepEqual(await offered(ann), ["screen", "relay", "nearby", "hand"]);
		assert.equal(await ann.page.getByText(ann.text("ways.noRelay")).count(), 0);
		await ann.button("payment.cancel").click();
		await standing(ann, "safe");
		await phones.mendRelay();
	});

	test("pay over the relay, found by the request alone", async () => {
		const request = await ask(bob, 500n, "relay");
		await ann.go("pay");
		await read(ann, "pay.link", request);
		await agree(ann, 500n);
		await bothShow(ann, bob);
		assert.deepEqual(await available(), ["3200", "2800"]);
	});

	test("pay from device to device, the relay having carried the offer and its answer", async () => {
		const request = await ask(bob, 300n, "nearby");
		await ann.go("pay");
		await read(ann, "pay.link", request);
		// Whoever was to be reached through the relay is away: the payment stays open, and another way is taken.
		await phones.cutRelay();
		await agree(ann, 300n);
		await standing(ann, "inFlight");
		await choose(ann, "nearby");
		await phones.mendRelay();
		await bothShow(ann, bob);
		assert.ok((await ann.lettersByRtc()) > 0 && (await bob.lettersByRtc()) > 0);
		assert.deepEqual(await available(), ["2900", "3100"]);
	});

	test("begin a payment over the relay, lose it, reload both, and end it on screens", async () => {
		const request = await ask(bob, 200n, "dark");
		await phones.cutRelay();
		await ann.go("pay");
		await read(ann, "pay.link", request);
		await agree(ann, 200n);
		await standing(ann, "inFlight");
		const { available: free, locked } = await ann.balance();
		assert.equal(BigInt(free ?? 0) + BigInt(locked ?? 0), 2_900n);
		await ann.page.reload();
		await standing(ann, "inFlight");
		await choose(ann, "screen");
		await bob.page.reload();
		await bob.go("pay");
		await bob.button("pay.scan").click();
		const looks = [pointAt(bob, ann), pointAt(ann, bob)];
		try {
			await bothShow(ann, bob);
		} finally {
			for (const look of looks) await look.stop();
		}
		assert.deepEqual(await available(), ["2700", "3300"]);
	});

	test("pay a payee that turned to another screen: it is paid, and finds the payment where it had asked", async () => {
		await phones.mendRelay();
		const request = await ask(bob, 60n, "turned away");
		const address = bob.page.url();
		await bob.go("history");
		await ann.go("pay");
		await read(ann, "pay.link", request);
		await agree(ann, 60n);
		await standing(ann, "spent");
		await bob.go("home");
		await bob.page.getByTestId("available").getByText(yen(bob, 3_360n), { exact: true }).waitFor();
		await bob.page.goto(address);
		await bothShow(ann, bob);
		assert.deepEqual(await available(), ["2640", "3360"]);
	});

	test("pay a payee whose page was closed: the payment waits, and ends by itself when the page is opened again", async () => {
		const request = await ask(bob, 40n, "closed");
		const address = bob.page.url();
		await bob.page.goto(`${phones.web.url}/elsewhere`);
		await ann.go("pay");
		await read(ann, "pay.link", request);
		await agree(ann, 40n);
		await standing(ann, "inFlight");
		await bob.page.goto(address);
		await bothShow(ann, bob);
		assert.deepEqual(await available(), ["2600", "3400"]);
	});

	test("redeem what was received, once the operator is back", async () => {
		await phones.startOperator();
		await bob.go("top-up");
		await bob.field("redeem.amount").fill("3400");
		await bob.button("redeem.do").click();
		await bob.page.getByText(bob.text("redeem.done", { amount: yen(bob, 3_400n) })).waitFor();
		assert.deepEqual(await available(), ["2600", "0"]);
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});
