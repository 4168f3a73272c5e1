/**
 * A request that was made is shown again, the same bytes with all its documents, also by a wallet that was opened
 * anew; until its time is over, and then nothing of it is kept.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { carry, codeOf, openDesk, person } from "./support/desks.ts";
import { ok, openTown } from "./support/town.ts";

const invoice = ["one tea", "one cake"].map((words) => ({
	mediaType: "text/plain",
	content: new TextEncoder().encode(words),
}));
describe("a request of one's own", () => {
	for (const documents of [[], invoice])
		test(`is the same after the wallet was opened anew, with ${documents.length} documents, and is paid then`, async () => {
			const town = await openTown();
			const [payer, payee] = [await person(town, 1_000n), await person(town)];
			const asset = payee.desk.overview().balances[0]?.asset.id ?? "";
			const asking = { asset, amount: 300n, memo: "tea", documents, reply: documents };
			const made = ok(await payee.desk.ask(asking));
			await payee.wallet.close();
			const again = await openDesk(town, payee.settings, payee.device);
			assert.deepEqual(ok(await again.desk.askedAgain(made.digest)), made);
			const { bundle: _, invitation: __, ...view } = made;
			assert.deepEqual(again.desk.overview().asked, [view]);

			const shown = ok(await payer.desk.take(made.bundle));
			assert.ok(shown.kind === "request");
			assert.deepEqual(shown.request.documents, documents);
			const paid = ok(await payer.desk.pay(made.digest, 300n));
			await carry(payer.desk, again.desk, paid.bundle);
			assert.deepEqual(again.desk.overview().asked, [], "what is paid is asked for no more");
			assert.equal(again.desk.paymentOn(made.digest, "payee")?.funds, "received");
			assert.equal(payer.desk.paymentOn(made.digest, "payee"), undefined);
			assert.deepEqual(
				ok(await payer.desk.documents(paid.attempt.id)),
				documents,
				"the reply is not the invoice",
			);
			await town.close();
		});

	test("is shown with the invitation that went with it, which is the caller's to remember", async () => {
		const town = await openTown();
		const { desk } = await person(town);
		const asset = desk.overview().balances[0]?.asset.id ?? "";
		const made = ok(await desk.ask({ asset, amount: 300n, relay: "wss://relay.example" }));
		assert.deepEqual(ok(await desk.askedAgain(made.digest, made.invitation)), made);
		assert.equal(ok(await desk.askedAgain(made.digest)).invitation, null);
		await town.close();
	});

	test("is over with its time, and then nothing is kept of it", async () => {
		const town = await openTown();
		const { desk, wallet, device } = await person(town);
		const rows = async () =>
			[...(await device.store.load()).keys()].filter((key) => key !== "counter").sort();
		const before = await rows();
		const asset = desk.overview().balances[0]?.asset.id ?? "";
		const made = ok(
			await desk.ask({ asset, amount: 300n, documents: invoice, reply: invoice, lifetime: 60 }),
		);
		assert.equal((await rows()).length, before.length + 6, "request, message, two documents, two replies");
		town.clock.now += 60;
		assert.equal(codeOf(await desk.askedAgain(made.digest)), "request-expired");
		assert.deepEqual(desk.overview().asked, []);
		town.clock.now += 1;
		await wallet.module.forget();
		assert.deepEqual(await rows(), before);
		assert.equal(codeOf(await desk.askedAgain("00".repeat(32))), "request-expired");
		await town.close();
	});
});
