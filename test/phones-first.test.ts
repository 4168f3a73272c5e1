/** Two phones in real Chromium: the first minute, and a payment by links with the operator away. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { agree, ask, commit, consider, finish, reserve } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { firstRun, openPhones, type Phone, type Phones, shownBalance, yen } from "./browser/phones.ts";

describe("two phones", { skip }, () => {
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

	test("begin: a wallet, an account and money in it, and the balance shown is the store's", async () => {
		await firstRun(ann, 3_000n);
		await firstRun(bob, 500n);
		assert.equal(await shownBalance(ann), yen(ann, 3_000n));
		assert.equal((await ann.balance())["available"], "3000");
		assert.equal(await shownBalance(bob), yen(bob, 500n));
	});

	test("pay by link while the operator is away: both show the same, and balances are the stores'", async () => {
		await phones.stopOperator();
		await payByLinks(bob, ann, 1_200n, "お茶");
		assert.equal(await shownBalance(ann), yen(ann, 1_800n));
		assert.equal(await shownBalance(bob), yen(bob, 1_700n));
		assert.equal((await ann.balance())["available"], "1800");
		assert.equal((await bob.balance())["available"], "1700");
	});

	test("what was received is spent onward at once, after the page was opened anew, still without operator", async () => {
		await bob.page.reload();
		await payByLinks(ann, bob, 1_600n, "books");
		assert.equal((await bob.balance())["available"], "100");
		assert.equal((await ann.balance())["available"], "3400");
		assert.equal(await shownBalance(ann), yen(ann, 3_400n));
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual([...ann.problems, ...bob.problems], []);
	});
});

async function payByLinks(payee: Phone, payer: Phone, amount: bigint, memo: string): Promise<void> {
	await consider(payer, await ask(payee, amount, memo));
	await payer.page.getByText(memo).waitFor();
	const answer = await reserve(payee, await agree(payer, amount));
	await finish(payee, await commit(payer, answer));

	const [mine, theirs] = await Promise.all([shownPayment(payer), shownPayment(payee)]);
	assert.equal(mine.mark, theirs.mark);
	assert.deepEqual([mine.amount, theirs.amount], [yen(payer, amount), yen(payee, amount)]);
	assert.deepEqual([mine.memo, theirs.memo], [memo, memo]);
}

async function shownPayment({ page }: Phone) {
	const [mark, amount, memo] = await Promise.all(
		["mark", "amount", "memo"].map((id) => page.getByTestId(id).textContent()),
	);
	return { mark, amount, memo };
}
