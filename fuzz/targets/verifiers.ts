/**
 * Everything that verifies, under a trust that believes every signature: what is signed and wrong is refused, and
 * what is accepted holds.
 */
import {
	acceptTokens,
	type Bytes,
	certificate,
	claim,
	dataHash,
	definition,
	evidence,
	isMeterClaim,
	isRefusal,
	issueProof,
	judgeRows,
	keyId,
	limits,
	parse,
	parseEnrolled,
	parseMessage,
	parseReply,
	parseRequest,
	parseRulingReply,
	parseRulingRequest,
	receipt,
	registryRows,
	rulingRequest,
	type Shape,
	serializeToken,
	signedOrder,
	signedRequest,
	signedRuling,
	sumOf,
	type Trust,
	type TypeOf,
	token,
	trustList,
	type VerifiedToken,
	verifyClaim,
	verifyDefinition,
	verifyEnrolment,
	verifyEvidence,
	verifyFalseStatement,
	verifyIssueProof,
	verifyMeterClaim,
	verifyOrder,
	verifyReceipt,
	verifyRefund,
	verifyRequest,
	verifyRuling,
	verifyStatement,
	verifyToken,
	verifyTrustList,
} from "@tenten/protocol";
import { harvest, reads, stages } from "../material.ts";
import { memoryLimits } from "../memory.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";
import { believingTrust, now } from "./trusts.ts";

type Run = (input: Bytes, trust: Trust) => Outcome;

/** A verifier: its seeds are what it accepts of the material, and some that only look like it (`looksRight`). */
/** What names no operator is verified once for each that there is. */
const ofSomeOperator = { base: memoryLimits.base, perByte: 2048 };

function verifier(name: string, run: Run, looksRight: (input: Bytes) => boolean, weight = 2): Target {
	return {
		name: `verify/${name}`,
		weight,
		memory: ofSomeOperator,
		open: async () => {
			const { trust, asked } = await believingTrust();
			const verified = await harvest((input) => run(input, trust) === "accepted", 16);
			return {
				seeds: [...verified, ...(await harvest(looksRight, 8))],
				form: "items",
				run: (input) => {
					const before = asked();
					const outcome = run(input, trust);
					if (asked() - before > 2 * limits.signatures + limits.orderTokens)
						throw new Broken(`${asked() - before} signatures were checked for one input`);
					return outcome;
				},
			};
		},
	};
}

/** What was verified adds up, link by link, and ends in what it says. */
function checkToken(verified: VerifiedToken): void {
	let amount = verified.issue.amount;
	for (const [position, { body }] of verified.path.entries()) {
		if (sumOf(body.outputs) !== amount) throw new Broken("a link that does not add up");
		amount = body.outputs[verified.token.hops[position]?.index ?? 0]?.amount ?? -1n;
	}
	if (verified.amount !== amount || amount <= 0n) throw new Broken("a token of another amount than its path");
	if (verified.path.length !== verified.inputOwners.length) throw new Broken("owners missing");
}

const tokenRun =
	(options: { readonly now?: number }): Run =>
	(input, trust) => {
		const verified = verifyToken(input, trust, options);
		if (isRefusal(verified)) return verified.code;
		checkToken(verified);
		mustBeSame(serializeToken(verified), input);
		return "accepted";
	};

/** Of what is shaped right only: everything else is the shape's own target. */
function after<T>(
	shape: Shape<T>,
	then: (value: T, trust: Trust, input: Bytes) => unknown,
	maximumBytes?: number,
): Run {
	return (input, trust) => {
		const value = parse(shape, input, maximumBytes ?? limits.evidence);
		return isRefusal(value) ? value.code : outcomeOf(then(value as T, trust, input));
	};
}

/** The first answer that is no refusal, or the last: each operator is asked whose it is. */
function anyOperator(trust: Trust, ask: (operator: Bytes) => unknown): unknown {
	const answers = trust.list.operators.map(({ root }) => ask(keyId(root)));
	return answers.find((answer) => !isRefusal(answer)) ?? answers.at(-1);
}

const wholeList: Run = (input, trust) => {
	const signed = parse(trustList, input);
	const pinnedSigner = isRefusal(signed) ? new Uint8Array(32) : keyId(signed.signer);
	return outcomeOf(verifyTrustList(input, { verify: trust.verify, pinnedSigner, minimumVersion: 1, now }));
};

const definitionOf: Run = (input, trust) =>
	outcomeOf(anyOperator(trust, (operator) => verifyDefinition(input, operator, trust)));

const enrolment: Run = (input, trust) =>
	outcomeOf(anyOperator(trust, (operator) => verifyEnrolment(input, operator, trust.verify)));

const falseStatement: Run = (input, trust) =>
	outcomeOf(anyOperator(trust, (operator) => verifyFalseStatement(input, operator, trust)));

/** A claim, with what the operator would write of it and what it means where all of it stands there already. */
function judgeClaim(value: TypeOf<typeof claim>, trust: Trust): unknown {
	const { operator } = value.order.order.asset;
	const verified = verifyClaim(value, { trust, operator, now, publishedAt: () => now });
	if (isRefusal(verified)) return verified;
	const redemptions = verified.tokens.filter((each) => each.kind === "redemption");
	for (const { token: redeemed } of redemptions) {
		checkToken(redeemed);
		const rows = registryRows(redeemed, verified.order.digest, trust);
		const others = rows.map((row) => ({ ...row, consumer: row.output }));
		judgeRows(rows, rows, [], trust);
		judgeRows(rows, others, [verified.order.signer.hash], trust);
	}
	return redemptions.length > 0 ? verified : verified.tokens[0];
}

/** Each token of a statement, as an operator weighs it. */
function judgeStatement(value: TypeOf<typeof rulingRequest>, trust: Trust): unknown {
	if (value.kind === "evidence") return verifyEvidence(value.evidence, trust);
	if (value.kind !== "statement") return value;
	const statement = verifyStatement(value.statement, value.statement.body.operator, trust);
	if (isRefusal(statement)) return statement;
	const judge = isMeterClaim(statement.body.says, value.tokens) ? verifyMeterClaim : verifyRefund;
	const refunds = value.tokens.map((each) => judge(each, statement, trust));
	return refunds.find((refund) => !isRefusal(refund)) ?? refunds[0];
}

const requests = stages.map(({ request }) => request);

const rulingRequestRun: Run = (input, trust) => {
	const value = parseRulingRequest(input);
	return isRefusal(value) ? value.code : outcomeOf(judgeStatement(value, trust));
};

/** A transfer as a payee weighs it: under the request that its first token names, whatever that was. */
function judgeTransfer(input: Bytes, trust: Trust): Outcome {
	const value = parseMessage(input);
	if (isRefusal(value)) return value.code;
	if (value.kind !== "transfer") return value.kind;
	const results = requests.map(({ signed }) => {
		const request = verifyRequest(signed, trust);
		if (isRefusal(request)) return request;
		const data = dataHash(value.data);
		const { against } = request.body;
		const accepted = acceptTokens(value.tokens, {
			request,
			trust,
			now: now + 10,
			everOwned: () => false,
			data,
			against,
		});
		if (!isRefusal(accepted)) for (const each of accepted.tokens) checkToken(each);
		return accepted;
	});
	return outcomeOf(results.find((result) => !isRefusal(result)) ?? results[0]);
}

/** What an operator sent back: read as each of the things that it may be. */
const answers: Run = (input) => {
	const readers: readonly ((encoded: Bytes) => unknown)[] = [
		parseReply,
		parseRulingReply,
		parseEnrolled,
		parseRequest,
	];
	const read = readers.map((reader) => reader(input));
	return outcomeOf(read.find((each) => !isRefusal(each)) ?? read[0]);
};

const isTransfer = (input: Bytes): boolean => parseMessage(input).kind === "transfer";

export const verifierTargets: readonly Target[] = [
	verifier("token", tokenRun({}), reads(token)),
	verifier("token that is being paid", tokenRun({ now }), reads(token)),
	verifier("certificate", (input, trust) => outcomeOf(trust.certificate(input)), reads(certificate), 1),
	verifier("trust list", wholeList, reads(trustList)),
	verifier("issue proof", after(issueProof, verifyIssueProof), reads(issueProof)),
	verifier("request", after(signedRequest, verifyRequest), reads(signedRequest)),
	verifier("receipt", (input, trust) => outcomeOf(verifyReceipt(input, trust)), reads(receipt)),
	verifier("evidence", (input, trust) => outcomeOf(verifyEvidence(input, trust)), reads(evidence)),
	verifier("order", after(signedOrder, verifyOrder), reads(signedOrder)),
	verifier("ruling", after(signedRuling, verifyRuling), reads(signedRuling)),
	verifier("definition", definitionOf, reads(definition)),
	verifier("enrolment", enrolment, () => false),
	verifier("false statement", falseStatement, () => false),
	verifier("claim", after(claim, judgeClaim), reads(claim), 6),
	verifier("ruling request", rulingRequestRun, reads(rulingRequest), 4),
	verifier("transfer", judgeTransfer, isTransfer, 8),
	verifier("answer", answers, () => false, 1),
];
