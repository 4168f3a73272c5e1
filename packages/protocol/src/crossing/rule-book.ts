/**
 * Rule books: what one operator holds itself to in payments with others, in numbered versions that it signs.
 *
 * An agreement is in force where both keep it in their books. The destination's book says at which rate it credits, so
 * a quote can be held against the book of its day. A version names the one before: none is left out or exchanged.
 */
import {
	type Bytes,
	bytes32,
	compareBytes,
	equalBytes,
	integer,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	text,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash } from "../crypto/index.ts";
import { type OperatorKeys, unsigned } from "./agreement.ts";
import { rate } from "./price.ts";

export const ruleBookEntry = record({
	/** its id */
	agreement: bytes32,
	/** as its destination: so it credits now; null: as its source, or it quotes nothing */
	rate: nullable(rate),
});

export const ruleBookBody = record({
	/** by the key id of its root */
	operator: bytes32,
	version: integer(1, Number.MAX_SAFE_INTEGER),
	/** hash of the version before; null in the first */
	previous: nullable(bytes32),
	from: unixSeconds,
	/** those in force, by their ids */
	agreements: list(ruleBookEntry, 64),
	/** the operator's own rules, in words: common ones stand in docs/spec/common-rules.md */
	rules: text(32_768),
});
export type RuleBookBody = TypeOf<typeof ruleBookBody>;

export const ruleBook = record({ body: ruleBookBody, signature });
export type RuleBook = TypeOf<typeof ruleBook>;

export function ruleBookHash(body: RuleBookBody): Bytes {
	return taggedHash("rule-book", ruleBookBody.write(body));
}

export function signRuleBook(body: RuleBookBody, signer: Signer): Promise<Bytes> {
	return signer.sign("rule-book", serialize(ruleBookBody, body));
}

/**
 * The body, where it follows `before` (null: it is the first) and its operator signed it: else `malformed`,
 * `authority-unknown`, `signature-invalid`.
 */
export function verifyRuleBook(
	{ body, signature: signed }: RuleBook,
	before: RuleBookBody | null,
	keys: OperatorKeys,
): RuleBookBody | Refusal {
	const refused =
		refuseOrder(body) ??
		refuseSuccession(body, before) ??
		unsigned(keys, body.operator, "rule-book", serialize(ruleBookBody, body), signed);
	return refused ?? body;
}

function refuseOrder({ agreements }: RuleBookBody): Refusal | undefined {
	const isSorted = agreements.every(
		({ agreement }, at) => at === 0 || compareBytes(agreements[at - 1]?.agreement as Bytes, agreement) < 0,
	);
	return isSorted ? undefined : refuse("malformed", "agreements stand once each, in the order of their ids");
}

function refuseSuccession(body: RuleBookBody, before: RuleBookBody | null): Refusal | undefined {
	const { operator, version, previous, from } = body;
	const isNext =
		before === null
			? version === 1 && previous === null
			: version === before.version + 1 &&
				previous !== null &&
				equalBytes(previous, ruleBookHash(before)) &&
				equalBytes(operator, before.operator) &&
				from >= before.from;
	return isNext ? undefined : refuse("malformed", "it does not follow the version before");
}
