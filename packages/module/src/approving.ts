/**
 * Approvals of a fog gateway, at whoever was paid under one (docs/spec/fog.md#mandates-and-approvals): checked with
 * nobody in reach, and kept with the reservation, in the same write, for as long as that is on record.
 */
import {
	approves,
	type Bytes,
	isRefusal,
	type Offer,
	type Refusal,
	refuse,
	type Trust,
	toHex,
	verifyApproval,
} from "@tenten/protocol";
import type { StoreWrite } from "./store.ts";

export function approvalKey(attempt: Bytes): string {
	return `approval/${toHex(attempt)}`;
}

/** The encoded certificate of whoever pays; undefined where several do, and no one approval names them all. */
export function payerOf({ accepted }: Offer): Bytes | undefined {
	const payers = new Map(
		accepted.tokens.flatMap(({ previousOwner }) =>
			previousOwner === null ? [] : [[toHex(previousOwner.hash), previousOwner.encoded] as const],
		),
	);
	const [payer] = payers.values();
	return payers.size === 1 ? payer : undefined;
}

/** Why an approval does not stand for this payment: the codes of `verifyApproval` and `approves`. */
export function refuseApproval(
	approval: Bytes,
	offer: Offer,
	{ trust, now }: { readonly trust: Trust; readonly now: number },
): Refusal | undefined {
	const read = verifyApproval(approval, trust);
	if (isRefusal(read)) return read;
	const payer = payerOf(offer);
	if (payer === undefined) return refuse("request-mismatch", "an approval is of one payer");
	const { request, accepted } = offer;
	return approves(read, {
		request: request.digest,
		asset: request.body.asset,
		amount: accepted.amount,
		payer,
		now,
	});
}

export function approvalWrite(attempt: Bytes, approval: Bytes | undefined): readonly StoreWrite[] {
	return approval === undefined ? [] : [{ key: approvalKey(attempt), value: approval }];
}
