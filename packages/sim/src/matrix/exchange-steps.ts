/**
 * The steps of a withdrawal and of a deposit, as docs/spec/withdraw-deposit.md numbers them: 1 to 25 are those of the
 * account rail, 31 to 39 those of the tokens.
 */
import type { Step, Words } from "./party.ts";

export type Direction = "withdraw" | "deposit";

export const phone = "phone";
export const gateway = "gateway";

export function exchangeSteps(direction: Direction): readonly Step[] {
	const isWithdrawal = direction === "withdraw";
	// Whoever gives the tokens, and whoever gives money on an account.
	const giver = isWithdrawal ? gateway : phone;
	const payer = isWithdrawal ? phone : gateway;
	const words = (en: string, ja: string): Words => ({ en, ja });
	const message = (number: number, from: string, to: string, en: string, ja: string): Step => ({
		number,
		kind: "message",
		from,
		to,
		what: words(en, ja),
	});
	const write = (number: number, at: string, within: number, en: string, ja: string): Step => ({
		number,
		kind: "write",
		at,
		within,
		what: words(en, ja),
	});
	return [
		isWithdrawal
			? write(31, phone, 0, "begins; its module makes a request", "始める。モジュールが請求を作る")
			: message(31, giver, payer, "asks for a request", "請求を求める"),
		message(32, payer, giver, "sends its module's request", "モジュールの請求を送る"),
		write(33, giver, 32, "its module locks tokens: debit reservation", "モジュールがトークンを減額留保する"),
		message(34, giver, payer, "sends the transfer", "移転を送る"),
		write(35, payer, 34, "its module takes it: credit reservation", "モジュールが増額留保する"),
		message(36, payer, giver, "sends the receipt, which waits", "受領通知を送る(まだ使わない)"),
		message(1, payer, "A", "instructs, bound to the lock", "錠に結び付けて指図する"),
		write(2, "A", 1, "checks that the payer may send", "送金できるか確かめる"),
		message(3, "A", "B", "resolves the payee and notifies B", "受取人を特定してBに知らせる"),
		write(4, "B", 3, "checks that the payee may receive", "受け取れるか確かめる"),
		message(5, "B", "D", "asks for an update permit", "更新許可を求める"),
		message(6, "D", "B", "issues the permit", "更新許可を出す"),
		message(7, "B", "A", "answers", "回答する"),
		message(8, "A", "C", "instructs the debit", "減額を指図する"),
		write(9, "C", 8, "checks the balance", "残高を確かめる"),
		write(10, "C", 8, "debits with a reservation", "減額留保する"),
		message(11, "C", "D", "tells D to credit", "増額を指図する"),
		write(12, "D", 11, "matches the permit, checks the ceiling", "許可と照合し上限を確かめる"),
		write(13, "D", 11, "credits with a reservation, bound to the lock", "錠に結び付けて増額留保する"),
		message(14, "D", "C", "tells C", "Cに知らせる"),
		message(14.2, "D", "B", "tells B what it holds", "留保をBに知らせる"),
		write(15, "C", 14, "lifts the payer's reservation", "減額留保を解く"),
		message(16, "C", "A", "tells A", "Aに知らせる"),
		message(18.2, "B", giver, "tells whoever gives the tokens", "トークンを渡す側に知らせる"),
		write(37, giver, 18.2, "its module releases: the decision", "モジュールが留保を解除する(決定)"),
		message(38, giver, payer, "sends the release", "留保解除を送る"),
		write(39, payer, 38, "the tokens are its own", "トークンが自分のものになる"),
		message(19, giver, "B", "shows the release", "留保解除を示す"),
		message(23, "B", "D", "shows the release", "留保解除を示す"),
		write(24, "D", 23, "lifts the reservation by it", "それで増額留保を解く"),
		message(25.1, "D", "C", "tells C, with the release", "留保解除を添えてCに知らせる"),
		message(25.2, "D", "B", "tells B", "Bに知らせる"),
		message(25.3, "B", giver, "tells whoever is credited", "増額された側に知らせる"),
		message(25.4, "C", "A", "tells A, with the release", "留保解除を添えてAに知らせる"),
		message(25.5, "A", payer, "tells the payer, with the release", "留保解除を添えて支払人に知らせる"),
	];
}
