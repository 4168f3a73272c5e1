/**
 * What stands between this operator and each other one, by what both have countersigned, as one row for an asset.
 *
 *   settlements under any agreement of the asset ─▶ one row, one after another ─▶ the next seal
 *
 * Settlements of one asset follow one another, so that both sides have them in one order: a destination proposes the
 * next once the one before is countersigned, and a source signs only the one that follows its own.
 */
import {
	type BilateralPosition,
	type Bytes,
	isRefusal,
	type Refusal,
	refuse,
	type SettledPosition,
} from "@tenten/protocol";
import { mustWrite, type Transaction } from "../store/store.ts";
import type { Side } from "./money.ts";

/** Between this operator, on its `side`, and a peer; `asset` is what the source pays. */
export type Between = { readonly peer: Bytes; readonly asset: Bytes; readonly side: Side };

export type KeptPosition = {
	/** 0: none */
	readonly settlement: number;
	readonly owes: bigint;
	/** by its agreement: what waits for the source's signature */
	readonly proposed: Bytes | null;
};

/** as many as a seal has room for */
const most = 128;
const nothing: KeptPosition = { settlement: 0, owes: 0n, proposed: null };

/** As it stands; `agreement-unknown` where the asset is paid in the other direction, `too-many` where a seal has no room. */
export async function positionIn(
	transaction: Transaction,
	{ peer, asset, side }: Between,
): Promise<KeptPosition | Refusal> {
	const row = await transaction
		.selectFrom("crossing_positions")
		.selectAll()
		.where("peer", "=", peer)
		.where("asset", "=", asset)
		.executeTakeFirst();
	if (row !== undefined && row.side !== side)
		return refuse("agreement-unknown", "this asset is paid in the other direction between both");
	if (row !== undefined) return { ...row, settlement: Number(row.settlement) };
	const { count } = await transaction
		.selectFrom("crossing_positions")
		.select(({ fn }) => fn.countAll<bigint | number>().as("count"))
		.executeTakeFirstOrThrow();
	return Number(count) < most ? nothing : refuse("too-many", `positions with ${most} peers and assets`);
}

/** As `positionIn`; nobody else changes it until the transaction ends. */
export async function takePosition(
	transaction: Transaction,
	between: Between,
): Promise<KeptPosition | Refusal> {
	const before = await positionIn(transaction, between);
	if (isRefusal(before)) return before;
	await transaction
		.insertInto("crossing_positions")
		.values({ ...between, ...nothing })
		.onConflict((conflict) =>
			conflict
				.columns(["peer", "asset"])
				.doUpdateSet((row) => ({ settlement: row.ref("crossing_positions.settlement") })),
		)
		.execute();
	return positionIn(transaction, between);
}

/** After `takePosition`. */
export async function putPosition(
	transaction: Transaction,
	{ peer, asset }: Between,
	{ settlement, owes, proposed }: KeptPosition,
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("crossing_positions")
		.set({ settlement, owes, proposed })
		.where("peer", "=", peer)
		.where("asset", "=", asset)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** What the next settlement leaves, if `crosses` is what crossed. */
export function positionAfter({ settlement, owes }: KeptPosition, crosses: bigint): SettledPosition {
	return { settlement: settlement + 1, owes: owes + crosses };
}

/** What a seal says. */
export async function positionsIn(transaction: Transaction): Promise<readonly BilateralPosition[]> {
	const rows = await transaction
		.selectFrom("crossing_positions")
		.select(["peer", "asset", "side", "settlement", "owes"])
		.where("settlement", ">", 0)
		.execute();
	return rows.map(({ peer, asset, side, settlement, owes }) => ({
		peer,
		asset,
		settlement: Number(settlement),
		owes: side === "source" ? owes : 0n,
		isOwed: side === "source" ? 0n : owes,
	}));
}

export function isPosition(a: SettledPosition, b: SettledPosition): boolean {
	return a.settlement === b.settlement && a.owes === b.owes;
}
