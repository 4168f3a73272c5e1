/** What an app is told of steps that became durable: enough for its history, nothing that it could spend. */
import type { AssetId, Bytes, Document, News, Payee, Payer } from "@tenten/protocol";
import type { Core } from "./core.ts";
import type { Outcome } from "./run.ts";

/** What became durable. */
export type Told = {
	readonly news: News;
	readonly attempt: Bytes;
	/** on which side of it this module is */
	readonly side: "payer" | "payee";
	readonly asset: AssetId;
	/** minor units */
	readonly amount: bigint;
	/** hash of the other side's certificate */
	readonly party: Bytes;
	readonly memo: string;
	/** those that the other side answered with */
	readonly documents: readonly Document[];
};

export function tell(
	core: Core,
	{ state, news }: Outcome<Payer | Payee>,
	documents: readonly Document[],
): void {
	if (!("terms" in state)) return;
	const { terms } = state;
	const { asset, memo } = terms.request.body;
	const request = "payer" in terms ? undefined : core.readOwnCopy(terms.request);
	const party = "payer" in terms ? terms.payer : (request?.payee.hash ?? asset.operator);
	const side = "payer" in terms ? "payee" : "payer";
	const { attempt, amount } = terms;
	for (const kind of news) core.told({ news: kind, attempt, side, asset, amount, party, memo, documents });
}
