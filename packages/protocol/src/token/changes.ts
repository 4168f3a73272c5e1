/** What the machines of hand-over and redemption say to their host about tokens and signatures. */
import type { Bytes } from "../codec/index.ts";
import type { SignedType } from "../crypto/index.ts";
import type { DraftCancel, UnsignedLink } from "./build.ts";
import { type Counts, countsAfter } from "./spent.ts";
import type { VerifiedToken } from "./verify.ts";

export type SignatureRequest = {
	/** hash of the signer's certificate */
	readonly signer: Bytes;
	readonly type: SignedType;
	readonly payload: Bytes;
};

/** A token that may be spent, with the cancels that freed it before. */
export type Spendable = { readonly token: VerifiedToken; readonly after: readonly DraftCancel[] };

/** Changes to the module's tokens, durable together with the machine's new state. Outputs by id. */
export type TokenChanges = {
	/** spendable from now on */
	readonly add: readonly VerifiedToken[];
	/** gone for good */
	readonly remove: readonly Bytes[];
	/** set aside for this attempt */
	readonly hold: readonly Bytes[];
	/** spendable again; `after` goes into the next link that spends them */
	readonly free: readonly { readonly output: Bytes; readonly after: DraftCancel | null }[];
	/** what a device has signed for, where it has signed for more */
	readonly counts?: Counts;
};

export const noChanges: TokenChanges = { add: [], remove: [], hold: [], free: [] };

/** Changes beside what these links, signed and about to leave, count. */
export function counting(changes: TokenChanges, links: readonly UnsignedLink[]): TokenChanges {
	const counts = countsAfter(links);
	return counts.size === 0 ? changes : { ...changes, counts };
}

/** What the owners of the inputs sign. */
export function signatureRequests(links: readonly UnsignedLink[]): readonly SignatureRequest[] {
	return links.map(({ input, payload }) => ({ signer: input.owner.certificate.hash, type: "link", payload }));
}
