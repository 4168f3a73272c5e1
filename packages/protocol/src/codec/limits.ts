/** Bounds on everything a peer can make grow; each is checked before any cryptography. */
export const limits = {
	/** bytes */
	message: 65_536,
	/** bytes of an entry of a log: its length is two bytes (C2SP tlog-tiles) */
	entry: 65_535,
	/** bytes; evidence holds three links of a full-size token */
	evidence: 4 * 65_536,
	/** nested arrays and maps */
	depth: 16,
	/** items (keys, values, arrays and maps) where less than twice `evidence` is read: what may be longer is an operator's own */
	items: 65_536,
	/** maps and their keys there. They cost most, and stand in certificates alone: a message has room for 6,500 */
	mapKeys: 8_192,
	/** links a token, the redeeming link exempt */
	hops: 32,
	/** bytes of a message that a token leaves free when it is taken: its redeeming link, order and certificates */
	redeemingBytes: 8_192,
	/** certificates that it leaves free: the desk's, and those of cancels that may free it before */
	redeemingCertificates: 5,
	/** tokens a payment */
	tokens: 16,
	/** bytes that a metered token leaves free besides: its Close, whose certificates it has already */
	closingBytes: 512,
	/** signatures a message, those of uncached certificates counted */
	signatures: 256,
	/** outputs a link */
	outputs: 8,
	/** conditions an issue, and caveats an output */
	conditions: 16,
	/** cancels that one link carries */
	after: 4,
	/** documents a side of one hand-over: with the messages beside them they fit one bundle of 64 */
	documents: 60,
	/** tokens in one order to the operator */
	orderTokens: 16,
	/** new owners that one order names */
	orderOutputs: 16,
	/** ticks of one chain of a meter: what one claim may cost to check */
	ticks: 65_536,
	/** chains of one meter */
	chains: 16,
	/** minor units; what a signed 64-bit column holds */
	amount: 2n ** 63n - 1n,
} as const;

/** Ticks of one meter, of all its chains. */
export const ticksMost: number = limits.ticks * limits.chains;

/** Seconds by which another's clock may be ahead of the reader's; what is dated later does not count yet. */
export const aheadMost_s = 60;
