/**
 * The steps of both token flows, with those of their recoveries (docs/spec/company-wallet.md).
 *
 * The first nine are the same. A step of recovery happens where the receipt does not arrive.
 */
import type { Step, Words } from "./party.ts";

const app = "payer-app";
const own = "module-A";
const theirs = "module-B";
const company = "company";

const words = (en: string, ja: string): Words => ({ en, ja });

const message = (from: string, to: string, what: Words) => ({ kind: "message", from, to, what }) as const;
const write = (at: string, within: number, what: Words) => ({ kind: "write", at, within, what }) as const;

type Draft = ReturnType<typeof message> | ReturnType<typeof write>;

const begun: readonly Draft[] = [
	write(app, 0, words("the payer instructs the app", "支払人がアプリに指図する")),
	message(app, company, words("the app sends the payment", "アプリが支払いを会社へ送る")),
	message(
		company,
		theirs,
		words("the company's system asks for a payment id", "会社のシステムが支払IDを求める"),
	),
	message(theirs, company, words("module B checks and issues it", "モジュールBが確かめて発行する")),
	message(company, app, words("id and address are answered", "IDと宛先を答える")),
	message(app, own, words("the app instructs module A", "アプリがモジュールAに指図する")),
	write(own, 6, words("A signs and locks: debit reservation", "Aが署名し、減額を留保する")),
	message(own, theirs, words("A sends the transfer", "Aが移転を送る")),
];

const direct: readonly Draft[] = [
	...begun,
	write(theirs, 8, words("B accepts: it is the payee's", "Bが受け入れ、受取人のものになる")),
	message(theirs, company, words("B tells the company's system", "Bが会社のシステムに知らせる")),
	message(theirs, own, words("B sends the receipt", "Bが受領証を送る")),
	write(own, 11, words("A deletes what it sent", "Aが送ったものを消す")),
	message(own, app, words("A tells the app", "Aがアプリに知らせる")),
	write(app, 13, words("the app shows it", "アプリが表示する")),
];

const directRecovery: readonly Draft[] = [
	message(app, company, words("the app asks for the status", "アプリが状況を尋ねる")),
	message(company, app, words("the status is answered", "状況を答える")),
	message(app, company, words("the app asks for the receipt again", "アプリが受領証の再送を求める")),
	message(company, theirs, words("the company's system asks B", "会社のシステムがBに求める")),
	message(theirs, own, words("B sends the receipt again", "Bが受領証を再び送る")),
	write(own, 19, words("A deletes, or has done so", "Aが消す、または消してある")),
	message(own, app, words("A tells the app", "Aがアプリに知らせる")),
	write(app, 21, words("the app shows it", "アプリが表示する")),
];

const twoPhase: readonly Draft[] = [
	...begun,
	write(theirs, 8, words("B accepts with a credit reservation", "Bが増額を留保して受け入れる")),
	message(theirs, own, words("B sends the receipt", "Bが受領証を送る")),
	message(
		theirs,
		company,
		words("B tells the company's system it is reserved", "Bが会社のシステムに留保を知らせる"),
	),
	write(own, 10, words("A deletes", "Aが消す")),
	message(own, theirs, words("A sends the release", "Aが留保解除を送る")),
	write(theirs, 13, words("B lifts the reservation: it is the payee's", "Bが留保を解き、受取人のものになる")),
	message(theirs, company, words("B tells the company's system", "Bが会社のシステムに知らせる")),
	message(own, app, words("A tells the app", "Aがアプリに知らせる")),
	write(app, 16, words("the app shows it", "アプリが表示する")),
];

const twoPhaseRecovery: readonly Draft[] = [
	message(app, company, words("the app asks for the status", "アプリが状況を尋ねる")),
	message(company, app, words("reserved, is the answer", "留保中と答える")),
	message(app, company, words("the app asks for the receipt again", "アプリが受領証の再送を求める")),
	message(company, theirs, words("the company's system asks B", "会社のシステムがBに求める")),
	message(theirs, own, words("B sends the receipt again", "Bが受領証を再び送る")),
	write(own, 22, words("A deletes, or has done so", "Aが消す、または消してある")),
	message(own, theirs, words("A sends the release again", "Aが留保解除を再び送る")),
	write(theirs, 24, words("B lifts the reservation, or has done so", "Bが留保を解く、または解いてある")),
	message(theirs, company, words("B tells the company's system", "Bが会社のシステムに知らせる")),
	message(own, app, words("A tells the app", "Aがアプリに知らせる")),
	write(app, 27, words("the app shows it", "アプリが表示する")),
];

/** Numbered from one; recovery is met where the message of step `receipt` never arrives. */
function numbered(steps: readonly Draft[], recovery: readonly Draft[], receipt: number): readonly Step[] {
	const first = steps.map((step, i): Step => ({ ...step, number: i + 1 }));
	const later = recovery.map(
		(step, i): Step => ({ ...step, number: steps.length + i + 1, whenCut: receipt }),
	);
	return [...first, ...later];
}

export const directSteps: readonly Step[] = numbered(direct, directRecovery, 11);
export const twoPhaseSteps: readonly Step[] = numbered(twoPhase, twoPhaseRecovery, 10);
