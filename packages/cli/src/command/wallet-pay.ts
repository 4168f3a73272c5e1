/** `tenten wallet pay`, `recover` and `cancel`: payments over HTTP, and what to do when one was interrupted. */
import type { AttemptSummary } from "@tenten/module";
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { type HttpChannel, type Payment, refusalWords } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { agree } from "../wallet/agree.ts";
import {
	assetOf,
	findAsset,
	inFull,
	inWords,
	type KnownAsset,
	knownAssets,
	parseAmount,
} from "../wallet/assets.ts";
import { findAttempt, shortId, whereabouts } from "../wallet/attempts.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { readBundle } from "../wallet/parcels.ts";
import {
	askFor,
	channelTo,
	findRequest,
	payShown,
	type ShownRequest,
	withReasons,
} from "../wallet/paying.ts";
import { assetOption } from "./wallet-account.ts";

type PayFlags = {
	readonly amount?: string;
	readonly asset?: string;
	readonly to?: string;
	readonly yes?: true;
};

export function payCommand(): Command {
	return walletCommand<[payee: string], PayFlags>(
		{
			usage: "pay <payee>",
			summary: "pay an address, or a request from a file or a link",
			example: "tenten wallet pay https://shop.example --amount 480",
			options: [
				["--amount <amount>", "how much; without it, what the payee asks for"],
				assetOption,
				["--to <address>", "where the payee is reached, for a request from a file or a link"],
				["--yes", "agree to what the request asks, unseen"],
			],
		},
		async (folder, flags, output, payee) => {
			const isAddress = /^https?:\/\/[^#]*$/.test(payee);
			const address = isAddress ? payee : flags.to;
			if (address === undefined)
				throw new BadInput(
					"a request alone does not say where its payee is: add --to <address>, or use tenten wallet send",
				);
			const channel = channelTo(address);
			try {
				const shown = isAddress ? await ask(folder, channel, flags) : await found(folder, payee);
				if (isRefusal(shown)) return unreachable(shown);
				const asset = assetOf(folder, shown.request.body.asset);
				const { memo, amount: asked } = shown.request.body;
				const amount = flags.amount === undefined ? asked : parseAmount(flags.amount, asset);
				if (amount === 0n) throw new BadInput("the payee leaves the amount to you: add --amount");
				const offer = `Paying ${inFull(amount, asset)} to ${memo === "" ? "" : `"${memo}", `}${payeeWords(folder, shown)}`;
				await agree(output, offer, flags.amount !== undefined || flags.yes === true);
				const reasons = withReasons(channel);
				const payment = await payShown(folder, shown, amount, reasons.channel, address);
				return isRefusal(payment) ? payment : paymentEnding(folder, payment, amount, asset, reasons.last());
			} finally {
				channel.close();
			}
		},
	);
}

/** Asks for the asset of which there is enough, unless one is named. */
function ask(folder: WalletFolder, channel: HttpChannel, flags: PayFlags): Promise<ShownRequest | Refusal> {
	const named = flags.asset === undefined ? undefined : findAsset(folder, flags.asset);
	const rich = knownAssets(folder).find((asset) => {
		const { available } = folder.wallet.balance(asset.id);
		return available > 0n && (flags.amount === undefined || available >= parseAmount(flags.amount, asset));
	});
	const asset = named ?? rich ?? findAsset(folder);
	const amount = flags.amount === undefined ? undefined : parseAmount(flags.amount, asset);
	return askFor(folder, channel, { asset: asset.id, ...(amount === undefined ? {} : { amount }) });
}

async function found(folder: WalletFolder, source: string): Promise<ShownRequest | Refusal> {
	const messages = await readBundle(source);
	return isRefusal(messages) ? messages : findRequest(folder, messages);
}

/** Nothing was signed yet: what did not answer has cost nothing. */
function unreachable(refusal: Refusal): Ending | Refusal {
	if (refusal.code !== "channel-failed") return refusal;
	return {
		ok: false,
		fundsState: "safe",
		words: `The payee cannot be reached (${refusal.detail}). Nothing was paid or set aside.`,
		next: "check the address, and pay again",
		result: { code: refusal.code, detail: refusal.detail },
	};
}

/** Who is paid, as the certificate says: its name for itself is only a memo. */
function payeeWords(folder: WalletFolder, { request }: ShownRequest): string {
	const { profile, operatorId } = request.payee;
	const { trust } = folder.wallet.module;
	const certifier = isRefusal(trust) ? undefined : trust.operator(operatorId)?.entry.name;
	return `a ${profile.class ?? profile.role} certified by ${certifier ?? toHex(operatorId)}`;
}

function paymentEnding(
	folder: WalletFolder,
	{ attempt, fundsState, tokens, madeChange, documents }: Payment,
	amount: bigint,
	asset: KnownAsset,
	reason: Refusal | undefined,
): Ending {
	const { available } = folder.wallet.balance(asset.id);
	const id = shortId({ attempt });
	const result = {
		payment: toHex(attempt),
		amount,
		tokens,
		madeChange,
		available,
		documents: documents.length,
	};
	const why =
		reason === undefined
			? ""
			: ` ${refusalWords[reason.code].en} (${reason.code}${reason.detail && `: ${reason.detail}`})`;
	switch (fundsState) {
		case "spent":
			return {
				ok: true,
				fundsState,
				words: `Paid: ${inFull(amount, asset)}. ${inWords(available, asset)} left to spend.`,
				next: `${commandName()} wallet receipt export ${id} receipt.cbor   keeps the proof`,
				result,
			};
		case "inFlight":
			return {
				ok: false,
				fundsState,
				words: `The payee has not answered in full. ${inFull(amount, asset)} is set aside: neither paid nor lost.${why}`,
				next: `${commandName()} wallet recover   asks again; or: ${commandName()} wallet cancel ${id}`,
				result,
			};
		case "safe":
			return {
				ok: false,
				fundsState,
				words: `Not paid: the payee refused.${why} The money is back in the wallet: ${inWords(available, asset)} to spend.`,
				next: reason === undefined ? "ask the payee why" : "pay what the payee takes",
				result: { ...result, code: reason?.code ?? null, detail: reason?.detail ?? null },
			};
		default:
			return fundsState satisfies never;
	}
}

export function recoverCommand(): Command {
	return walletCommand(
		{
			usage: "recover",
			summary: "end every doubt: ask payees and operators again about what they have not answered",
			example: "tenten wallet recover",
		},
		async (folder, _, output) => {
			const { wallet } = folder;
			await wallet.module.tick();
			const settled = await wallet.settlePending();
			if (settled > 0) output.say(`${settled} order(s) to an operator answered.`);
			for (const attempt of wallet.module.attempts().filter(({ isOpen }) => isOpen))
				await contact(folder, attempt);
			const open = wallet.module.attempts().filter(({ isOpen }) => isOpen);
			for (const attempt of open) {
				const amount = inFull(attempt.amount, assetOf(folder, attempt.asset));
				output.say(`  ${shortId(attempt)}  ${amount}  ${whereabouts(attempt).words}`);
			}
			const orders = (await wallet.module.pendingOrders()).length;
			if (orders > 0) output.say(`  ${orders} order(s) to an operator without an answer`);
			const isOpen = open.some((attempt) => whereabouts(attempt).fundsState === "inFlight") || orders > 0;
			return {
				ok: !isOpen,
				fundsState: isOpen ? "inFlight" : "safe",
				words: isOpen
					? "These still wait for the other side; nothing of it is lost."
					: "Nothing is in doubt.",
				next: isOpen ? recoverAdvice(open) : "",
				result: { open: open.map((attempt) => toHex(attempt.attempt)), orders, settled },
			};
		},
	);
}

function recoverAdvice(open: readonly AttemptSummary[]): string {
	const locked = open.find(({ side, state }) => side === "payer" && state === "locked");
	if (locked !== undefined)
		return `${commandName()} wallet recover when the payee is back, or ${commandName()} wallet cancel ${shortId(locked)}`;
	return open.some(({ side }) => side === "payee")
		? `keep ${commandName()} wallet receive running, and ask the payer to recover`
		: `${commandName()} wallet recover, later`;
}

/** Says our last word again where the payee was, and takes up what it answers. */
async function contact(folder: WalletFolder, { attempt, request }: AttemptSummary): Promise<void> {
	const address = folder.addresses.of(request);
	if (address === undefined) return;
	const channel = channelTo(address);
	try {
		await folder.wallet.recover(attempt, channel);
	} finally {
		channel.close();
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
			const channel = address === undefined ? undefined : channelTo(address);
			const refusal = await folder.wallet.cancel(attempt.attempt, channel);
			channel?.close();
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
			return {
				ok: true,
				fundsState: "safe",
				words: `Given up. ${inFull(attempt.amount, asset)} is back in the wallet, and spendable.`,
				next: "",
				result: { payment: toHex(attempt.attempt) },
			};
		},
	);
}
