/** Judges by the names that vector files give. What stands here needs the protocol and a suite, no platform. */
import { judgePayee, judgePayer } from "./judge-attempt.ts";
import { judgeRecoveryCode } from "./judge-backup.ts";
import {
	judgeAgreement,
	judgeCrossingDestination,
	judgeCrossingSource,
	judgeOutcome,
	judgeQuote,
	judgeQuoting,
	judgeRuleBook,
} from "./judge-crossing.ts";
import { judgeDefinition } from "./judge-definition.ts";
import { judgeDelegations, judgeExcess } from "./judge-devices.ts";
import {
	judgeHash,
	judgeItem,
	judgePath,
	judgeSignature,
	judgeSigned,
	judgeStructure,
} from "./judge-encoding.ts";
import { judgeApproval } from "./judge-fog.ts";
import { judgeAppeal, judgeAppealOutcome, judgeFreezeList, judgeFrozen } from "./judge-freeze.ts";
import { judgeDocuments, judgeReceipt, judgeRequest, judgeTransfer } from "./judge-handover.ts";
import { judgeCertificate, judgeTrustList } from "./judge-identity.ts";
import { judgeCheckpoint, judgeConsistency, judgeInclusion, judgeVerifierKey } from "./judge-log.ts";
import { judgeMisbehaviour } from "./judge-misbehaviour.ts";
import { judgeAssertion, judgeRegistration } from "./judge-passkey.ts";
import {
	judgeClaim,
	judgeEnrolment,
	judgeFalseStatement,
	judgeOrder,
	judgeRefund,
	judgeRuling,
	judgeStatement,
} from "./judge-registry.ts";
import { judgeSealCosignature, judgeSealProof, judgeSealRefusal, judgeSealRules } from "./judge-seal.ts";
import { judgeEvidence, judgeRedemption, judgeTicks, judgeToken } from "./judge-token.ts";
import type { Judge } from "./vector.ts";

export const pureJudges: Readonly<Record<string, Judge>> = {
	agreement: judgeAgreement,
	appeal: judgeAppeal,
	appealOutcome: judgeAppealOutcome,
	assertion: judgeAssertion,
	certificate: judgeCertificate,
	checkpoint: judgeCheckpoint,
	claim: judgeClaim,
	consistency: judgeConsistency,
	crossingDestination: judgeCrossingDestination,
	crossingSource: judgeCrossingSource,
	definition: judgeDefinition,
	delegations: judgeDelegations,
	documents: judgeDocuments,
	enrolment: judgeEnrolment,
	evidence: judgeEvidence,
	excess: judgeExcess,
	falseStatement: judgeFalseStatement,
	approval: judgeApproval,
	freezeList: judgeFreezeList,
	frozen: judgeFrozen,
	hash: judgeHash,
	inclusion: judgeInclusion,
	item: judgeItem,
	misbehaviour: judgeMisbehaviour,
	order: judgeOrder,
	outcome: judgeOutcome,
	path: judgePath,
	payee: judgePayee,
	payer: judgePayer,
	quote: judgeQuote,
	quoting: judgeQuoting,
	receipt: judgeReceipt,
	recoveryCode: judgeRecoveryCode,
	redemption: judgeRedemption,
	refund: judgeRefund,
	registration: judgeRegistration,
	request: judgeRequest,
	ruleBook: judgeRuleBook,
	ruling: judgeRuling,
	sealCosignature: judgeSealCosignature,
	sealProof: judgeSealProof,
	sealRefusal: judgeSealRefusal,
	sealRules: judgeSealRules,
	signature: judgeSignature,
	signed: judgeSigned,
	statement: judgeStatement,
	structure: judgeStructure,
	ticks: judgeTicks,
	token: judgeToken,
	transfer: judgeTransfer,
	trustList: judgeTrustList,
	verifierKey: judgeVerifierKey,
};
