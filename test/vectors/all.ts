/** Every file of vectors. */
import { conditions } from "./conditions.ts";
import { documentFiles, receipts } from "./documents.ts";
import type { Draft } from "./drafts.ts";
import { hashes, items, paths } from "./encoding.ts";
import { evidences } from "./evidence.ts";
import { certificates, trustLists } from "./identity.ts";
import { claims, enrolments, orders } from "./orders.ts";
import { payee } from "./payee.ts";
import { payer } from "./payer.ts";
import { requests } from "./requests.ts";
import { rulings } from "./rulings.ts";
import { falseStatements, redemptions, refunds, statements } from "./statements.ts";
import { tokens } from "./tokens.ts";
import { transfers } from "./transfers.ts";

export const drafts: readonly Draft[] = [
	items,
	hashes,
	paths,
	certificates,
	trustLists,
	tokens,
	conditions,
	requests,
	transfers,
	payer,
	payee,
	documentFiles,
	receipts,
	rulings,
	evidences,
	enrolments,
	orders,
	claims,
	redemptions,
	statements,
	falseStatements,
	refunds,
];
