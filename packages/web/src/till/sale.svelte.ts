/**
 * The sale at the counter. It outlasts the screen: whoever looks at the day's list meanwhile finds it again. And it
 * outlasts the page, by the name of its request: what else belongs to it, the module and the worker know.
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
import { walletName } from "../state/address.ts";
import { reachedAt } from "../state/relay.ts";
import { refresh, session } from "../state/session.svelte.ts";
import { keptText, readKept } from "./kept-sale.ts";
import { paidLate, watched } from "./late.ts";

/** Seconds that a customer has to read the code and agree. */
const lifetime = 600;
const place = `tenten-till-${walletName}`;

let sale = $state.raw<Asked>();
/** By the digest of its request, what a payment was told or found to be last. */
let payments = $state.raw<Readonly<Record<string, AttemptView>>>({});
let givenUp = $state.raw<readonly string[]>([]);
let isFound = $state(false);

$effect.root(() => {
	$effect(() => {
		note(session.news);
	});
	$effect(() => {
		if (session.phase.kind === "open") void find();
	});
	$effect(() => {
		// What was told as paid late is not told again by the next page.
		const untold = givenUp.filter((each) => payments[each]?.funds !== "received");
		if (isFound) localStorage.setItem(place, keptText({ current: sale?.digest, givenUp: untold }));
	});
});

/** What an earlier page left at the counter. Of what can no longer be paid, what came in is told as late. */
async function find(): Promise<void> {
	if (isFound) return;
	const kept = readKept(localStorage.getItem(place) ?? "");
	note((await session.desk.attempts()).filter(({ side }) => side === "payee"));
	const again = kept.current === undefined ? undefined : await session.teller.askedAgain(kept.current);
	const isOver = kept.current !== undefined && again !== undefined && isRefusal(again);
	if (again !== undefined && !isRefusal(again)) sale = again;
	const named = isOver ? [...kept.givenUp, kept.current] : kept.givenUp;
	const { asked } = await session.desk.overview();
	const mayBePaid = new Set(asked.map(({ digest }) => digest));
	givenUp = named.filter((each) => payments[each] !== undefined || mayBePaid.has(each));
	isFound = true;
}

/** What payments are now, where it was seen elsewhere. */
export function note(moved: readonly AttemptView[]): void {
	untrack(() => {
		payments = { ...payments, ...Object.fromEntries(moved.map((each) => [each.request, each])) };
	});
}

/** Whether it is known what an earlier page left here. */
export function isReady(): boolean {
	return isFound;
}

export function current(): Asked | undefined {
	return sale;
}

/** The payment of the current sale, once there is one. */
export function payment(): AttemptView | undefined {
	return sale && payments[sale.digest];
}

/** Payments that came in on requests that were given up. */
export function late(): readonly AttemptView[] {
	return paidLate(givenUp, payments);
}

export async function ask(asset: AssetView, amount: bigint, memo: string): Promise<Refusal | undefined> {
	const asked = await session.teller.ask({
		asset: asset.id,
		amount,
		memo,
		lifetime,
		...reachedAt(),
	});
	if (isRefusal(asked)) return asked;
	sale = asked;
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
	if (sale !== undefined) givenUp = watched(givenUp, sale.digest, payment());
	sale = undefined;
}
