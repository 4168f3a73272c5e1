/** Value and information together: documents both ways, all or nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	type Document,
	isRefusal,
	type Offer,
	parseMessage,
	serializeMessage,
} from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet } from "@tenten/wallet";
import { meddledChannel } from "./support/channels.ts";
import { ok, openTown, type Town } from "./support/town.ts";

const text = (content: string): Document => ({
	mediaType: "text/plain",
	content: new TextEncoder().encode(content),
});
const invoice = [text("one tea"), text("one cake")];
const order = [text("deliver to door 7")];
const ticket = [text("seat 12"), text("hall B")];

type Shop = { readonly town: Town; readonly ann: Wallet; readonly shop: Wallet; readonly seen: Offer[] };

/** Ann with 1,000, and a shop that answers every payment with a ticket. */
async function openShop(): Promise<Shop> {
	const town = await openTown();
	const seen: Offer[] = [];
	const consider = async (offer: Offer) => {
		seen.push(offer);
		return { documents: ticket };
	};
	return { town, ann: await town.wallet(1_000n), shop: await town.wallet(0n, { consider }), seen };
}

async function pay({ town, ann, shop }: Shop, channel: Channel = inProcessChannel(shop.handle)) {
	const { encoded, messages } = ok(
		await shop.request({ asset: town.asset, amount: 300n, documents: invoice }),
	);
	return ann.pay({ request: encoded, messages, documents: order }, channel);
}

/** The same document message with one byte of its content changed. */
function changed(encoded: Bytes): Bytes {
	const message = parseMessage(encoded);
	assert.ok(message.kind === "document");
	const content = message.content.slice();
	content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
	return serializeMessage({ ...message, content });
}

async function nothingMoved({ town, ann, shop }: Shop): Promise<void> {
	assert.equal(ann.balance(town.asset).available + ann.balance(town.asset).locked, 1_000n);
	assert.deepEqual(shop.balance(town.asset), {
		available: 0n,
		reserved: 0n,
		locked: 0n,
		expiring: 0n,
		awaited: 0n,
		metered: 0n,
		ordered: 0n,
	});
	await town.close();
}

describe("documents", () => {
	test("an invoice, an order and a ticket pass with the money, each to the side that is meant", async () => {
		const world = await openShop();
		const { town, ann, shop, seen } = world;
		const payment = ok(await pay(world));
		assert.equal(payment.fundsState, "spent");
		assert.deepEqual(payment.documents, ticket);
		assert.deepEqual(seen[0]?.documents, order);
		assert.deepEqual(ann.module.documents(payment.attempt), ticket);
		assert.equal(shop.balance(town.asset).available, 300n);
		await town.close();
	});

	test("a request with an invoice is paid only by someone who has all of it, unchanged", async () => {
		const world = await openShop();
		const { town, ann, shop } = world;
		const made = ok(await shop.request({ asset: town.asset, amount: 300n, documents: invoice }));
		const other = ok(await shop.request({ asset: town.asset, amount: 300n, documents: invoice }));
		const [first = new Uint8Array(), second = new Uint8Array(), request = new Uint8Array()] = made.messages;
		assert.deepEqual(ok(ann.module.openRequest(made.messages)).documents, invoice);
		const tries: readonly (readonly [string, readonly Bytes[] | undefined])[] = [
			["document-missing", undefined],
			["document-missing", [first, request]],
			["document-mismatch", [first, changed(second), request]],
			["document-mismatch", other.messages],
			["type-unknown", [first, second]],
		];
		for (const [code, messages] of tries) {
			const refused = await ann.start({ request: made.encoded, ...(messages ? { messages } : {}) });
			assert.equal(isRefusal(refused) && refused.code, code);
		}
		await nothingMoved(world);
	});

	test("a swapped invoice is no invoice: what stands first stays first", async () => {
		const world = await openShop();
		const { town, ann, shop } = world;
		const made = ok(await shop.request({ asset: town.asset, amount: 300n, documents: invoice }));
		const swapped = made.messages.map((encoded) => {
			const message = parseMessage(encoded);
			return message.kind === "document"
				? serializeMessage({ ...message, position: 1 - message.position })
				: encoded;
		});
		const refused = await ann.start({ request: made.encoded, messages: swapped });
		assert.equal(isRefusal(refused) && refused.code, "document-mismatch");
		await nothingMoved(world);
	});

	test("a changed or missing order moves no value on either side, and may still come whole", async () => {
		for (const fate of ["lose", "change"] as const) {
			const world = await openShop();
			const { town, ann, shop } = world;
			let spoiled = 0;
			const channel = meddledChannel(shop.handle, (message) => {
				if (message.kind !== "document" || spoiled++ > 0) return "pass";
				return fate === "lose" ? "lose" : changed(serializeMessage(message));
			});
			const payment = ok(await pay(world, channel));
			assert.equal(shop.balance(town.asset).available + shop.balance(town.asset).reserved, 0n, fate);
			assert.equal(ann.balance(town.asset).available + ann.balance(town.asset).locked, 1_000n, fate);
			// What did not open is missing, which is transient: the transfer is sent again, and then it is there.
			assert.equal(payment.fundsState, "inFlight");
			assert.equal(ok(await ann.recover(payment.attempt, channel)), "spent");
			assert.equal(shop.balance(town.asset).available, 300n);
			await town.close();
		}
	});

	test("a reply that is changed, missing or swapped releases nothing; the true one does", async () => {
		const fates = ["lose", "change", "swap"] as const;
		for (const fate of fates) {
			const world = await openShop();
			const { town, ann, shop } = world;
			let isSpoiling = true;
			let isReply = false;
			const channel = meddledChannel(shop.handle, (message) => {
				isReply ||= message.kind === "transfer";
				if (!isSpoiling || !isReply || message.kind !== "document") return "pass";
				if (fate === "lose") return "lose";
				if (fate === "change") return changed(serializeMessage(message));
				return serializeMessage({ ...message, position: 1 - message.position });
			});
			const payment = ok(await pay(world, channel));
			assert.equal(payment.fundsState, "inFlight", fate);
			assert.equal(shop.balance(town.asset).reserved, 300n);
			assert.equal(shop.balance(town.asset).available, 0n);
			isSpoiling = false;
			assert.equal(ok(await ann.recover(payment.attempt, channel)), "spent");
			assert.deepEqual(ann.module.documents(payment.attempt), ticket);
			await town.close();
		}
	});

	test("more or longer documents than one hand-over carries are refused before anything is set aside", async () => {
		const world = await openShop();
		const { town, ann, shop } = world;
		const { encoded } = ok(await shop.request({ asset: town.asset, amount: 300n }));
		const many = Array.from({ length: 61 }, () => text("x"));
		const long = [{ mediaType: "text/plain", content: new Uint8Array(65_025) }];
		for (const [code, documents] of [["too-many", many] as const, ["too-large", long] as const]) {
			const refused = await ann.start({ request: encoded, documents });
			assert.equal(isRefusal(refused) && refused.code, code);
		}
		const most = Array.from({ length: 60 }, () => ({
			mediaType: "text/plain",
			content: new Uint8Array(65_024),
		}));
		const payment = ok(await ann.pay({ request: encoded, documents: most }, inProcessChannel(shop.handle)));
		assert.equal(payment.fundsState, "spent");
		await town.close();
	});

	test("what the payee answered with survives a crash between the release and the app", async () => {
		const town = await openTown();
		const shop = await town.wallet(0n, { consider: async () => ({ documents: ticket }) });
		const device = town.device();
		let ann = await device.open();
		await ann.join(town.operator, town.operator.id, {
			role: "holder",
			class: null,
			merchantCategory: null,
			region: null,
		});
		await town.fund(ann, 500n);
		const { encoded } = ok(await shop.request({ asset: town.asset, amount: 300n }));
		const payment = ok(await ann.pay({ request: encoded }, inProcessChannel(shop.handle)));
		ann = await device.open();
		assert.deepEqual(ann.module.documents(payment.attempt), ticket);
		await town.close();
	});
});
