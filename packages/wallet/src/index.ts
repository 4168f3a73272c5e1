/** @tenten/wallet: its public surface. */
export { makeFolder, replaceFile } from "./durable.ts";
export { type HttpOperatorOptions, httpOperatorClient } from "./operator-client.ts";
export type { FundsState, Payment, PayRequest, Started } from "./payment.ts";
export type { Redeemed } from "./redeeming.ts";
export { reasonWords, refusalWords } from "./refusal-words.ts";
export { selectTokens } from "./selection.ts";
export * from "./store/index.ts";
export * from "./transport/index.ts";
export { defaultUpkeep, planUpkeep, type RefreshPlan, type UpkeepPolicy } from "./upkeep.ts";
export * from "./wallet.ts";
export {
	amountWords,
	describeCaveat,
	describeCondition,
	type Naming,
	timeWords,
	type Words,
} from "./words.ts";
