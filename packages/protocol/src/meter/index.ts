/** Metered micropayments: a payment that goes on, a hash a tick, between an opening and a Close. */
export * from "./chain.ts";
export * from "./tick.ts";
