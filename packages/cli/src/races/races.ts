/**
 * Races against a real operator: a process of its own on an SQLite file, or several over one PostgreSQL database,
 * asked over HTTP by crowds.
 *
 * After each round its books must balance, and all value must be on accounts or outstanding, plus what the
 * fork reserve drew; at the end accounts never having been below zero is what the books' own audit says.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Bytes } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { createIssuer } from "../server/issuer.ts";
import { random } from "../surroundings.ts";
import { count } from "../torture/ledger.ts";
import { type OperatorMethods, operatorProgram } from "../torture/operator-process.ts";
import { Victim } from "../torture/victim.ts";
import { type Answer, send } from "./crowd.ts";
import { assets, type Race, type Variant } from "./race.ts";
import { openTrack, type Track } from "./racer.ts";

export type RacesOptions = {
	readonly folder: string;
	/** the address of a PostgreSQL database; an SQLite file in the folder where left out */
	readonly database?: string;
	/** over that database; one where left out */
	readonly processes?: number;
	/** requests at once */
	readonly parallel: number;
	/** run in turns */
	readonly variants: Readonly<Record<string, Variant>>;
	readonly goOn: (rounds: number) => boolean;
	readonly progress: (rounds: number) => void;
};

export type RacesReport = {
	readonly parallel: number;
	readonly rounds: Readonly<Record<string, number>>;
	readonly requests: number;
	/** how requests were answered: a reply, or a refusal's code */
	readonly answers: Readonly<Record<string, number>>;
	/** seconds in which a crowd was under way */
	readonly racing_s: number;
	readonly wrong: readonly string[];
};

type Operator = {
	readonly victims: readonly Victim<OperatorMethods>[];
	readonly urls: readonly string[];
	readonly track: Track;
	/** minor units that came from outside, by code */
	readonly deposited: ReadonlyMap<string, bigint>;
};

export async function races(options: RacesOptions): Promise<RacesReport> {
	const { variants, parallel, goOn, progress } = options;
	const wrong: string[] = [];
	const rounds = new Map<string, number>();
	const answered = new Map<string, number>();
	const operator = await startOperator(options, wrong);
	let [done, requests, racing_ms] = [0, 0, 0];
	const names = Object.keys(variants);
	try {
		while (goOn(done) && wrong.length === 0) {
			const name = names[done % names.length] as string;
			const race = await (variants[name] as Variant)(operator.track, parallel);
			const from_ms = performance.now();
			const answers = await send(operator.urls, race.entries);
			racing_ms += performance.now() - from_ms;
			requests += answers.length;
			for (const words of judge(race, answers, answered)) wrong.push(`${name}, round ${done + 1}: ${words}`);
			for (const words of await audit(operator)) wrong.push(`${name}: ${words}`);
			count(rounds, name);
			progress(++done);
		}
	} finally {
		await Promise.all(operator.victims.map((victim) => victim.stop()));
	}
	return {
		parallel,
		rounds: Object.fromEntries(rounds),
		requests,
		answers: Object.fromEntries(answered),
		racing_s: Math.round(racing_ms / 100) / 10,
		wrong,
	};
}

function judge(race: Race, answers: readonly Answer[], answered: Map<string, number>): readonly string[] {
	const wrong: string[] = [];
	for (const answer of answers) {
		count(answered, answer.kind === "refused" ? answer.code : answer.kind);
		if (answer.kind === "wrong") wrong.push(answer.what);
	}
	return [...wrong, ...race.judge(answers)];
}

async function audit({ victims, deposited }: Operator): Promise<readonly string[]> {
	const line = await (victims[0] as Victim<OperatorMethods>).up();
	const wrong: string[] = [];
	for (const { code } of assets) {
		const { totals, broken } = await line.call("audit", { code });
		const { held, outstanding, drawn } = totals;
		const all = deposited.get(code) ?? 0n;
		for (const words of broken) wrong.push(`the books of ${code}: ${words} does not hold`);
		if (held + outstanding !== all + drawn)
			wrong.push(`${code}: ${held} held, ${outstanding} outstanding of ${all} deposited and ${drawn} drawn`);
	}
	return wrong;
}

async function startOperator(
	{ folder, database, processes = 1 }: RacesOptions,
	wrong: string[],
): Promise<Operator> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const deviceKey = random(32);
	await createIssuer(folder, { name: "Races", assets, port: 0 }, { kind: "device", key: deviceKey });
	const start = { folder, deviceKey, isOpen: true, ...(database === undefined ? {} : { database }) };
	const served: { readonly id: Bytes; readonly url: string }[] = [];
	const victims: Victim<OperatorMethods>[] = [];
	for (let i = 1; i <= processes; i++) {
		const lastWords = join(folder, `last-words-${i}`);
		const victim = new Victim<OperatorMethods>({
			name: `operator ${i}`,
			program: operatorProgram,
			lastWords,
			handlers: {},
			serve: async (line) => {
				served.push(await line.call("start", { ...start, lastWords }));
			},
			served: () => undefined,
			failed: (what) => wrong.push(what),
		});
		victims.push(victim);
		await victim.start();
	}
	const [first] = served;
	if (first === undefined) throw new Error("the operator does not say where it is");
	const deposited = new Map<string, bigint>();
	const deposit = async (account: Bytes, code: string, amount: bigint): Promise<void> => {
		const line = await (victims[0] as Victim<OperatorMethods>).up();
		const refusal = await line.call("deposit", { id: random(32), account, code, amount });
		if (refusal !== null) throw new Error(`a deposit was refused: ${refusal.code}`);
		deposited.set(code, (deposited.get(code) ?? 0n) + amount);
	};
	const track = await openTrack(httpOperatorClient({ url: first.url }), first.id, deposit);
	return { victims, urls: served.map(({ url }) => url), deposited, track };
}
