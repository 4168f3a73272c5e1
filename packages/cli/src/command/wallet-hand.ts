/**
 * `tenten wallet send` and `accept`: value by file or link, where there is no connection.
 *
 *   request ──▶ send ──▶ accept          a direct request: one message, effective when signed
 *   request ──▶ send ──▶ accept ──▶ accept ──▶ accept      a two-phase one: each answer is passed on by hand
 */
import type { AttemptSummary } from "@tenten/module";
import { type Bytes, isRefusal, parseMessage, toHex } from "@tenten/protocol";
import { refusalWords } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { agree } from "../wallet/agree.ts";
import { assetOf, inFull, parseAmount } from "../wallet/assets.ts";
import { findAttempt, shortId, whereabouts } from "../wallet/attempts.ts";
import { type Ending, type FundsState, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { passOn, readBundle } from "../wallet/parcels.ts";
import { findRequest, refusalIn } from "../wallet/paying.ts";

type SendFlags = { readonly amount?: string; readonly out?: string; readonly yes?: true };

export function sendCommand(): Command {
	return walletCommand<[request: string], SendFlags>(
		{
			usage: "send <request>",
			summary: "pay a request by a file or a link that is passed on",
			example: "tenten wallet send bread.tenten --amount 300 --out payment.tenten",
			options: [
				["--amount <amount>", "how much; without it, what the request asks for"],
				["--out <file>", "write it there instead of showing a link"],
				["--yes", "agree, unseen: a direct payment does not come back by itself"],
			],
		},
		async (folder, flags, output, source) => {
			const messages = await readBundle(source);
			if (isRefusal(messages)) return messages;
			const shown = findRequest(folder, messages);
			if (isRefusal(shown)) return shown;
			const { asset: id, amount: asked, mode } = shown.request.body;
			const asset = assetOf(folder, id);
			const amount = flags.amount === undefined ? asked : parseAmount(flags.amount, asset);
			if (amount === 0n) throw new BadInput("the payee leaves the amount to you: add --amount");
			const isDirect = mode === "direct";
			const warning = isDirect
				? "It is the payee's as soon as it is signed, and comes back only if the payee returns it."
				: "It is set aside until the payee's answer comes back by the same way.";
			await agree(output, `Sending ${inFull(amount, asset)}. ${warning}`, flags.yes === true);
			const started = await folder.wallet.start({ request: shown.encoded, messages, amount });
			if (isRefusal(started)) return started;
			const where = await passOn(output, started.messages, flags.out);
			return {
				ok: true,
				fundsState: isDirect ? "spent" : "inFlight",
				words: isDirect
					? `${inFull(amount, asset)} has left the wallet. Only the payee can take it, however many see it on the way.`
					: `${inFull(amount, asset)} is set aside, with its change: neither paid nor lost.`,
				next: isDirect
					? `give it to the payee, who runs: ${commandName()} wallet accept <it>`
					: `give it to the payee, who runs accept; then run accept on the answer. Or: ${commandName()} wallet cancel ${shortId(started)}`,
				result: { payment: toHex(started.attempt), amount, ...where },
			};
		},
	);
}

export function returnCommand(): Command {
	return walletCommand<[payment: string], { readonly out?: string }>(
		{
			usage: "return <payment>",
			summary: "send a direct payment that is not wanted back to its payer, whole",
			example: "tenten wallet return 3f9a0c --out back.tenten",
			options: [["--out <file>", "write it there instead of showing a link"]],
		},
		async (folder, { out }, output, start) => {
			const attempt = findAttempt(folder, start);
			let back: readonly Bytes[] = [];
			const collect = async (messages: readonly Bytes[]): Promise<readonly Bytes[]> => {
				back = messages;
				return [];
			};
			const state = await folder.wallet.sendBack(attempt.attempt, { exchange: collect, isNarrow: true });
			if (isRefusal(state)) return state;
			const where = await passOn(output, back, out);
			return {
				ok: true,
				fundsState: "spent",
				words: `${inFull(attempt.amount, assetOf(folder, attempt.asset))} goes back: it has left this wallet.`,
				next: `give it to the payer, who runs: ${commandName()} wallet accept <it>`,
				result: { payment: toHex(attempt.attempt), ...where },
			};
		},
	);
}

export function acceptCommand(): Command {
	return walletCommand<[source: string], { readonly out?: string }>(
		{
			usage: "accept <file-or-link>",
			summary: "take in a payment, or an answer to one, that came by file or link",
			example: "tenten wallet accept payment.tenten --out answer.tenten",
			options: [["--out <file>", "write the answer there instead of showing a link"]],
		},
		async (folder, { out }, output, source) => {
			const messages = await readBundle(source);
			if (isRefusal(messages)) return messages;
			if (messages.every((encoded) => parseMessage(encoded).kind === "request"))
				throw new BadInput(`this asks for money: ${commandName()} wallet send, or pay, answers it`);
			const before = statesOf(folder);
			const answers = await folder.wallet.handle(messages);
			const changed = folder.wallet.module
				.attempts()
				.filter((each) => before.get(toHex(each.attempt)) !== each.state);
			for (const attempt of changed) output.say(changeWords(folder, attempt));
			const refusals = [...messages, ...answers].map(refusalIn).filter((each) => each !== undefined);
			for (const { code, detail } of refusals)
				output.say(`Refused: ${refusalWords[code].en} (${code}${detail && `: ${detail}`})`);
			const where = answers.length === 0 ? {} : await passOn(output, answers, out);
			const payments = changed.map((each) => ({
				payment: toHex(each.attempt),
				amount: each.amount,
				...whereabouts(each),
			}));
			return {
				...acceptWords(changed, refusals.length, answers),
				result: { payments, refusals: refusals.map(({ code }) => code), ...where },
			};
		},
	);
}

function statesOf({ wallet }: WalletFolder): ReadonlyMap<string, string> {
	return new Map(wallet.module.attempts().map(({ attempt, state }) => [toHex(attempt), state]));
}

function changeWords(folder: WalletFolder, attempt: AttemptSummary): string {
	return `  ${shortId(attempt)}  ${inFull(attempt.amount, assetOf(folder, attempt.asset))}  ${whereabouts(attempt).words}`;
}

function acceptWords(
	changed: readonly AttemptSummary[],
	refused: number,
	answers: readonly Bytes[],
): Omit<Ending, "result"> {
	const [first] = changed;
	const fundsState: FundsState = first === undefined ? "safe" : whereabouts(first).fundsState;
	const isDone = answers.every((encoded) => parseMessage(encoded).kind === "done");
	const answer = isDone
		? "nothing: the answer only tells the other side that it has arrived"
		: "give the answer back to the other side, who runs accept on it";
	if (first === undefined)
		return {
			ok: refused === 0,
			fundsState,
			words: refused > 0 ? "Nothing was taken." : "Nothing new: this was taken in before.",
			next: answers.length > 0 ? answer : "",
		};
	return {
		ok: true,
		fundsState,
		words: `${changed.length} payment(s) moved on.`,
		next:
			answers.length > 0 ? `${answer} (it is the payer's proof, or the payee's)` : `tenten wallet balance`,
	};
}
