/**
 * Examining a ledger's reservations: what is pending on an account is what reservations that have not ended hold of it,
 * each that ended was ended by one transfer, and none waits past its time limit.
 *
 * Beside `examineLedger`, which counts accounts from their entries: an ending that stands on the wrong reservation
 * leaves every sum as it was.
 */
import { type Bytes, toHex } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { transfersAmong } from "./rows.ts";

export type ReservationFindings = {
	readonly open: number;
	/** what does not agree, in words: empty when all is well */
	readonly broken: readonly string[];
	/** whose time limit is over, and that nobody has expired yet */
	readonly due: number;
};

const together = 500;
const kindsOfEnding = { post: "posted", void: "voided", expire: "expired" } as const;

/** `now` in unix seconds. */
export async function examineReservations(
	transaction: Transaction,
	now: number,
): Promise<ReservationFindings> {
	const broken = [
		...(await wrongSides(transaction, "debit", "debits_pending")),
		...(await wrongSides(transaction, "credit", "credits_pending")),
		...(await wrongEndings(transaction)),
	];
	const open = await transaction
		.selectFrom("ledger_transfers")
		.select(({ fn }) => fn.countAll<bigint>().as("count"))
		.where("kind", "=", "reserve")
		.where("ending", "is", null)
		.executeTakeFirstOrThrow();
	const due = await transaction
		.selectFrom("ledger_transfers")
		.select(({ fn }) => fn.countAll<bigint>().as("count"))
		.where("kind", "=", "reserve")
		.where("ending", "is", null)
		.where("expires_at", "<=", now)
		.executeTakeFirstOrThrow();
	return { open: Number(open.count), broken, due: Number(due.count) };
}

async function wrongSides(
	transaction: Transaction,
	side: "debit" | "credit",
	sum: "debits_pending" | "credits_pending",
): Promise<readonly string[]> {
	const held = await transaction
		.selectFrom("ledger_transfers")
		.select((row) => [side, row.fn.sum<bigint | string>("amount").as("amount")])
		.where("kind", "=", "reserve")
		.where("ending", "is", null)
		.groupBy(side)
		.execute();
	const pending = await transaction
		.selectFrom("ledger_accounts")
		.select(["account_id", sum])
		.where(sum, "<>", 0n)
		.execute();
	const byAccount = new Map(held.map((row) => [toHex(row[side]), BigInt(row.amount)]));
	const said = new Map(pending.map((row) => [toHex(row.account_id), BigInt(row[sum])]));
	return [...new Set([...byAccount.keys(), ...said.keys()])].flatMap((account) => {
		const [is, says] = [byAccount.get(account) ?? 0n, said.get(account) ?? 0n];
		return is === says
			? []
			: [`${account}: reservations hold ${is} on its ${side} side, and it says ${says}`];
	});
}

/**
 * Each transfer that ends a reservation beside that reservation, in pages by id: a table that is spread over machines
 * is joined with itself nowhere.
 */
async function wrongEndings(transaction: Transaction): Promise<readonly string[]> {
	const broken: string[] = [];
	for (let after: Bytes = new Uint8Array(); ; ) {
		const page = await transaction
			.selectFrom("ledger_transfers")
			.select(["transfer_id", "kind", "reservation"])
			.where("kind", "in", Object.keys(kindsOfEnding))
			.where("transfer_id", ">", after)
			.orderBy("transfer_id")
			.limit(together)
			.execute();
		const last = page.at(-1);
		if (last === undefined) break;
		const named = page.flatMap(({ reservation }) => reservation ?? []);
		const ended = new Map(
			(await transfersAmong(transaction, named)).map((made) => [toHex(made.id), made.ending]),
		);
		for (const { transfer_id, kind, reservation } of page) {
			const says = ended.get(toHex(reservation ?? new Uint8Array())) ?? "that it is open";
			const is = kindsOfEnding[kind as keyof typeof kindsOfEnding];
			if (says !== is) broken.push(`${toHex(transfer_id)}: its reservation says ${says}, and was ${is}`);
		}
		after = last.transfer_id;
	}
	const ended = await transaction
		.selectFrom("ledger_transfers")
		.select(({ fn }) => fn.countAll<bigint>().as("count"))
		.where("ending", "is not", null)
		.executeTakeFirstOrThrow();
	const ending = await transaction
		.selectFrom("ledger_transfers")
		.select(({ fn }) => [
			fn.countAll<bigint>().as("count"),
			fn.count<bigint>("reservation").distinct().as("reservations"),
		])
		.where("kind", "in", Object.keys(kindsOfEnding))
		.executeTakeFirstOrThrow();
	if (
		BigInt(ended.count) !== BigInt(ending.reservations) ||
		BigInt(ending.count) !== BigInt(ending.reservations)
	)
		broken.push(
			`${ended.count} reservations say that they ended: ${ending.count} transfers end ${ending.reservations}`,
		);
	return broken;
}
