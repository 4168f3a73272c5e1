/**
 * The keypad, as cash registers have it: digits come in from the right, in minor units, so there is no point to type
 * and no number of floating point between a key and the money.
 */
export const keys = ["7", "8", "9", "4", "5", "6", "1", "2", "3", "0", "00", "back"] as const;
export type KeypadKey = (typeof keys)[number];

/** A million millions of minor units: a longer amount is a mistake. */
const mostDigits = 12;

/** What stands there after a key was pressed: digits without a zero before them, or nothing. */
export function press(digits: string, key: KeypadKey): string {
	if (key === "back") return digits.slice(0, -1);
	const next = (digits + key).replace(/^0+/, "");
	return next.length > mostDigits ? digits : next;
}

/** The key of the keypad that a key of a keyboard stands for. */
export function keyOf(name: string): KeypadKey | undefined {
	if (name === "Backspace") return "back";
	return /^[0-9]$/.test(name) ? (name as KeypadKey) : undefined;
}

/** Minor units; zero where nothing was typed. */
export function amountOf(digits: string): bigint {
	return BigInt(digits === "" ? 0 : digits);
}
