/** `tenten wallet pay`: payments to an address, or for a request that came otherwise, over HTTP or a relay. */
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { type AskedRequest, invitationIn, type Payment, reasonWords, refusalWords } from "@tenten/wallet";
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
import { shortId } from "../wallet/attempts.ts";
import { type Ending, refused, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { roomAddress, wayTo } from "../wallet/meeting.ts";
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
			const entries = isAddress ? [] : await readBundle(payee);
			if (isRefusal(entries)) return entries;
			const invitation = invitationIn(entries);
			const address = isAddress ? payee : (flags.to ?? (invitation && roomAddress(invitation)));
			if (address === undefined)
				throw new BadInput(
					"this request does not say where its payee is: add --to <address>, or use tenten wallet send",
				);
			const shown = isAddress ? await ask(folder, payee, flags) : findRequest(folder, entries);
			if (isRefusal(shown)) return unreachable(shown);
			const asset = assetOf(folder, shown.request.body.asset);
			const { memo, amount: asked } = shown.request.body;
			const amount = flags.amount === undefined ? asked : parseAmount(flags.amount, asset);
			if (amount === 0n) throw new BadInput("the payee leaves the amount to you: add --amount");
			const offer = `Paying ${inFull(amount, asset)} to ${memo === "" ? "" : `"${memo}", `}${payeeWords(folder, shown)}`;
			await agree(output, offer, flags.amount !== undefined || flags.yes === true);
			const way = wayTo(folder, address, "guest");
			try {
				const reasons = withReasons(way);
				const payment = await payShown(folder, shown, amount, reasons.channel, address);
				if (isRefusal(payment)) return notAllowed(folder, shown, amount, payment);
				return paymentEnding(folder, payment, amount, asset, reasons.last());
			} finally {
				way.close();
			}
		},
	);
}

/** Asks for what is named; of an amount alone, for an asset of which there is enough; else the payee says. */
async function ask(folder: WalletFolder, address: string, flags: PayFlags): Promise<ShownRequest | Refusal> {
	const channel = channelTo(address);
	try {
		return await askFor(folder, channel, wanted(folder, flags));
	} finally {
		channel.close();
	}
}

function wanted(folder: WalletFolder, flags: PayFlags): AskedRequest {
	const { amount: text } = flags;
	const named = flags.asset === undefined ? undefined : findAsset(folder, flags.asset);
	if (text === undefined) return named === undefined ? {} : { asset: named.id };
	const rich = knownAssets(folder).find(
		(each) => folder.wallet.balance(each.id).available >= parseAmount(text, each),
	);
	const asset = named ?? rich ?? findAsset(folder);
	return { asset: asset.id, amount: parseAmount(text, asset) };
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

/** A payment that no token may make: with every reason, in the words of the rule that forbids it. */
function notAllowed(
	{ wallet }: WalletFolder,
	{ encoded, request }: ShownRequest,
	amount: bigint,
	refusal: Refusal,
): Ending | Refusal {
	const { trust } = wallet.module;
	const reasons = wallet.module.objections(encoded, amount);
	if (isRefusal(trust) || isRefusal(reasons) || refusal.code === "funds-insufficient") return refusal;
	const words = reasons.map((reason) => reasonWords(reason, { trust, asset: request.body.asset }).en);
	const ending = refused(refusal);
	return { ...ending, words: [...words, ending.words].join("\n") };
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
				words: `The payee has not answered in full. ${inFull(amount, asset)} is set aside, with its change: neither paid nor lost.${why}`,
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
