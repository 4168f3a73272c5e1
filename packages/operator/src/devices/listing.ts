/** Which devices answer to a party, for whoever looks after the operator: how each stands, and how well its key is kept. */
import type { Assurance, Bytes } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { type HistoryEntry, lastEntry, profileIn } from "./device-rows.ts";

export type ListedDevice = {
	/** key id */
	readonly device: Bytes;
	readonly standing: HistoryEntry["standing"];
	/** in the status lists */
	readonly place: number;
	readonly assurance: Assurance;
	/** why the assurance level is not a higher one */
	readonly reason: string | null;
};

const pageLength = 100;

/** The newest hundred of the devices that answer to a party, the newest first. */
export async function devicesOf(transaction: Transaction, party: Bytes): Promise<readonly ListedDevice[]> {
	const tenures = await transaction
		.selectFrom("device_tenures")
		.select(["device", "place"])
		.where("party", "=", party)
		.where("ended_at", "is", null)
		.orderBy("place", "desc")
		.limit(pageLength)
		.execute();
	const listed: ListedDevice[] = [];
	for (const { device, place } of tenures) {
		const last = await lastEntry(transaction, device);
		const { certificate, reason } = await transaction
			.selectFrom("device_history")
			.select(["certificate", "reason"])
			.where("device", "=", device)
			.where("kind", "=", "certified")
			.orderBy("number", "desc")
			.limit(1)
			.executeTakeFirstOrThrow();
		if (last === undefined || certificate === null)
			throw new Error("the database is damaged: a device without a history");
		const { assurance } = profileIn(certificate);
		listed.push({ device, standing: last.standing, place: Number(place), assurance, reason });
	}
	return listed;
}
