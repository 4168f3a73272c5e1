/**
 * The steps of a withdrawal and of a deposit, as docs/spec/withdraw-deposit.md numbers them: 1 to 25 are those of the
 * account rail, 31 to 39 those of the tokens.
 */
import { messageStep, reserving, writeStep } from "./account-steps.ts";
import type { Step } from "./party.ts";

export type Direction = "withdraw" | "deposit";

export const phone = "phone";
export const gateway = "gateway";

export function exchangeSteps(direction: Direction): readonly Step[] {
	const isWithdrawal = direction === "withdraw";
	// Whoever gives the tokens, and whoever gives money on an account.
	const giver = isWithdrawal ? gateway : phone;
	const payer = isWithdrawal ? phone : gateway;
	return [
		isWithdrawal
			? writeStep(31, phone, 0, "begins; its module makes a request", "始める。モジュールが請求を作る")
			: messageStep(31, giver, payer, "asks for a request", "請求を求める"),
		messageStep(32, payer, giver, "sends its module's request", "モジュールの請求を送る"),
		writeStep(
			33,
			giver,
			32,
			"its module locks tokens: debit reservation",
			"モジュールがトークンを減額留保する",
		),
		messageStep(34, giver, payer, "sends the transfer", "移転を送る"),
		writeStep(35, payer, 34, "its module takes it: credit reservation", "モジュールが増額留保する"),
		messageStep(36, payer, giver, "sends the receipt, which waits", "受領通知を送る(まだ使わない)"),
		messageStep(1, payer, "A", "instructs, bound to the lock", "錠に結び付けて指図する"),
		...reserving,
		writeStep(13, "D", 11, "credits with a reservation, bound to the lock", "錠に結び付けて増額留保する"),
		messageStep(14, "D", "C", "tells C", "Cに知らせる"),
		messageStep(14.2, "D", "B", "tells B what it holds", "留保をBに知らせる"),
		writeStep(15, "C", 14, "lifts the payer's reservation", "減額留保を解く"),
		messageStep(16, "C", "A", "tells A", "Aに知らせる"),
		messageStep(18.2, "B", giver, "tells whoever gives the tokens", "トークンを渡す側に知らせる"),
		writeStep(37, giver, 18.2, "its module releases: the decision", "モジュールが留保を解除する(決定)"),
		messageStep(38, giver, payer, "sends the release", "留保解除を送る"),
		writeStep(39, payer, 38, "the tokens are its own", "トークンが自分のものになる"),
		messageStep(19, giver, "B", "shows the release", "留保解除を示す"),
		messageStep(23, "B", "D", "shows the release", "留保解除を示す"),
		writeStep(24, "D", 23, "lifts the reservation by it", "それで増額留保を解く"),
		messageStep(25.1, "D", "C", "tells C, with the release", "留保解除を添えてCに知らせる"),
		messageStep(25.2, "D", "B", "tells B", "Bに知らせる"),
		messageStep(25.3, "B", giver, "tells whoever is credited", "増額された側に知らせる"),
		messageStep(25.4, "C", "A", "tells A, with the release", "留保解除を添えてAに知らせる"),
		messageStep(25.5, "A", payer, "tells the payer, with the release", "留保解除を添えて支払人に知らせる"),
	];
}
