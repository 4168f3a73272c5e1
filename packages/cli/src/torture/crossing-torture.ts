/**
 * Torture of payments across operators: both ways at once, while either operator is killed at random.
 *
 *   payers ──▶ west ◀──seals, quotes──▶ east ◀── payers          kill -9 of either, and again while it starts
 *
 * Every step is asked for until it is answered. In the end it is counted: no payment is half done, what was acknowledged
 * as committed is, accounts have what their payments say, no more is at risk than agreed, ledgers add up, and the file
 * of each payment says at both sides what became of it.
 */
import { setTimeout as pause } from "node:timers/promises";
import { gatewayAccount } from "@tenten/operator";
import { equalBytes, isRefusal, type Refusal, type VerifiedOutcome, verifyOutcome } from "@tenten/protocol";
import { type Lane, type Operator, openPair, type Pair } from "../across/pair.ts";
import { type Payment, Payments } from "../across/payments.ts";
import type { Kind } from "../across/token-legs.ts";
import type { Chance } from "./actor.ts";

export type CrossingTorture = {
	readonly folder: string;
	readonly chance: Chance;
	/** at least, both directions together */
	readonly payments: number;
	/** at least, where it is not 0: payments go on until there were so many */
	readonly kills: number;
	/** in one request; 20 if left out */
	readonly together?: number;
	/** requests' worth under way at once; 8 if left out */
	readonly lanes?: number;
	readonly epoch_ms?: number;
	/** what sides are, by chance; accounts alone if left out */
	readonly kinds?: readonly Kind[];
};

export type CrossingTortured = {
	readonly payments: number;
	readonly committed: number;
	readonly returned: number;
	/** refused before anything was locked */
	readonly notBegun: number;
	readonly kills: number;
	/** calls that a kill left without an answer */
	readonly unanswered: number;
	/** from the lock to the end at both sides, of those that were committed */
	readonly p50_ms: number;
	readonly p99_ms: number;
	readonly perSecond: number;
	/** what is half done, what was acknowledged and is not so, and what does not add up */
	readonly losses: readonly string[];
	/** committed, by what the sides were */
	readonly kinds: Readonly<Record<string, number>>;
};

/** Seals from a quote until the one that decides; where operators are killed they need the time to come back. */
const [swift, patient] = [10, 30];
const funds = 1_000_000_000n;
const exposure = 1_000_000_000n;
const payers = 20;
/** wallets of either side, where tokens pay; what each of them and the gateway has */
const wallets = 6;
const held = 1_000_000n;
/** one payer in so many never releases */
const abandoned = 8;

export async function tortureCrossing(options: CrossingTorture): Promise<CrossingTortured> {
	const { folder, chance, payments: wanted, kills, together = 20, lanes = 8, epoch_ms = 400 } = options;
	const { kinds = [{ from: "account", to: "account" }] } = options;
	const holders = kinds.some(({ from, to }) => from === "token" || to === "token") ? wallets : 0;
	const losses: string[] = [];
	const failed = (what: string): void => void losses.push(what);
	const lead = kills === 0 ? swift : patient;
	const pair = await openPair({ folder, epoch_ms, lead, payers, funds, exposure, holders, held, failed });
	try {
		await bothKnown(pair);
		const payments = new Payments(pair, chance, kinds);
		let killed = 0;
		let lanesOpen = lanes;
		const goOn = (): boolean => payments.made.length < wanted || killed < kills;
		const lane = async (n: number): Promise<void> => {
			while (goOn()) await payments.pay(pair.lanes[n % 2] as Lane, together, kills === 0 ? 0 : abandoned);
			lanesOpen--;
		};
		const killer = async (): Promise<void> => {
			while (killed < kills || (kills > 0 && lanesOpen > 0 && payments.made.length < wanted)) {
				const { victim } = pair.operators[chance(2)] as (typeof pair.operators)[number];
				// One in six dies while it starts.
				if (chance(6) !== 0) await victim.up();
				await pause(300 + chance(2_500));
				await victim.kill();
				killed++;
			}
		};
		const from_ms = performance.now();
		await Promise.all([killer(), ...Array.from({ length: lanes }, (_, n) => lane(n))]);
		const seconds = (performance.now() - from_ms) / 1_000;
		losses.push(...payments.lies, ...(await judge(pair, payments)));
		return { ...countsOf(payments.made, seconds), kills: killed, unanswered: payments.unanswered, losses };
	} finally {
		await pair.close();
	}
}

/** Each has seen a witnessed seal of the other: before that nothing is quoted. */
async function bothKnown({ operators }: Pair): Promise<void> {
	for (const { victim } of operators)
		while ((await (await victim.up()).call("peerSeal", null)) === 0) await pause(50);
}

function countsOf(made: readonly Payment[], seconds: number) {
	const ended = (state: string): readonly Payment[] => made.filter(({ ends }) => ends?.[0] === state);
	const committed = ended("committed");
	const kinds: Record<string, number> = {};
	for (const { kind } of committed) {
		const name = `${kind.from} to ${kind.to}`;
		kinds[name] = (kinds[name] ?? 0) + 1;
	}
	const times = committed
		.map(({ lockedAt_ms, endedAt_ms }) => endedAt_ms - lockedAt_ms)
		.sort((a, b) => a - b);
	const at = (share: number): number => Math.round(times[Math.floor(share * (times.length - 1))] ?? 0);
	return {
		payments: made.length,
		kinds,
		committed: committed.length,
		returned: ended("returned").length,
		notBegun: made.filter(({ ends }) => ends === undefined).length,
		p50_ms: at(0.5),
		p99_ms: at(0.99),
		perSecond: Math.round((10 * committed.length) / seconds) / 10,
	};
}

const alike = ["committed, credited", "returned, voided", "returned, nothing"];

async function judge(pair: Pair, payments: Payments): Promise<readonly string[]> {
	const wrong: string[] = [];
	for (const { transfer, ends, acknowledged } of payments.made) {
		if (ends === undefined) {
			if (acknowledged !== "nothing") wrong.push(`${transfer} was locked and never ended`);
			continue;
		}
		const said = ends.join(", ");
		if (!alike.includes(said)) wrong.push(`${transfer} is half done: ${said}`);
		if (acknowledged === "committed" && ends[0] !== "committed")
			wrong.push(`${transfer} was acknowledged as committed, and ${said}`);
	}
	for (const lane of pair.lanes) wrong.push(...(await judgeMoney(lane, payments.made)));
	for (const operator of pair.operators) wrong.push(...(await judgeTokens(operator, payments.made)));
	for (const { victim } of pair.operators) wrong.push(...(await (await victim.up()).call("examine", null)));
	wrong.push(...(await judgeFiles(pair, payments)));
	return wrong;
}

/** Accounts of one direction: payers of the source, the payee of the destination, and what is at risk there. */
async function judgeMoney(lane: Lane, all: readonly Payment[]): Promise<readonly string[]> {
	const wrong: string[] = [];
	const { source, destination } = lane;
	const done = all.filter(
		(each) => equalBytes(each.lane.agreement, lane.agreement) && each.ends?.[0] === "committed",
	);
	const line = await source.victim.up();
	const balances = await line.call("balances", source.payers);
	for (const [at, payer] of source.payers.entries()) {
		const paid = done
			.filter((each) => equalBytes(each.payer, payer))
			.reduce((sum, { pays }) => sum + pays, 0n);
		const [posted, pending] = balances[at] ?? [0n, 0n];
		if (posted !== funds - paid || pending !== 0n)
			wrong.push(`a payer has ${posted} with ${pending} pending, not ${funds - paid}`);
	}
	const credits = done.reduce((sum, each) => sum + each.credits, 0n);
	const onAccount = done.filter(({ kind }) => kind.to === "account");
	const owed = onAccount.reduce((sum, each) => sum + each.credits, 0n);
	const other = await destination.victim.up();
	const [[has, open] = [0n, 0n]] = await other.call("balances", [destination.payee]);
	if (has !== owed || open !== 0n) wrong.push(`a payee has ${has} with ${open} pending, not ${owed}`);
	const isOf = ({ agreement }: { readonly agreement: Uint8Array }): boolean =>
		equalBytes(agreement, lane.agreement);
	const risk = (await other.call("risks", null)).find(isOf);
	const counted = (risk?.unsettled ?? 0n) + (risk?.settled ?? 0n);
	if (risk === undefined || risk.open !== 0n || counted !== credits || risk.unsettled > exposure)
		wrong.push(`at risk are ${risk?.open} and ${risk?.unsettled}, settled ${risk?.settled}, not ${credits}`);
	const own = (await line.call("risks", null)).find(isOf);
	const [here, there] = [own?.settlements ?? [], risk?.settlements ?? []];
	// The source countersigns first: the destination may still have to hear of the last.
	if (there.some((id, at) => id !== here[at]) || here.length - there.length > 1)
		wrong.push(`the sides have ${here.length} and ${there.length} settlements, and not the same`);
	return wrong;
}

/** Tokens of one operator: what its holders and its gateway have, and what stands on the gateway's account. */
async function judgeTokens(operator: Operator, all: readonly Payment[]): Promise<readonly string[]> {
	if (operator.holders.length === 0) return [];
	const done = all.filter(({ ends }) => ends?.[0] === "committed");
	const given = done
		.filter(({ lane, kind }) => lane.source === operator && kind.from === "token")
		.reduce((sum, { pays }) => sum + pays, 0n);
	const got = done
		.filter(({ lane, kind }) => lane.destination === operator && kind.to === "token")
		.reduce((sum, { credits }) => sum + credits, 0n);
	const line = await operator.victim.up();
	const has = operator.holders.map(({ balance }) => balance());
	const free = has.reduce((sum, [available]) => sum + available, 0n);
	const bound = [...has, await line.call("gateway", null)].reduce((sum, [, a, b]) => sum + a + b, 0n);
	const [stock] = await line.call("gateway", null);
	const [[account, pending] = [0n, 0n]] = await line.call("balances", [gatewayAccount(operator.asset)]);
	const expected = [held * BigInt(has.length) - given + got, held + given - got, got - given, 0n, 0n];
	const found = [free, stock, account, pending, bound];
	return found.every((each, at) => each === expected[at])
		? []
		: [`tokens, the gateway's and its account: ${found}, not ${expected}`];
}

/** Both sides' files say the end that both have, and that what was promised was kept. */
async function judgeFiles({ keys }: Pair, payments: Payments): Promise<readonly string[]> {
	const wrong: string[] = [];
	for (const { transfer, ends, lane } of payments.made) {
		if (transfer === undefined || ends === undefined) continue;
		const sides = ends[1] === "nothing" ? [lane.source] : [lane.source, lane.destination];
		for (const side of sides) {
			const file = await payments.outcome(side, transfer);
			const said = file && verifyOutcome(file, keys);
			const end = ends[0] === "committed" ? "committed" : "aborted";
			if (said === undefined || isRefusal(said) || said.end.kind !== end || said.duty === "broken")
				wrong.push(
					`${transfer}: a file shows ${said === undefined ? "nothing" : JSON.stringify(codeOf(said))}`,
				);
		}
	}
	return wrong;
}

function codeOf(said: VerifiedOutcome | Refusal): string {
	return isRefusal(said) ? said.code : `${said.end.kind}, ${said.duty}`;
}
