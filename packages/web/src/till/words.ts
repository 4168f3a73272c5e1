/** The texts of the point of sale, apart from the wallet's: a phone need not load them. */
import { texts } from "../state/language.svelte.ts";
import en from "./texts/en.json";
import ja from "./texts/ja.json";

export type TillKey = keyof typeof en;

export const say: (key: TillKey, values?: Readonly<Record<string, string | number>>) => string = texts({
	en,
	ja,
});
