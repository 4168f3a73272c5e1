/** Which devices answer to a party, for whoever looks after the operator: how each stands, and how well its key is kept. */
import type { Assurance, Bytes } from "@tenten/protocol";
import type { ExpressionBuilder } from "kysely";
import type { Schema } from "../store/schema.ts";
import type { Transaction } from "../store/store.ts";
import { type HistoryEntry, profileIn, standingIn } from "./device-rows.ts";

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

/** The newest hundred of the devices that answer to a party, the newest first. One question, however many there are. */
export async function devicesOf(transaction: Transaction, party: Bytes): Promise<readonly ListedDevice[]> {
	const rows = await transaction
		.selectFrom("device_tenures as tenure")
		.leftJoin("device_history as last", (join) =>
			join.onRef("last.device", "=", "tenure.device").on("last.number", "=", (where) => newest(where)),
		)
		.leftJoin("device_history as given", (join) =>
			join
				.onRef("given.device", "=", "tenure.device")
				.on("given.number", "=", (where) => newest(where).where("entry.kind", "=", "certified")),
		)
		.select(["tenure.device", "tenure.place", "given.certificate", "given.reason"])
		.select(["last.number", "last.stands", "last.party", "last.moves_to"])
		.where("tenure.party", "=", party)
		.where("tenure.ended_at", "is", null)
		.orderBy("tenure.place", "desc")
		.limit(pageLength)
		.execute();
	return rows.map(({ device, place, certificate, reason, number, stands, party: answering, moves_to }) => {
		if (number === null || stands === null || answering === null || certificate === null)
			throw new Error("the database is damaged: a device without a history");
		const standing = standingIn({ number, stands, party: answering, moves_to });
		const { assurance } = profileIn(certificate);
		return { device, standing, place: Number(place), assurance, reason };
	});
}

/** The number of the newest entry of a tenure's device. */
function newest(where: ExpressionBuilder<Schema & { readonly tenure: Schema["device_tenures"] }, "tenure">) {
	return where
		.selectFrom("device_history as entry")
		.select("entry.number")
		.whereRef("entry.device", "=", "tenure.device")
		.orderBy("entry.number", "desc")
		.limit(1);
}
