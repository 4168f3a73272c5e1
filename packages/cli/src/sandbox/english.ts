/** The sandbox in English. */
import { accountTable, addressTable, amountOf, commands, houseNamed, moneyTable, yen } from "./figures.ts";
import type { OperatorTotals, PaidFacts, Step } from "./story.ts";
import type { Town } from "./town.ts";
import type { SandboxWords } from "./words.ts";

const took = ({ milliseconds }: PaidFacts): string => `${Math.max(1, Math.round(milliseconds))} ms`;

export const english: SandboxWords = {
	building: "The pages are built, once: some seconds.",
	open: (url) => `Two phones in your browser, to try it all: open ${url}\n`,
	addresses: (town) =>
		`A small town on this machine, with play money. Each of these listens:\n${addressTable(town, ["a transit card", "a QR payment", "a shopping street's points", "its witness of the others", "a wallet", "a shop's wallet", "a system of its accounts"])}\n${town.isOnPostgres ? "The operators keep their books on the PostgreSQL server of DATABASE_URL.\n" : ""}`,
	step: stepWords,
	whereItIs: (town, held) =>
		`\nWhere the money is now, ready to be spent:\n${moneyTable(town, "en")}\nOn accounts of ${town.code.issuer.settings.name}, which the page pays from:\n${accountTable(town, "en", held, ["You", "its ledger is off"])}`,
	next: (town) => {
		const { begin, pay, receive, totals } = commands(town);
		return [
			`\nTry it yourself: open another terminal in this folder. A wallet of your own, with money from Densha Card:\n${begin}`,
			`Pay the shop, then look back:\n${pay}`,
			`Be paid: this prints an address; type "pay aoi <address> 200" here, and Aoi pays you:\n${receive}`,
			`Look into the operator's books:\n${totals}`,
			`Type here: stop (switches the operators off: all payments go on), start, where, help. Ctrl-C ends it.`,
		].join("\n\n");
	},
	goodbye: ({ folder }, forgotten) =>
		forgotten
			? "The sandbox is closed and its play money gone. With --data DIR it would have been kept."
			: `The sandbox is closed. Everything is kept in ${folder}.`,
	console: {
		help: "stop | start | where | pay <aoi|ren|hanaya> <address> <amount> | help | Ctrl-C",
		stopped: "The operators are off. Payments go on; topping up and redeeming wait.",
		started: "The operators are on.",
		paid: (who, amount) => `${who} has paid ${amount}. It is spendable where it went.`,
		inFlight: (who, amount) =>
			`${amount} is set aside in ${who}'s wallet, neither paid nor lost: the other side has not answered.`,
		refused: (reason) => `Not paid, and nothing has left the wallet: ${reason}`,
		unknown: "Not a command here.",
	},
};

function stepWords(step: Step, town: Town): string {
	const amount = (minor: bigint): string => yen(minor, town, "en");
	const amountAt = (minor: bigint, operator: string): string =>
		amountOf(minor, houseNamed(operator, town), "en");
	switch (step.kind) {
		case "toppedUp":
			return `${step.who} takes ${amountAt(step.amount, step.operator)} from an account with ${step.operator} into the wallet, as signed tokens.`;
		case "paid":
			return `${step.payer} pays ${step.payee} ${amountAt(step.amount, step.operator)} of ${step.operator}, wallet to wallet: locked, reserved, released (${took(step)}).\n${step.payee} may spend ${amountAt(step.payeeHas, step.operator)} of it at once.`;
		case "stopped":
			return step.answers
				? "The operators were to stop, but one still answers: what follows proves less than it should."
				: "All three operators are switched off. Nobody answers at their addresses.";
		case "paidOn":
			return `${step.payer} pays ${amount(step.amount)} of ${town.aoi.name}'s very money on to ${step.payee} (${took(step)}). No server took part:\n${step.payee}'s wallet checked the whole chain of signatures itself, issue → ${town.aoi.name} → ${step.payer} → ${step.payee}.`;
		case "redeemed":
			return `The operators are back. ${step.who} returns ${amount(step.amount)} to ${town.card.issuer.settings.name}; the account there holds ${amount(step.account)}.`;
		case "totals":
			return `The operators' books:\n${step.operators.map((each) => totalWords(each, town)).join("\n")}`;
		default:
			return step satisfies never;
	}
}

function totalWords({ name, totals, broken }: OperatorTotals, town: Town): string {
	const amount = (minor: bigint): string => amountOf(minor, houseNamed(name, town), "en");
	const { issued, redeemed, outstanding } = totals;
	const verdict = broken.length === 0 ? "They agree." : `They do NOT agree: ${broken.join("; ")}.`;
	return `${name}: issued ${amount(issued)} = redeemed ${amount(redeemed)} + in wallets ${amount(outstanding)}. ${verdict}`;
}
