/**
 * Evidence as it stands on the wire: the output in question and its opening, and what its owner signed.
 *
 * The contents of issues and links are carried as the bytes that were hashed and signed.
 */
import {
	bytes,
	bytes32,
	integer,
	limits,
	list,
	nullable,
	record,
	recordWithTail,
	type TypeOf,
	union,
} from "../codec/index.ts";
import { signature } from "../crypto/index.ts";
import { purpose } from "./link.ts";
import { meterTerms } from "./meter.ts";
import { signedStatement } from "./statement.ts";

/** Bytes of an issue or a link: a little more than a message, since what transport left out is put back. */
export const maximumContent = limits.message + 4096;

const encodedCertificate = bytes(1, 1024);
const content = record({ bytes: bytes(1, maximumContent) });

export const openedOwner = recordWithTail(
	{ certificate: encodedCertificate, purpose, request: bytes32 },
	"meter",
	meterTerms,
);
export type OpenedOwner = TypeOf<typeof openedOwner>;

const consumed = {
	/** what made the output: an encoded issue, or a link as its owner signed it */
	parent: union({ issue: [1, content], link: [2, content] }),
	index: integer(0, limits.outputs - 1),
	owner: openedOwner,
};
export type Consumed = {
	readonly parent: TypeOf<typeof consumed.parent>;
	readonly index: number;
	readonly owner: OpenedOwner;
};

const provenLink = record({ payload: bytes(1, maximumContent), release: nullable(bytes32), signature });
export type ProvenLink = TypeOf<typeof provenLink>;

/** An output and a link that consumed it: what an operator keeps of each spent output. */
export const consumedOutput = record({
	...consumed,
	link: provenLink,
	/** certificates of those whose cancels the link carries in `after` */
	deciders: list(encodedCertificate, limits.after),
});
export type ConsumedOutput = TypeOf<typeof consumedOutput>;

/** An output that was refunded: the locked link that its owner showed, without its release, and what it stated. */
export const refundedOutput = record({ consumed: consumedOutput, statement: signedStatement });
export type RefundedOutput = TypeOf<typeof refundedOutput>;

/** What an operator keeps of a part of a meter that it paid on a statement. */
export const claimedPart = record({ statement: signedStatement });

export const evidence = union({
	fork: [
		1,
		record({
			...consumed,
			first: provenLink,
			second: provenLink,
			deciders: list(encodedCertificate, 2 * limits.after),
		}),
	],
	doubleDecision: [
		2,
		record({
			...consumed,
			link: provenLink,
			/** opens output 0 where the payee decides */
			payee: nullable(openedOwner),
			cancel: signature,
		}),
	],
	denied: [
		3,
		record({
			...consumed,
			/** the locked link that the statement speaks of */
			stated: provenLink,
			/** an effective link that it denies */
			link: provenLink,
			statement: signedStatement,
		}),
	],
	metered: [
		4,
		record({
			...consumed,
			/** a Close, or what spent the payee's part of one */
			link: provenLink,
			/** what it makes a lie */
			statement: signedStatement,
		}),
	],
});
export type Evidence = TypeOf<typeof evidence>;
export type Fork = Extract<Evidence, { readonly kind: "fork" }>;
export type DoubleDecision = Extract<Evidence, { readonly kind: "doubleDecision" }>;
export type Denied = Extract<Evidence, { readonly kind: "denied" }>;
export type MeteredEvidence = Extract<Evidence, { readonly kind: "metered" }>;
