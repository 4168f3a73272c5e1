/**
 * The company's system as a party: its real orders, and the messages around them.
 *
 * It holds no value and decides nothing about it: it gives each order one payment, and keeps what its module says.
 */
import { isRefusal } from "@tenten/protocol";
import type { OrderRow, Orders } from "@tenten/wallet";
import type { Holdings } from "./party.ts";
import { type Body, bodyOf, decoded, encoded, type Onward } from "./token-body.ts";
import type { Follows, Role, Said } from "./token-party.ts";

const none: Holdings = { available: {}, locked: {}, reserved: {} };

/** What is kept of a payment: the order that it asked for. */
type Note = { readonly order: string };

export function companyRole(orders: Orders, steps: Onward, now: () => number): Role<Note> {
	const take = async (body: Body, step: number, payer: string): Promise<Follows<Note>> => {
		const back = (to: string, said: Body): Said => ({ to, step: steps[step]?.back ?? 0, body: said });
		const on = (to: string, said: Body): Said => ({ to, step: steps[step]?.on ?? 0, body: said });
		switch (body.kind) {
			case "pay": {
				const { order } = body;
				const row = await orders.ask(order, payer, Math.floor(now() / 1_000));
				if (isRefusal(row))
					return { says: [{ to: "payer-app", step: 0, body: { kind: "refused", code: row.code } }] };
				const { amount, mode } = row.order;
				const asks = { kind: "ask-payment", order, amount: `${amount}`, direct: mode === "direct" } as const;
				return { says: [on("module-B", asks)], note: { order } };
			}
			case "payment": {
				const { order, id, expiresAt } = body;
				const made = { id, messages: decoded(body.messages), expiresAt };
				const row = await orders.issue(order, payer, made);
				return { says: isRefusal(row) ? [] : [on("payer-app", answerOf(row))] };
			}
			case "arrival":
				await orders.arrive(body.order, body.id, body.arrival);
				return { says: [] };
			case "ask-status": {
				const { state } = orders.find(body.order) ?? {};
				const has = state !== undefined && state.kind !== "open" && state.payer === payer;
				const arrival = has && (state.kind === "reserved" || state.kind === "paid") ? state.kind : "nothing";
				return { says: [back("payer-app", { kind: "status", arrival })] };
			}
			case "ask-receipt":
				return { says: [on("module-B", { kind: "ask-again" })] };
			default:
				throw new Error(`a company is told ${body.kind}`);
		}
	};
	return {
		take: (message) => take(bodyOf(message), message.step, message.payment),
		holdings: async () => none,
		sees: (payer, note) => {
			const { state } = (note && orders.find(note.order)) ?? {};
			if (state === undefined || state.kind === "open" || state.payer !== payer) return "nothing";
			if (state.kind === "reserved") return "reserved";
			return state.kind === "paid" ? "received" : "nothing";
		},
		close: () => orders.close(),
	};
}

function answerOf({ state }: OrderRow): Body {
	if (state.kind === "open" || state.kind === "asked")
		throw new Error(`an order that is ${state.kind} has no payment`);
	return { kind: "answer", messages: encoded(state.payment.messages), address: "module-B" };
}
