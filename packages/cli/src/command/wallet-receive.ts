/** `tenten wallet request` and `receive`: to be paid, by a request that is passed on, at an address or at a relay. */
import type { AttemptSummary } from "@tenten/module";
import { equalBytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { encodeInvitation, makeInvitation } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { onPort } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { serveWallet } from "../server/wallet-server.ts";
import { assetOf, findAsset, inFull, type KnownAsset, parseAmount } from "../wallet/assets.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { isRoom, roomAddress, wayTo } from "../wallet/meeting.ts";
import { passOn } from "../wallet/parcels.ts";
import { assetOption } from "./wallet-account.ts";

type RequestFlags = {
	readonly amount?: string;
	readonly asset?: string;
	readonly memo?: string;
	readonly direct?: true;
	readonly static?: true;
	readonly out?: string;
	readonly hours?: string;
};

export function requestCommand(): Command {
	return walletCommand<[], RequestFlags>(
		{
			usage: "request",
			summary: "sign a request to be paid, as a link or a file to pass on",
			example: "tenten wallet request --amount 300 --memo bread --out bread.tenten",
			options: [
				["--amount <amount>", "how much; left to the payer without"],
				assetOption,
				["--memo <text>", "what for"],
				["--direct", "payable in one message, where there is no way back: by file, link or QR code"],
				["--static", "direct, and payable again and again: a printed code"],
				["--hours <number>", "how long it is open (default: 1; static: a year)"],
				["--out <file>", "write it there instead of showing a link"],
			],
		},
		async (folder, flags, output) => {
			const asset = findAsset(folder, flags.asset);
			const amount = flags.amount === undefined ? 0n : parseAmount(flags.amount, asset);
			const isStatic = flags.static === true;
			const made = await folder.wallet.request({
				asset: asset.id,
				amount,
				memo: flags.memo ?? "",
				isStatic,
				mode: isStatic || flags.direct === true ? "direct" : "twoPhase",
				lifetime: lifetimeOf(flags),
			});
			if (isRefusal(made)) return made;
			const where = await passOn(output, made.messages, flags.out);
			const isDirect = isStatic || flags.direct === true;
			return {
				ok: true,
				fundsState: "safe",
				words: `A request ${amount === 0n ? "" : `for ${inFull(amount, asset)} `}is signed. It is no secret.`,
				next: isDirect
					? `give it to the payer, who answers with: ${commandName()} wallet send <request>`
					: `${commandName()} wallet receive here, and the payer: ${commandName()} wallet pay <request> --to <address>`,
				result: { request: toHex(made.digest), amount, ...where },
			};
		},
	);
}

/** Seconds. */
function lifetimeOf({ hours, static: isStatic }: RequestFlags): number {
	if (hours === undefined) return isStatic === true ? 365 * 86_400 : 3_600;
	if (!/^[1-9][0-9]{0,4}$/.test(hours)) throw new BadInput("--hours is a whole number");
	return 3_600 * Number(hours);
}

type ReceiveFlags = {
	readonly amount?: string;
	readonly asset?: string;
	readonly memo?: string;
	readonly port?: string;
	readonly relay?: string;
	readonly keep?: true;
};

export function receiveCommand(): Command {
	return walletCommand<[], ReceiveFlags>(
		{
			usage: "receive",
			summary: "wait for a payment at an address of this machine, or in a room at a relay, until it has come",
			example: "tenten wallet receive --amount 200",
			options: [
				["--amount <amount>", "take exactly this; any amount without"],
				assetOption,
				["--memo <text>", "what for"],
				["--port <number>", "listen there (default: a free one)"],
				[
					"--relay <address>",
					"show a link instead, whose payer is met at this relay (wss://…) or MQTT broker (mqtts://…), and wait there",
				],
				["--keep", "go on listening after a payment, until Ctrl-C"],
			],
		},
		async (folder, flags, output) => {
			const asset = findAsset(folder, flags.asset);
			const amount = flags.amount === undefined ? undefined : parseAmount(flags.amount, asset);
			if (flags.relay !== undefined) return receiveAt(folder, flags.relay, { flags, asset, amount }, output);
			const port = portOf(flags.port);
			const serving = {
				wallet: folder.wallet,
				asset: asset.id,
				...(amount === undefined ? {} : { amount }),
				...(port === undefined ? {} : { port }),
				memo: flags.memo ?? "",
				welcome: `A wallet. Pay it with: ${commandName()} wallet pay <this address>`,
				report: (error: Error) => output.say(`A bug: ${error.message}`),
			};
			const server = await onPort(port ?? 0, () => serveWallet(serving));
			output.say(`Listening at ${server.url}`);
			const howMuch = amount === undefined ? " --amount <amount>" : "";
			output.say(`The payer: ${commandName()} wallet pay ${server.url}${howMuch}`);
			const payments = await arrivals(folder, flags.keep === true, output.say);
			await server.stop();
			return receiveEnding(folder, server.url, payments);
		},
	);
}

type Wanted = {
	readonly flags: ReceiveFlags;
	readonly asset: KnownAsset;
	readonly amount: bigint | undefined;
};

/**
 * Shows a request whose payer is met at a relay, and is there until it is paid; also in the rooms of earlier requests
 * that are not over, so that what waits there comes.
 */
async function receiveAt(
	folder: WalletFolder,
	relay: string,
	{ flags, asset, amount = 0n }: Wanted,
	output: Output,
): Promise<Ending | Refusal> {
	if (flags.port !== undefined)
		throw new BadInput("--port is for an address of this machine, not for a relay");
	const invitation = makeInvitation(relay);
	const address = roomAddress(invitation);
	const first = wayTo(folder, address, "inviter");
	const made = await folder.wallet.request({ asset: asset.id, amount, memo: flags.memo ?? "" });
	if (isRefusal(made)) {
		first.close();
		return made;
	}
	const earlier = roomsOfEarlier(folder);
	folder.addresses.keep(made.digest, address);
	const ways = [first, ...earlier.map((each) => wayTo(folder, each, "inviter"))];
	const arriving = arrivals(folder, flags.keep === true, output.say);
	output.say("For the payer, and nobody else: whoever has it can answer here.");
	await passOn(output, [...made.messages, encodeInvitation(invitation)], undefined);
	const payments = await arriving;
	for (const way of ways) {
		await way.settled();
		way.close();
	}
	return receiveEnding(folder, relay, payments);
}

/** Where payers of requests that may still be paid, or whose payment is open, come. */
function roomsOfEarlier({ wallet: { module }, addresses }: WalletFolder): readonly string[] {
	const open = module.attempts(({ isOpen, side }) => isOpen && side === "payee");
	const requests = [...module.requests().map(({ digest }) => digest), ...open.map(({ request }) => request)];
	return [...new Set(requests.map((request) => addresses.of(request)).filter(isRoom))];
}

/** Tells of payments as they become ours; resolves after the first one, or with `keep` when it is stopped. */
async function arrivals(
	folder: WalletFolder,
	keep: boolean,
	say: (text: string) => void,
): Promise<readonly AttemptSummary[]> {
	const came: AttemptSummary[] = [];
	const { stopped, release } = stopSignal();
	const first = new Promise<void>((resolve) => {
		folder.listen(({ news, attempt }) => {
			const payment = folder.wallet.module.attempts().find((each) => equalBytes(each.attempt, attempt));
			if (news !== "owned" || payment?.side !== "payee") return;
			came.push(payment);
			say(`Received ${inFull(payment.amount, assetOf(folder, payment.asset))}: yours, to spend at once.`);
			if (!keep) resolve();
		});
	});
	await Promise.race([first, stopped]);
	release();
	return came;
}

function receiveEnding(folder: WalletFolder, address: string, payments: readonly AttemptSummary[]): Ending {
	const waiting = folder.wallet.module.reservations().length;
	const isOpen = waiting > 0;
	const received = payments.map(({ attempt, amount }) => ({ payment: toHex(attempt), amount }));
	return {
		ok: payments.length > 0 || !isOpen,
		fundsState: isOpen ? "inFlight" : "safe",
		words: isOpen
			? `${waiting} payment(s) are reserved: yours when the payer's release comes.`
			: `${payments.length} payment(s) came.`,
		next: isOpen
			? `${commandName()} wallet receive again, and ask the payer to recover`
			: `${commandName()} wallet balance`,
		result: { address, received },
	};
}

function portOf(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (!/^[1-9][0-9]{0,4}$/.test(text) || Number(text) > 65_535) throw new BadInput(`${text} is no port`);
	return Number(text);
}
