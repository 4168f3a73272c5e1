/**
 * Signed lists brought to a module: from operators, from whoever else keeps them, and with every payment (docs/spec/lists.md).
 *
 * Of an operator's status lists all are fetched, so that asking tells nobody whom one met, and a device that was never
 * met can pay where no operator is in reach (ADR 0076). Where nobody answers, what is held counts until it has expired.
 */
import type { SecureModule } from "@tenten/module";
import { type Bytes, fromHex, type Refusal } from "@tenten/protocol";
import { fetchStatusLists, type Operators, reach } from "./operators.ts";
import { maximumMessages } from "./transport/bundle.ts";
import type { Channel } from "./transport/channel.ts";

/**
 * Brings the module all lists of every operator that can be reached: its trust list first, under whose keys the others
 * count. Why those of some were not to be had, or do not hold.
 */
export async function fetchLists(module: SecureModule, operators: Operators): Promise<readonly Refusal[]> {
	const refused: (Refusal | undefined)[] = [];
	for (const [id, operator] of operators) {
		const away = await reach(module, operators, fromHex(id) as Bytes);
		refused.push(away ?? (await fetchStatusLists(module, operator)));
	}
	return refused.filter((refusal) => refusal !== undefined);
}

/** What is sent first on a channel: beside it, which lists one holds, where the other side can answer with more. */
export function withHeldLists(
	module: SecureModule,
	{ isNarrow = false }: Channel,
	first: readonly Bytes[],
): readonly Bytes[] {
	const isBeside = !isNarrow && first.length > 0 && first.length < maximumMessages;
	return isBeside ? [...first, module.lists.held()] : first;
}
