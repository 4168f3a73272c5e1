/**
 * Two phones in real Chromium, the operator away: a payment over screens and cameras, over a relay, from device to
 * device; and one that is begun one way and ended another.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, read, standing } from "./browser/by-link.ts";
import { chromiumPath } from "./browser/chromium.ts";
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

const chromium = chromiumPath();
const skip = chromium === undefined && "needs Chromium: apt-get install chromium";

describe("two phones", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		phones = await openPhones(chromium as string);
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

	test("redeem what was received, once the operator is back", async () => {
		await phones.startOperator();
		await bob.go("top-up");
		await bob.field("redeem.amount").fill("3300");
		await bob.button("redeem.do").click();
		await bob.page.getByText(bob.text("redeem.done", { amount: yen(bob, 3_300n) })).waitFor();
		assert.deepEqual(await available(), ["2700", "0"]);
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});
