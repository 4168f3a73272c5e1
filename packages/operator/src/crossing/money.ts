/**
 * What a payment across operators moves on the ledger of either side, in the transaction of its step.
 *
 *   source         payer ──what crosses──▶ what it owes the destination      payer ──fee──▶ fees
 *   destination    what the source owes it ──credits──▶ payee
 *
 * Payer and payee are accounts of the ledger by their ids. Ids of transfers follow from the payment's, and a
 * reservation has no time limit. Whoever could use the ledger directly could end one: nobody but the operator may.
 */
import {
	type AccountTerms,
	type AgreementBody,
	type Bytes,
	type LedgerRefusal,
	type LedgerTransfer,
	type Movement,
	taggedHash,
	type VerifiedQuote,
} from "@tenten/protocol";
import { openAccountsIn, postIn } from "../ledger/posting.ts";
import type { Transaction } from "../store/store.ts";

export type Side = "source" | "destination";

/** What stands between an operator and a peer, of an asset: credits are owed to the peer, debits by it. */
export function peerAccount(peer: Bytes, asset: Bytes): Bytes {
	return taggedHash("account", ["crossing", peer, asset]);
}

/** What an operator earned by payments to others, of an asset. */
export function feeAccount(asset: Bytes): Bytes {
	return taggedHash("account", ["crossing fees", asset]);
}

/**
 * What stands on the ledger for the tokens that the operator's own gateway has, of an asset: it takes some, and pays as
 * much; it hands some out, and is paid. So its balance and what its wallet has stay what they are together.
 */
export function gatewayAccount(asset: Bytes): Bytes {
	return taggedHash("account", ["crossing gateway", asset]);
}

/** The ledger's id of all that leaves a request's account, or of what is given back for a payment. */
export function gatewayMove(reference: Bytes): Bytes {
	return taggedHash("transfer", [reference, "gateway", 0]);
}

/**
 * What a gateway gets for tokens that it handed out, or gives for some that came too late, or what a fresh request has
 * from the one before; done before, it is nothing.
 */
export async function moveOnce(
	transaction: Transaction,
	{ reference, debit, credit, amount }: Leg & { readonly reference: Bytes },
	now: number,
): Promise<void> {
	const move = { kind: "move", id: gatewayMove(reference), reference, debit, credit, amount } as const;
	const [result] = await postIn(transaction, [[move]], now);
	if (result === undefined || result.kind === "refused")
		throw new Error(`the ledger does not take what a gateway did: ${result?.code}`);
}

/** Opens the accounts that payments under an agreement need on one side. `now` in unix seconds. */
export async function openAccounts(
	transaction: Transaction,
	{ source, destination, paid, credited }: AgreementBody,
	side: Side,
	now: number,
): Promise<void> {
	const limits = { least: null, most: null };
	const terms: readonly AccountTerms[] =
		side === "source"
			? [
					{ id: peerAccount(destination, paid), asset: paid, ...limits },
					{ id: feeAccount(paid), asset: paid, ...limits },
				]
			: [{ id: peerAccount(source, credited), asset: credited, ...limits }];
	for (const result of await openAccountsIn(transaction, terms, now))
		if (result.kind === "refused") throw new Error(`an account cannot be opened so: ${result.code}`);
}

type Leg = { readonly debit: Bytes; readonly credit: Bytes; readonly amount: bigint };

function legsOf({ body, agreement }: VerifiedQuote, side: Side): readonly Leg[] {
	const { source, destination, paid, credited } = agreement.body;
	const { payer, payee, pays, fee, credits } = body;
	if (side === "destination")
		return [{ debit: peerAccount(source, credited), credit: payee, amount: credits }];
	const crosses = { debit: payer, credit: peerAccount(destination, paid), amount: pays - fee };
	return fee === 0n ? [crosses] : [crosses, { debit: payer, credit: feeAccount(paid), amount: fee }];
}

/** Moves it, all of it; or why a reservation was refused: nothing was done then. `now` in unix seconds. */
export async function moveIn(
	transaction: Transaction,
	quote: VerifiedQuote,
	side: Side,
	movement: Exclude<Movement, null>,
	now: number,
): Promise<LedgerRefusal | null> {
	const linked = legsOf(quote, side).map((leg, at) => transferOf(quote.transfer, leg, at, movement));
	const results = await postIn(transaction, [linked], now);
	if (results.every(({ kind }) => kind === "done")) return null;
	const refused = results.find(
		(result): result is LedgerRefusal => result.kind === "refused" && result.code !== "linked-refused",
	);
	if (refused === undefined || movement !== "reserve")
		throw new Error(`the ledger knows another end of a payment across operators: ${refused?.code ?? "done"}`);
	return refused;
}

function transferOf(
	transfer: Bytes,
	{ debit, credit, amount }: Leg,
	at: number,
	movement: Exclude<Movement, null>,
): LedgerTransfer {
	const idOf = (name: string): Bytes => taggedHash("transfer", [transfer, name, at]);
	const named = { id: idOf(movement), reference: transfer };
	switch (movement) {
		case "reserve":
			return { ...named, kind: "reserve", debit, credit, amount, until: null };
		case "post":
			return { ...named, kind: "post", reservation: idOf("reserve"), amount };
		case "void":
			return { ...named, kind: "void", reservation: idOf("reserve") };
		default:
			return movement satisfies never;
	}
}
