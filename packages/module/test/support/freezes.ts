/** Freeze lists of the small world of `world.ts`. */
import {
	type Bytes,
	compareBytes,
	type FreezeEntry,
	type FreezeListBody,
	signFreezeList,
} from "@tenten/protocol";
import { day, type Operator, type World } from "./world.ts";

export * from "./world.ts";

export function entryOf({ now }: Pick<World, "now">, output: Bytes): FreezeEntry {
	return { output, reason: "stolen", since: now, case: output, appealUntil: now + 10 * day };
}

/** The first list of the world's operator: for one day. */
export function freezing(
	{ now, operator }: Pick<World, "now" | "operator">,
	outputs: readonly Bytes[],
	changes: Partial<FreezeListBody> = {},
): FreezeListBody {
	const entries = [...outputs].sort(compareBytes).map((output) => entryOf({ now }, output));
	return {
		operator: operator.id,
		number: 1,
		issuedAt: now,
		expiresAt: now + day,
		entries,
		cleared: [],
		...changes,
	};
}

export function signFreezes(body: FreezeListBody, { ruling }: Pick<Operator, "ruling">): Promise<Bytes> {
	return signFreezeList(body, ruling);
}
