/**
 * How much one party has its operator keep in a day: applications that were certified, and orders that let something
 * begin. Everything of devices is kept for ever, so whoever answers for them could fill the operator else.
 *
 * Days are those of the operator's clock, in UTC, and a party has one row for the last on which it did anything.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { sql } from "kysely";
import { mustWrite, type Transaction } from "../store/store.ts";

export type CountedDaily = {
	readonly party: Bytes;
	readonly what: "applications" | "orders";
	/** how many a day */
	readonly most: number;
	/** unix seconds */
	readonly at: number;
};

const day_s = 86_400;

/** `too-many` where the party had as many on the day of `at`. */
export async function refuseDaily(
	transaction: Transaction,
	{ party, what, most, at }: CountedDaily,
): Promise<Refusal | undefined> {
	const row = await transaction
		.selectFrom("party_days")
		.select(["day", "applications", "orders"])
		.where("party", "=", party)
		.executeTakeFirst();
	const isToday = row !== undefined && Number(row.day) === dayOf(at);
	const isMost = most < 1 || (isToday && Number(row[what]) >= most);
	return isMost ? refuse("too-many", `${most} ${what} of a party in a day`) : undefined;
}

/** One more, which `refuseDaily` lets pass; `Overtaken` where others took what was left. */
export async function countDaily(
	transaction: Transaction,
	{ party, what, most, at }: CountedDaily,
): Promise<void> {
	const [day, none] = [dayOf(at), { applications: 0, orders: 0 }];
	const { numInsertedOrUpdatedRows } = await transaction
		.insertInto("party_days")
		.values({ party, day, ...none, [what]: 1 })
		.onConflict((conflict) =>
			conflict
				.column("party")
				.doUpdateSet({
					day,
					applications: nextOf("applications", day),
					orders: nextOf("orders", day),
				})
				.where((row) => row.or([row("party_days.day", "<>", day), row(`party_days.${what}`, "<", most)])),
		)
		.executeTakeFirstOrThrow();
	mustWrite(numInsertedOrUpdatedRows ?? 0n, 1);
}

/** What was counted on that day before, and what is counted now. */
function nextOf(what: CountedDaily["what"], day: number) {
	const [before, now] = [sql.ref(`party_days.${what}`), sql.ref(`excluded.${what}`)];
	return sql<number>`case when party_days.day = ${day} then ${before} else 0 end + ${now}`;
}

function dayOf(at: number): number {
	return Math.floor(at / day_s);
}
