/**
 * Clearing between charging companies: what each owes the others since its drivers charged at their sites, netted.
 *
 * Netting may change who pays whom, and never where anybody stands: the positions before and after are held against
 * each other, company by company.
 */
import {
	type Bytes,
	type Debt,
	netBilaterally,
	netMultilaterally,
	type PartyStatement,
	positionsOf,
	toHex,
} from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import type { Parties } from "./parties.ts";

export type Netted = {
	readonly gross: readonly Debt[];
	readonly bilateral: readonly Debt[];
	/** what is paid */
	readonly multilateral: readonly Debt[];
};

/** What companies owe by the lines of drivers' statements: the driver's company owes that of the site. */
export function debtsIn(
	statements: readonly PartyStatement[],
	parties: Parties,
	asset: Bytes,
): readonly Debt[] {
	return statements.flatMap(({ party, lines }) => {
		const from = parties.withId(party).company.id;
		return lines.flatMap(({ side, other, amount }) => {
			const to = parties.withId(other).company.id;
			return side === "received" || to === from ? [] : [{ from, to, asset, amount }];
		});
	});
}

export function net(gross: readonly Debt[]): Netted {
	const bilateral = must(netBilaterally(gross));
	const multilateral = must(netMultilaterally(gross));
	const stands = positionText(gross);
	if (positionText(bilateral) !== stands || positionText(multilateral) !== stands)
		throw new Error("netting moved a position");
	return { gross, bilateral, multilateral };
}

function positionText(debts: readonly Debt[]): string {
	const positions = must(positionsOf(debts));
	return positions.map(({ party, net: amount }) => `${toHex(party)} ${amount}`).join();
}
