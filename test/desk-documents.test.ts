/** The payment sheet: value, data and reply in one, all or nothing, as screens see it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Document } from "@tenten/protocol";
import type { Asking } from "@tenten/wallet";
import { carry, codeOf, moved, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown } from "./support/town.ts";

const text = (content: string, mediaType = "text/plain"): Document => ({
	mediaType,
	content: new TextEncoder().encode(content),
});
const invoice = [text("one tea"), text("one cake")];
const address = text("deliver to door 7", "text/vcard");
const photo = text("a photo that nobody asked for", "image/png");
const ticket = [text("seat 12"), text("hall B")];
const sheet: Partial<Asking> = { documents: invoice, wants: ["text/vcard"], reply: ticket };

async function openShop() {
	const town = await openTown();
	return { town, ann: await person(town, 1_000n), shop: await person(town) };
}

describe("a payment sheet", () => {
	for (const isDirect of [false, true])
		test(`shows what is wanted, sends it with the money, and brings the reply: ${isDirect ? "direct" : "two-phase"}`, async () => {
			const { town, ann, shop } = await openShop();
			const request = await requestOf(shop.desk, ann.desk, 300n, { ...sheet, isDirect });
			assert.deepEqual(request.documents, invoice);
			assert.deepEqual(request.wants, ["text/vcard"]);
			const paid = ok(await ann.desk.pay(request.digest, 300n, { documents: [photo, address] }));
			assert.equal(paid.attempt.documents, 0);
			await carry(ann.desk, shop.desk, paid.bundle);
			const { id } = paid.attempt;
			assert.deepEqual(ok(ann.desk.documents(id)), ticket);
			assert.deepEqual(ok(shop.desk.documents(id)), [address], "and keeps nothing else");
			const counts = [ann, shop].map(({ desk }) => desk.attempts().find((each) => each.id === id)?.documents);
			assert.deepEqual(counts, [2, 1]);
			assert.equal(shop.desk.overview().balances[0]?.available, 300n);
			await town.close();
		});

	test("without what is wanted nothing is signed, and with it the same request is paid", async () => {
		const { town, ann, shop } = await openShop();
		const request = await requestOf(shop.desk, ann.desk, 300n, sheet);
		for (const documents of [[], [photo]])
			assert.equal(codeOf(await ann.desk.pay(request.digest, 300n, { documents })), "document-missing");
		assert.equal(ann.desk.overview().balances[0]?.available, 1_000n);
		ok(await ann.desk.pay(request.digest, 300n, { documents: [address] }));
		await town.close();
	});

	test("a payer that sends less than is wanted is refused, and its money is back", async () => {
		const { town, ann, shop } = await openShop();
		const made = ok(
			await shop.wallet.request({ asset: town.asset, amount: 300n, wants: ["text/vcard"], reply: ticket }),
		);
		// An app that does not look at what is wanted.
		const { body } = ok(ann.wallet.module.readRequest(made.encoded));
		const consent = {
			request: made.digest,
			payee: ok(ann.wallet.module.readRequest(made.encoded)).payee.hash,
		};
		const inputs = ann.wallet.module.tokens().map(({ output }) => output);
		const started = ok(
			await ann.wallet.module.pay({
				request: made.encoded,
				consent: { ...consent, amount: body.amount },
				inputs,
			}),
		);
		let messages = started.messages;
		for (let i = 0; i < 4 && messages.length > 0; i++)
			messages = await (i % 2 === 0 ? shop : ann).wallet.handle(messages);
		assert.equal(ann.desk.overview().balances[0]?.available, 1_000n);
		assert.equal(shop.desk.overview().balances[0]?.available, 0n);
		assert.equal(shop.desk.attempts().length, 0);
		await town.close();
	});

	test("the reply is there after a restart of the payee, and is forgotten with its request", async () => {
		const { town, ann, shop } = await openShop();
		const request = await requestOf(shop.desk, ann.desk, 300n, { reply: ticket, lifetime: 600 });
		await shop.wallet.close();
		const { desk, wallet, device } = await openDesk(town, shop.settings, shop.device);
		const { bundle, attempt } = ok(await ann.desk.pay(request.digest, 300n));
		await carry(ann.desk, desk, bundle);
		assert.deepEqual(ok(ann.desk.documents(attempt.id)), ticket);
		const kept = async () =>
			[...(await device.store.load()).keys()].filter((key) => key.startsWith("answer/"));
		assert.equal((await kept()).length, 2);
		town.clock.now += 200 * 86_400;
		await town.renew(wallet);
		await wallet.module.forget();
		assert.deepEqual(await kept(), []);
		await town.close();
	});

	test("what cannot be kept or sent is refused before anything is made", async () => {
		const { town, shop } = await openShop();
		const asset = shop.desk.overview().balances[0]?.asset.id ?? "";
		const tries: readonly (readonly [string, Document])[] = [
			["malformed", text("x", "文書")],
			["malformed", text("x", "a".repeat(65))],
			["too-large", { mediaType: "text/plain", content: new Uint8Array(65_025) }],
		];
		for (const [code, document] of tries)
			for (const asking of [{ documents: [document] }, { reply: [document] }])
				assert.equal(codeOf(await shop.desk.ask({ asset, amount: 1n, ...asking })), code);
		assert.equal(codeOf(shop.desk.documents("00".repeat(32))), "attempt-unknown");
		assert.equal(codeOf(shop.desk.documents("none")), "attempt-unknown");
		await town.close();
	});

	test("a payment that was shown before it was answered shows no reply", async () => {
		const { town, ann, shop } = await openShop();
		const request = await requestOf(shop.desk, ann.desk, 300n, sheet);
		const { bundle, attempt } = ok(await ann.desk.pay(request.digest, 300n, { documents: [address] }));
		const { answer } = moved(await shop.desk.take(bundle));
		assert.deepEqual(ok(ann.desk.documents(attempt.id)), []);
		assert.equal(shop.desk.overview().balances[0]?.available, 0n);
		moved(await ann.desk.take(answer ?? new Uint8Array()));
		assert.deepEqual(ok(ann.desk.documents(attempt.id)), ticket);
		await town.close();
	});
});
