/** Time as an operator signs it, for those beside it who have no clock (docs/spec/fog.md#time). */
import { type Bytes, signTime } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";

/** What time it is, by the ruling key of now; whoever asks within one second is told the same. */
export function timeSigner({
	id,
	keys,
	now,
}: Pick<OperatorContext, "id" | "keys" | "now">): () => Promise<Bytes> {
	let last: { readonly at: number; readonly encoded: Promise<Bytes> } | undefined;
	return () => {
		const at = now();
		if (last?.at !== at) last = { at, encoded: signTime({ operator: id, at }, keys.ruling) };
		return last.encoded;
	};
}
