/**
 * What an app may know of the payments that this module takes part in: where each stands, never its secrets.
 */
import {
	type AssetId,
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	hasArrived,
	payerWakesAt,
	requestDigest,
	requestPayload,
} from "@tenten/protocol";
import { keptKeys } from "./parcel.ts";
import type { Vault } from "./vault.ts";

/** Unix seconds: not before the one, and no more from the other on. */
export type RefundTimes = { readonly from: number; readonly until: number };

export type AttemptSummary = {
	readonly attempt: Bytes;
	/** digest of the request that it answers */
	readonly request: Bytes;
	readonly asset: AssetId;
	/** minor units */
	readonly amount: bigint;
	/** hash of the certificate that pays: the owner of the first input */
	readonly payer: Bytes;
	/** the payee's words in the request */
	readonly memo: string;
	/** no return path is needed: effective when signed */
	readonly isDirect: boolean;
	/** how many the other side sent: see `SecureModule.documents` */
	readonly documents: number;
	/** waits for the other side */
	readonly isOpen: boolean;
	/** unix seconds: when its payee asked for it, and until when an answer is begun */
	readonly askedAt: number;
	readonly askedUntil: number;
	/**
	 * unix seconds, of what waits for a release: when its payer, if nothing happens, gives it up (as the payee knows it:
	 * the last moment for a release); null of everything else
	 */
	readonly endsAt: number | null;
	/** whether its user may give it up now */
	readonly mayCancel: boolean;
	/** of what is in doubt: when its operator can be asked to refund it; null where nothing is */
	readonly refund: RefundTimes | null;
} & (PayerSide | PayeeSide);

/** Where an attempt stands: what is cheap to say of thousands. */
export type Standing = Pick<AttemptSummary, "attempt" | "request" | "isOpen"> & (PayerSide | PayeeSide);

type PayerSide = { readonly side: "payer"; readonly state: DurablePayer["kind"] };
type PayeeSide = { readonly side: "payee"; readonly state: DurablePayee["kind"] };

/** Every attempt that is still on record, those waiting for an answer too. */
export function standingsIn(vault: Vault): readonly Standing[] {
	return [
		...[...vault.payers.entries.values()].map((state) => payerStanding(vault, state)),
		...[...vault.payees.entries.values()].map((state) => payeeStanding(vault, state)),
	];
}

function payerStanding(vault: Vault, state: DurablePayer) {
	const isOpen = payerWaits(state) && !vault.hasLost(state);
	const { attempt, request } = summaryOf(state);
	return { attempt, request, side: "payer", state: state.kind, isOpen } as const;
}

function payeeStanding(vault: Vault, state: DurablePayee) {
	const isOpen = payeeWaits(state) && !vault.hasLost(state);
	const { attempt, request } = summaryOf(state);
	return { attempt, request, side: "payee", state: state.kind, isOpen } as const;
}

/** What of an attempt the rest of the module says. */
export type Judging = {
	readonly refundOf: (state: DurablePayer | DurablePayee) => RefundTimes | null;
	readonly mayCancel: (state: DurablePayer) => boolean;
};

/** Those on record of which `which` is true. */
export function attemptsIn(
	vault: Vault,
	{ refundOf, mayCancel }: Judging,
	which: (standing: Standing) => boolean,
): readonly AttemptSummary[] {
	const { rows } = vault.state;
	const paying = [...vault.payers.entries].flatMap(([id, state]) => {
		const standing = payerStanding(vault, state);
		if (!which(standing)) return [];
		const documents = keptKeys(rows, "received", id).length;
		const endsAt = payerWakesAt(state) ?? null;
		const beside = { documents, endsAt, mayCancel: mayCancel(state), refund: refundOf(state) };
		return [{ ...summaryOf(state), ...standing, ...beside }];
	});
	const receiving = [...vault.payees.entries].flatMap(([id, state]) => {
		const standing = payeeStanding(vault, state);
		if (!which(standing)) return [];
		const documents = keptKeys(rows, "offered", id).length;
		const endsAt = lastRelease(state);
		return [
			{
				...summaryOf(state),
				...standing,
				documents,
				endsAt,
				mayCancel: false,
				refund: refundOf(state),
			},
		];
	});
	return [...paying, ...receiving];
}

/** What payments hold for their payee until they are decided. */
export function reservationsIn({
	payees,
}: Vault): readonly Pick<AttemptSummary, "attempt" | "asset" | "amount">[] {
	return [...payees.entries.values()].flatMap(({ kind, terms }) =>
		kind === "reserved" || kind === "lockedForeign" || kind === "resolving"
			? [{ attempt: terms.attempt, asset: terms.request.body.asset, amount: terms.amount }]
			: [],
	);
}

type Terms = (DurablePayer | DurablePayee)["terms"];

/** What stays the same through an attempt; there may be thousands, and each is shown again and again. */
const summaries = new WeakMap<Terms, ReturnType<typeof makeSummary>>();

function summaryOf({ terms }: DurablePayer | DurablePayee): ReturnType<typeof makeSummary> {
	const known = summaries.get(terms) ?? makeSummary(terms);
	summaries.set(terms, known);
	return known;
}

function makeSummary(terms: Terms) {
	const { body } = terms.request;
	return {
		attempt: terms.attempt,
		request: requestDigest(requestPayload(body)),
		asset: body.asset,
		amount: terms.amount,
		payer: "payer" in terms ? terms.payer : terms.signer,
		memo: body.memo,
		isDirect: body.mode === "direct",
		askedAt: body.issuedAt,
		askedUntil: body.expiresAt,
	};
}

function payerWaits(state: DurablePayer): boolean {
	return (
		state.kind === "locked" ||
		(state.kind === "released" && !state.done) ||
		(state.kind === "sent" && !hasArrived(state))
	);
}

/** When the first of what is reserved can be released no more. */
function lastRelease(state: DurablePayee): number | null {
	if (state.kind === "cancelled" || !("tokens" in state)) return null;
	return Math.min(...state.tokens.map(({ issue }) => issue.issue.spendUntil));
}

/** What was sent back may not have arrived: its payer, once it had our word, does not ask. */
function payeeWaits(state: DurablePayee): boolean {
	const isReserved = ["reserved", "lockedForeign", "resolving"].includes(state.kind);
	return isReserved || (state.kind === "returned" && !state.done);
}
