/** What a company reads about the payment of an order: the name of who asks, and its own rows. */
import { isRefusal, serialize } from "@tenten/protocol";
import { memoryStore, Orders } from "@tenten/wallet";
import { orderRow } from "../../packages/wallet/src/company/order.ts";
import { decodePayer, encodePayer } from "../../packages/wallet/src/company/order-questions.ts";
import { messages } from "../material.ts";
import { Broken, mustBeSame, type Target } from "../target.ts";
import { ofText, simple, textOf } from "./wallet-side.ts";

const payers = ["a-payment-of-mine", "0123456789abcdef"].map(encodePayer);

const payer: Target = simple("payer of an order", "text", payers.map(ofText), (input) => {
	const read = decodePayer(textOf(input));
	if (isRefusal(read)) return read.code;
	if (decodePayer(encodePayer(read)) !== read) throw new Broken("a name that changes");
	return "accepted";
});

const orderRows = (["open", "asked", "issued", "reserved", "paid"] as const).map((kind) =>
	serialize(orderRow, {
		order: {
			id: "order",
			asset: { operator: new Uint8Array(32), code: "JPY" },
			amount: 5n,
			memo: "",
			mode: "direct",
		},
		state: {
			kind,
			payer: "a-payment-of-mine",
			payment: { id: "00", messages: messages.slice(0, 1), expiresAt: 9 },
		},
	}),
);

/** A company that opens over a row has what the row says, or does not open. */
const order: Target = simple("row of an order", "items", orderRows, async (input) => {
	const store = memoryStore();
	await store.commit([{ key: "order", value: input }]);
	const orders = await Orders.open(store);
	if (isRefusal(orders)) return orders.code;
	const row = orders.find("order");
	if (row === undefined) throw new Broken("no row");
	mustBeSame(serialize(orderRow, row), input);
	const placed = await orders.place({ ...row.order, id: "another" });
	if (isRefusal(placed)) throw new Broken(`not placed: ${placed.code}`);
	return "accepted";
});

export const orderTargets: readonly Target[] = [payer, order];
