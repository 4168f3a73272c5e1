/**
 * `tenten rail rule`: where a payer's system is gone for good, the word that it owes, signed with the ruling key and
 * brought to the payee's ledger (docs/spec/account-rail.md, "What ends what").
 *
 * What is ruled on is read from that ledger and shown first. A ledger takes the first word and no second: whoever
 * rules after A has spoken is told how the payment ended.
 */
import { verify } from "@tenten/module";
import { type RailMessage, writeJson } from "@tenten/operator";
import { toHex } from "@tenten/protocol";
import { isAnswerBy, signAnswer, type Word } from "@tenten/protocol/rail";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { openRailKey } from "../server/rail-key.ts";
import { subcommand } from "../subcommand.ts";
import { agree } from "../wallet/agree.ts";
import { type KeyFlags, keyOptions, unlockOf } from "./rail-key.ts";
import { settingsFrom } from "./rail-settings.ts";

type Flags = KeyFlags & {
	readonly settings: string;
	readonly ledger: string;
	readonly key: string;
	readonly yes?: true;
};

type Reserved = {
	readonly kind: string;
	readonly permit: string;
	readonly payee: string;
	readonly amount: string;
	readonly system: string;
	readonly ledger: string;
};

const timeout_ms = 10_000;
const effects: Readonly<Record<Word, string>> = {
	notified: "The payee may use it, for good: the payer lets it stand.",
	abandoned: "It goes back to the payer, for good: they paid otherwise, or do not pay.",
};

export function ruleCommand(): Command {
	return subcommand<[payment: string, word: string], Flags>(
		{
			usage: "rule <payment> <word>",
			summary:
				"end a payment whose payer's system is gone for good, by the ruling key: notified lets it stand, abandoned gives it back",
			example: "tenten rail rule payment-7 abandoned --settings rail.json --ledger D --key ruling.key",
			required: [
				["--settings <file>", "who is who, and where"],
				["--ledger <name>", "the payee's, which holds the reservation"],
				["--key <file>", "whose public key is rulingKey of the settings"],
			],
			options: [...keyOptions, ["--yes", "agree to what it shows"]],
		},
		async (output, flags, payment, text) => {
			const word = wordIn(text);
			const { addresses, rulingKey } = settingsFrom(flags.settings);
			const address = addresses[flags.ledger];
			if (address === undefined)
				throw new BadInput(`names no address of ${flags.ledger}`, { file: flags.settings });
			if (rulingKey === null)
				throw new BadInput("names no rulingKey: nobody rules there", { file: flags.settings });
			const signer = await openRailKey(flags.key, unlockOf(flags, flags.key), output.say);
			const before = await keptAt(address, payment);
			if (before === undefined) throw new BadInput(`${flags.ledger} knows no payment ${payment}`);
			if (before.kind !== "reserved" && before.kind !== "permitted")
				throw new BadInput(`there is nothing to rule on: ${flags.ledger} says ${before.kind}`);
			if (before.kind === "permitted" && word === "notified")
				throw new BadInput(`nothing was credited for ${payment}: only abandoned can be ruled`);
			const { permit } = before;
			const signed = await signAnswer(signer, { payment, permit, word });
			if (!isAnswerBy(rulingKey, verify, { payment, permit, word }, signed))
				throw new BadInput("is not the ruling key that the settings name", { file: flags.key });
			await consent(output, payment, word, before, flags.yes === true);
			const signature = toHex(signed);
			const body = { kind: "decide", permit, word, signature } as const;
			const message = {
				id: `ruling.${payment}.${word}`,
				from: "ruling",
				to: flags.ledger,
				step: 23,
				payment,
				body,
			};
			await bring(address, message);
			return outcome(output, flags.ledger, payment, word, await keptAt(address, payment));
		},
	);
}

function wordIn(text: string): Word {
	if (text !== "notified" && text !== "abandoned")
		throw new BadInput(`a ruling is notified or abandoned, not ${text}`);
	return text;
}

function consent(
	output: Output,
	payment: string,
	word: Word,
	{ kind, amount, payee, system, ledger }: Reserved,
	isAgreed: boolean,
): Promise<void> {
	const what = `${payment}: ${amount} for ${payee}, from ${ledger}, ${kind}; the word is ${system}'s.`;
	return agree(output, `${what} You rule ${word}. ${effects[word]}`, isAgreed);
}

async function keptAt(address: string, payment: string): Promise<Reserved | undefined> {
	const path = `${address}/v1/payments/${encodeURIComponent(payment)}`;
	const answer = await asked(path, {});
	if (answer.status === 404) return undefined;
	if (!answer.ok) throw new BadInput(`${path} answered ${answer.status}. Nothing was ruled`);
	return (await answer.json()) as Reserved;
}

async function bring(address: string, message: RailMessage): Promise<void> {
	const answer = await asked(`${address}/v1/messages`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: writeJson(message),
	});
	if (answer.status === 204) return;
	const { code } = (await answer.json().catch(() => ({}))) as { readonly code?: string };
	throw new BadInput(
		`${message.to} refused it: ${code ?? answer.status}. Run the same again where that was a failure`,
	);
}

async function asked(url: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(timeout_ms) });
	} catch {
		throw new BadInput(`nobody answers at ${url}. Run the same again: it is ruled once`);
	}
}

function outcome(output: Output, ledger: string, payment: string, word: Word, after: Reserved | undefined) {
	const kind = after?.kind ?? "unknown";
	const ends = word === "notified" ? ["used"] : ["voided", "refused"];
	const ok = ends.includes(kind);
	output.say(
		ok
			? `${ledger} has ended ${payment}: ${kind}.`
			: `${ledger} took it, and the payment is ${kind}: another word came first, or it holds nothing to end.`,
	);
	return { ok, result: { ok, payment, word, ended: kind } };
}
