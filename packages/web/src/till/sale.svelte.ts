/**
 * The sale at the counter. It outlasts the screen: whoever looks at the day's list meanwhile finds it again.
 *
 *   none ──ask──▶ asked ──the payer's answer──▶ under way ──▶ paid, or not
 *     ▲──────────── next customer, or given up ──────────────────┘
 *
 * A request that was given up cannot be called back from whoever has read it. It is short-lived, and what is paid on
 * it all the same is shown as such.
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import type { Asked, AssetView, AttemptView } from "@tenten/wallet/page";
import { untrack } from "svelte";
import { relay } from "../state/relay.ts";
import { refresh, session } from "../state/session.svelte.ts";
import { paidLate, watched } from "./late.ts";

type Sale = {
	readonly asked: Asked;
	readonly asset: AssetView;
	readonly amount: bigint;
	readonly memo: string;
};

/** Seconds that a customer has to read the code and agree. */
const lifetime = 600;

let sale = $state.raw<Sale>();
/** By the digest of its request, what a payment was told or found to be last. */
let payments = $state.raw<Readonly<Record<string, AttemptView>>>({});
let givenUp = $state.raw<readonly string[]>([]);

$effect.root(() => {
	$effect(() => {
		note(session.news);
	});
});

/** What payments are now, where it was seen elsewhere. */
export function note(moved: readonly AttemptView[]): void {
	untrack(() => {
		payments = { ...payments, ...Object.fromEntries(moved.map((each) => [each.request, each])) };
	});
}

export function current(): Sale | undefined {
	return sale;
}

/** The payment of the current sale, once there is one. */
export function payment(): AttemptView | undefined {
	return sale && payments[sale.asked.digest];
}

/** Payments that came in on requests that were given up. */
export function late(): readonly AttemptView[] {
	return paidLate(givenUp, payments);
}

export async function ask(asset: AssetView, amount: bigint, memo: string): Promise<Refusal | undefined> {
	const reached = relay();
	const asked = await session.teller.ask({
		asset: asset.id,
		amount,
		memo,
		lifetime,
		...(reached && { relay: reached }),
	});
	if (isRefusal(asked)) return asked;
	sale = { asked, asset, amount, memo };
	return undefined;
}

/** Looks again where the payment stands. */
export async function look(): Promise<Refusal | undefined> {
	const id = payment()?.id;
	if (id === undefined) return undefined;
	const aside = await session.desk.recover(id);
	await refresh();
	if (isRefusal(aside)) return aside;
	note([aside.attempt]);
	return undefined;
}

/** The counter is free for the next one. */
export function next(): void {
	if (sale !== undefined) givenUp = watched(givenUp, sale.asked.digest, payment());
	sale = undefined;
}
