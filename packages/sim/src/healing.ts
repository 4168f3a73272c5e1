/**
 * Healing: faults stop, clocks are right, everyone is on; then the world must come to rest in bounded steps.
 *
 * Each device settles its orders and speaks again to the other side of each attempt. Nothing may stay undecided;
 * at last everything is redeemed, and the books must be empty but for what dishonest parties made.
 */
import { type Bytes, isRefusal, sameAsset, toHex } from "@tenten/protocol";
import type { Wallet } from "@tenten/wallet";
import type { Device } from "./device.ts";
import { Violation } from "./violation.ts";
import type { People } from "./workload.ts";
import { assets, type World } from "./world.ts";

const mostRounds = 8;
const mostSteps = 20_000;
/** redeem until and grace of all that was issued until now, seconds */
const longestLife = 90 * 86_400;

export async function heal(world: World, people: People): Promise<void> {
	world.isHealed = true;
	world.network.part(new Set());
	world.trace.event("world", "heals");
	for (const each of [...world.operators, ...world.devices]) if (each.isOff) void world.start(each);
	if (!(await world.until(() => false, mostSteps)) && !world.scheduler.isIdle)
		world.broken(new Violation("never quiet", "what was under way does not end"));
	await comeToRest(world, people);
	for (const device of world.devices) await redeemAll(world, device);
	if (openAttempts(world) > 0) await rule(world, people);
	if (world.violation === undefined) checkDecided(world);
	world.counts.add("liveness", "at rest");
}

/** Everyone speaks to everyone, until nobody waits or it does not help. */
async function comeToRest(world: World, people: People): Promise<void> {
	for (let round = 0; round < mostRounds && world.violation === undefined; round++) {
		const before = openAttempts(world);
		for (const device of world.devices) await speakAgain(world, people, device);
		const after = openAttempts(world);
		if (round > 0 && (after === 0 || after === before)) break;
	}
}

/** What nobody can be asked about ends by an operator's word, after redeem until and grace. */
async function rule(world: World, people: People): Promise<void> {
	world.now += longestLife;
	world.trace.event("clock", "redeem until and grace pass");
	for (const device of world.devices) await askOperators(world, device);
	await comeToRest(world, people);
}

async function askOperators(world: World, device: Device): Promise<void> {
	const { wallet } = device;
	for (const attempt of wallet?.module.open() ?? []) {
		if (wallet === undefined) return;
		if (wallet.module.payee(attempt) !== undefined)
			await finish(world, device, "resolves", () => wallet.resolve(attempt));
		await finish(world, device, "asks for a refund", () => wallet.askRefund(attempt));
	}
	// Whoever was paid may have forgotten it by a wrong clock, and never said that it was done.
	await finish(world, device, "forgets", async () => wallet?.module.forget());
}

function checkDecided(world: World): void {
	for (const device of world.devices) {
		const open = device.wallet?.module.attempts().find(({ isOpen }) => isOpen);
		if (open !== undefined) {
			const { attempt, side, state } = open;
			const what = `${device.name} is ${state} as ${side} of ${toHex(attempt).slice(0, 8)}`;
			world.broken(new Violation("undecided", what));
		}
		const left = device.wallet?.module.tokens() ?? [];
		if (left.length > 0)
			world.broken(new Violation("undecided", `${device.name} keeps ${left.length} tokens back`));
	}
}

function openAttempts(world: World): number {
	return world.devices.reduce((sum, { wallet }) => sum + (wallet?.module.open().length ?? 1), 0);
}

/** Does something on a device to its end. */
async function finish(
	world: World,
	device: Device,
	what: string,
	work: () => Promise<unknown>,
): Promise<void> {
	let isDone = false;
	void world.run(device, what, work).then(() => {
		isDone = true;
	});
	if (!(await world.until(() => isDone || device.isOff, mostSteps)) && world.violation === undefined)
		world.broken(new Violation("never quiet", `${device.name}: ${what}`));
}

async function speakAgain(world: World, people: People, device: Device): Promise<void> {
	const { wallet } = device;
	if (wallet === undefined) return;
	await finish(world, device, "joins", () => people.join(device));
	await finish(world, device, "settles", () => wallet.settlePending());
	for (const attempt of unsettled(wallet)) {
		const other = people.otherSide(device, attempt);
		if (other === undefined) continue;
		await finish(world, device, `recovers ${toHex(attempt).slice(0, 8)}`, () =>
			wallet.recover(attempt, device.channelTo(other)),
		);
		if (wallet.module.payee(attempt) === "resolving")
			await finish(world, device, "asks its operator", () => wallet.resolve(attempt));
		if (wallet.module.payer(attempt) === "locked")
			await finish(world, device, "cancels", () => wallet.cancel(attempt, device.channelTo(other)));
	}
}

/** What waits for the other side, and what was sent back: nobody says that a return has arrived. */
function unsettled({ module }: Wallet): readonly Bytes[] {
	return module
		.attempts()
		.filter(({ isOpen, side, state }) => isOpen || (side === "payee" && state === "returned"))
		.map(({ attempt }) => attempt);
}

async function redeemAll(world: World, device: Device): Promise<void> {
	const { wallet } = device;
	for (const host of world.operators)
		for (const { code } of assets) {
			const asset = world.assetOf(host, code);
			if (
				wallet === undefined ||
				wallet.module.tokens().every((token) => !sameAsset(token.asset, asset) || token.heldBy !== null)
			)
				continue;
			await finish(world, device, "redeems all", async () => {
				const redeemed = await wallet.redeem(asset);
				if (isRefusal(redeemed)) throw new Violation("lost", `${device.name} redeems: ${redeemed.code}`);
				return redeemed;
			});
		}
}

/** At rest: books balance, and nothing is out. */
export function checkEnd(world: World): void {
	for (const registry of world.registries) for (const { code } of assets) registry.audit(code);
	const { checker } = world;
	if (checker.dishonest.size === 0 && checker.frontierAmount !== 0n)
		throw new Violation("lost", `${checker.frontierAmount} are out at the end`);
}
