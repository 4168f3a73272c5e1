/**
 * What the tokens on either side ask of a payment across operators before its step is written.
 *
 *   source        nothing is locked from the gateway's account but for tokens that its module holds, and nothing is
 *                 committed before they are its own; nothing is locked from a request's account, which is the payee's
 *   destination   a request is paid once, and its own amount
 */
import { type Bytes, equalBytes, type Refusal, refuse, type VerifiedQuote } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { gatewayAccount } from "./money.ts";
import { tokensInOf, tokensOutOf } from "./token-rows.ts";

/** Why the source does not lock or commit it; undefined where it is not paid in tokens. */
export async function refuseTokensIn(
	transaction: Transaction,
	{ transfer, body, agreement }: VerifiedQuote,
	step: "lock" | "release",
): Promise<Refusal | undefined> {
	if (!equalBytes(body.payer, gatewayAccount(agreement.body.paid))) {
		const isRequest = step === "lock" && (await tokensOutOf(transaction, body.payer)) !== undefined;
		return isRequest
			? refuse("request-mismatch", "a request's account pays nobody but by a hand-over")
			: undefined;
	}
	const state = (await tokensInOf(transaction, transfer))?.state;
	if (state === "owned" || (step === "lock" && state === "held")) return undefined;
	return refuse(
		"attempt-pending",
		step === "lock" ? "no tokens are held for it" : "its tokens are not released",
	);
}

/** Why the destination does not quote or reserve it; undefined where the payee is no request. */
export async function refuseTokensOut(
	transaction: Transaction,
	{ payee, credits }: { readonly payee: Bytes; readonly credits: bigint },
	now: number,
): Promise<Refusal | undefined> {
	const asked = await tokensOutOf(transaction, payee);
	if (asked === undefined) return undefined;
	if (asked.state !== "open") return refuse("request-reused", "it is paid");
	if (asked.amount !== credits) return refuse("amount-mismatch", `it asks for ${asked.amount}`);
	return now >= asked.expiresAt ? refuse("request-expired") : undefined;
}
