/**
 * Healing: faults stop, clocks are right, everyone is on; then the world must come to rest in bounded steps.
 *
 * Each device settles its orders and speaks again to the other side of each attempt. Nothing may stay undecided;
 * at last everything is redeemed, and the books must be empty but for what dishonest parties made.
 */
import type { AttemptSummary } from "@tenten/module";
import { type Bytes, isRefusal, sameAsset, toHex } from "@tenten/protocol";
import { checkForks } from "./checker/forks.ts";
import type { Device } from "./device.ts";
import { finish, mostSteps, there } from "./finishing.ts";
import { checkMeters, closeMeters, openMeters } from "./healing-meters.ts";
import type { Metering } from "./metering.ts";
import { Violation } from "./violation.ts";
import type { People } from "./workload.ts";
import { assets, type World } from "./world.ts";

const mostRounds = 8;
/** redeem until and grace of all that was issued until now, seconds */
const longestLife = 90 * 86_400;

/** `healedAt` of the end is what this gives: when it began, unix seconds. */
export async function heal(world: World, people: People, metering?: Metering): Promise<number> {
	const healedAt = world.now;
	world.isHealed = true;
	world.network.part(new Set());
	world.trace.event("world", "heals");
	for (const each of [...world.operators, ...there(world)]) if (each.isOff) void world.start(each);
	if (!(await world.until(() => false, mostSteps)) && !world.scheduler.isIdle)
		world.broken(new Violation("never quiet", "what was under way does not end"));
	await comeToRest(world, people);
	if (metering !== undefined) await closeMeters(world, metering);
	for (const device of there(world)) await redeemAll(world, device);
	if (openAttempts(world) > 0) {
		// Redeeming publishes releases: whoever waits for one in vain finds it there, while it is in time.
		for (const device of there(world)) await askForReleases(world, people, device);
		for (const device of there(world)) await redeemAll(world, device);
	}
	if (openAttempts(world) > 0 || there(world).some(isAwaiting) || openMeters(world).length > 0)
		await rule(world, people);
	if (!world.isOver) checkMeters(world);
	if (!world.isOver) checkDecided(world, people, healedAt);
	return healedAt;
}

/** Everyone speaks to everyone, until nobody waits or it does not help. */
async function comeToRest(world: World, people: People): Promise<void> {
	for (let round = 0; round < mostRounds && !world.isOver; round++) {
		const before = openAttempts(world);
		for (const device of there(world)) await speakAgain(world, people, device);
		const after = openAttempts(world);
		if (round > 0 && (after === 0 || after === before)) break;
	}
}

/** What nobody can be asked about ends by an operator's word, after redeem until and grace. */
async function rule(world: World, people: People): Promise<void> {
	world.now += longestLife;
	world.trace.event("clock", "redeem until and grace pass");
	for (const device of there(world)) {
		// Of operators that took part it has a list of now: nothing is forgotten by its own clock alone.
		await finish(world, device, "joins", () => people.join(device));
		await askOperators(world, device);
	}
	await comeToRest(world, people);
	// What accounts of lost keys held is in tokens again.
	for (const device of there(world).filter(({ isRestored }) => isRestored)) await redeemAll(world, device);
}

function isAwaiting({ wallet }: Device): boolean {
	return (wallet?.module.awaited().length ?? 0) > 0;
}

async function askForReleases(world: World, people: People, device: Device): Promise<void> {
	for (const attempt of device.wallet?.module.open() ?? []) {
		const { wallet } = device;
		const other = people.otherSide(device, attempt);
		const isAlone = other === undefined || world.isGone(other) || !world.isHonest(other);
		if (wallet === undefined || !isAlone || wallet.module.payee(attempt) === undefined) continue;
		await finish(world, device, "asks for a release", () => wallet.resolve(attempt));
	}
}

async function askOperators(world: World, device: Device): Promise<void> {
	const { wallet } = device;
	for (const attempt of wallet?.module.open() ?? []) {
		if (wallet === undefined) return;
		if (wallet.module.payee(attempt) !== undefined)
			await finish(world, device, "resolves", () => wallet.resolve(attempt));
		await finish(world, device, "asks for a refund", () => wallet.askRefund(attempt));
	}
	await finish(world, device, "claims meters", async () => wallet?.meters.claimDue());
	if (device.isRestored) await finish(world, device, "brings back", () => device.bringBack());
	// Whoever was paid may be gone, and never say that it was done.
	await finish(world, device, "forgets", async () => wallet?.module.forget());
}

function openAttempts(world: World): number {
	return there(world).reduce((sum, { wallet }) => sum + (wallet?.module.open().length ?? 0), 0);
}

/** Nobody honest waits for anything that can still come, and nobody keeps a token back. */
function checkDecided(world: World, people: People, healedAt: number): void {
	for (const device of world.honest) {
		const open = device.wallet?.module
			.attempts()
			.find((entry) => entry.isOpen && !isHopeless(world, people, device, entry));
		if (open !== undefined) {
			const { attempt, side, state } = open;
			const what = `${device.name} is ${state} as ${side} of ${toHex(attempt).slice(0, 8)}`;
			world.broken(new Violation("undecided", what));
		}
		const left = (device.wallet?.module.tokens() ?? []).filter(
			({ redeemUntil, output, isBound }) =>
				redeemUntil > healedAt && !isBound && !world.checker.hasComeBack(toHex(output)),
		);
		if (left.length > 0)
			world.broken(new Violation("undecided", `${device.name} keeps ${left.map(inWords).join(", ")}`));
		if (device.wallet === undefined) world.broken(new Violation("undecided", `${device.name} is off`));
	}
}

function inWords({ output, heldBy }: { readonly output: Bytes; readonly heldBy: Bytes | null }): string {
	const held = heldBy === null ? "free" : `held for ${toHex(heldBy).slice(0, 8)}`;
	return `${toHex(output).slice(0, 8)} (${held})`;
}

/**
 * What stays on record and moves no value, where the other side is gone, forgot it with a lost device, or will not
 * speak: a direct transfer that was taken, and a reservation of a payee that gave nothing for it.
 */
function isHopeless(
	world: World,
	people: People,
	device: Device,
	{ attempt, side, state }: AttemptSummary,
): boolean {
	const key = `${side}/${toHex(attempt)}`;
	const other = people.otherSide(device, attempt);
	const speaks = other !== undefined && !world.isGone(other) && world.isHonest(other) && !other.isRestored;
	if (speaks) return false;
	if (state === "sent") return world.checker.isTaken(device.name, key);
	return side === "payee" && !world.checker.givesOwn(device.name, key);
}

async function speakAgain(world: World, people: People, device: Device): Promise<void> {
	if (device.wallet === undefined) return;
	await finish(world, device, "joins", () => people.join(device));
	await finish(world, device, "settles", async () => device.wallet?.settlePending());
	if (device.isRestored) await finish(world, device, "brings back", () => device.bringBack());
	for (const attempt of device.wallet?.module.open() ?? []) {
		const { wallet } = device;
		const other = people.otherSide(device, attempt);
		if (wallet === undefined || other === undefined || world.isGone(other)) continue;
		await finish(world, device, `recovers ${toHex(attempt).slice(0, 8)}`, () =>
			wallet.recover(attempt, device.channelTo(other)),
		);
		if (wallet.module.payee(attempt) === "resolving")
			await finish(world, device, "asks its operator", () => wallet.resolve(attempt));
	}
	for (const attempt of device.wallet?.module.open() ?? []) {
		const { wallet } = device;
		const other = people.otherSide(device, attempt);
		if (wallet?.module.payer(attempt) === "locked" && other !== undefined)
			await finish(world, device, "cancels", () => wallet.cancel(attempt, device.channelTo(other)));
	}
}

async function redeemAll(world: World, device: Device): Promise<void> {
	for (const host of world.operators)
		for (const { code } of assets) {
			const asset = world.assetOf(host, code);
			const { wallet } = device;
			const own = wallet?.module
				.tokens()
				.filter((token) => token.heldBy === null && sameAsset(token.asset, asset));
			if (wallet === undefined || own?.length === 0) continue;
			await finish(world, device, "redeems all", async () => {
				const redeemed = await wallet.redeem(asset);
				if (isRefusal(redeemed) && world.isHonest(device))
					throw new Violation("lost", `${device.name} redeems: ${redeemed.code} ${redeemed.detail}`);
				return redeemed;
			});
		}
}

/** At rest: books balance, everything was paid that somebody honest had, and every fork that came in is proven. */
export function checkEnd(world: World, healedAt: number): void {
	for (const registry of world.registries) {
		for (const { code } of assets) registry.audit(code);
		registry.auditRows();
	}
	world.checker.checkEnd(healedAt);
	const { made, proven } = checkForks(world.checker, world.registries);
	world.counts.add("forks", "made", made);
	world.counts.add("forks", "proven", proven);
	world.counts.add("liveness", "at rest");
}
