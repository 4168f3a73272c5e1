/** What an app is told of meters: what became durable, never single ticks. */
import { type AssetId, type Bytes, dueFor, type MeterNews } from "@tenten/protocol";
import type { Core } from "../core.ts";
import type { MeterFacts } from "./rows.ts";

/** What became durable of a meter. `paid`: an operator has paid this side's claim. */
export type MeterTold = {
	readonly news: Exclude<MeterNews, "ticked"> | "paid";
	readonly meter: Bytes;
	/** on which side of it this module is */
	readonly side: "payer" | "payee";
	readonly asset: AssetId;
	/** minor units: what it holds; of what is counted what is due; of what is paid what came */
	readonly amount: bigint;
	/** minor units: what the payer set aside */
	readonly held: bigint;
	/** what it is for, in the request's terms */
	readonly purpose: string | null;
	/** how many ticks; null where it is not known here */
	readonly ticks: number | null;
	/** hash of the other side's certificate */
	readonly party: Bytes;
};

export function tellMeter(
	core: Core,
	meter: Bytes,
	side: MeterTold["side"],
	facts: MeterFacts,
	news: readonly MeterNews[],
): void {
	const { asset, counted, held, purpose, payer, payee } = facts;
	const party = side === "payer" ? payee : payer;
	const amount = counted === null ? held : dueFor(facts, counted);
	for (const kind of news)
		if (kind !== "ticked")
			core.toldOfMeter({ news: kind, meter, side, asset, amount, held, purpose, ticks: counted, party });
}
