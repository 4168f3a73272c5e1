/** @tenten/module: its public surface. */
export { payerOf } from "./approving.ts";
export type { AttemptSummary, Standing } from "./attempts.ts";
export type { Authentication } from "./authenticating.ts";
export type { Judged, Supposed } from "./candidates.ts";
export {
	type Cryptography,
	generateKey,
	type KeyPair,
	type OpenDocument,
	platformCryptography,
	type Random,
	type SealedDocument,
	signerFrom,
	verify,
} from "./cryptography.ts";
export type { HeldToken } from "./holdings.ts";
export * from "./keystore/index.ts";
export type { ListFacts } from "./lists.ts";
export { askLost, type LostFate, type LostQuestion, takeLost } from "./lost.ts";
export type { Claimed } from "./metering/claiming.ts";
export type { DueClaim, MeterWords } from "./metering/desk.ts";
export type { OpenMeterOptions } from "./metering/paying.ts";
export type { MadeMeterRequest, MeterRequestOptions } from "./metering/requesting.ts";
export type { MeterSummary } from "./metering/summaries.ts";
export type { MeterTold } from "./metering/telling.ts";
export * from "./module.ts";
export type { ModuleOptions, RestoreOptions } from "./opening.ts";
export type { OrderOptions, PendingOrder } from "./ordering.ts";
export type { OwnRequest } from "./own-requests.ts";
export { openContent } from "./parcel.ts";
export {
	type Assertion,
	type Passkey,
	type Registration,
	verifyAssertion,
	verifyRegistration,
} from "./passkey/assertion.ts";
export type { Consent, Paid, PayOptions } from "./paying.ts";
export type { Answer, ModuleApp } from "./receiving.ts";
export type { WaitingRecord } from "./records.ts";
export type { MadeRequest, OpenedRequest, RequestOptions } from "./requesting.ts";
export type { AwaitedToken, Fate } from "./restored.ts";
export type { TokenSummary } from "./rows.ts";
export type { Doubt, RulingQuestion } from "./ruling.ts";
export { openState, type SealedState } from "./sealed-state.ts";
export type { ModuleStore, StoreWrite } from "./store.ts";
export type { Told } from "./telling.ts";
export { toBase64url } from "./text.ts";
