/** Receipts as people read them: anybody's, verified against the trust list that is held, without a network. */
import {
	attemptId,
	type Bytes,
	isRefusal,
	type PaidReceipt,
	type Refusal,
	toHex,
	verifyReceipt,
} from "@tenten/protocol";
import { plainText } from "../plain-text.ts";
import type { Wallet } from "../wallet.ts";
import { assetView, partyView } from "./showing.ts";
import type { ReceiptView } from "./views.ts";

/** What a receipt proves, or why nothing. */
export function receiptView({ module }: Wallet, encoded: Bytes): ReceiptView | Refusal {
	const { trust } = module;
	if (isRefusal(trust)) return trust;
	const receipt = verifyReceipt(encoded, trust);
	if (isRefusal(receipt)) return receipt;
	const { request, payee, asset, amount, reply } = receipt;
	const { memo, purpose, issuedAt, expiresAt } = request.body;
	const attempt = attemptOf(receipt);
	const own = module.attempts().find((each) => toHex(each.attempt) === attempt);
	return {
		attempt,
		side: own?.side ?? null,
		payer: own === undefined ? null : toHex(own.payer),
		payee: partyView(payee, trust),
		asset: assetView(asset, trust),
		amount,
		memo: plainText(memo),
		purpose: purpose === null ? null : plainText(purpose),
		askedAt: issuedAt,
		askedUntil: expiresAt,
		documents: reply?.documents.length ?? 0,
	};
}

/** The payment that a receipt is of, as both sides name it. */
function attemptOf({ request, links }: PaidReceipt): string {
	return toHex(attemptId(request.digest, links));
}
