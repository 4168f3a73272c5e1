/** A changed or missing document moves no value, on the way there or on the way back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type MessageOf, parseMessage, serializeMessage } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet } from "@tenten/wallet";
import { ok, openTown, type Town } from "../../../test/support/town.ts";
import { considerInvoice, invoiceDocuments, isReplyTo } from "../src/replay/invoice-document.ts";
import type { InvoiceLine } from "../src/replay/read-lines.ts";

const rich = 1_000n;
const price = 300n;

function lines(...prices: readonly bigint[]): readonly InvoiceLine[] {
	return prices.map((each, i) => ({
		stockCode: `${i}`,
		description: `item ${i}`,
		quantity: 1n,
		unitPriceTenths: each * 10n,
	}));
}

type DocumentMessage = MessageOf<"document">;
type Tamper = (documents: readonly DocumentMessage[]) => readonly DocumentMessage[];

const flipped: Tamper = (documents) =>
	documents.map((document) => ({
		...document,
		content: document.content.map((byte, i) => (i === document.content.length - 1 ? byte ^ 1 : byte)),
	}));
const dropped: Tamper = () => [];
const swapped: Tamper = ([first, second, ...more]) =>
	first && second
		? [{ ...first, content: second.content }, { ...second, content: first.content }, ...more]
		: [];

function documentIn(encoded: Uint8Array) {
	const message = parseMessage(encoded);
	return !isRefusal(message) && message.kind === "document" ? message : undefined;
}

/** A channel on which somebody changes documents, there or back. */
function tampering(payee: Wallet, way: "there" | "back", tamper: Tamper): Channel {
	const honest = inProcessChannel(payee.handle);
	const changed = (messages: readonly Uint8Array[]): readonly Uint8Array[] => {
		const documents = messages.flatMap((encoded) => documentIn(encoded) ?? []);
		const others = messages.filter((encoded) => documentIn(encoded) === undefined);
		return [...tamper(documents).map(serializeMessage), ...others];
	};
	return {
		exchange: async (messages) => {
			const answers = await honest.exchange(way === "there" ? changed(messages) : messages);
			return isRefusal(answers) || way === "there" ? answers : changed(answers);
		},
	};
}

async function customerAndTill(): Promise<{ town: Town; customer: Wallet; till: Wallet }> {
	const town = await openTown();
	return {
		town,
		customer: await town.wallet(rich),
		till: await town.wallet(0n, { consider: considerInvoice }),
	};
}

async function invoiceFor({ town, till }: { town: Town; till: Wallet }, itemised = lines(100n, 200n)) {
	const { encoded } = ok(await till.request({ asset: town.asset, amount: price, memo: "536365" }));
	// Each line a document of its own, so that there are several.
	const documents = itemised.flatMap((line) => invoiceDocuments("536365", [line]));
	return { request: encoded, documents };
}

for (const [name, tamper] of Object.entries({ flipped, dropped, swapped }))
	test(`an invoice ${name} on its way is refused, and the payer keeps its money`, async () => {
		const cast = await customerAndTill();
		const { town, customer, till } = cast;
		const payment = ok(await customer.pay(await invoiceFor(cast), tampering(till, "there", tamper)));
		assert.notEqual(payment.fundsState, "spent");
		assert.deepEqual(payment.documents, []);
		const { available, reserved } = till.balance(town.asset);
		assert.deepEqual([available, reserved], [0n, 0n]);
		if (payment.fundsState === "inFlight") {
			assert.equal(customer.balance(town.asset).locked, rich);
			assert.equal(await customer.cancel(payment.attempt), undefined);
		}
		assert.equal(customer.balance(town.asset).available, rich);
		await town.close();
	});

for (const [name, tamper] of Object.entries({ flipped, dropped }))
	test(`a reply ${name} on its way releases nothing; the payer may cancel, or ask for it again`, async () => {
		for (const ending of ["cancel", "recover"] as const) {
			const cast = await customerAndTill();
			const { town, customer, till } = cast;
			const payment = ok(await customer.pay(await invoiceFor(cast), tampering(till, "back", tamper)));
			assert.equal(payment.fundsState, "inFlight");
			assert.equal(till.balance(town.asset).available, 0n);
			assert.equal(till.balance(town.asset).reserved, price);
			const channel = inProcessChannel(till.handle);
			if (ending === "cancel") assert.equal(await customer.cancel(payment.attempt, channel), undefined);
			else assert.equal(await customer.recover(payment.attempt, channel), "spent");
			const moved = ending === "cancel" ? 0n : price;
			assert.equal(customer.balance(town.asset).available, rich - moved);
			assert.deepEqual([till.balance(town.asset).available, till.balance(town.asset).reserved], [moved, 0n]);
			await town.close();
		}
	});

test("an invoice that does not add up, or is another's, moves no value", async () => {
	for (const wrong of [
		{ itemised: lines(100n, 199n) },
		{ itemised: lines(300n), memo: "another" },
		{ itemised: [] },
	]) {
		const { town, customer, till } = await customerAndTill();
		const { encoded } = ok(
			await till.request({ asset: town.asset, amount: price, memo: wrong.memo ?? "536365" }),
		);
		const documents = invoiceDocuments("536365", wrong.itemised);
		const payment = ok(await customer.pay({ request: encoded, documents }, inProcessChannel(till.handle)));
		assert.notEqual(payment.fundsState, "spent");
		assert.equal(till.balance(town.asset).available + till.balance(town.asset).reserved, 0n);
		const { available, locked } = customer.balance(town.asset);
		assert.equal(available + locked, rich);
		await town.close();
	}
});

test("an invoice of more lines than a document holds comes in several, and is answered as one", async () => {
	const cast = await customerAndTill();
	const { town, customer, till } = cast;
	const many = Array.from({ length: 1500 }, (_, i) => ({
		stockCode: `${i}`,
		description: "WHITE HANGING HEART T-LIGHT HOLDER, AND A GOOD DEAL MORE TO SAY OF IT",
		quantity: 1n,
		unitPriceTenths: 2n,
	}));
	const documents = invoiceDocuments("536365", many);
	assert.ok(documents.length > 1);
	const { request } = await invoiceFor(cast);
	const payment = ok(await customer.pay({ request, documents }, inProcessChannel(till.handle)));
	assert.equal(payment.fundsState, "spent");
	assert.ok(isReplyTo(payment.documents, { invoice: "536365", amount: price, lines: 1500 }));
	assert.ok(!isReplyTo(payment.documents, { invoice: "536365", amount: price, lines: 1499 }));
	await town.close();
});
