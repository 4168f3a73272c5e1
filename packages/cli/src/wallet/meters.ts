/** Meters as people meet them: by the start of their id, each with how far it is. */
import { setTimeout as pause } from "node:timers/promises";
import type { MeterSummary } from "@tenten/module";
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import type { Channel, Wallet } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { assetOf, inFull } from "./assets.ts";
import type { WalletFolder } from "./folder.ts";
import { wayTo } from "./meeting.ts";

const shownDigits = 10;

export function shortMeter({ meter }: Pick<MeterSummary, "meter">): string {
	return toHex(meter).slice(0, shownDigits);
}

/** The one meter whose id begins like this. */
export function findMeter({ wallet }: WalletFolder, start: string): MeterSummary {
	const fitting = wallet.meters.list().filter(({ meter }) => toHex(meter).startsWith(start.toLowerCase()));
	const [first] = fitting;
	if (first === undefined || start === "")
		throw new BadInput(`no meter begins with ${start}: tenten wallet meter list shows them`);
	if (fitting.length > 1) throw new BadInput(`${fitting.length} meters begin with ${start}: give more of it`);
	return first;
}

/** One line: which, on which side, how far, and what is due for it. */
export function meterLine(folder: WalletFolder, meter: MeterSummary): string {
	const { side, state, ticks, most, due, asset } = meter;
	const does = side === "payer" ? "pays" : "is paid";
	return `Meter ${shortMeter(meter)} ${does} ${inFull(due, assetOf(folder, asset))}: ${ticks} of ${most} ticks, ${state}`;
}

const look_ms = 200;

/**
 * Closes a meter that was interrupted; why not. Where both sides close at once a payee's Close comes while it waits for
 * an answer, perhaps of a payer that has ended since.
 */
export async function closeMeter(
	{ meters }: Pick<Wallet, "meters">,
	{ meter, side }: Pick<MeterSummary, "meter" | "side">,
	way: Channel | undefined,
): Promise<Refusal | undefined> {
	const talk = async (): Promise<Refusal | undefined> => {
		const heard = way === undefined || side === "payee" ? undefined : await meters.resume(meter, way);
		if (isRefusal(heard) || heard?.state === "closed") return isRefusal(heard) ? heard : undefined;
		const closed = await meters.close(meter, way);
		return isRefusal(closed) ? closed : undefined;
	};
	let isOver = false;
	const closed = async (): Promise<undefined> => {
		while (!isOver && meters.get(meter)?.state !== "closed") await pause(look_ms);
	};
	try {
		return await (side === "payee" ? Promise.race([talk(), closed()]) : talk());
	} finally {
		isOver = true;
	}
}

/** Goes on with meters whose other side can be reached, and closes those whose time is over. `now`: unix seconds. */
export async function resumeMeters(folder: WalletFolder, now: number): Promise<void> {
	const { wallet, addresses } = folder;
	for (const { meter, request, side, isOpen, until } of wallet.meters.list()) {
		const address = addresses.of(request);
		if (!isOpen || address === undefined) continue;
		const way = wayTo(folder, address, side === "payer" ? "guest" : "inviter");
		try {
			const resumed = await wallet.meters.resume(meter, way);
			if (!isRefusal(resumed) && resumed.state === "open" && now >= until)
				await wallet.meters.close(meter, way);
			await way.settled();
		} finally {
			way.close();
		}
	}
}
