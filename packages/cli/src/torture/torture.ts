/**
 * Torture: wallets and their operator work while they are killed, and the ledger outside holds them to their word.
 *
 *   round:  fresh wallets ─▶ work and kills ─▶ rest and count ─▶ … ─▶ redeem all, count ─▶ next round
 *
 * Work never waits for kills, nor kills for work. After each restart the process is looked at; at each rest
 * everything is counted to the minor unit; at the end of a round nothing is outstanding. The first loss ends it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Actor, type Chance, underWay } from "./actor.ts";
import { checkAccount, checkAtRest, checkWallet } from "./checks.ts";
import { isGone } from "./doubts.ts";
import { Killer, type Kills } from "./killer.ts";
import { assetCode, roleOf, TorturedTown, type TownOptions } from "./town.ts";

export type TortureOptions = Pick<TownOptions, "folder" | "programs" | "postgres" | "operators"> & {
	readonly chance: Chance;
	/** whether to go on, asked again and again */
	readonly goOn: (kills: Kills) => boolean;
	readonly progress: (kills: number) => void;
};

export type Tortured = {
	readonly kills: Kills;
	readonly town: TorturedTown;
	readonly rounds: number;
	/** counts at rest, everything to the minor unit */
	readonly rests: number;
};

const households = 3;
const walletsEach = 2;
const money = 20_000n;
const killsBetweenRests = 40;
const killsInRound = 120;

export async function torture(options: TortureOptions): Promise<Tortured> {
	const { chance, goOn, progress, ...place } = options;
	const town = new TorturedTown({ ...place, households, walletsEach, money });
	let actors: readonly Actor[] = [];
	const killer = new Killer({ town, chance, note: (counts) => underWay(actors, counts) });
	const isWell = (): boolean => town.ledger.losses.length === 0;
	const isOn = (): boolean => isWell() && goOn(killer.kills);
	let [rounds, rests] = [0, 0];
	try {
		await town.open();
		town.restarted = (name) => look(town, name);
		while (isOn()) {
			await town.newRound();
			actors = town.wallets.map((wallet) => new Actor(town, wallet, chance));
			const last = killer.kills.total + killsInRound;
			while (isOn() && killer.kills.total < last) {
				await workUnderKills(actors, killer, () => isOn(), progress);
				if (isWell()) await rest(town);
				rests++;
			}
			if (isWell()) await redeemAll(town, actors);
			rounds++;
		}
	} catch (error) {
		// After a loss everything is stopped, and whatever was under way fails.
		if (isWell()) throw error;
	} finally {
		await town.stop();
	}
	return { kills: killer.kills, town, rounds, rests };
}

/** Lets everybody work until some kills have passed, and what they began has ended. */
async function workUnderKills(
	actors: readonly Actor[],
	killer: Killer,
	isOn: () => boolean,
	progress: (kills: number) => void,
): Promise<void> {
	const last = killer.kills.total + killsBetweenRests;
	let isWorking = true;
	const works = actors.map(async (actor) => {
		while (isWorking) await actor.act();
	});
	const kills = (async () => {
		try {
			while (isOn() && killer.kills.total < last) {
				await killer.strike();
				progress(killer.kills.total);
			}
		} finally {
			isWorking = false;
		}
	})();
	const ends = await Promise.allSettled([...works, kills]);
	for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** A process serves again: what it holds is looked at beside the work. */
function look(town: TorturedTown, name: string): void {
	for (const wallet of town.wallets) {
		const isHere = town.homeOf(wallet).name === name;
		const isOperator = roleOf(name) === "operator";
		const check = isOperator ? checkAccount : checkWallet;
		if (isOperator || isHere)
			check(town, wallet).catch((error: unknown) => {
				if (!town.isStopped) town.ledger.loss(`${wallet} cannot be looked at: ${error}`);
			});
	}
}

const sweeps = 20;

/** Ends what payees still wait for, then counts. */
async function rest(town: TorturedTown): Promise<void> {
	await town.database?.up();
	for (let sweep = 0; sweep < sweeps; sweep++) {
		let open = 0;
		for (const wallet of town.wallets) open += await askOpen(town, wallet);
		if (open === 0) break;
		await pause(20);
	}
	await checkAtRest(town);
}

/** Asks the other side of every attempt that a wallet has open; how many there were. */
async function askOpen(town: TorturedTown, wallet: string): Promise<number> {
	const home = await town.homeOf(wallet).up();
	const { attempts } = await home.call("look", { wallet });
	const open = attempts.filter(({ isOpen }) => isOpen);
	for (const { attempt, operation, side } of open) {
		const other = town.ledger.otherSide(operation, side);
		if (other === undefined) continue;
		const to = town.addressOf(other);
		await home.call("recover", { wallet, attempt, to }).catch((error: unknown) => {
			if (!isGone(error)) throw error;
		});
	}
	return open.length;
}

/** Everything back to the accounts: then nothing is outstanding. */
async function redeemAll(town: TorturedTown, actors: readonly Actor[]): Promise<void> {
	for (const actor of actors)
		if (town.ledger.purse(actor.wallet).high > 0n) await actor.order("redeem", null);
	await checkAtRest(town);
	const { totals } = await (await town.operator.up()).call("audit", { code: assetCode });
	if (totals.outstanding !== 0n || totals.held !== town.deposited)
		town.ledger.loss(
			`all is redeemed, ${totals.outstanding} outstanding, ${totals.held} of ${town.deposited} held`,
		);
	const cases = await (await town.operator.up()).call("cases", null);
	if (cases > 0) town.ledger.loss(`${cases} forks on file, and nobody forked`);
}
