/**
 * Payments by links between phones, step by step, as two people do them who send each other what the screens show.
 *
 *   ask ──▶ agree ──▶ reserve ──▶ commit ──▶ finish
 *   payee   payer     payee      payer      payee
 */
import type { Phone } from "./phones.ts";
import { choose, yen } from "./phones.ts";

/** The link that a phone shows, once it does. */
export async function linkShown({ page }: Phone): Promise<string> {
	await page.getByTestId("link").first().waitFor();
	const link = await page.waitForFunction(
		() => document.querySelector<HTMLTextAreaElement>("[data-testid=link]")?.value,
	);
	return (await link.jsonValue()) ?? "";
}

/** Puts a link into a field, as if it had come by mail. */
export async function read(phone: Phone, field: string, link: string): Promise<void> {
	await phone.field(field).fill(link);
	await phone.button("link.take").click();
}

/** Waits until a phone shows where the money of its payment is. */
export async function standing({ page }: Phone, funds: string): Promise<void> {
	await page.locator(`[data-testid=standing][data-funds=${funds}]`).waitFor();
}

/** Makes a request; the link to it. */
export async function ask(payee: Phone, amount: bigint, memo: string): Promise<string> {
	await payee.go("request");
	await payee.field("request.amount").fill(String(amount));
	await payee.field("request.memo").fill(memo);
	await payee.button("request.make").click();
	return linkShown(payee);
}

/** Reads a request and looks at it. */
export async function consider(payer: Phone, request: string): Promise<void> {
	await payer.go("pay");
	await read(payer, "pay.link", request);
	await payer.button("sheet.leave").waitFor();
}

/** Agrees to what is looked at; the link to the value that was set aside. */
export async function agree(payer: Phone, amount: bigint): Promise<string> {
	await payer.button("sheet.payAmount", { amount: yen(payer, amount) }).click();
	await standing(payer, "inFlight");
	await choose(payer, "hand");
	return linkShown(payer);
}

/** The payee's answer to value that was set aside. */
export async function reserve(payee: Phone, lock: string): Promise<string> {
	await read(payee, "request.answer", lock);
	await standing(payee, "inFlight");
	await choose(payee, "hand");
	return linkShown(payee);
}

/** The payer's last word. */
export async function commit(payer: Phone, answer: string): Promise<string> {
	await read(payer, "payment.answer", answer);
	await standing(payer, "spent");
	return linkShown(payer);
}

export async function finish(payee: Phone, word: string): Promise<void> {
	await read(payee, "payment.answer", word);
	await standing(payee, "received");
}

/** Reads what the other side sent where one reads whatever comes; the link that is shown then, if any. */
export async function bring(phone: Phone, link: string, funds: string): Promise<string> {
	await phone.go("pay");
	await read(phone, "pay.link", link);
	await standing(phone, funds);
	if (funds === "received") return "";
	await choose(phone, "hand");
	return linkShown(phone);
}
