/** Healing of meters: each is closed by both, given up, or claimed; none stays open. */
import type { MeterSummary } from "@tenten/module";
import { toHex } from "@tenten/protocol";
import type { Device } from "./device.ts";
import { finish, there } from "./finishing.ts";
import type { Metering } from "./metering.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

const rounds = 3;

type Open = { readonly device: Device; readonly summary: MeterSummary };

function metersOf({ wallet }: Device): readonly MeterSummary[] {
	return wallet?.meters.list() ?? [];
}

/** Those that hold something of somebody's still: not what was never released, nor what its payee claims too late. */
export function openMeters(world: World): readonly Open[] {
	return there(world).flatMap((device) =>
		metersOf(device)
			.filter(({ side, state, isOpen, claimsAt }) => {
				if (!isOpen || state === "reserved") return false;
				return side === "payer" || claimsAt !== null;
			})
			.map((summary) => ({ device, summary })),
	);
}

/** Both sides speak again, and close. */
export async function closeMeters(world: World, metering: Metering): Promise<void> {
	for (let round = 0; round < rounds && !world.isOver; round++)
		for (const { device, summary } of openMeters(world)) {
			const { meter, state, side } = summary;
			const partner = metering.partner(device, meter);
			const { wallet } = device;
			if (wallet === undefined || partner === undefined) continue;
			const channel = device.channelTo(partner);
			await finish(world, device, `resumes ${toHex(meter).slice(0, 8)}`, () =>
				wallet.meters.resume(meter, channel),
			);
			const now = wallet.meters.get(meter)?.state;
			if (now === "locked") await finish(world, device, "cancels a meter", () => wallet.meters.cancel(meter));
			if (state === "open" && side === "payer")
				await finish(world, device, "closes a meter", () => wallet.meters.close(meter, channel));
		}
}

/** No meter of an honest side waits for anything. */
export function checkMeters(world: World): void {
	for (const { device, summary } of openMeters(world)) {
		const { meter, state, side } = summary;
		const what = `${device.name} is ${state} as ${side} of meter ${toHex(meter).slice(0, 8)}`;
		world.broken(new Violation("undecided", what));
	}
}
