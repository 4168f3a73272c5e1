/** Payments as an app sees them: what it asks for, and where the money is. */
import type { Assertion, Consent, SecureModule, TokenSummary } from "@tenten/module";
import { type Bytes, type Caveat, type Document, sumOf, type VerifiedRequest } from "@tenten/protocol";

export type PayRequest = {
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	/** the messages in which it came, where it lists documents */
	readonly messages?: readonly Bytes[];
	/** minor units; the request's own amount without */
	readonly amount?: bigint;
	readonly documents?: readonly Document[];
	readonly caveats?: readonly Caveat[];
	readonly patience?: number;
	/** the passkey's word, needed once one is registered: see `SecureModule.askPasskey` */
	readonly assertion?: Assertion;
};

/** What is consented to: the request as it was read. `amount` in minor units. */
export function consentTo(
	{ digest, payee }: VerifiedRequest,
	amount: bigint,
	{ assertion }: PayRequest,
): Consent {
	return { request: digest, payee: payee.hash, amount, ...(assertion === undefined ? {} : { assertion }) };
}

/**
 * Where the money of an attempt is. `inFlight` is not failed: ask again with `recover`. `safe` is with whoever
 * paid; `received` with whoever was paid, as `spent` is; `refunded` on the payer's account, or in fresh tokens.
 */
export type FundsState = "spent" | "received" | "inFlight" | "safe" | "refunded";

export type Payment = {
	readonly attempt: Bytes;
	readonly fundsState: Extract<FundsState, "spent" | "inFlight" | "safe">;
	/** tokens that were spent */
	readonly tokens: number;
	readonly madeChange: boolean;
	/** what the payee answered with */
	readonly documents: readonly Document[];
};

/** A payment that is set aside or sent; the messages are for the payee. */
export type Started = {
	readonly attempt: Bytes;
	readonly messages: readonly Bytes[];
	readonly inputs: readonly TokenSummary[];
	readonly amount: bigint;
};

/** Where the money of an attempt is; a wallet that pays itself is its payer. */
export function fundsState(module: SecureModule, attempt: Bytes): FundsState {
	switch (module.payer(attempt) ?? module.payee(attempt)) {
		case "released":
		case "sent":
			return "spent";
		case "owned":
			return "received";
		case "cancelled":
		case "returned":
			return "safe";
		case "ruled":
			return module.payer(attempt) === "ruled" ? "refunded" : "safe";
		default:
			return "inFlight";
	}
}

/** Where the money of one's own payment is. */
function paymentState(module: SecureModule, attempt: Bytes): Payment["fundsState"] {
	const state = fundsState(module, attempt);
	if (state === "spent" || state === "inFlight") return state;
	return "safe";
}

/** What came of a payment so far. */
export function paymentOf(
	module: SecureModule,
	{ attempt, inputs, amount }: Pick<Started, "attempt" | "inputs" | "amount">,
): Payment {
	return {
		attempt,
		fundsState: paymentState(module, attempt),
		tokens: inputs.length,
		madeChange: sumOf(inputs) > amount,
		documents: module.documents(attempt),
	};
}
