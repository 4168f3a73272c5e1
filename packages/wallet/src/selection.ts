/**
 * Which tokens to spend: what expires first, then what shortens the wallet's bytes most (ADR 0008).
 *
 * Tokens that conditions bind come before free ones where the payee takes them: free money keeps its use.
 */

import type { TokenSummary } from "@tenten/module";
import { limits } from "@tenten/protocol";

/** dates closer than this count as the same, so that size can decide */
const day = 86_400;
/** leaves room in one message for the request, new links and certificates */
const transferBytes = limits.message - 8_192;
const bytesOfOneLink = 512;

/** Outputs to spend, the last leaving change; undefined where these tokens do not suffice in one payment. */
export function selectTokens(
	tokens: readonly TokenSummary[],
	amount: bigint,
): readonly TokenSummary[] | undefined {
	// What expires first may not fit in one message: then what carries a unit in the fewest bytes may.
	const orders = [bySpending, byBytesOfOneUnit, bySize];
	for (const order of orders) {
		const taken = take(tokens.toSorted(order), amount);
		if (taken !== undefined) return taken;
	}
	return undefined;
}

function bySize(a: TokenSummary, b: TokenSummary): number {
	return a.size - b.size;
}

function bySpending(a: TokenSummary, b: TokenSummary): number {
	return (
		Number(b.isBound) - Number(a.isBound) ||
		Math.floor(a.spendUntil / day) - Math.floor(b.spendUntil / day) ||
		b.size - a.size
	);
}

function byBytesOfOneUnit(a: TokenSummary, b: TokenSummary): number {
	const [first, second] = [BigInt(a.size) * b.amount, BigInt(b.size) * a.amount];
	return first < second ? -1 : Number(first > second);
}

function take(sorted: readonly TokenSummary[], amount: bigint): readonly TokenSummary[] | undefined {
	const taken: TokenSummary[] = [];
	let sum = 0n;
	let bytes = 0;
	let signatures = 0;
	for (const token of sorted) {
		if (sum >= amount) break;
		sum += token.amount;
		bytes += token.size + bytesOfOneLink;
		// With the new link; the payee may know none of its certificates.
		signatures += token.signatures + 2;
		taken.push(token);
	}
	const fits = taken.length <= limits.tokens && bytes <= transferBytes && signatures <= limits.signatures;
	return sum >= amount && fits ? taken : undefined;
}
