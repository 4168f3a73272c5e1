/** Numbers in flags: read, or refused as bad input. */
import { BadInput } from "./bad-input.ts";

export function numberIn(flag: string, text: string, least: number): number {
	const value = Number(text);
	if (!Number.isFinite(value) || value < least) throw new BadInput(`${flag} is a number from ${least} on`);
	return value;
}

/** Days from now on, whole and above zero. */
export function daysIn(text: string): number {
	if (!/^[1-9][0-9]{0,4}$/.test(text)) throw new BadInput(`${text} is no number of days`);
	return Number(text);
}
