/** Amounts as partners are told them. */
import type { OperatorContext } from "../context.ts";

/** `minor` units of an asset of the operator, with its decimals. */
export function toldAmount(
	{ definitions }: Pick<OperatorContext, "definitions">,
	asset: string,
	minor: bigint,
): { readonly value: string; readonly asset: string; readonly scale: number } {
	return { value: minor.toString(), asset, scale: definitions.asset(asset)?.scale ?? 0 };
}
