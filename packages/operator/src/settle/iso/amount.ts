/** Amounts of ISO 20022: decimal numbers of a currency, which are whole minor units or nothing. */

/** A currency by its code, and how many digits of it are minor: ISO 4217. */
export type Money = { readonly currency: string; readonly scale: number };

export function decimalOf(minor: bigint, { scale }: Money): string {
	const digits = `${minor}`.padStart(scale + 1, "0");
	return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Minor units; undefined where it is no amount of the schema, or has parts of a minor unit. */
export function minorOf(text: string | undefined, { scale }: Money): bigint | undefined {
	const [, whole = "", part = ""] = /^([0-9]{1,18})(?:\.([0-9]{0,5}))?$/.exec(text ?? "") ?? [];
	if (whole === "" || /[1-9]/.test(part.slice(scale))) return undefined;
	return BigInt(`${whole}${part.slice(0, scale).padEnd(scale, "0")}`);
}
