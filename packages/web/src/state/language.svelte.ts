/**
 * The language of the screens, and everything said in it: texts by their keys, amounts, dates.
 *
 * Texts stand in `locales/*.json` and nowhere else. A key that one language lacks does not compile.
 */

import type { Refusal } from "@tenten/protocol";
import { type AssetView, amountText, refusalWords, type Words } from "@tenten/wallet/page";
import i18next from "i18next";
import en from "../locales/en.json";
import ja from "../locales/ja.json";

export type Language = "en" | "ja";
export type Key = keyof typeof en;

export const languages: Readonly<Record<Language, { readonly name: string; readonly locale: string }>> = {
	ja: { name: "日本語", locale: "ja-JP" },
	en: { name: "English", locale: "en-GB" },
};

const texts: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { en, ja };
const preference = "tenten-language";

const library = i18next.createInstance();
void library.init({
	initAsync: false,
	resources: { en: { translation: texts.en }, ja: { translation: texts.ja } },
	lng: "en",
	fallbackLng: false,
	keySeparator: false,
	nsSeparator: false,
	// Svelte writes texts as text.
	interpolation: { escapeValue: false },
});

let spoken = $state<Language>(preferred());

function preferred(): Language {
	const kept = localStorage.getItem(preference);
	if (kept === "en" || kept === "ja") return kept;
	return navigator.languages.find((each) => /^(ja|en)\b/.test(each))?.startsWith("en") ? "en" : "ja";
}

export function language(): Language {
	return spoken;
}

export function speak(chosen: Language): void {
	spoken = chosen;
	localStorage.setItem(preference, chosen);
}

/** The text of a key. */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
	return library.t(key, { ...values, lng: spoken });
}

/** Words that came in both languages. */
export function said(words: Words): string {
	return words[spoken];
}

export function refused({ code }: Refusal): string {
	return said(refusalWords[code]);
}

export function money(minor: bigint, asset: Pick<AssetView, "code" | "scale">): string {
	return amountText(minor, asset, languages[spoken].locale);
}

/** Unix seconds as a date and a time of day here. */
export function moment(seconds: number): string {
	const format = new Intl.DateTimeFormat(languages[spoken].locale, {
		dateStyle: "medium",
		timeStyle: "short",
	});
	return format.format(new Date(seconds * 1_000));
}
