/** Closing a meter by both: the payer's link over the payee's count, and what its payee checks of it. */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust } from "../identity/index.ts";
import {
	type Counts,
	countSpending,
	type DraftOutput,
	draftLink,
	extendToken,
	finalCountOf,
	finalCountPayload,
	partsOf,
	type Token,
	type UnsignedLink,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { meterIn } from "./machine.ts";

/** The Close at a count that the payee signed. `changeRequest`: 32 random bytes; `counts`: of a device. */
export function draftClose(
	metered: VerifiedToken,
	{ ticks, signature }: { readonly ticks: number; readonly signature: Bytes },
	{ changeRequest, counts }: { readonly changeRequest: Bytes; readonly counts: Counts },
	trust: Trust,
): UnsignedLink | Refusal {
	const meter = meterIn(metered);
	const payload = finalCountPayload(metered.outputId, ticks);
	if (!verifySign1(trust.verify, meter.payee.key, "final-count", payload, signature))
		return refuse("signature-invalid", "final count");
	const { due, rest } = partsOf(metered, meter, ticks);
	const { certificate, purpose, request } = metered.owner;
	const spendings = due > 0n ? [{ owner: certificate, amount: due }] : [];
	const counted = countSpending(spendings, counts);
	if (isRefusal(counted)) return counted;
	const parts: DraftOutput[] = [
		{ amount: due, owner: { certificate: meter.payee, purpose, request }, caveats: [] },
		{ amount: rest, owner: { certificate, purpose: null, request: changeRequest }, caveats: [] },
	];
	return draftLink(metered, {
		outputs: parts.filter(({ amount }) => amount > 0n),
		lock: null,
		data: { ticks, signature },
		against: null,
		after: [],
		spent: counted[0] ?? null,
	});
}

/** `shown` goes to the payee: it ends in its part, where nothing is due in the payer's change. */
export function signedClose(
	link: UnsignedLink,
	ticks: number,
	signature: Bytes,
): { readonly shown: VerifiedToken; readonly change: VerifiedToken | null } | Refusal {
	const shown = extendToken(link, signature, 0);
	if (isRefusal(shown)) return shown;
	const { due, rest } = partsOf(link.input, meterIn(link.input), ticks);
	if (due === 0n) return { shown, change: shown };
	const change = rest > 0n ? extendToken(link, signature, 1) : null;
	return isRefusal(change) ? change : { shown, change };
}

/** The payee's part of the Close at its very count, null where nothing is due; or why it is none. */
export function acceptClose(
	received: Token,
	metered: VerifiedToken,
	ticks: number,
	trust: Trust,
): VerifiedToken | null | Refusal {
	const token = verifyParsedToken(received, trust);
	if (isRefusal(token)) return token;
	const link = token.path.at(-1);
	const count = link && finalCountOf(link.body);
	if (link === undefined || count?.ticks !== ticks || !equalBytes(link.input, metered.outputId))
		return refuse("meter-mismatch", "another Close");
	const { due } = partsOf(metered, meterIn(metered), ticks);
	if (due === 0n) return null;
	return link.kind === "payment" ? token : refuse("meter-mismatch", "the payer's change");
}
