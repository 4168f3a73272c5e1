/** The texts of the sandbox's page, apart from the wallet's: a phone need not load them. */
import { texts } from "../state/language.svelte.ts";
import en from "./texts/en.json";
import ja from "./texts/ja.json";

export const say: (key: keyof typeof en) => string = texts({ en, ja });
