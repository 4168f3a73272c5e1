/**
 * Refusals: the expected ways of saying no, as values.
 *
 * A refusal carries a code from a closed list, so that every border (HTTP, screens, tests) can map all of
 * them, and an optional detail for the log. It never carries secrets. Exceptions are left for bugs.
 */

/** What can be done about a refusal: nothing (`final`), or the same thing again later (`transient`). */
export type Persistence = "final" | "transient";

/** Every code, with its persistence and what to do next. Words for people are made at the border. */
export const refusals = {
	malformed: ["final", "send the one deterministic encoding of this message"],
	"too-large": ["final", "send less in one message"],
	"too-deep": ["final", "nest less"],
	"too-many": ["final", "use fewer tokens, hops, signatures or documents"],
	"type-unknown": ["final", "use a version that both sides know"],
	"key-refused": ["final", "make a fresh key"],
	"signature-invalid": ["final", "ask the signer for it again"],
	"authority-unknown": ["transient", "fetch the current trust list, or enrol with a listed authority"],
	"certificate-expired": ["final", "refresh under a new certificate"],
	"certificate-not-yet-valid": ["transient", "wait, or set the clock"],
	"certificate-role": ["final", "use a certificate whose role allows this"],
	"delegation-invalid": ["final", "have the responsible party delegate to this device again"],
	"delegation-expired": ["final", "have the responsible party delegate to this device again"],
	"device-suspended": ["final", "ask whoever answers for this device"],
	"status-list-expired": ["transient", "fetch the operator's current status lists"],
	"status-list-rollback": ["final", "fetch the operator's current status lists"],
	"trust-list-expired": ["transient", "fetch the current trust list"],
	"trust-list-rollback": ["final", "fetch the current trust list"],
	frozen: ["final", "pay with something else, and appeal to its operator"],
	"freeze-list-expired": ["transient", "fetch the operator's current freeze list"],
	"freeze-list-rollback": ["final", "fetch the operator's current freeze list"],
	"freeze-unknown": ["final", "appeal against what the newest freeze list names"],
	"appeal-closed": ["final", "nothing: its time to appeal has passed, or it was decided"],
	"issuer-unknown": ["transient", "fetch the current trust list"],
	"issue-proof-invalid": ["final", "ask the payer for another token"],
	"asset-unknown": ["transient", "fetch the current trust list"],
	"asset-mismatch": ["final", "pay in the asset that was asked for"],
	"amount-invalid": ["final", "use a whole amount above zero"],
	"amount-mismatch": ["final", "pay the amount that was asked for"],
	"sum-mismatch": ["final", "make outputs that add up to the input"],
	"owner-mismatch": ["final", "spend only what your own certificate owns"],
	"lock-pending": ["transient", "wait for the release"],
	"lock-mismatch": ["final", "use one lock for all tokens of a payment"],
	"release-mismatch": ["final", "send the release of this lock"],
	expired: ["final", "redeem or refresh with the operator"],
	"redeem-closed": ["final", "nothing: its time to redeem has passed"],
	"condition-unknown": ["final", "use a version that knows this condition"],
	"condition-not-before": ["transient", "wait until it becomes valid"],
	"condition-expired": ["final", "redeem it with the operator where it allows"],
	"condition-hops": ["final", "refresh it with the operator"],
	"condition-cap": ["final", "pay less in one transfer"],
	"condition-payee": ["final", "pay someone whom it allows"],
	"condition-purpose": ["final", "pay for what it allows"],
	"condition-resale": ["final", "exchange it at or below its cap"],
	"request-expired": ["final", "ask for a new request"],
	"request-mismatch": ["final", "answer the request as it was signed"],
	"request-reused": ["final", "ask for a new request"],
	"consent-missing": ["final", "ask the user"],
	"authentication-failed": ["final", "ask the user again, with the passkey that is registered"],
	"funds-insufficient": ["final", "top up first"],
	"limit-exceeded": ["final", "pay less, or go online"],
	"attempt-unknown": ["transient", "send the transfer first"],
	"attempt-decided": ["final", "read the outcome with status"],
	"attempt-pending": ["transient", "wait for the other side, or ask for its status"],
	"document-missing": ["transient", "send the document"],
	"document-mismatch": ["final", "send the document that was signed"],
	"order-mismatch": ["final", "sign the order that the links name"],
	"ruling-early": ["transient", "ask again after redeem until and grace"],
	"ruling-taken": ["final", "nothing: what it would pay has been claimed"],
	"refund-closed": ["final", "nothing: its time to be refunded has passed"],
	"answer-disputed": [
		"transient",
		"give nothing up, and ask again: by what is known here the operator owes it",
	],
	"unlock-failed": ["final", "try another passphrase, or restore a backup"],
	"key-unknown": ["final", "use a key that this key store holds"],
	"state-damaged": ["final", "restore a backup: what is stored was changed or lost"],
	"wallet-in-use": ["transient", "close the other program that has this wallet open"],
	"part-missing": ["transient", "load the page again with a network: a part of its program was not loaded"],
	"channel-failed": ["transient", "send the same again: whether it arrived is not known"],
	"peer-refused": ["final", "use an address of the other side that is allowed"],
	"approval-missing": ["final", "have one person propose it and two others approve it"],
	"licence-invalid": ["final", "ask the licensor for a licence that covers it"],
	"issue-stopped": ["transient", "wait until the operator may issue it; what was issued stays redeemable"],
	"payout-stopped": [
		"transient",
		"send the same again later: nothing was taken, and the operator looks into it",
	],
	"rate-limited": ["transient", "send the same again after the seconds that Retry-After names"],
	overloaded: ["transient", "send the same again after the seconds that Retry-After names"],
	"order-unknown": ["final", "ask the company for the order again"],
	"order-taken": ["final", "pay nothing: this order has its payment"],
	"not-logged": ["final", "ask for the proof again, under a checkpoint that holds the entry"],
	"issue-unlogged": [
		"transient",
		"fetch the proof that its issue is in its operator's log, or pay in another asset",
	],
	"log-inconsistent": ["final", "keep both checkpoints: one log does not hold both"],
	"log-in-use": ["transient", "close the other program that has this log open"],
	"proof-invalid": ["final", "ask for the proof again, under the seal that it belongs to"],
	"quorum-missing": ["transient", "ask for the checkpoint again, once more witnesses have cosigned it"],
	"quorum-stale": ["transient", "fetch the newest checkpoint: value waits until witnesses have cosigned one"],
	"agreement-unknown": ["final", "name an agreement that both operators have signed"],
	"agreement-over": ["final", "sign a new agreement first"],
	"quote-invalid": ["final", "ask for a quote as the agreement says"],
	"quote-expired": ["final", "ask for a new quote"],
	"exposure-exceeded": [
		"transient",
		"try again once what is open between the operators has ended or is settled",
	],
	"seal-decided": ["final", "nothing: what the source's seal says is final"],
	"lot-unknown": ["final", "name a lot that this keeper has"],
	"lot-known": ["final", "name another subject: a lot of this one began here already"],
	"lot-ended": ["final", "nothing: a lot ends once; show what became of it"],
	"status-final": ["final", "nothing: a revoked credential stays so; issue another"],
	"record-known": ["final", "nothing: its device has recorded this payment"],
	"record-early": ["transient", "bring the record again once its time has come"],
	"claim-unknown": ["final", "name a claim that this operator has"],
	"claim-filed": ["transient", "wait for the result of the file that it is in"],
	"claim-paid": ["final", "nothing: it has been paid"],
	"result-mismatch": ["final", "ask the bank: this contradicts what it said, or what it was sent"],
	"text-refused": ["final", "write the field that is named as banks take it"],
	"bank-unknown": ["final", "ask for the codes of the bank and its branch again"],
	"payment-required": ["final", "pay what the answer asks for, and ask again with the release"],
	"budget-exceeded": ["final", "allow more in the budget, or do without"],
	"answer-pending": ["transient", "ask again under the same key: it is paid, and is not charged twice"],
	"answer-gone": ["final", "ask anew: the answer was kept for its time"],
	"meter-mismatch": ["final", "open, tick and close a meter as its terms say"],
	"tick-invalid": ["final", "send the preimage that leads to the last tick"],
	"meter-over": ["final", "open another meter: this one has ended"],
	"store-full": ["transient", "send the same again once there is room: nothing was kept"],
	"list-stale": ["transient", "ask again once the gateway has reached its operator"],
	"mandate-over": ["transient", "ask again once the operator has given the gateway another mandate"],
	"not-evidence": ["final", "nothing: it proves nothing against anyone"],
} as const satisfies Record<string, readonly [Persistence, string]>;

export type RefusalCode = keyof typeof refusals;

/** Why something was not done. Nothing changed. */
export type Refusal = {
	readonly kind: "refusal";
	readonly code: RefusalCode;
	readonly detail: string;
	/** seconds, where an operator has too much to do: it wants the same again, and not before */
	readonly again_s?: number;
};

export function refuse(code: RefusalCode, detail = ""): Refusal {
	return { kind: "refusal", code, detail };
}

export function isRefusal(result: unknown): result is Refusal {
	return typeof result === "object" && result !== null && (result as { kind?: unknown }).kind === "refusal";
}
