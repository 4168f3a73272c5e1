/**
 * The ecosystem of the fault matrix: one payer, one payee, four systems between them. Times in milliseconds.
 *
 * Whatever is not credited when the payer's patience ends never will be: A gives up before ⑧ after `patience_ms`, and a
 * permit is good for `permit_ms`, which together are less than the app's time-out.
 */
import type { RailEcosystem } from "@tenten/operator";
import type { PublicKey } from "@tenten/protocol";

/** Whoever pays and is paid, as accounts. */
export const payer = "payer";
export const payee = "payee";
export const payerApp = "payer-app";
export const payeeApp = "payee-app";
export const hub = "hub";

export function accountEcosystem(keyOfA: PublicKey, isThroughHub: boolean): RailEcosystem {
	return {
		payers: { [payer]: { system: "A", ledger: "C", app: payerApp, mayPay: true, begins: 1_000n } },
		payees: { [payee]: { system: "B", ledger: "D", app: payeeApp, mayReceive: true, most: 5_000n } },
		hub: isThroughHub ? hub : null,
		keys: { A: keyOfA },
		rulingKey: null,
		times: {
			timeout_ms: 14_500,
			showing_ms: 1_000,
			// Longer than a person needs who is asked as the app opens.
			answer_ms: 10_000,
			patience_ms: 8_000,
			permit_ms: 6_000,
		},
	};
}
