/** The texts of the sandbox's page, apart from the wallet's: a phone need not load them. */
import { t, texts } from "../state/language.svelte.ts";
import type { Step } from "./story.ts";
import en from "./texts/en.json";
import ja from "./texts/ja.json";

type Key = keyof typeof en;

export const say: (key: Key, values?: Readonly<Record<string, string>>) => string = texts<Key>({ en, ja });

/** What is to be done in a step, with the words that stand on the phones' own buttons. */
export function instruction(step: Step): string {
	return say(`step.${step}`, {
		begin: t("start.begin"),
		receive: t("nav.request"),
		pay: t("nav.pay"),
		scan: t("pay.scan"),
		screens: t("ways.screen"),
		look: t("screen.look"),
		dark: say("switch.dark"),
	});
}
