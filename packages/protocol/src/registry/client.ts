/**
 * The port through which a wallet asks an operator: bytes in, bytes out.
 *
 * A refusal says that nothing changed, except `channel-failed`: then it is not known, and the same bytes are
 * to be sent again. Every method gives the same answer to the same bytes, however often they come.
 */
import type { Bytes, Refusal } from "../codec/index.ts";

type Answer = Promise<Bytes | Refusal>;

export type OperatorClient = {
	/** the current signed trust list */
	readonly trustList: () => Answer;
	/** its current signed freeze list */
	readonly freezeList: () => Answer;
	/** a signed appeal; answers with its outcome, `attempt-pending` until it is decided */
	readonly appeal: (appeal: Bytes) => Answer;
	/** a signed enrolment; answers with an `Enrolled` */
	readonly enrol: (enrolment: Bytes) => Answer;
	/** a signed order with the action `withdraw`; answers with a `Reply` */
	readonly withdraw: (order: Bytes) => Answer;
	/** a `Claim`; answers with a `Reply` */
	readonly claim: (claim: Bytes) => Answer;
	/** a `RulingRequest`; answers with a `RulingReply` */
	readonly rule: (request: Bytes) => Answer;
	/** the release of a lock, if it has been published: 32 bytes */
	readonly release: (lock: Bytes) => Answer;
	/** a signed account query; answers with an `AccountReply` */
	readonly account: (query: Bytes) => Answer;
};

/** An operator with devices: the way to its status lists, too. */
export type DeviceOperatorClient = OperatorClient & {
	/** the list of this number; any refusal but `channel-failed` where there is none: no higher one is there either */
	readonly statusList: (number: number) => Answer;
};
