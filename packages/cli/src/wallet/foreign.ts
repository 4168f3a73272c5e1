/**
 * Whose value a wallet's folder takes beside that of its home: operators whose logs it watches, each with a policy that
 * names this log, and who must have cosigned it (docs/spec/crossing.md#value-of-another-ecosystem).
 *
 *   foreign.json         the operators, as `tenten wallet foreign` wrote them
 *   foreign-proofs.json  checkpoints and proofs that were met, verified again whenever they are used
 *
 * Where the first is, value of every operator counts that the wallet has an account with, or that is named in it; without
 * it the trust list alone says whose value is taken, as it did before.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	type Policy,
	parsePolicy,
	toUtf8,
} from "@tenten/protocol";
import { ForeignGate, type SettingStore } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { logDoor } from "../log/log-door.ts";
import { watchedLog } from "../log/policy-file.ts";
import { readJson, writeJson } from "./settings.ts";

export type ForeignOperator = {
	/** the id of its root key, hexadecimal */
	readonly id: string;
	readonly name: string;
	/** of its door, where proofs of issues are asked for */
	readonly url: string;
	/** a policy, as its file says it: its one log, with the address where that is read */
	readonly policy: string;
	/** how old its quorum may be */
	readonly oldMost_s: number;
};

const settingsFile = (folder: string): string => join(folder, "foreign.json");
const proofsFile = (folder: string): string => join(folder, "foreign-proofs.json");

/** None where the wallet watches no log. */
function readForeign(folder: string): readonly ForeignOperator[] {
	const file = settingsFile(folder);
	if (!existsSync(file)) return [];
	const { operators }: { readonly operators?: unknown } = readJson(file);
	if (!Array.isArray(operators) || !operators.every(isForeign))
		throw new BadInput("does not list operators of other ecosystems", { file });
	return operators;
}

/** In the place of what was said of the same operator before. */
export function addForeign(folder: string, added: ForeignOperator): void {
	const others = readForeign(folder).filter(({ id }) => id !== added.id);
	writeJson(settingsFile(folder), { operators: [...others, added] });
}

function isForeign(value: unknown): value is ForeignOperator {
	if (typeof value !== "object" || value === null) return false;
	const { id, name, url, policy, oldMost_s } = value as Partial<Record<keyof ForeignOperator, unknown>>;
	const areTexts = [id, name, url, policy].every((each) => typeof each === "string");
	return areTexts && Number.isSafeInteger(oldMost_s) && (oldMost_s as number) > 0;
}

/** What names one log with an address and a quorum, or bad input. */
export function foreignPolicy(text: string, file?: string): Policy {
	const policy = parsePolicy(toUtf8(text));
	const where = file === undefined ? undefined : { file };
	if (isRefusal(policy)) throw new BadInput(`is no policy: ${policy.detail}`, where);
	watchedLog(policy, where);
	return policy;
}

export type GateOptions = {
	/** ids of operators with which the wallet has an account, hexadecimal */
	readonly joined: readonly string[];
	/** unix seconds */
	readonly now: () => number;
};

/** Undefined where this wallet watches no log. */
export function gateOf(folder: string, { joined, now }: GateOptions): ForeignGate | undefined {
	const operators = readForeign(folder);
	if (operators.length === 0) return undefined;
	const foreign = operators.map(({ id, url, policy: text, oldMost_s }) => {
		const policy = foreignPolicy(text);
		return { operator: idOf(id), policy, oldMost_s, url, logUrl: watchedLog(policy) };
	});
	const homes = joined.filter((id) => operators.every((each) => each.id !== id)).map(idOf);
	const settings = proofSettings(proofsFile(folder));
	const door = logDoor((operator) => foreign.find((each) => equalBytes(each.operator, operator)));
	return new ForeignGate({ ecosystems: { homes, foreign }, door, settings, verify, now });
}

function idOf(text: string): Bytes {
	const id = fromHex(text);
	if (id === undefined) throw new BadInput(`${text} is no operator's id`);
	return id;
}

/** Texts under names in one file, which only costs a question to an operator where it is lost. */
function proofSettings(file: string): SettingStore {
	const read = (): Record<string, unknown> => (existsSync(file) ? { ...readJson(file) } : {});
	return {
		get: async (name) => {
			const text = read()[name];
			return typeof text === "string" ? text : undefined;
		},
		set: async (name, text) => {
			const { [name]: _, ...others } = read();
			writeJson(file, text === null ? others : { ...others, [name]: text });
		},
	};
}
