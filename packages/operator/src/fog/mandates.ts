/** What an operator signs for gateways: up to what they may approve, and what time it is (docs/spec/fog.md). */
import {
	type Bytes,
	isRefusal,
	type MandateBody,
	type Refusal,
	refuse,
	signMandate,
	signTime,
	verifyMandate,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";

/** `code`: of an asset of this operator; amounts in its minor units. */
export type MandateTerms = Pick<MandateBody, "gateway" | "each" | "total" | "from" | "until"> & {
	readonly code: string;
};

/** Signs one, with the ruling key of now. `asset-unknown`, and `malformed` for a mandate for nothing. */
export async function giveMandate(context: OperatorContext, terms: MandateTerms): Promise<Bytes | Refusal> {
	const { id, keys, entropy } = context;
	const { code, gateway, each, total, from, until } = terms;
	const asset = { operator: id, code };
	const trust = await context.trust();
	if (trust.asset(asset) === undefined) return refuse("asset-unknown", code);
	const body = { operator: id, gateway, nonce: entropy(32), asset, each, total, from, until };
	const encoded = await signMandate(body, keys.ruling);
	const mandate = verifyMandate(encoded, trust);
	return isRefusal(mandate) ? mandate : encoded;
}

/** What time it is, by the ruling key of now; whoever asks within one second is told the same. */
export function timeSigner(context: () => OperatorContext): () => Promise<Bytes> {
	let last: { readonly at: number; readonly encoded: Promise<Bytes> } | undefined;
	return () => {
		const { id, keys, now } = context();
		const at = now();
		if (last?.at !== at) last = { at, encoded: signTime({ operator: id, at }, keys.ruling) };
		return last.encoded;
	};
}
