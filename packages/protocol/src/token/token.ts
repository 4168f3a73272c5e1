/**
 * Tokens as they travel: an issue and the links that brought it to its present owner.
 *
 * What can be recomputed is left out: the owner of each output on the path follows from its opening, a lock
 * from its release, an input from the link before. Certificates stand once in a table and are named by index.
 * A token may end in a link whose release is still secret; such a token is locked, not effective.
 */
import {
	amount,
	bytes,
	bytes32,
	enumeration,
	integer,
	limits,
	list,
	nullable,
	type Refusal,
	record,
	recordWithTail,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import { signature } from "../crypto/index.ts";
import { spent } from "../identity/index.ts";
import { caveats } from "./condition.ts";
import { issueProof } from "./issue.ts";
import { against, linkData, purpose, signedCancel } from "./link.ts";
import { meterTerms } from "./meter.ts";

/** Opens an owner: `certificate` is an index into the token's table; `meter` is there where the output is metered. */
export const opening = recordWithTail(
	{
		certificate: integer(0, 2 * limits.hops),
		purpose,
		request: bytes32,
	},
	"meter",
	meterTerms,
);
export type Opening = TypeOf<typeof opening>;

/** `owner` is null exactly on the output through which the path goes on. */
const carriedOutput = record({ amount, owner: nullable(bytes32), caveats });

/** A lock's hash while its release is secret; the release itself after. */
const carriedLock = record({
	state: enumeration({ locked: 0, lockedPayeeDecides: 1, released: 2, releasedPayeeDecides: 3 }),
	bytes: bytes32,
});
export type CarriedLock = TypeOf<typeof carriedLock>;

export const hop = record({
	/** which output the path goes on through */
	index: integer(0, limits.outputs - 1),
	outputs: list(carriedOutput, limits.outputs, 1),
	lock: nullable(carriedLock),
	data: nullable(linkData),
	against: nullable(against),
	after: list(signedCancel, limits.after),
	spent: nullable(spent),
	signature,
	/** of the output at `index` */
	opening,
});
export type Hop = TypeOf<typeof hop>;

export const token = record({
	issue: issueProof,
	/** of the issue's owner */
	opening,
	/** the redeeming link, and one return, may stand beyond the limit */
	hops: list(hop, limits.hops + 2),
	certificates: list(bytes(1, 1024), 2 * limits.hops, 1),
});
export type Token = TypeOf<typeof token>;

/** Why no redeeming link would fit after this, and so many bytes more: whoever took it could never bring it back. */
export function lacksRoom(value: Token, moreBytes = 0): Refusal | undefined {
	if (value.certificates.length > 2 * limits.hops - limits.redeemingCertificates)
		return refuse("too-many", "certificates: refresh this token first");
	return serialize(token, value).length > limits.message - limits.redeemingBytes - moreBytes
		? refuse("too-large", "refresh this token first")
		: undefined;
}
