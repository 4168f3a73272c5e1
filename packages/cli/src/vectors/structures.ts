/**
 * The structures of docs/spec by their CDDL names, each with the reader that its own bound belongs to.
 *
 * A structure that only ever stands inside another is read with the bound of a message.
 */
import {
	accountReply,
	agreement,
	appeal,
	appealOutcome,
	type Bytes,
	caveat,
	certificate,
	claim,
	claimedPart,
	condition,
	consumedOutput,
	coseKey,
	countersigned,
	crossingQuestion,
	crossingReply,
	deal,
	definition,
	definitionDraft,
	delegationChain,
	deviceApplication,
	deviceEvidence,
	deviceOrder,
	deviceQuestion,
	enrolled,
	enrolment,
	evidence,
	excess,
	falseStatement,
	fogAnswer,
	fogAnswerMost,
	fogApproval,
	fogQuestion,
	freezeList,
	isRefusal,
	issue,
	issueProof,
	limits,
	listMessage,
	logLeaf,
	mandate,
	manifest,
	maximumDefinitionBytes,
	message,
	meterMessage,
	misbehaviour,
	outcome,
	parse,
	parseReply,
	parseRulingReply,
	parseRulingRequest,
	type Refusal,
	receipt,
	refundedOutput,
	reply,
	ruleBook,
	rulingReply,
	rulingRequest,
	type Shape,
	sealCosignature,
	sealProof,
	sealRefusal,
	serialize,
	settlement,
	signedLink,
	signedOffer,
	signedOrder,
	signedQuote,
	signedRequest,
	signedRuling,
	signedStatement,
	signedTime,
	terms,
	token,
	trustList,
} from "@tenten/protocol";

type Reader = (encoded: Bytes) => { readonly value: unknown; readonly again: Bytes } | Refusal;

function reader<T>(
	shape: Shape<T>,
	read: (encoded: Bytes) => T | Refusal = (encoded) => parse(shape, encoded),
): Reader {
	return (encoded) => {
		const value = read(encoded);
		return isRefusal(value) ? value : { value, again: serialize(shape, value as T) };
	};
}

function bounded<T>(shape: Shape<T>, maximumBytes: number): Reader {
	return reader(shape, (encoded) => parse(shape, encoded, maximumBytes));
}

/** Bytes of an issue or a link inside evidence (docs/spec/encoding.md#limits). */
const contentBytes = limits.message + 4096;

/** Each structure that is ever decoded by itself. */
export const structureReaders: Readonly<Record<string, Reader>> = {
	accountReply: reader(accountReply),
	agreement: reader(agreement),
	appeal: reader(appeal),
	appealOutcome: reader(appealOutcome),
	caveat: reader(caveat),
	certificate: bounded(certificate, 1024),
	claim: reader(claim),
	claimedPart: reader(claimedPart),
	condition: reader(condition),
	consumedOutput: bounded(consumedOutput, limits.evidence),
	coseKey: reader(coseKey),
	countersigned: reader(countersigned),
	crossingQuestion: bounded(crossingQuestion, limits.evidence),
	crossingReply: bounded(crossingReply, limits.evidence),
	deal: reader(deal),
	definition: bounded(definition, maximumDefinitionBytes),
	definitionDraft: bounded(definitionDraft, maximumDefinitionBytes),
	delegationChain: reader(delegationChain),
	deviceApplication: reader(deviceApplication),
	deviceEvidence: reader(deviceEvidence),
	deviceOrder: reader(deviceOrder),
	deviceQuestion: reader(deviceQuestion),
	enrolled: reader(enrolled),
	enrolment: bounded(enrolment, 4096),
	evidence: bounded(evidence, limits.evidence),
	excess: bounded(excess, limits.evidence),
	falseStatement: reader(falseStatement),
	fogAnswer: bounded(fogAnswer, fogAnswerMost),
	fogApproval: reader(fogApproval),
	fogQuestion: reader(fogQuestion),
	freezeList: reader(freezeList),
	issue: bounded(issue, contentBytes),
	issueProof: reader(issueProof),
	listMessage: reader(listMessage),
	logLeaf: reader(logLeaf),
	mandate: reader(mandate),
	manifest: reader(manifest),
	message: reader(message),
	meterMessage: reader(meterMessage),
	misbehaviour: bounded(misbehaviour, limits.evidence),
	outcome: bounded(outcome, limits.evidence),
	receipt: bounded(receipt, limits.evidence),
	refundedOutput: bounded(refundedOutput, limits.evidence),
	reply: reader(reply, parseReply),
	ruleBook: reader(ruleBook),
	rulingReply: reader(rulingReply, parseRulingReply),
	rulingRequest: reader(rulingRequest, parseRulingRequest),
	sealCosignature: reader(sealCosignature),
	sealProof: reader(sealProof),
	sealRefusal: reader(sealRefusal),
	settlement: reader(settlement),
	signedLink: bounded(signedLink, contentBytes),
	signedOffer: reader(signedOffer),
	signedOrder: reader(signedOrder),
	signedQuote: reader(signedQuote),
	signedRequest: reader(signedRequest),
	signedRuling: reader(signedRuling),
	signedStatement: reader(signedStatement),
	signedTime: reader(signedTime),
	terms: reader(terms),
	token: reader(token),
	trustList: reader(trustList),
};

/** What these bytes say as that structure, and the bytes that this encodes to again. */
export function parseStructure(
	name: string,
	encoded: Bytes,
): { readonly value: unknown; readonly again: Bytes } | Refusal {
	const read = structureReaders[name];
	if (read === undefined) throw new TypeError(`no structure ${name}`);
	return read(encoded);
}
