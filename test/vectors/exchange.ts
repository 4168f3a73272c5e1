/** One exchange of yen for tickets, as both of its sides sign it; other files take it apart. */
import type { VerifiedToken } from "../../packages/protocol/src/index.ts";
import { attemptOf, cancelOf, counterOf, lockOf, paymentOf, requestOf, transferOf } from "./payments.ts";
import { alice, carol, issueTo, machi, tickets, yen } from "./world.ts";

/** Carol sells two tickets for 600 yen; alice pays, makes the secret, and so decides. */
export const sells = await requestOf(carol, "sells tickets", {
	mode: "exchange",
	against: { asset: tickets, amount: 2n },
});
export const buys = await requestOf(alice, "buys tickets", {
	mode: "exchange",
	asset: tickets,
	amount: 2n,
	against: { asset: yen, amount: 600n },
});
export const yenOfAlice: VerifiedToken = await issueTo(alice, 600n, "yen of an exchange");
export const ticketsOfCarol: VerifiedToken = await issueTo(carol, 2n, "tickets of an exchange", {
	asset: tickets,
	issuing: machi.issuing,
});
/** alice's leg, and what she sends */
export const firstLeg: readonly VerifiedToken[] = await paymentOf([yenOfAlice], alice, sells, "swap");
export const offer = transferOf(sells, firstLeg, { counterRequest: buys.signed });
/** carol's leg, locked on the same hash, and what she answers */
export const secondLeg: readonly VerifiedToken[] = await paymentOf([ticketsOfCarol], carol, buys, "swap", {
	lock: lockOf("swap", true),
});
export const counter = await counterOf(sells, firstLeg, secondLeg);
export const attempt = attemptOf(sells, firstLeg);
export const cancelled = await cancelOf(attempt, lockOf("swap").hash, alice);
