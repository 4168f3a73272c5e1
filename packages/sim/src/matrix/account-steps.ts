/**
 * The steps of flow 18 and flow 25, as docs/spec/account-rail.md numbers them.
 *
 * Where several messages are one step of the reference, they are told apart after the point: 18.1 and 18.2. What passes
 * a hub is two messages, of which the second has five hundredths more.
 */
import type { Credit } from "@tenten/protocol/rail";
import type { Step } from "./party.ts";

export function messageStep(number: number, from: string, to: string, en: string, ja: string): Step {
	return { number, kind: "message", from, to, what: { en, ja } };
}

export function writeStep(number: number, at: string, within: number, en: string, ja: string): Step {
	return { number, kind: "write", at, within, what: { en, ja } };
}

/** Steps 2 to 12, the same whatever the payment is bound to. */
export const reserving: readonly Step[] = [
	writeStep(2, "A", 1, "checks that the payer may send", "送金できるか確かめる"),
	messageStep(3, "A", "B", "resolves the payee and notifies B", "受取人を特定してBに知らせる"),
	writeStep(4, "B", 3, "checks that the payee may receive", "受け取れるか確かめる"),
	messageStep(5, "B", "D", "asks for an update permit", "更新許可を求める"),
	messageStep(6, "D", "B", "issues the permit", "更新許可を出す"),
	messageStep(7, "B", "A", "answers", "回答する"),
	messageStep(8, "A", "C", "instructs the debit", "減額を指図する"),
	writeStep(9, "C", 8, "checks the balance", "残高を確かめる"),
	writeStep(10, "C", 8, "debits with a reservation", "減額留保する"),
	messageStep(11, "C", "D", "tells D to credit", "増額を指図する"),
	writeStep(12, "D", 11, "matches the permit, checks the ceiling", "許可と照合し上限を確かめる"),
];

export function accountSteps(credit: Credit, isThroughHub: boolean): readonly Step[] {
	return isThroughHub ? stepsOf(credit).flatMap(throughHub) : stepsOf(credit);
}

function stepsOf(credit: Credit): readonly Step[] {
	const common = [
		messageStep(1, "payer-app", "A", "instructs", "支払いを指図する"),
		...reserving,
		writeStep(
			13,
			"D",
			11,
			credit === "final" ? "credits" : "credits with a reservation",
			credit === "final" ? "増額する" : "増額留保する",
		),
		messageStep(14, "D", "C", "tells C", "Cに知らせる"),
		writeStep(15, "C", 14, "lifts the payer's reservation", "減額留保を解く"),
		messageStep(16, "C", "A", "tells A", "Aに知らせる"),
		messageStep(17, "A", "B", "tells B", "Bに知らせる"),
		messageStep(18.1, "A", "payer-app", "notifies the payer", "支払人に知らせる"),
		messageStep(18.2, "B", "payee-app", "notifies the payee", "受取人に知らせる"),
	];
	if (credit === "final") return common;
	return [
		...common,
		messageStep(18.3, "payer-app", "A", "has shown it as paid", "支払い完了を表示した"),
		messageStep(19, "payee-app", "B", "asks to allow use", "利用の許可を求める"),
		messageStep(20, "B", "A", "asks whether completion was notified", "完了通知の確認を求める"),
		writeStep(21, "A", 18.3, "determines that it was", "通知済みと判断する"),
		messageStep(22, "A", "B", "answers, signed", "署名して回答する"),
		messageStep(23, "B", "D", "asks to allow use", "利用の許可を求める"),
		writeStep(24, "D", 23, "lifts the payee's reservation", "増額留保を解く"),
		messageStep(25.1, "D", "C", "tells C", "Cに知らせる"),
		messageStep(25.2, "D", "B", "tells B", "Bに知らせる"),
		messageStep(25.3, "B", "payee-app", "tells the payee", "受取人に知らせる"),
	];
}

/** What C and D say to each other goes to the hub, and on from it; what is done there is done when it has come on. */
function throughHub(step: Step): readonly Step[] {
	const passing = [11, 14, 25.1];
	if (step.kind === "write")
		return [passing.includes(step.within) ? { ...step, within: passedOn(step.within) } : step];
	if (!passing.includes(step.number)) return [step];
	const what = { en: "the hub passes it on", ja: "ハブが転送する" };
	return [
		{ ...step, to: "hub" },
		{ ...step, number: passedOn(step.number), from: "hub", what },
	];
}

function passedOn(step: number): number {
	return Math.round(100 * step + 5) / 100;
}
