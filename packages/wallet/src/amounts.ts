/**
 * Amounts as people write and read them. Between a decimal text and minor units no number of floating point ever
 * stands: what could go wrong with money there, cannot.
 */
import { limits } from "@tenten/protocol";
import { decimalText } from "./words.ts";

/** Minor units of what a person typed, in the digits of any width; undefined where it is no amount above zero. */
export function typedAmount(text: string, scale: number): bigint | undefined {
	const plain = text.normalize("NFKC").replaceAll(/[\s,、]/g, "");
	const [, whole = "", decimals = ""] = /^([0-9]{1,19})(?:\.([0-9]{1,18}))?$/.exec(plain) ?? [];
	if (whole === "" || decimals.length > scale) return undefined;
	const minor = BigInt(whole + decimals.padEnd(scale, "0"));
	return minor > 0n && minor <= limits.amount ? minor : undefined;
}

/** An amount of an asset for a screen: `¥1,250` where its code is a currency's, else `1,250 TICKET`. */
export function amountText(
	minor: bigint,
	{ code, scale }: { readonly code: string; readonly scale: number },
	locale: string,
): string {
	const digits = { minimumFractionDigits: scale, maximumFractionDigits: scale };
	const isCurrency = Intl.supportedValuesOf("currency").includes(code);
	const style = isCurrency ? ({ style: "currency", currency: code } as const) : {};
	const text = new Intl.NumberFormat(locale, { ...digits, ...style }).format(
		decimalText(minor, scale) as `${number}`,
	);
	return isCurrency ? text : `${text} ${code}`;
}
