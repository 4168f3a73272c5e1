/** The tables of managers in `device-tables.ts`, as a step of `migrations.ts` makes them. */
import {
	type Certificate,
	certificate,
	type Delegation,
	isRefusal,
	keyId,
	parse,
	type Refusal,
} from "@tenten/protocol";
import { insertMissing } from "./sets.ts";
import type { Transaction } from "./store.ts";

export const managerTables: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS manager_orders (party {blob} NOT NULL, manager {blob} NOT NULL, number bigint NOT NULL,
		stands text NOT NULL, digest {blob} NOT NULL, encoded {blob} NOT NULL, at bigint NOT NULL,
		PRIMARY KEY (party, manager, number))`,
	`CREATE TABLE IF NOT EXISTS device_managers (place bigint NOT NULL, manager {blob} NOT NULL, party {blob} NOT NULL,
		stopped bigint NOT NULL, PRIMARY KEY (place, manager))`,
	"CREATE INDEX IF NOT EXISTS device_managers_by_party ON device_managers (party, manager)",
];

/** Devices that are looked at at once. */
const together = 1_024;

/** Who delegates on to devices of before there: it stands in their certificates. */
export async function findManagers(transaction: Transaction): Promise<void> {
	for (let after = new Uint8Array(); ; ) {
		const tenures = await transaction
			.selectFrom("device_tenures")
			.select(["device", "first", "party", "place"])
			.where("ended_at", "is", null)
			.where("device", ">", after)
			.orderBy("device")
			.limit(together)
			.execute();
		const last = tenures.at(-1);
		if (last === undefined) return;
		for (const { device, first, party, place } of tenures) {
			const newest = await transaction
				.selectFrom("device_history")
				.select("certificate")
				.where("device", "=", device)
				.where("number", ">=", first)
				.where("kind", "=", "certified")
				.orderBy("number", "desc")
				.limit(1)
				.executeTakeFirst();
			const rows = managersIn(newest?.certificate ?? null).map((manager) => ({
				place,
				manager,
				party,
				stopped: 0,
			}));
			if (rows.length > 0) await insertMissing(transaction, "device_managers", rows);
		}
		after = new Uint8Array(last.device);
	}
}

function managersIn(encoded: Uint8Array | null): readonly Uint8Array[] {
	const read: Certificate | Refusal = parse(certificate, encoded ?? new Uint8Array());
	const bound = isRefusal(read) ? null : read.claims.profile.responsible;
	if (bound === null) throw new Error("the database is damaged: a device's certificate does not read");
	return bound.delegations.slice(1).map(({ by }: Delegation) => keyId(by));
}
