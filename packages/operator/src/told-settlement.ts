/** What partners are told of a settlement: what was paid, and what had been spent twice. */
import { type Bytes, type Plan, sumOf, toHex } from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import type { OpenPayout } from "./payout-record.ts";
import type { NewEvent } from "./webhooks/outbox.ts";
import { toldAmount } from "./webhooks/told-amount.ts";

export type SettlementTold = {
	readonly id: Bytes;
	readonly open: readonly OpenPayout[];
	/** minor units that each of them gets */
	readonly paid: readonly bigint[];
	readonly plan: Plan;
};

export function settlementEvents(
	context: Pick<OperatorContext, "definitions">,
	{ id, open, paid, plan }: SettlementTold,
): readonly NewEvent[] {
	const [first] = open;
	if (first === undefined) return [];
	const { order, digest, signer } = first.record;
	const amount = (minor: bigint) => toldAmount(context, order.asset.code, minor);
	const account = order.action.kind === "account" ? order.action.account : signer;
	const subject = toHex(account);
	const head = { order: toHex(digest), account: subject };
	const [credited, refreshed] = [sumOf(plan.credited), sumOf(plan.issues)];
	const payout: NewEvent = {
		type: "tenten.payout.made",
		cause: id,
		subject,
		account,
		data: { ...head, credited: amount(credited), refreshed: amount(refreshed) },
	};
	const forks = open.flatMap(({ record: { outcome, amount: claimed } }, position) =>
		outcome.kind === "forked"
			? [{ caseId: outcome.caseId, amount: claimed, drawn: paid[position] ?? 0n }]
			: [],
	);
	const forked: NewEvent = {
		type: "tenten.claim.forked",
		cause: id,
		subject,
		account,
		data: {
			...head,
			claimed: amount(sumOf(forks)),
			drawn: amount(forks.reduce((sum, { drawn }) => sum + drawn, 0n)),
			caseFiles: [...new Set(forks.map(({ caseId }) => toHex(caseId)))],
		},
	};
	const told: NewEvent[] = [];
	if (credited + refreshed > 0n) told.push(payout);
	if (forks.length > 0) told.push(forked);
	return told;
}
