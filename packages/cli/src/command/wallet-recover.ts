/** `tenten wallet recover` and `cancel`: what to do about a payment that was interrupted. */
import type { AttemptSummary } from "@tenten/module";
import { type Bytes, equalBytes, isRefusal, toHex } from "@tenten/protocol";
import { refusalWords } from "@tenten/wallet";
import type { Command } from "commander";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { now } from "../surroundings.ts";
import { assetOf, inFull } from "../wallet/assets.ts";
import { findAttempt, refundWords, shortId, whereabouts } from "../wallet/attempts.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { wayTo } from "../wallet/meeting.ts";
import { resumeMeters } from "../wallet/meters.ts";

export function recoverCommand(): Command {
	return walletCommand<[], { readonly operators?: true }>(
		{
			usage: "recover",
			summary: "end every doubt: ask payees and operators again about what they have not answered",
			example: "tenten wallet recover",
			options: [
				[
					"--operators",
					"of payments coming in whose payer does not answer, ask the operators: their word stands",
				],
			],
		},
		async (folder, { operators }, output) => {
			const { wallet } = folder;
			for (const { attempt, messages } of await wallet.tick()) await tell(folder, attempt, messages);
			let again_s = 0;
			const settled = await wallet.settlePending((refusal) => {
				if (refusal.again_s === undefined) return;
				again_s = Math.max(again_s, refusal.again_s);
				output.say(refusalWords[refusal.code].en);
			});
			if (settled > 0) output.say(`${settled} order(s) to an operator answered.`);
			for (const attempt of wallet.module.attempts().filter(({ isOpen }) => isOpen)) {
				await contact(folder, attempt);
				if (operators === true && attempt.side === "payee") await wallet.resolve(attempt.attempt);
			}
			await resumeMeters(folder, now());
			// Whoever is in reach now refreshes what nears its limits; whoever is not is asked another time.
			await wallet.upkeep();
			return recoverEnding(folder, output, settled, again_s);
		},
	);
}

/** `again_s`: when an operator that turned orders away wants them again; zero where none did. */
async function recoverEnding(
	folder: WalletFolder,
	output: Output,
	settled: number,
	again_s: number,
): Promise<Ending> {
	const { module } = folder.wallet;
	const open = module.attempts().filter((attempt) => whereabouts(attempt).fundsState === "inFlight");
	for (const attempt of open) {
		const amount = inFull(attempt.amount, assetOf(folder, attempt.asset));
		const when = refundWords(attempt, now());
		output.say(`  ${shortId(attempt)}  ${amount}  ${whereabouts(attempt).words}${when}`);
	}
	const orders = (await module.pendingOrders()).length;
	if (orders > 0) output.say(`  ${orders} order(s) to an operator without an answer that ends them`);
	const isOpen = open.length > 0 || orders > 0;
	return {
		ok: !isOpen,
		fundsState: isOpen ? "inFlight" : "safe",
		words: openWords(open, isOpen),
		next: isOpen ? recoverAdvice(open, again_s) : "",
		result: { open: open.map(({ attempt }) => toHex(attempt)), orders, settled },
	};
}

function openWords(open: readonly AttemptSummary[], isOpen: boolean): string {
	if (!isOpen) return "Nothing is in doubt.";
	return open.some(({ refund }) => refund !== null && now() >= refund.until)
		? "These still wait for the other side; of some of them it is too late for a refund."
		: "These still wait for the other side; nothing of it is lost.";
}

/** Passes a cancel on to whoever was to be paid, if it is known where that is. */
async function tell(folder: WalletFolder, attempt: Bytes, messages: readonly Bytes[]): Promise<void> {
	const found = folder.wallet.module.attempts().find((each) => equalBytes(each.attempt, attempt));
	const address = found && folder.addresses.of(found.request);
	if (address === undefined) return;
	const way = wayTo(folder, address, "guest");
	await way.exchange(messages);
	way.close();
}

function recoverAdvice(open: readonly AttemptSummary[], again_s: number): string {
	const locked = open.find(({ side, state }) => side === "payer" && state === "locked");
	if (locked !== undefined)
		return `${commandName()} wallet recover when the payee is back, or ${commandName()} wallet cancel ${shortId(locked)}`;
	return open.some(({ side }) => side === "payee")
		? `keep ${commandName()} wallet receive running, and ask the payer to recover; if the payer is gone: ${commandName()} wallet recover --operators`
		: `${commandName()} wallet recover, ${again_s > 0 ? `in ${again_s} s or later` : "later"}`;
}

/** Says our last word again where the other side was, and takes up what it answers. */
async function contact(folder: WalletFolder, { attempt, request, side }: AttemptSummary): Promise<void> {
	const address = folder.addresses.of(request);
	if (address === undefined) return;
	const way = wayTo(folder, address, side === "payer" ? "guest" : "inviter");
	try {
		await folder.wallet.recover(attempt, way);
		await way.settled();
	} finally {
		way.close();
	}
}

export function cancelCommand(): Command {
	return walletCommand<[payment: string]>(
		{
			usage: "cancel <payment>",
			summary: "give up a payment that is set aside; its money is spendable again",
			example: "tenten wallet cancel 3f9a0c",
		},
		async (folder, _flags, _output, start) => {
			const attempt = findAttempt(folder, start);
			const address = folder.addresses.of(attempt.request);
			const way = address === undefined ? undefined : wayTo(folder, address, "guest");
			const refusal = await folder.wallet.cancel(attempt.attempt, way);
			way?.close();
			const asset = assetOf(folder, attempt.asset);
			if (refusal?.code === "attempt-decided") {
				const { fundsState, words } = whereabouts(attempt);
				return {
					ok: false,
					fundsState,
					words: `Too late to cancel: ${words}.`,
					next: "",
					result: { code: refusal.code },
				};
			}
			if (refusal !== undefined) return refusal;
			const isLate = attempt.refund !== null && now() >= attempt.refund.until;
			return {
				ok: true,
				fundsState: "safe",
				words: isLate
					? "Given up. Its time to be refunded had passed."
					: `Given up. ${inFull(attempt.amount, asset)} is back in the wallet, and spendable.`,
				next: "",
				result: { payment: toHex(attempt.attempt) },
			};
		},
	);
}

export function refundCommand(): Command {
	return walletCommand<[payment: string]>(
		{
			usage: "refund <payment>",
			summary: "ask the operator to give back a payment that nobody can be asked about any more",
			example: "tenten wallet refund 3f9a0c",
		},
		async (folder, _flags, output, start) => {
			const attempt = findAttempt(folder, start);
			const asked = await folder.wallet.askRefund(attempt.attempt);
			if (isRefusal(asked)) {
				const when = refundWords(attempt, now());
				if (when !== "") output.say(`  ${shortId(attempt)}  ${whereabouts(attempt).words}${when}`);
				return asked;
			}
			const { fundsState, words } = whereabouts(findAttempt(folder, start));
			return {
				ok: true,
				fundsState,
				words: `${words}.`,
				next: "",
				result: { payment: toHex(attempt.attempt) },
			};
		},
	);
}
