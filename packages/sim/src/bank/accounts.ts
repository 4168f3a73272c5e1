/** Accounts at a bank that nobody has, and by what it knows them. */
import type { OwnAccount, PartyAccount } from "@tenten/operator";

/** What a bank knows an account by. */
export function accountText({ rail, account }: OwnAccount | PartyAccount): string {
	if (rail === "zengin") return `${account.bank}-${account.branch}-1${account.number.padStart(7, "0")}`;
	return "iban" in account.account ? account.account.iban : account.account.other;
}

/** Made up, with the check digits of ISO 13616. */
export function madeUpIban(number: number): string {
	const account = `${86_010_000_000 + number}`;
	const check = 98n - (BigInt(`${account}232400`) % 97n);
	return `NO${`${check}`.padStart(2, "0")}${account}`;
}
