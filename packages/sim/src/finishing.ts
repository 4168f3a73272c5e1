/** Healing, one thing at a time: who is still there, and what each does to its end. */
import type { Device } from "./device.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

export const mostSteps = 20_000;

/** Everyone who is not gone for good, honest or not. */
export function there(world: World): readonly Device[] {
	return world.devices.filter((device) => !world.isGone(device));
}

/** Does something on a device to its end. */
export async function finish(
	world: World,
	device: Device,
	what: string,
	work: () => Promise<unknown>,
): Promise<void> {
	const { life } = device;
	let isDone = false;
	void world.run(device, what, work).then(() => {
		isDone = true;
	});
	const isOver = (): boolean => isDone || life.isOver;
	if (!(await world.until(isOver, mostSteps)) && !world.isOver)
		world.broken(new Violation("never quiet", `${device.name}: ${what}`));
	if (life.isOver) await world.until(() => device.wallet !== undefined, mostSteps);
}
