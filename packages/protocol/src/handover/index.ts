/** Handing value over: requests, messages, documents, and the machines of payer and payee. */
export * from "./acceptance.ts";
export * from "./document.ts";
export * from "./draft.ts";
export * from "./machine.ts";
export * from "./messages.ts";
export type { Offering } from "./offer.ts";
export * from "./payee.ts";
export * from "./payee-state.ts";
export * from "./payer.ts";
export * from "./payer-state.ts";
export * from "./receipt.ts";
export * from "./request.ts";
