/** Words about an attempt that its user, or a timer, asks for: the last one again, or that it is given up. */
import {
	type Bytes,
	type DurablePayee,
	isRefusal,
	type Refusal,
	refuse,
	serializeMessage,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { dueCancels, runPayer } from "./paying.ts";
import { runPayee } from "./receiving.ts";

/** A payment that waited too long; the cancel is for whoever was to be paid. */
export type GivenUp = { readonly attempt: Bytes; readonly messages: readonly Bytes[] };

/** The last word of an attempt again, on either side, and a question for the other side's. */
export async function contact(core: Core, attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
	const { payers, payees } = core.vault;
	const payer = payers.get(attempt);
	const payee = payees.get(attempt);
	if (payer === undefined && payee === undefined) return refuse("attempt-unknown");
	const outcome = payer
		? await runPayer(core, payer, { kind: "contact" })
		: await runPayee(core, payee as DurablePayee, { kind: "contact" });
	if (isRefusal(outcome)) return outcome;
	// A payer that waits for nothing else may still be sent its transfer back.
	const asks = payer === undefined || payer.kind === "sent";
	const status = asks ? [serializeMessage({ kind: "status", attempt })] : [];
	return [...core.bundle(outcome), ...status];
}

/** The cancel of an attempt that is still open. */
export async function cancel(core: Core, attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
	const state = core.vault.payers.get(attempt);
	if (state === undefined) return refuse("attempt-unknown");
	if (state.kind !== "locked") return refuse("attempt-decided", state.kind);
	const outcome = await runPayer(core, state, { kind: "cancel" });
	return isRefusal(outcome) ? outcome : (outcome.refusal ?? core.bundle(outcome));
}

/** Cancels what has waited too long by now. */
export async function cancelDue(core: Core): Promise<readonly GivenUp[]> {
	const cancelled: GivenUp[] = [];
	for (const state of dueCancels(core, core.now())) {
		const outcome = await runPayer(core, state, { kind: "cancel" });
		if (isRefusal(outcome) || outcome.state.kind !== "cancelled") continue;
		cancelled.push({ attempt: state.terms.attempt, messages: core.bundle(outcome) });
	}
	return cancelled;
}
