/** Payments as people meet them: by the start of their id, each with where its money is. */
import type { AttemptSummary } from "@tenten/module";
import { toHex } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import type { FundsState } from "./command.ts";
import type { WalletFolder } from "./folder.ts";

const shownDigits = 10;

export function shortId({ attempt }: Pick<AttemptSummary, "attempt">): string {
	return toHex(attempt).slice(0, shownDigits);
}

/** The one payment whose id begins like this. */
export function findAttempt({ wallet }: WalletFolder, start: string): AttemptSummary {
	const fitting = wallet.module
		.attempts()
		.filter(({ attempt }) => toHex(attempt).startsWith(start.toLowerCase()));
	const [first] = fitting;
	if (first === undefined || start === "")
		throw new BadInput(`no payment begins with ${start}: tenten wallet history shows them`);
	if (fitting.length > 1)
		throw new BadInput(`${fitting.length} payments begin with ${start}: give more of it`);
	return first;
}

/** Whether any money waits for a payer, a payee or an operator. */
export async function isUnderWay({ wallet: { module, meters } }: WalletFolder): Promise<boolean> {
	const isWaiting = module.attempts().some((attempt) => whereabouts(attempt).fundsState === "inFlight");
	const isMetering = meters.list().some(({ isOpen, state }) => isOpen && state !== "reserved");
	return isWaiting || isMetering || (await module.pendingOrders()).length > 0;
}

/** When a refund of what is in doubt can be asked for, in words; empty where nothing is. `now`: unix seconds. */
export function refundWords({ refund }: Pick<AttemptSummary, "refund">, now: number): string {
	if (refund === null) return "";
	const [from, until] = [refund.from, refund.until].map((at) =>
		new Date(at * 1000).toISOString().slice(0, 10),
	);
	if (now >= refund.until) return `; too late for a refund since ${until}`;
	return now >= refund.from
		? `; a refund can be asked for until ${until}`
		: `; a refund can be asked for from ${from} until ${until}`;
}

/** Where the money of a payment is, and what that means for this wallet. */
export function whereabouts(attempt: AttemptSummary): {
	readonly fundsState: FundsState;
	readonly words: string;
} {
	return attempt.side === "payer" ? payerWhereabouts(attempt.state) : payeeWhereabouts(attempt.state);
}

function payerWhereabouts(state: Extract<AttemptSummary, { readonly side: "payer" }>["state"]) {
	switch (state) {
		case "locked":
			return { fundsState: "inFlight", words: "set aside: neither paid nor lost" } as const;
		case "sent":
			return { fundsState: "spent", words: "sent: it is the payee's" } as const;
		case "released":
			return { fundsState: "spent", words: "paid" } as const;
		case "cancelled":
			return { fundsState: "safe", words: "given up: back in the wallet" } as const;
		case "returned":
			return { fundsState: "safe", words: "sent back by the payee: in the wallet" } as const;
		case "ruled":
			return { fundsState: "safe", words: "refunded to the account by the operator" } as const;
		default:
			return state satisfies never;
	}
}

function payeeWhereabouts(state: Extract<AttemptSummary, { readonly side: "payee" }>["state"]) {
	switch (state) {
		case "reserved":
		case "lockedForeign":
			return { fundsState: "inFlight", words: "reserved: yours with the payer's release" } as const;
		case "resolving":
			return { fundsState: "inFlight", words: "before the operator" } as const;
		case "owned":
			return { fundsState: "safe", words: "received: yours to spend" } as const;
		case "cancelled":
			return { fundsState: "safe", words: "given up by the payer: nothing came" } as const;
		case "returned":
			return { fundsState: "spent", words: "sent back to the payer" } as const;
		case "ruled":
			return { fundsState: "safe", words: "decided by the operator" } as const;
		default:
			return state satisfies never;
	}
}
