/**
 * The language of the screens, and everything said in it: texts by their keys, amounts, dates.
 *
 * Texts stand in `locales/*.json` and nowhere else. A key that one language lacks does not compile.
 */

import type { Refusal } from "@tenten/protocol";
import { type AssetView, amountText, refusalWords, type Words } from "@tenten/wallet/page";
import en from "../locales/en.json";
import ja from "../locales/ja.json";

export type Language = "en" | "ja";
export type Key = keyof typeof en;

export const languages: Readonly<Record<Language, { readonly name: string; readonly locale: string }>> = {
	ja: { name: "日本語", locale: "ja-JP" },
	en: { name: "English", locale: "en-GB" },
};

type Values = Readonly<Record<string, string | number>>;

const preference = "tenten-language";

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

// What one page of ours is told to speak, the others speak too: phones in one window, tabs.
addEventListener("storage", ({ key, newValue }) => {
	if (key === preference && (newValue === "en" || newValue === "ja")) spoken = newValue;
});

/** What gives the text of a key, out of these, in the language that is spoken. */
export function texts<K extends string>(
	inEach: Readonly<Record<Language, Readonly<Record<K, string>>>>,
): (key: K, values?: Values) => string {
	return (key, values = {}) =>
		inEach[spoken][key].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The text of a key. */
export const t: (key: Key, values?: Values) => string = texts<Key>({ en, ja });

/** Words that came in both languages. */
export function said(words: Words): string {
	return words[spoken];
}

export function refused({ code }: Refusal): string {
	return said(refusalWords[code]);
}

export function money(minor: bigint, asset: Pick<AssetView, "code" | "scale">): string {
	// The language alone: a region would say in which of its neighbours each currency is foreign (JP¥).
	return amountText(minor, asset, spoken);
}

/** Unix seconds as a date and a time of day here. */
export function moment(seconds: number): string {
	return dated(seconds, { dateStyle: "medium", timeStyle: "short" });
}

/** The day in which unix seconds fall here. */
export function day(seconds: number): string {
	return dated(seconds, { dateStyle: "full" });
}

export function timeOfDay(seconds: number): string {
	return dated(seconds, { timeStyle: "short" });
}

function dated(seconds: number, style: Intl.DateTimeFormatOptions): string {
	return new Intl.DateTimeFormat(languages[spoken].locale, style).format(new Date(seconds * 1_000));
}

/** Bytes as people read them. */
export function size(bytes: number): string {
	const [unit, count] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
	const options = { style: "unit", unit, maximumFractionDigits: 0 } as const;
	return new Intl.NumberFormat(languages[spoken].locale, options).format(Math.ceil(count));
}
