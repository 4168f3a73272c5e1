/** What can be typed into a running sandbox: the operators off and on, a person who pays, where the money is. */
import { createInterface } from "node:readline";
import { isRefusal, type Refusal } from "@tenten/protocol";
import { type Payment, refusalWords } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { askFor, channelTo, payShown } from "../wallet/paying.ts";
import { everyone, type Language, yen } from "./figures.ts";
import type { Person, Town } from "./town.ts";
import { sandboxWords } from "./words.ts";

/** Reads lines until the input ends; what it is told on the way comes through `say`. */
export function listen(town: Town, language: Language, say: (text: string) => void): () => void {
	const input = createInterface({ input: process.stdin });
	let last: Promise<void> = Promise.resolve();
	input.on("line", (line) => {
		last = last.then(async () => {
			const answer = await obey(line.trim().split(/\s+/), town, language);
			if (answer !== "") say(answer);
		});
	});
	return () => input.close();
}

async function obey(
	[command = "", ...rest]: readonly string[],
	town: Town,
	language: Language,
): Promise<string> {
	const { console: words, whereItIs } = sandboxWords[language];
	switch (command.toLowerCase()) {
		case "":
			return "";
		case "stop":
			await town.switches.operatorsOff();
			return words.stopped;
		case "start":
			await town.switches.operatorsOn();
			return words.started;
		case "where":
			return whereItIs(town, await town.accounts.held());
		case "help":
			return words.help;
		case "pay":
			return payFrom(rest, town, language);
		default:
			return `${words.unknown} ${words.help}`;
	}
}

async function payFrom(
	[name = "", address = "", amount = ""]: readonly string[],
	town: Town,
	language: Language,
): Promise<string> {
	const { console: words } = sandboxWords[language];
	const person = everyone(town).find((each) => each.name.toLowerCase() === name.toLowerCase());
	if (person === undefined || !/^[1-9][0-9]{0,9}$/.test(amount)) return words.help;
	try {
		const minor = BigInt(amount);
		const state = await payAt(person, address, minor, town);
		if (isRefusal(state)) return words.refused(`${refusalWords[state.code][language]} ${state.detail}`);
		const shown = yen(minor, town, language);
		if (state === "inFlight") return words.inFlight(person.name, shown);
		return state === "spent" ? words.paid(person.name, shown) : words.refused("");
	} catch (error) {
		if (error instanceof BadInput) return words.refused(error.message);
		throw error;
	}
}

async function payAt(
	{ folder }: Person,
	address: string,
	amount: bigint,
	{ card, code }: Town,
): Promise<Payment["fundsState"] | Refusal> {
	const channel = channelTo(address);
	try {
		const rich = [card, code].find(({ asset }) => folder.wallet.balance(asset).available >= amount) ?? card;
		const shown = await askFor(folder, channel, { asset: rich.asset, amount });
		if (isRefusal(shown)) return shown;
		const payment = await payShown(folder, shown, amount, channel, address);
		return isRefusal(payment) ? payment : payment.fundsState;
	} finally {
		channel.close();
	}
}
