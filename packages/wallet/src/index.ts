/** @tenten/wallet: its public surface. */
export { reasonWords, refusalWords } from "./refusal-words.ts";
export * from "./store/index.ts";
export {
	amountWords,
	describeCaveat,
	describeCondition,
	type Naming,
	timeWords,
	type Words,
} from "./words.ts";
