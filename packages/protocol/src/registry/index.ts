/** What a holder asks of an operator, and what the operator must check, keep and pay. Pure. */
export * from "./claim.ts";
export * from "./claim-shape.ts";
export * from "./client.ts";
export * from "./conflict.ts";
export * from "./delegation-chain.ts";
export * from "./device.ts";
export * from "./enrolment.ts";
export * from "./holder-order.ts";
export * from "./meter-claim.ts";
export * from "./order.ts";
export * from "./payout.ts";
export * from "./ruling-request.ts";
export * from "./statement.ts";
export * from "./terms.ts";
export * from "./totals.ts";
