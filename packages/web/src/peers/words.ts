/** The texts of how peers stand, on the sandbox's page and on an operator's console. */
import { texts } from "../state/language.svelte.ts";
import en from "./texts/en.json";
import ja from "./texts/ja.json";

export const tell: (key: keyof typeof en, values?: Readonly<Record<string, string | number>>) => string =
	texts<keyof typeof en>({ en, ja });

/** The sentence of a rule; one that this page does not know yet goes by its name. */
export function ruleWords(rule: string): string {
	const key = `rule.${rule}`;
	return key in en ? tell(key as keyof typeof en) : rule;
}

export function kindWords(kind: string): string {
	const key = `kind.${kind}`;
	return key in en ? tell(key as keyof typeof en) : kind;
}

/** What verifies a file of evidence anywhere, under the name that it is downloaded by. */
export function verifyCommand(file: string, logKey: string): string {
	return `npx tenten evidence verify ${file} --vkey ${logKey}`;
}
