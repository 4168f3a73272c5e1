/** Where a phone of the town is: the wallet's page, or the till's, told which wallet it is, whom it joins and how it is reached. */
import type { Town } from "./switchboard.ts";

/** A wallet belongs to a town: another one, at the same address on another day, has phones of its own. */
export function phoneAddress(
	name: string,
	{ operators, relay }: Town,
	page: "./" | "./till.html" = "./",
): string {
	const [operator] = operators;
	if (operator === undefined) throw new Error("a town without an operator");
	const wallet = `${name}-${operator.id.slice(0, 8)}`;
	return `${page}?${new URLSearchParams({ wallet, operator: operator.url, relay: relay.url })}`;
}
