/** The steps of a payment across two operators, as docs/spec/crossing.md has them: every message, write and seal. */
import { messageStep, writeStep } from "./account-steps.ts";
import type { Step } from "./party.ts";

/** Made by the clock, some time after the message `within`. */
function sealStep(number: number, at: string, within: number, en: string, ja: string): Step {
	return { number, kind: "write", at, within, isLater: true, what: { en, ja } };
}

export const crossingSteps: readonly Step[] = [
	messageStep(1, "payer-app", "source", "asks for a quote", "見積もりを求める"),
	messageStep(
		2,
		"source",
		"destination",
		"names the seal that decides, asks for the price",
		"決める記録の番号を示し価格を尋ねる",
	),
	messageStep(3, "destination", "source", "signs price, payee, expiry", "価格・受取人・期限に署名する"),
	messageStep(4, "source", "payer-app", "signs the quote, too", "見積もりに副署する"),
	messageStep(5, "payer-app", "source", "agrees to it", "見積もりに同意する"),
	writeStep(6, "source", 5, "locks the amount", "減額留保する"),
	sealStep(7, "source", 5, "seals the lock", "留保を状態記録に載せる"),
	messageStep(8, "source", "destination", "shows the lock", "留保の証明を示す"),
	writeStep(9, "destination", 8, "reserves for the payee", "受取人のために増額留保する"),
	sealStep(10, "destination", 8, "seals the reservation", "増額留保を状態記録に載せる"),
	messageStep(11, "destination", "source", "shows the reservation", "増額留保の証明を示す"),
	messageStep(12, "source", "payer-app", "says that it is reserved", "留保されたと知らせる"),
	messageStep(13, "payer-app", "source", "releases", "解除の秘密を渡す"),
	writeStep(14, "source", 13, "commits", "確定する"),
	sealStep(15, "source", 13, "makes the seal that decides", "決める状態記録を作る"),
	messageStep(16, "source", "destination", "shows the seal that decides", "決める状態記録を示す"),
	writeStep(17, "destination", 16, "credits the payee", "受取人に増額する"),
	messageStep(18.1, "source", "payer-app", "tells the payer", "支払人に知らせる"),
	messageStep(18.2, "destination", "payee-app", "tells the payee", "受取人に知らせる"),
	sealStep(19, "destination", 16, "seals the credit", "増額を状態記録に載せる"),
	messageStep(20, "destination", "source", "shows the credit", "増額の証明を示す"),
];
