/**
 * Doubts: what a wallet does about an operation whose answer never came.
 *
 *   payment   look for the attempt ─▶ ask the other side ─▶ … ─▶ spent or safe
 *   order     send the pending bytes again ─▶ … ─▶ read the account: all of it happened, or nothing
 *
 * Every call may meet a process that has been killed; then the next one is awaited and asked again. A doubt
 * that no number of answers ends is a loss; that a busy machine takes long to answer is none.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isRefusal } from "@tenten/protocol";
import type { Operation, Resolution } from "./ledger.ts";
import type { TorturedTown } from "./town.ts";
import type { Sight } from "./wallets-process.ts";

const patience_ms = 90_000;
/** answers without an end that make a loss, however long they took */
const patience = 100;
const between_ms = 30;

export type Ended = { readonly moved: bigint; readonly how: Resolution };

/** Why a call failed: because its process is gone, or because of a bug in it. */
export function isGone(error: unknown): boolean {
	return error instanceof Error && error.message.includes("the other process");
}

/** Asks until an answer ends the doubt; undefined asks again. */
async function until<T>(
	{ ledger }: TorturedTown,
	operation: Operation,
	ask: () => Promise<T | undefined>,
): Promise<T> {
	const from = Date.now();
	for (let answered = 0; answered < patience || Date.now() - from < patience_ms; ) {
		try {
			const ended = await ask();
			if (ended !== undefined) return ended;
			answered++;
		} catch (error) {
			if (!isGone(error)) throw error;
		}
		await pause(between_ms);
	}
	ledger.loss(`${operation.id}: a doubt that does not end: ${operation.kind} of ${operation.wallet}`);
	throw new Error(`${operation.id} stays in doubt`);
}

/** A payment whose answer did not come, or said that it is under way. */
export function settlePayment(town: TorturedTown, operation: Operation): Promise<Ended> {
	const { wallet, payee, amount, kind } = operation;
	let asked = false;
	return until(town, operation, async () => {
		const home = await town.homeOf(wallet).up();
		const { attempts } = await home.call("look", { wallet });
		const sight = attempts.find(({ operation: id, side }) => id === operation.id && side === "payer");
		if (sight === undefined) return { moved: 0n, how: "never begun" };
		const how = endOf(sight, asked);
		if (how !== undefined) return { moved: how === "cancelled" ? 0n : amount, how };
		await town.homeOf(payee ?? wallet).up();
		const { attempt } = sight;
		const to = town.addressOf(payee ?? wallet);
		const isGivenUp = kind === "giveUp" && sight.state === "locked";
		await home.call(isGivenUp ? "cancel" : "recover", { wallet, attempt, to });
		asked = true;
		return undefined;
	});
}

function endOf({ state, isOpen }: Sight, asked: boolean): Resolution | undefined {
	if (state === "cancelled" || state === "returned") return "cancelled";
	if ((state === "released" || state === "sent") && !isOpen) return asked ? "completed" : "was done";
	return undefined;
}

/** An order whose answer did not come: the account says what happened. */
export async function settleOrder(town: TorturedTown, operation: Operation): Promise<Ended> {
	const { wallet, kind } = operation;
	let sent = 0;
	const account = await until(town, operation, async () => {
		const home = await town.homeOf(wallet).up();
		await town.operator.up();
		sent += await home.call("settlePending", { wallet });
		if ((await home.call("look", { wallet })).pending > 0) return undefined;
		const found = await home.call("account", { wallet });
		return isRefusal(found) ? undefined : found;
	});
	const before = town.ledger.settledAccount(wallet);
	const moved = kind === "topUp" ? before - account : account - before;
	const most = kind === "refresh" ? 0n : operation.amount;
	const isWhole = kind === "redeem" ? moved >= 0n && moved <= most : moved === 0n || moved === most;
	if (!isWhole)
		town.ledger.loss(
			`${operation.id}: after a ${kind} of ${most} the account holds ${account}, before ${before}`,
		);
	return { moved, how: sent > 0 ? "completed" : moved === 0n ? "never begun" : "was done" };
}
