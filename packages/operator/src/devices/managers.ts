/**
 * Managers: keys that delegate on for a party, between it and a device.
 *
 *   party ──▶ manager ──▶ device        suspended: every device below it is, and none is enrolled under it
 *
 * Which devices are below is what their newest certificates say: one that is delegated to another way is let go. A device
 * that is below a suspended manager stands suspended in the status lists, and how it stands itself is kept beside that.
 */
import {
	afterManagerOrder,
	type Bytes,
	type Delegation,
	equalBytes,
	isRefusal,
	keyId,
	type ManagerStanding,
	type Refusal,
	refuse,
	statusesPerList,
	type VerifiedDeviceOrder,
} from "@tenten/protocol";
import { sql } from "kysely";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { countDaily, refuseDaily } from "./daily.ts";
import { partyOf, touchParty } from "./party-rows.ts";
import { changeList, listOf } from "./places.ts";

/** `devices`: how many are below it. */
export type Managed = ManagerStanding & { readonly devices: number };

/** Key ids of who delegates on, from the party's own manager down, each once. */
export function managersIn(delegations: readonly Delegation[]): readonly Bytes[] {
	const ids = delegations.slice(1).map(({ by }) => keyId(by));
	return ids.filter((id, at) => ids.findIndex((other) => equalBytes(other, id)) === at);
}

async function managerStanding(
	transaction: Transaction,
	party: Bytes,
	manager: Bytes,
): Promise<ManagerStanding> {
	const row = await transaction
		.selectFrom("manager_orders")
		.select(["number", "stands"])
		.where("party", "=", party)
		.where("manager", "=", manager)
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	if (row === undefined) return { kind: "active", number: 0 };
	return { kind: row.stands === "suspended" ? "suspended" : "active", number: Number(row.number) };
}

/** `device-suspended` where one of them is suspended under this party. */
export async function refuseManagers(
	transaction: Transaction,
	party: Bytes,
	managers: readonly Bytes[],
): Promise<Refusal | undefined> {
	for (const manager of managers)
		if ((await managerStanding(transaction, party, manager)).kind === "suspended")
			return refuse("device-suspended", "who delegates to it");
	return undefined;
}

/** A device's certificate at `place` is over delegations of these, and of no others any more. None is suspended. */
export async function keepManagers(
	transaction: Transaction,
	{
		place,
		party,
		managers,
	}: { readonly place: number; readonly party: Bytes; readonly managers: readonly Bytes[] },
): Promise<void> {
	const before = await transaction
		.deleteFrom("device_managers")
		.where("place", "=", place)
		.returning("stopped")
		.execute();
	if (before.some(({ stopped }) => Number(stopped) === 1)) await changeList(transaction, listOf(place));
	const each = managers.map((manager) => ({ place, party, manager, stopped: 0 }));
	if (each.length > 0) await insertNew(transaction, "device_managers", each);
}

/** Carries out what a party says of its manager; the same order again is answered as the first time. */
export async function orderManager(
	transaction: Transaction,
	{ body, by, digest }: VerifiedDeviceOrder,
	{ encoded, at, most }: { readonly encoded: Bytes; readonly at: number; readonly most: number },
): Promise<ManagerStanding | Refusal> {
	const [party, manager] = [keyId(by), keyId(body.device)];
	const same = await transaction
		.selectFrom("manager_orders")
		.select(["stands", "digest"])
		.where("party", "=", party)
		.where("manager", "=", manager)
		.where("number", "=", body.number)
		.executeTakeFirst();
	if (same !== undefined && equalBytes(same.digest, digest))
		return { kind: same.stands === "suspended" ? "suspended" : "active", number: body.number };
	const known = await partyOf(transaction, party);
	if (known === undefined) return refuse("authority-unknown", "no such party");
	const standing = afterManagerOrder(await managerStanding(transaction, party, manager), body);
	if (isRefusal(standing)) return standing;
	const counted = { party, what: "orders", most, at } as const;
	const refused = await refuseDaily(transaction, counted);
	if (refused !== undefined) return refused;
	const { kind: stands, number } = standing;
	await touchParty(transaction, known);
	await countDaily(transaction, counted);
	await insertNew(transaction, "manager_orders", [{ party, manager, number, stands, digest, encoded, at }]);
	await transaction
		.updateTable("device_managers")
		.set({ stopped: stands === "suspended" ? 1 : 0 })
		.where("party", "=", party)
		.where("manager", "=", manager)
		.execute();
	const lists = await transaction
		.selectFrom("device_managers")
		.select(sql<bigint | number>`place - place % ${sql.lit(statusesPerList)}`.as("first"))
		.distinct()
		.where("party", "=", party)
		.where("manager", "=", manager)
		.execute();
	for (const { first } of lists) await changeList(transaction, listOf(Number(first)));
	return standing;
}

/** How many devices are below this manager of the party's; undefined where it never delegated for it, nor was named. */
export async function managed(
	transaction: Transaction,
	party: Bytes,
	manager: Bytes,
): Promise<Managed | undefined> {
	const standing = await managerStanding(transaction, party, manager);
	const { devices } = await transaction
		.selectFrom("device_managers")
		.select(({ fn }) => fn.countAll<bigint | number>().as("devices"))
		.where("party", "=", party)
		.where("manager", "=", manager)
		.executeTakeFirstOrThrow();
	return standing.number === 0 && Number(devices) === 0
		? undefined
		: { ...standing, devices: Number(devices) };
}
