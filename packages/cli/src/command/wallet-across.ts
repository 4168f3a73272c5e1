/**
 * `tenten wallet across`: tokens that pay, or are paid, at another operator (docs/spec/crossing-tokens.md), through the
 * gateway of the wallet's own. Whoever has a key of that operator acts for the wallet.
 */
import { setTimeout as pause } from "node:timers/promises";
import { assetHash, sha256, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { TokenPayee } from "../across/token-holders.ts";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { numberIn } from "../number-flag.ts";
import { family } from "../subcommand.ts";
import { now, random } from "../surroundings.ts";
import {
	type Across,
	AcrossFile,
	acrossAt,
	type KeptPayment,
	requestAcross,
	type Stands,
	stepAcross,
	takeAcross,
	written,
} from "../wallet/across.ts";
import { agree } from "../wallet/agree.ts";
import { findAsset, inFull, type KnownAsset, parseAmount } from "../wallet/assets.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { apiKeyOf } from "./proof-fetch.ts";
import { assetOption } from "./wallet-account.ts";

type KeyFlags = { readonly apiKeyFile?: string; readonly asset?: string };
type PayFlags = KeyFlags & {
	readonly agreement: string;
	readonly credits: string;
	readonly wait?: string;
	readonly yes?: true;
};

const keyOption = [
	"--api-key-file <file>",
	"its first line is a key of the operator that may keep its ledger (default: $TENTEN_API_KEY)",
] as const;
const waitOption = ["--wait <seconds>", "how long to go on for (default: 60)"] as const;
const between_ms = 300;

export function acrossCommand(): Command {
	return family("across", "pay and be paid in tokens across operators", [
		requestCommand(),
		takeCommand(),
		payCommand(),
		goOnCommand(),
	]);
}

function requestCommand(): Command {
	return walletCommand<[amount: string], KeyFlags>(
		{
			usage: "request <amount>",
			summary: "make a request that others pay from another operator; its account is what they name",
			example: "tenten wallet across request 300 --api-key-file operator/api-key",
			options: [assetOption, keyOption],
		},
		async (folder, flags, _, text) => {
			const asset = findAsset(folder, flags.asset);
			const amount = parseAmount(text, asset);
			const file = new AcrossFile(folder.path);
			const memo = `across ${toHex(random(8))}`;
			const wish = { asset: codeOf(asset), memo, amount };
			const { payee, refused } = await requestAcross(file, openAcross(folder, asset, flags), wish);
			if (refused !== null) throw new BadInput(`the operator does not take the request: ${refused}`);
			return {
				ok: true,
				fundsState: "safe",
				words: `Whoever pays ${inFull(amount, asset)} from another operator names the account ${payee.account}`,
				next: `${commandName()} wallet across take   once it is paid`,
				result: { account: payee.account, amount },
			};
		},
	);
}

function takeCommand(): Command {
	return walletCommand<[], KeyFlags>(
		{
			usage: "take",
			summary: "take in what was paid to requests from other operators; what expired is asked for anew",
			example: "tenten wallet across take --api-key-file operator/api-key",
			options: [keyOption],
		},
		async (folder, flags) => {
			const file = new AcrossFile(folder.path);
			const open = file.requests.filter(({ isDone }) => !isDone);
			let taken = 0n;
			let waiting = 0;
			for (const request of open) {
				const asset = findAsset(folder, request.asset);
				if (await takeAcross(file, openAcross(folder, asset, flags), request))
					taken += BigInt(request.state.amount);
				else waiting++;
			}
			return {
				ok: true,
				fundsState: waiting > 0 ? "inFlight" : "safe",
				words: `${open.length - waiting} of ${open.length} requests were paid, and are taken in.`,
				next: waiting > 0 ? `${commandName()} wallet across take   again, once they are paid` : "",
				result: { taken, waiting },
			};
		},
	);
}

function payCommand(): Command {
	return walletCommand<[account: string], PayFlags>(
		{
			usage: "pay <account>",
			summary: "pay an account at another operator in tokens of one's own",
			example:
				"tenten wallet across pay 4f1e… --agreement 90ab… --credits 300 --api-key-file operator/api-key",
			required: [
				["--agreement <id>", "between both operators, under which it is paid (hex)"],
				["--credits <minor>", "what the account gets, in minor units of its asset"],
			],
			options: [assetOption, keyOption, waitOption, ["--yes", "agree to the price, unseen"]],
		},
		async (folder, flags, output, payee) => {
			const { agreement, credits, wait = "60" } = flags;
			for (const [what, text] of Object.entries({ account: payee, "--agreement": agreement }))
				if (!/^[0-9a-f]{64}$/.test(text)) throw new BadInput(`${what}: 64 hexadecimal digits`);
			if (!/^[1-9]\d{0,18}$/.test(credits)) throw new BadInput("--credits is a whole number of minor units");
			const until = now() + numberIn("--wait", wait, 1);
			const asset = findAsset(folder, flags.asset);
			const across = openAcross(folder, asset, flags);
			const secret = random(32);
			const wish = { agreement, credits, payer: await gatewayOf(across, asset), payee };
			const quote = await quoteOf(across, { ...wish, release: toHex(sha256(secret)) });
			await agree(output, `Paying ${inFull(quote.pays, asset)}: ${credits} arrive.`, flags.yes === true);
			const file = new AcrossFile(folder.path);
			const { transfer, pays } = quote;
			const way = await TokenPayee.make(across.purse, across.ask, `back ${transfer}`, pays);
			const back = written(way.state);
			file.keepPayment({ asset: codeOf(asset), isDone: false, transfer, secret: toHex(secret), back });
			return ending(await goOn(file, across, transfer, until), { transfer, pays }, asset);
		},
	);
}

function goOnCommand(): Command {
	return walletCommand<[], KeyFlags & { readonly wait?: string }>(
		{
			usage: "go-on",
			summary: "go on with payments across operators that were interrupted",
			example: "tenten wallet across go-on --api-key-file operator/api-key",
			options: [keyOption, waitOption],
		},
		async (folder, flags) => {
			const file = new AcrossFile(folder.path);
			const until = now() + numberIn("--wait", flags.wait ?? "60", 1);
			const ends: Record<Stands, number> = { paid: 0, back: 0, open: 0 };
			for (const { transfer, asset: code } of file.payments.filter(({ isDone }) => !isDone)) {
				const across = openAcross(folder, findAsset(folder, code), flags);
				ends[await goOn(file, across, transfer, until)]++;
			}
			return {
				ok: ends.open === 0,
				fundsState: ends.open > 0 ? "inFlight" : "safe",
				words: `${ends.paid} paid, ${ends.back} came back, ${ends.open} under way still.`,
				next: ends.open > 0 ? `${commandName()} wallet across go-on` : "",
				result: ends,
			};
		},
	);
}

async function goOn(file: AcrossFile, across: Across, transfer: string, until: number): Promise<Stands> {
	for (;;) {
		const kept = file.payments.find((each) => each.transfer === transfer) as KeptPayment;
		const stands = await stepAcross(file, across, kept);
		if (stands !== "open" || now() >= until) return stands;
		await pause(between_ms);
	}
}

function ending(
	stands: Stands,
	{ transfer, pays }: { readonly transfer: string; readonly pays: bigint },
	asset: KnownAsset,
): Ending {
	const result = { transfer, pays, stands };
	const amount = inFull(pays, asset);
	switch (stands) {
		case "paid":
			return { ok: true, fundsState: "spent", words: `Paid: ${amount}.`, next: "", result };
		case "back":
			return {
				ok: false,
				fundsState: "safe",
				words: `Not paid: ${amount} are in the wallet, as before.`,
				next: "pay again",
				result,
			};
		case "open":
			return {
				ok: false,
				fundsState: "inFlight",
				words: `${amount} are set aside, or on their way back: neither paid nor lost.`,
				next: `${commandName()} wallet across go-on`,
				result,
			};
		default:
			return stands satisfies never;
	}
}

/** As `--asset` names it, whatever else the wallet joins later. */
function codeOf({ id: { code }, operator }: KnownAsset): string {
	return `${code}@${operator}`;
}

function openAcross(folder: WalletFolder, asset: KnownAsset, flags: KeyFlags): Across {
	const operator = folder.operators.find(({ id }) => id === toHex(asset.id.operator));
	if (operator === undefined) throw new BadInput("an asset of an operator that this wallet has not joined");
	return acrossAt(folder, asset.id, operator.url, apiKeyOf(flags));
}

async function gatewayOf({ read }: Across, { id }: KnownAsset): Promise<string> {
	type Gateways = { readonly gateways: readonly { readonly asset: string; readonly payer: string }[] };
	const { gateways } = (await read("tokens-in")) as Gateways;
	const own = gateways.find(({ asset }) => asset === toHex(assetHash(id)));
	if (own === undefined) throw new BadInput("the operator has no gateway for these tokens");
	return own.payer;
}

async function quoteOf(
	{ ask }: Across,
	wish: object,
): Promise<{ readonly transfer: string; readonly pays: bigint }> {
	type Answer = {
		readonly transfer: string | null;
		readonly code: string | null;
		readonly quote?: { readonly pays: string } | null;
	};
	const asked = { ...wish, nonce: toHex(random(32)) };
	const { results } = (await ask("quotes", { quotes: [asked] })) as { readonly results: readonly Answer[] };
	const [answer] = results;
	if (answer?.transfer == null || answer.quote == null)
		throw new BadInput(`no quote: ${answer?.code ?? "the operator does not say why"}`);
	return { transfer: answer.transfer, pays: BigInt(answer.quote.pays) };
}
