/** Settlements that both have signed, as they are shown to whoever holds seals to them (docs/spec/crossing.md#settlement). */
import {
	type Bytes,
	type Countersigned,
	parse,
	serializeSettlements,
	settlementBody,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { signedAgreementOf, undamaged } from "./rows.ts";

/** as many as a page has room for */
const most = 64;

/** The newest of each agreement first; for `parseSettlements`. */
export async function settlementsIn(transaction: Transaction): Promise<Bytes> {
	const rows = await transaction
		.selectFrom((signed) =>
			signed
				.selectFrom("crossing_settlements")
				.select(["agreement_id", "number", "body", "by_destination", "by_source"])
				.select(({ fn }) =>
					fn
						.agg<bigint | number>("row_number")
						.over((over) => over.partitionBy("agreement_id").orderBy("number", "desc"))
						.as("turn"),
				)
				.where("by_source", "is not", null)
				.as("each"),
		)
		.select(["agreement_id", "body", "by_destination", "by_source"])
		.orderBy("turn")
		.orderBy("agreement_id")
		.limit(most)
		.execute();
	const page: Countersigned[] = [];
	for (const { agreement_id, body, by_destination: byDestination, by_source: bySource } of rows) {
		if (bySource === null) continue;
		const { body: agreement } = await signedAgreementOf(transaction, agreement_id);
		const read = undamaged(parse(settlementBody, body), "a settlement");
		page.push({ agreement, settlement: { body: read, byDestination, bySource } });
	}
	return serializeSettlements(page);
}
