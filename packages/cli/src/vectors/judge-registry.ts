/** Judges of what a holder and its operator sign to each other. */
import {
	claim,
	isRefusal,
	parse,
	refuse,
	signedOrder,
	signedRuling,
	signedStatement,
	toHex,
	token,
	verifyClaim,
	verifyEnrolment,
	verifyFalseStatement,
	verifyOrder,
	verifyRefund,
	verifyRuling,
	verifyStatement,
} from "@tenten/protocol";
import { bytesIn, type Facts, factsOf, type Judge, must, numberIn, trustIn } from "./vector.ts";

export const judgeEnrolment: Judge = (input, verify) => {
	const enrolment = verifyEnrolment(bytesIn(input, "enrolment"), bytesIn(input, "operator"), verify);
	if (isRefusal(enrolment)) return enrolment;
	const { body, digest } = enrolment;
	return { digest: toHex(digest), key: factsOf(body.key), asked: factsOf(body.asked) };
};

export const judgeOrder: Judge = (input, verify) => {
	const signed = parse(signedOrder, bytesIn(input, "order"));
	const order = isRefusal(signed) ? signed : verifyOrder(signed, trustIn(input, verify));
	if (isRefusal(order)) return order;
	return { digest: toHex(order.digest), signer: toHex(order.signer.hash), order: factsOf(order.order) };
};

/**
 * A token that is refused by itself says so in its place. `published`: of which locks the operator knows the
 * release, and since when.
 */
export const judgeClaim: Judge = (input, verify) => {
	const parsed = parse(claim, bytesIn(input, "claim"));
	if (isRefusal(parsed)) return parsed;
	const published = publishedIn(input);
	const verified = verifyClaim(parsed, {
		trust: trustIn(input, verify),
		operator: bytesIn(input, "operator"),
		now: numberIn(input, "now"),
		publishedAt: (lock) => published.get(toHex(lock)),
	});
	if (isRefusal(verified)) return verified;
	const tokens = verified.tokens.map((redeemed): Facts => {
		if (isRefusal(redeemed)) return { refused: redeemed.code };
		if (redeemed.closed) return { refused: "redeem-closed" };
		const { token: redeemedToken, redeemer, terms, burned } = redeemed;
		return {
			output: toHex(redeemedToken.outputId),
			amount: redeemedToken.amount.toString(),
			redeemer: toHex(redeemer.certificate.hash),
			terms: factsOf(terms),
			burned,
		};
	});
	return { order: toHex(verified.order.digest), tokens };
};

export const judgeStatement: Judge = (input, verify) => {
	const parsed = parse(signedStatement, bytesIn(input, "statement"));
	if (isRefusal(parsed)) return parsed;
	const statement = verifyStatement(parsed, bytesIn(input, "operator"), trustIn(input, verify));
	if (isRefusal(statement)) return statement;
	return { signer: toHex(statement.signer.hash), says: factsOf(statement.body.says) };
};

export const judgeFalseStatement: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const culprit = verifyFalseStatement(bytesIn(input, "falseStatement"), bytesIn(input, "operator"), trust);
	return isRefusal(culprit) ? culprit : { culprit: toHex(culprit.hash) };
};

/** One token of a statement that verifies: what would come back, and when. */
export const judgeRefund: Judge = (input, verify) => {
	const trust = trustIn(input, verify);
	const signed = must(parse(signedStatement, bytesIn(input, "statement")), "statement");
	const statement = must(verifyStatement(signed, signed.body.operator, trust), "statement");
	const parsed = parse(token, bytesIn(input, "token"));
	const refund = isRefusal(parsed) ? parsed : verifyRefund(parsed, statement, trust);
	if (isRefusal(refund)) return refund;
	const now = numberIn(input, "now");
	if (now < refund.from) return refuse("ruling-early");
	if (now >= refund.until) return refuse("refund-closed");
	return {
		output: toHex(refund.output),
		amount: refund.amount.toString(),
		hops: refund.hops,
		owner: toHex(refund.owner),
		consumed: refund.path.map(({ output }) => toHex(output)),
		terms: factsOf(refund.terms),
	};
};

export const judgeRuling: Judge = (input, verify) => {
	const parsed = parse(signedRuling, bytesIn(input, "ruling"));
	const body = isRefusal(parsed) ? parsed : verifyRuling(parsed, trustIn(input, verify));
	return isRefusal(body) ? body : { body: factsOf(body) };
};

/** By the lock in hexadecimal, unix seconds. */
function publishedIn(input: Facts): ReadonlyMap<string, number> {
	const published = (input["published"] ?? []) as readonly Facts[];
	return new Map(published.map((entry) => [toHex(bytesIn(entry, "lock")), numberIn(entry, "at")]));
}
