/** The account rail: the machines of the four systems and the two apps, and what they say to one another. */
export * from "./account-giver.ts";
export * from "./answer.ts";
export * from "./bound.ts";
export * from "./exchange.ts";
export * from "./exchange-messages.ts";
export * from "./exchange-policy.ts";
export * from "./forgetting.ts";
export * from "./machine.ts";
export * from "./messages.ts";
export * from "./payee-app.ts";
export * from "./payee-ledger.ts";
export * from "./payee-system.ts";
export * from "./payer-app.ts";
export * from "./payer-ledger.ts";
export * from "./payer-system.ts";
export * from "./token-giver.ts";
