/** Every file of vectors. */
import { agreements, quotes, quotings } from "./agreements.ts";
import { backups, recoveryCodes } from "./backups.ts";
import { bundles, documentKeys, links, peers, sealed } from "./channels.ts";
import { conditions } from "./conditions.ts";
import { outcomes } from "./crossing-outcomes.ts";
import { crossingDestinations, crossingSources } from "./crossing-steps.ts";
import { definitions } from "./definitions.ts";
import { delegations, deviceTokens, excesses } from "./devices.ts";
import { documentFiles, receipts } from "./documents.ts";
import type { Draft } from "./drafts.ts";
import { hashes, items, paths } from "./encoding.ts";
import { evidences } from "./evidence.ts";
import { approvals } from "./fog.ts";
import { appealOutcomes, appeals, freezeLists, frozenTokens } from "./freezes.ts";
import { certificates, trustLists } from "./identity.ts";
import { checkpoints, consistencies, inclusions, verifierKeys } from "./logs.ts";
import { meters, ticks } from "./meters.ts";
import { misbehaviours } from "./misbehaviour.ts";
import { claims, enrolments, orders } from "./orders.ts";
import { assertions, registrations } from "./passkeys.ts";
import { payee } from "./payee.ts";
import { payer } from "./payer.ts";
import { qrCodes } from "./qr.ts";
import { invitations, relayFrames } from "./relay.ts";
import { requests } from "./requests.ts";
import { ruleBooks } from "./rule-books.ts";
import { rulings } from "./rulings.ts";
import { sealProofs } from "./seal-proofs.ts";
import { sealRules } from "./seal-rules.ts";
import { sealCosignatures, sealRefusals } from "./seal-words.ts";
import { ed25519Signatures, es256Signatures, signed } from "./signatures.ts";
import { falseStatements, redemptions, refunds, statements } from "./statements.ts";
import { structureFile } from "./structures.ts";
import { tokens } from "./tokens.ts";
import { transfers } from "./transfers.ts";

export const drafts: readonly Draft[] = [
	items,
	hashes,
	structureFile,
	paths,
	ed25519Signatures,
	es256Signatures,
	signed,
	certificates,
	trustLists,
	freezeLists,
	frozenTokens,
	appeals,
	appealOutcomes,
	definitions,
	tokens,
	meters,
	ticks,
	conditions,
	requests,
	transfers,
	payer,
	payee,
	documentFiles,
	receipts,
	rulings,
	evidences,
	delegations,
	approvals,
	deviceTokens,
	excesses,
	enrolments,
	orders,
	claims,
	redemptions,
	statements,
	falseStatements,
	refunds,
	sealed,
	documentKeys,
	bundles,
	links,
	peers,
	invitations,
	relayFrames,
	qrCodes,
	recoveryCodes,
	backups,
	registrations,
	assertions,
	inclusions,
	consistencies,
	verifierKeys,
	checkpoints,
	sealProofs,
	sealRules,
	sealCosignatures,
	sealRefusals,
	agreements,
	quotes,
	quotings,
	ruleBooks,
	crossingSources,
	crossingDestinations,
	outcomes,
	misbehaviours,
];
