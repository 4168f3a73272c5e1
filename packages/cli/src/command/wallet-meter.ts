/** `tenten wallet meter`: payments that go on: served at an address or in a room at a relay, paid a tick at a time. */
import { setTimeout as pause } from "node:timers/promises";
import type { MeterSummary } from "@tenten/module";
import { type Bytes, equalBytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import {
	encodeInvitation,
	handoverApp,
	invitationIn,
	listenOnLoopback,
	makeInvitation,
} from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { onPort, portOf } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { agree } from "../wallet/agree.ts";
import { assetOf, findAsset, inFull, parseAmount } from "../wallet/assets.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { roomAddress, type Way, wayTo } from "../wallet/meeting.ts";
import { closeMeter, findMeter, meterLine, shortMeter } from "../wallet/meters.ts";
import { passOn, readBundle } from "../wallet/parcels.ts";
import { assetOption } from "./wallet-account.ts";

export function meterCommands(): Command {
	return family("meter", "pay and be paid a tick at a time, for what flows", [
		serveCommand(),
		payCommand(),
		listCommand(),
		closeCommand(),
	]);
}

type ServeFlags = {
	readonly price: string;
	readonly per?: string;
	readonly ticks?: string;
	readonly minutes?: string;
	readonly asset?: string;
	readonly purpose?: string;
	readonly port?: string;
	readonly relay?: string;
};

function serveCommand(): Command {
	return walletCommand<[], ServeFlags>(
		{
			usage: "serve",
			summary: "ask to be paid by meter, and take its ticks until it is closed",
			example: "tenten wallet meter serve --price 1 --per 10 --ticks 3600",
			required: [["--price <amount>", "so much …"]],
			options: [
				["--per <ticks>", "… for so many ticks (default: 1)"],
				["--ticks <number>", "the most that are taken (default: 3600)"],
				["--minutes <number>", "the time by which it is to be closed (default: 60)"],
				assetOption,
				["--purpose <text>", "what for, e.g. charging"],
				["--port <number>", "listen there (default: a free one)"],
				["--relay <address>", "meet the payer at this relay (wss://…) or MQTT broker (mqtts://…) instead"],
			],
		},
		async (folder, flags, output) => {
			const asset = findAsset(folder, flags.asset);
			const made = await folder.wallet.meters.request({
				asset: asset.id,
				units: parseAmount(flags.price, asset),
				perTicks: numberIn("--per", flags.per ?? "1", 1),
				ticks: numberIn("--ticks", flags.ticks ?? "3600", 1),
				until: now() + 60 * numberIn("--minutes", flags.minutes ?? "60", 1),
				...(flags.purpose === undefined ? {} : { purpose: flags.purpose }),
			});
			if (isRefusal(made)) return made;
			const place = await placeFor(folder, flags, made.digest);
			output.say(place.words);
			await passOn(output, [...made.messages, ...place.entries], undefined);
			try {
				return await served(folder, made.digest, place.way, output);
			} finally {
				await place.stop();
			}
		},
	);
}

/** Where a payer comes. */
type Place = {
	readonly words: string;
	/** beside the request */
	readonly entries: readonly Bytes[];
	/** to the payer, where there is one */
	readonly way: Way | undefined;
	readonly stop: () => Promise<void>;
};

async function placeFor(folder: WalletFolder, flags: ServeFlags, request: Bytes): Promise<Place> {
	if (flags.relay !== undefined) {
		const invitation = makeInvitation(flags.relay);
		const way = wayTo(folder, roomAddress(invitation), "inviter");
		folder.addresses.keep(request, roomAddress(invitation));
		return {
			words: "For the payer, and nobody else: whoever has it can answer here.",
			entries: [encodeInvitation(invitation)],
			way,
			stop: async () => {
				await way.settled();
				way.close();
			},
		};
	}
	const port = flags.port === undefined ? 0 : portOf(flags.port);
	const app = handoverApp(folder.wallet.handle);
	const server = await onPort(port, () => listenOnLoopback(app, port === 0 ? {} : { port }));
	return {
		words: `Listening at ${server.url}. The payer: ${commandName()} wallet meter pay <request> --to ${server.url}`,
		entries: [],
		way: undefined,
		stop: () => server.stop(),
	};
}

const look_ms = 200;

/** Says how far the meter has come, until it is closed or its user ends it. */
async function served(
	folder: WalletFolder,
	request: Bytes,
	way: Way | undefined,
	output: Output,
): Promise<Ending | Refusal> {
	const { meters } = folder.wallet;
	const { stopped, release } = stopSignal();
	let isStopped = false;
	void stopped.then(() => {
		isStopped = true;
	});
	const ours = (): MeterSummary | undefined =>
		meters.list().find((each) => each.side === "payee" && equalBytes(each.request, request) && each.isOpen) ??
		meters.list().find((each) => each.side === "payee" && equalBytes(each.request, request));
	let shown = -1;
	for (;;) {
		const meter = ours();
		if (meter !== undefined && meter.ticks !== shown && meter.state !== "reserved") {
			shown = meter.ticks;
			output.say(meterLine(folder, meter));
		}
		if (meter !== undefined && !meter.isOpen) break;
		if (isStopped) break;
		await pause(look_ms);
	}
	release();
	const left = ours();
	// Ended here: the payer hears the count where it can be reached, and else when it comes again.
	if (left?.state === "open") await meters.close(left.meter, way);
	return meterEnding(folder, ours());
}

type PayFlags = {
	readonly to?: string;
	readonly ticks?: string;
	readonly every?: string;
	readonly yes?: true;
};

function payCommand(): Command {
	return walletCommand<[request: string], PayFlags>(
		{
			usage: "pay <request>",
			summary: "open a meter that was asked for, tick, and close it",
			example: "tenten wallet meter pay wash.tenten --to http://127.0.0.1:8900 --ticks 60",
			options: [
				["--to <address>", "where the payee is reached, for a request that does not say so"],
				["--ticks <number>", "close after so many (default: all of them, or Ctrl-C)"],
				["--every <milliseconds>", "between two ticks (default: 1000)"],
				["--yes", "agree to what the request asks, unseen"],
			],
		},
		async (folder, flags, output, source) => {
			const entries = await readBundle(source);
			if (isRefusal(entries)) return entries;
			const { meters } = folder.wallet.module;
			const request = meters.requestIn(entries);
			const shown = isRefusal(request) ? request : meters.readRequest(request);
			if (isRefusal(request) || isRefusal(shown)) return isRefusal(request) ? request : (shown as Refusal);
			const invitation = invitationIn(entries);
			const address = flags.to ?? (invitation && roomAddress(invitation));
			if (address === undefined) throw new BadInput("this request does not say where its payee is: add --to");
			const { body } = shown;
			const asset = assetOf(folder, body.asset);
			const price = `${inFull(body.units, asset)} for ${body.perTicks} tick(s), at most ${inFull(meters.mostOf(shown), asset)}`;
			await agree(output, `Opening a meter: ${price}`, flags.yes === true);
			const most = Math.min(body.ticks, numberIn("--ticks", flags.ticks ?? `${body.ticks}`, 1));
			const every_ms = numberIn("--every", flags.every ?? "1000", 0);
			folder.addresses.keep(shown.digest, address);
			const way = wayTo(folder, address, "guest");
			try {
				const opened = await folder.wallet.meters.open({ request }, way);
				if (isRefusal(opened)) return opened;
				if (opened.state === "open") await ticked(folder, opened.meter, way, { most, every_ms }, output);
				return meterEnding(folder, folder.wallet.meters.get(opened.meter));
			} finally {
				await way.settled();
				way.close();
			}
		},
	);
}

/** How often in a row a payee may be out of reach. */
const mostFailures = 20;

/** Ticks until it is enough, its user ends it, or nobody answers any more; then closes. */
async function ticked(
	{ wallet: { meters } }: WalletFolder,
	meter: Bytes,
	way: Way,
	{ most, every_ms }: { readonly most: number; readonly every_ms: number },
	output: Output,
): Promise<void> {
	const { stopped, release } = stopSignal();
	let isStopped = false;
	void stopped.then(() => {
		isStopped = true;
	});
	let failures = 0;
	while (!isStopped && (meters.get(meter)?.ticks ?? most) < most) {
		// What a tick that failed has paid is said again, and never paid twice.
		const refused = failures === 0 ? await meters.tick(meter, way) : await meters.resume(meter, way);
		failures = refused !== undefined && isRefusal(refused) ? failures + 1 : 0;
		if (failures > mostFailures || meters.get(meter)?.state !== "open") break;
		await pause(every_ms);
	}
	release();
	const closed = await meters.close(meter, way);
	if (isRefusal(closed)) output.say(`The payee does not answer: ${closed.code}.`);
}

function listCommand(): Command {
	return walletCommand(
		{
			usage: "list",
			summary: "every meter, on either side, and how far it is",
			example: "tenten wallet meter list",
		},
		async (folder, _flags, output) => {
			const meters = folder.wallet.meters.list();
			for (const each of meters) output.say(meterLine(folder, each));
			const isOpen = meters.some((each) => each.isOpen && each.state !== "reserved");
			const shown = meters.map(({ meter, side, state, ticks, due }) => ({
				meter: toHex(meter),
				side,
				state,
				ticks,
				due,
			}));
			return {
				ok: true,
				fundsState: isOpen ? "inFlight" : "safe",
				words: `${meters.length} meter(s).`,
				next: isOpen ? `${commandName()} wallet recover   goes on with what is open` : "",
				result: { meters: shown },
			};
		},
	);
}

function closeCommand(): Command {
	return walletCommand<[meter: string], { readonly operator?: true }>(
		{
			usage: "close <meter>",
			summary: "close a meter that was interrupted, with its other side or by its operator",
			example: "tenten wallet meter close 3f9a0c",
			options: [["--operator", "the other side is gone: claim this side's part, and close it no more"]],
		},
		async (folder, { operator }, _output, start) => {
			const { meters } = folder.wallet;
			const found = findMeter(folder, start);
			const { meter, request, side, state } = found;
			if (operator === true) {
				const claimed = await meters.claim(meter);
				if (isRefusal(claimed)) return claimed;
				return meterEnding(folder, meters.get(meter));
			}
			if (state === "locked") {
				const refusal = await meters.cancel(meter);
				return refusal ?? meterEnding(folder, meters.get(meter));
			}
			const address = folder.addresses.of(request);
			const way =
				address === undefined ? undefined : wayTo(folder, address, side === "payer" ? "guest" : "inviter");
			try {
				const refused = await closeMeter(folder.wallet, found, way);
				return refused ?? meterEnding(folder, meters.get(meter));
			} finally {
				await way?.settled();
				way?.close();
			}
		},
	);
}

function meterEnding(folder: WalletFolder, meter: MeterSummary | undefined): Ending {
	if (meter === undefined)
		return {
			ok: false,
			fundsState: "safe",
			words: "No meter was opened.",
			next: "",
			result: { meter: null },
		};
	const { state, side, ticks, due, isOpen } = meter;
	const isSafe = state === "closed" || state === "cancelled" || !isOpen;
	const result = { meter: toHex(meter.meter), side, state, ticks, due };
	return {
		ok: isSafe,
		fundsState: isSafe ? (side === "payer" && due > 0n ? "spent" : "safe") : "inFlight",
		words: `${meterLine(folder, meter)}.`,
		next: isSafe
			? `${commandName()} wallet balance`
			: `${commandName()} wallet meter close ${shortMeter(meter)}   when the other side is back; its operator closes it in the end`,
		result,
	};
}
