/** Accounts and transfers for tests: ids are one byte repeated. */
import type { AccountTerms, LedgerTransfer } from "@tenten/protocol";

export function bytes(value: number): Uint8Array {
	return new Uint8Array(32).fill(value);
}

export const asset: Uint8Array = bytes(0xaa);

export function terms(
	id: number,
	least: bigint | null = 0n,
	most: bigint | null = null,
	of: Uint8Array = asset,
): AccountTerms {
	return { id: bytes(id), asset: of, least, most };
}

const plain = (id: number) => ({ id: bytes(id), reference: null });
const sides = (debit: number, credit: number) => ({ debit: bytes(debit), credit: bytes(credit) });

export const move = (id: number, debit: number, credit: number, amount: bigint): LedgerTransfer => ({
	...plain(id),
	kind: "move",
	...sides(debit, credit),
	amount,
});

export const reserve = (
	id: number,
	debit: number,
	credit: number,
	amount: bigint,
	until: number | null = null,
): LedgerTransfer => ({ ...plain(id), kind: "reserve", ...sides(debit, credit), amount, until });

export const post = (id: number, reservation: number, amount: bigint): LedgerTransfer => ({
	...plain(id),
	kind: "post",
	reservation: bytes(reservation),
	amount,
});

export const ending = (id: number, kind: "void" | "expire", reservation: number): LedgerTransfer => ({
	...plain(id),
	kind,
	reservation: bytes(reservation),
});
