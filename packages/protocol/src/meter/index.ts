/** Metered micropayments: a payment that goes on, a hash a tick, between an opening and a Close. */
export * from "./bundle.ts";
export * from "./chain.ts";
export type { MeterContext, MeterEffect, MeterNews, MeterStep } from "./machine.ts";
export * from "./messages.ts";
export * from "./opening.ts";
export * from "./payee.ts";
export * from "./payer.ts";
export * from "./payer-state.ts";
export * from "./request.ts";
export * from "./tick.ts";
