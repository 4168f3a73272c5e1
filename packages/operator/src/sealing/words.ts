/**
 * Leaves for what an operator says to everybody, and what it hears and decides of freezes (docs/spec/seals.md,
 * docs/spec/freeze.md#in-the-log): by hash, written by the transaction that keeps the thing itself.
 */
import {
	type AppealOutcomeBody,
	appealOutcomeHash,
	type Bytes,
	type FreezeListBody,
	freezeListHash,
	sha256,
	type TrustListBody,
	trustListPayload,
} from "@tenten/protocol";
import { type Effect, leafEffect } from "./effects.ts";

/** That a trust list was signed. */
export function trustListEffect(body: TrustListBody): Effect {
	const { version } = body;
	return leafEffect({ kind: "trustList", version, hash: sha256(trustListPayload(body)) }, version);
}

/** That a freeze list was signed. */
export function freezeListEffect(body: FreezeListBody): Effect {
	const { number } = body;
	return leafEffect({ kind: "freezeList", number, hash: freezeListHash(body) }, number);
}

/** That an appeal came in, at `receivedAt` in unix seconds. */
export function appealEffect(appeal: Bytes, receivedAt: number): Effect {
	return leafEffect({ kind: "appeal", appeal }, receivedAt);
}

/** That an appeal was decided. */
export function outcomeEffect(body: AppealOutcomeBody): Effect {
	const { appeal, decidedAt } = body;
	return leafEffect({ kind: "outcome", appeal, hash: appealOutcomeHash(body) }, decidedAt);
}
