/** `tenten wallet balance`, `topup`, `redeem` and `refresh`: the wallet and its account with the operator. */
import { isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import { defaultUpkeep, type Redeemed } from "@tenten/wallet";
import type { Command } from "commander";
import { commandName } from "../invocation.ts";
import { agree } from "../wallet/agree.ts";
import {
	assetName,
	findAsset,
	inFull,
	inWords,
	type KnownAsset,
	knownAssets,
	parseAmount,
} from "../wallet/assets.ts";
import { isUnderWay } from "../wallet/attempts.ts";
import {
	awaitedIn,
	awaitedLines,
	nothingPaidSinceOption,
	nothingPaidSinceWarning,
} from "../wallet/awaited.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";

type AssetFlag = { readonly asset?: string };
export const assetOption = [
	"--asset <code>",
	"e.g. JPY, or JPY@Densha Card (default: the first joined)",
] as const;

export function balanceCommand(): Command {
	return walletCommand(
		{ usage: "balance", summary: "say where the money is", example: "tenten wallet balance --json" },
		async (folder, _, output) => {
			const held = knownAssets(folder).filter((asset) => isOf(folder, asset));
			const balances = [];
			for (const asset of held) {
				const balance = folder.wallet.balance(asset.id);
				const account = await folder.wallet.account(asset.id);
				output.say(`${assetName(asset)}`);
				output.say(`  to spend   ${inWords(balance.available, asset)}`);
				if (balance.reserved > 0n)
					output.say(
						`  coming in  ${inWords(balance.reserved, asset)}   reserved: yours with the payer's release`,
					);
				if (balance.locked > 0n)
					output.say(
						`  going out  ${inWords(balance.locked, asset)}   set aside for a payment, change included: neither paid nor lost`,
					);
				if (balance.metered > 0n)
					output.say(
						`  in meters  ${inWords(balance.metered, asset)}   set aside for ticks: what they do not take comes back`,
					);
				if (balance.ordered > 0n)
					output.say(
						`  ordered    ${inWords(balance.ordered, asset)}   the operator still owes it by what is known here: it is asked for again`,
					);
				if (balance.expiring > 0n)
					output.say(
						`  of it      ${inWords(balance.expiring, asset)} can be spent for less than a week: refresh it`,
					);
				if (balance.awaited > 0n)
					output.say(
						`  awaited    ${inWords(balance.awaited, asset)}   came with a backup: spent by the old wallet, or on the account in the end`,
					);
				output.say(
					`  account    ${isRefusal(account) ? "not known: its operator cannot be reached" : inWords(account, asset)}`,
				);
				balances.push({ asset: assetName(asset), ...balance, account: isRefusal(account) ? null : account });
			}
			for (const line of await awaitedLines(folder)) output.say(line);
			const isOpen = (await isUnderWay(folder)) || folder.wallet.module.awaited().length > 0;
			return {
				ok: true,
				fundsState: isOpen ? "inFlight" : "safe",
				words: isOpen ? "Something waits for the other side." : "Nothing is under way.",
				next: isOpen ? `${commandName()} wallet recover` : "",
				result: { balances, awaited: awaitedIn(folder) },
			};
		},
	);
}

/** Whether the wallet holds something of it, or has an account with its operator. */
function isOf({ wallet, operators }: WalletFolder, { id }: KnownAsset): boolean {
	const { available, reserved, locked, awaited, metered, ordered } = wallet.balance(id);
	return (
		available + reserved + locked + awaited + metered + ordered > 0n ||
		operators.some((joined) => joined.id === toHex(id.operator))
	);
}

export function topUpCommand(): Command {
	return walletCommand<[amount: string], AssetFlag>(
		{
			usage: "topup <amount>",
			summary: "take money from the account into the wallet",
			example: "tenten wallet topup 3000",
			options: [assetOption],
		},
		async (folder, flags, _, text) => {
			const asset = findAsset(folder, flags.asset);
			const amount = parseAmount(text, asset);
			const { wallet } = folder;
			// Asked first: the operator remembers a withdrawal that it refused, and so would this wallet.
			const account = await wallet.account(asset.id);
			if (isRefusal(account)) return unanswered(folder, account, "");
			if (account < amount)
				return refuse("funds-insufficient", `the account holds ${inFull(account, asset)}`);
			const results = await wallet.topUp(asset.id, amount);
			if (isRefusal(results)) return unanswered(folder, results, inFull(amount, asset));
			// The operator is in reach: what nears its limits is refreshed unasked.
			await wallet.upkeep();
			const { available } = wallet.balance(asset.id);
			return {
				ok: true,
				fundsState: "safe",
				words: `${inFull(amount, asset)} moved from the account into the wallet, which now holds ${inWords(available, asset)} to spend, with or without a network.`,
				next: `${commandName()} wallet pay <address> --amount <amount>`,
				result: { amount, available, account: account - amount },
			};
		},
	);
}

/** Without an answer: what was not sent has not moved; an order that was sent is kept, and is sent again. */
async function unanswered(
	{ wallet }: WalletFolder,
	refusal: Refusal,
	amount: string,
): Promise<Ending | Refusal> {
	const { code, detail, again_s } = refusal;
	if (code !== "channel-failed" && again_s === undefined) return refusal;
	const isSent = (await wallet.module.pendingOrders()).length > 0;
	if (again_s !== undefined) return turnedAway(refusal, isSent, again_s);
	return {
		ok: false,
		fundsState: isSent ? "unknown" : "safe",
		words: isSent
			? `The operator did not answer. ${amount} may have moved or not: the order is kept, and is carried out once.`
			: "The operator cannot be reached. Nothing has moved; payments between wallets go on without it.",
		next: isSent ? `${commandName()} wallet recover` : "the same again, when it is back",
		result: { code, detail },
	};
}

/** It said that it did nothing, and when it wants the same again. An order that was made is the one that is sent then. */
function turnedAway({ code, detail }: Refusal, isKept: boolean, again_s: number): Ending {
	const said = code === "rate-limited" ? "was asked too often" : "has too much to do just now";
	return {
		ok: false,
		fundsState: "safe",
		words: `The operator ${said}, and has done nothing. ${
			isKept
				? "The money is safe: the order is kept, and is carried out once."
				: "Nothing has moved; payments between wallets go on without it."
		}`,
		next: `${isKept ? `${commandName()} wallet recover` : "the same again"}, in ${again_s} s or later`,
		result: { code, detail, again_s },
	};
}

export function redeemCommand(): Command {
	return walletCommand<[amount: string | undefined], AssetFlag>(
		{
			usage: "redeem [amount]",
			summary: "return money from the wallet to the account; all of it without an amount",
			example: "tenten wallet redeem 500",
			options: [assetOption],
		},
		async (folder, flags, _, text) => {
			const asset = findAsset(folder, flags.asset);
			const available = folder.wallet.balance(asset.id).available;
			const amount = text === undefined ? available : parseAmount(text, asset);
			if (amount > available)
				return refuse("funds-insufficient", `the wallet holds ${inFull(available, asset)} to spend`);
			if (amount === 0n) return refuse("funds-insufficient", "nothing to redeem");
			const redeemed = await folder.wallet.redeem(asset.id, amount);
			return isRefusal(redeemed)
				? unanswered(folder, redeemed, inFull(amount, asset))
				: redeemedEnding(redeemed, asset);
		},
	);
}

function redeemedEnding(
	{ credited, drawn, refreshed, evidence, refused }: Redeemed,
	asset: KnownAsset,
): Ending {
	const lines = [
		`${inFull(credited, asset)} is on your account.`,
		...(refreshed > 0n
			? [`${inWords(refreshed, asset)} came back as fresh tokens: its conditions allow no account.`]
			: []),
		...(evidence.length > 0
			? [
					`${evidence.length} token(s) had been spent twice by someone before you; the operator has the proof, and paid you ${inWords(drawn, asset)} for them.`,
				]
			: []),
		...(refused.length > 0 ? [`Not taken: ${refused.join(", ")}.`] : []),
	];
	return {
		ok: evidence.length === 0 && refused.length === 0,
		fundsState: "safe",
		words: lines.join("\n"),
		next: `${commandName()} wallet balance`,
		result: { credited, drawn, refreshed, forks: evidence.length, refused },
	};
}

export function refreshCommand(): Command {
	return walletCommand<[], { readonly all?: true; readonly nothingPaidSince?: true; readonly yes?: true }>(
		{
			usage: "refresh",
			summary:
				"exchange tokens that near their limits for fresh ones, merge small change, ask about a backup's",
			example: "tenten wallet refresh --all",
			options: [
				["--all", "every token, due or not"],
				nothingPaidSinceOption,
				["--yes", "agree to what that says"],
			],
		},
		async (folder, { all, nothingPaidSince = false, yes = false }, output) => {
			if (nothingPaidSince) await agree(output, nothingPaidSinceWarning, yes);
			const asked = await folder.wallet.bringBack(nothingPaidSince);
			if (asked !== undefined) return unanswered(folder, asked, "What was to be refreshed");
			const everything = { ...defaultUpkeep, count: 1 };
			const orders = await folder.wallet.upkeep(all === true ? everything : defaultUpkeep);
			if (isRefusal(orders)) return unanswered(folder, orders, "What was to be refreshed");
			const isAwaiting = folder.wallet.module.awaited().length > 0;
			const done =
				orders === 0 ? "Nothing was due." : `Refreshed with ${orders} order(s): the same money, young again.`;
			return {
				ok: true,
				fundsState: isAwaiting ? "inFlight" : "safe",
				words: [done, ...(await awaitedLines(folder))].join("\n"),
				next: "",
				result: { orders, awaited: awaitedIn(folder) },
			};
		},
	);
}
