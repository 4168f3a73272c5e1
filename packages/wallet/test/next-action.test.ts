/** The one thing to do about a payment, in every state that it may be in, at every time that matters. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AttemptSummary, AwaitedToken } from "@tenten/module";
import { type NextAction, nextAction } from "../src/desk/next-action.ts";

const id = new Uint8Array(32).fill(7);
const times = { askedAt: 0, askedUntil: 100, endsAt: 200, refund: { from: 400, until: 900 } };

type Standing = Pick<AttemptSummary, "side" | "state"> & Partial<AttemptSummary>;

const attempt = (standing: Standing): AttemptSummary =>
	({
		attempt: id,
		request: id,
		asset: { operator: id, code: "JPY" },
		amount: 1n,
		payer: id,
		memo: "",
		isDirect: false,
		documents: 0,
		isOpen: true,
		mayCancel: false,
		...times,
		...standing,
	}) as AttemptSummary;

/** What is to be done at each time of a list. */
function through(
	standing: Standing,
	at: readonly number[],
	awaited: readonly AwaitedToken[] = [],
): readonly string[] {
	return at.map((now) => said(nextAction(attempt(standing), now, awaited)));
}

const said = (next: NextAction): string => ("until" in next ? `${next.kind} ${next.until}` : next.kind);

describe("the one thing to do", () => {
	test("about one's own lock: show it, give it up, wait for the day, ask for the refund, and then it is over", () => {
		const locked = { side: "payer", state: "locked" } as const;
		assert.deepEqual(through({ ...locked, mayCancel: true }, [0, 99, 100, 250]), [
			"show",
			"show",
			"giveUp",
			"giveUp",
		]);
		assert.deepEqual(through({ ...locked, mayCancel: true, endsAt: 50 }, [49, 50]), ["show", "giveUp"]);
		assert.deepEqual(through(locked, [300, 399, 400, 899]), [
			"wait 400",
			"wait 400",
			"askRefund 900",
			"askRefund 900",
		]);
		// Past the last day a cancel counts again: it tells the payee that nothing comes.
		assert.deepEqual(through({ ...locked, mayCancel: true }, [900]), ["giveUp"]);
	});

	test("about a lock that a backup brought: wait for the last day on which its outputs come back", () => {
		const locked = { side: "payer", state: "locked", refund: null } as const;
		const token = { heldBy: id, refundFrom: 700 } as AwaitedToken;
		const other = { heldBy: new Uint8Array(32), refundFrom: 999 } as AwaitedToken;
		const later = { ...token, refundFrom: 800 };
		assert.deepEqual(through(locked, [10], [token, other, later]), ["wait 800"]);
		assert.deepEqual(through(locked, [10], [other]), ["wait null"]);
	});

	test("about what was released or sent: show it again; of what was sent, in its days, the refund", () => {
		assert.deepEqual(through({ side: "payer", state: "released", refund: null }, [0, 500]), ["show", "show"]);
		assert.deepEqual(through({ side: "payer", state: "sent" }, [0, 399, 400, 899, 900]), [
			"show",
			"show",
			"askRefund 900",
			"askRefund 900",
			"show",
		]);
	});

	test("about a reservation: show it while its payer can release it, then ask the operator", () => {
		for (const state of ["reserved", "lockedForeign"] as const)
			assert.deepEqual(through({ side: "payee", state, refund: null }, [0, 199, 200]), [
				"show",
				"show",
				"askOperator",
			]);
		assert.deepEqual(through({ side: "payee", state: "lockedForeign" }, [399, 400]), [
			"askOperator",
			"askRefund 900",
		]);
		assert.deepEqual(through({ side: "payee", state: "resolving", endsAt: null }, [0, 400, 900]), [
			"askOperator",
			"askRefund 900",
			"askOperator",
		]);
		assert.deepEqual(through({ side: "payee", state: "returned", refund: null }, [0]), ["show"]);
	});

	test("about what is over: nothing", () => {
		for (const state of ["released", "sent", "cancelled", "returned", "ruled"] as const)
			assert.deepEqual(through({ side: "payer", state, isOpen: false }, [0, 500]), ["none", "none"]);
		for (const state of ["owned", "cancelled", "returned", "ruled"] as const)
			assert.deepEqual(through({ side: "payee", state, isOpen: false }, [0, 500]), ["none", "none"]);
	});
});
