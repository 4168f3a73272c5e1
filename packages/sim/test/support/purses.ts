/**
 * A flow of two parties, made to be broken: a purse that pays a till in three steps, and leaks that the judge must see.
 *
 *   ① the purse sets value aside ──② pay──▶ the till takes it ──③ receipt──▶ the purse forgets it
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Flow, Message, Party, PartyKind, Seen, Surroundings, Words } from "../../src/matrix/party.ts";

export type Leak =
	/** takes its value back when it hears nothing in time */
	| "restores"
	/** forgets its value as it pays, and pays once */
	| "forgets"
	/** shows as its own what it has paid, until the receipt */
	| "shows-both"
	/** the till takes every repeat for another payment */
	| "takes-twice"
	| "none";

const repeat_ms = 1_000;
const timeOut_ms = 8_000;
const price = 300n;

type Kept = { value: bigint; state: "has" | "paying" | "paid"; since_ms: number; outbox: Message[] };

export function purses(leak: Leak): Flow {
	return {
		name: `purse-${leak}`,
		title: says("a purse pays a till", "財布がレジに支払う"),
		payer: "purse",
		payee: "till",
		patience_ms: 10_000,
		outage_ms: 20_000,
		steps: [
			{ number: 1, kind: "write", at: "purse", within: 0, what: says("sets aside", "取り分ける") },
			{ number: 2, kind: "message", from: "purse", to: "till", what: says("pays", "支払う") },
			{ number: 3, kind: "message", from: "till", to: "purse", what: says("receipt", "受領") },
		],
		parties: async (_, folder) => [purse(leak, folder), till(leak, folder)],
		begin: () => ({ payment: "p", amount: price, first: message("tap", "user", "purse", 0) }),
		paidAgain: () => undefined,
	};
}

function says(en: string, ja: string): Words {
	return { en, ja };
}

function message(id: string, from: string, to: string, step: number): Message {
	return { id, from, to, step, payment: "p", body: null };
}

/** What is kept, in memory or in a file. */
function keeping<K extends object>(kept: K, name: string, folder: string | undefined) {
	const file = folder && join(folder, name);
	if (file !== undefined && existsSync(file)) Object.assign(kept, deserialize(readFileSync(file)));
	return () => {
		if (file !== undefined) writeFileSync(file, serialize(kept));
	};
}

function purse(leak: Leak, folder?: string): PartyKind {
	const kept: Kept = { value: 1_000n, state: "has", since_ms: 0, outbox: [] };
	return {
		name: "purse",
		isCentral: false,
		open: async (around) => {
			const save = keeping(kept, "purse", folder);
			let retryAt: number | undefined;
			const isLate = (): boolean => kept.state === "paying" && around.now() >= kept.since_ms + timeOut_ms;
			const write = (steps: readonly number[], change: () => void): void => {
				around.write(steps, "before");
				change();
				save();
				around.write(steps, "after");
			};
			const send = (): readonly Message[] => {
				retryAt = leak === "forgets" || kept.outbox.length === 0 ? undefined : around.now() + repeat_ms;
				return kept.outbox;
			};
			return {
				take: async ({ id, step }) => {
					if (id === "tap" && kept.state === "has")
						write([1], () => {
							const pay = message("pay", "purse", "till", 2);
							Object.assign(kept, { state: "paying", since_ms: around.now(), outbox: [pay] });
							if (leak === "forgets") kept.state = "paid";
						});
					else if (step === 3)
						write([3], () => {
							if (kept.state === "paying") kept.state = "paid";
						});
					else return [];
					return id === "tap" ? send() : [];
				},
				wake: async () => {
					if (leak === "restores" && isLate()) Object.assign(kept, { state: "has", outbox: [] });
					save();
					return send();
				},
				delivered: async (id) => {
					kept.outbox = kept.outbox.filter((each) => each.id !== id);
					save();
					if (kept.outbox.length === 0) retryAt = undefined;
				},
				dueAt: () => retryAt,
				holdings: async () => {
					const isAside = kept.state === "paying";
					const own = kept.state === "has" || (isAside && leak === "shows-both") ? price : 0n;
					const aside = isAside && leak !== "shows-both" ? price : 0n;
					const rest = kept.value - price;
					return { available: { payer: rest + own }, locked: { payer: aside }, reserved: {} };
				},
				sees: async () => seenByPurse(kept, isLate()),
				close: async () => undefined,
			};
		},
	};
}

function seenByPurse({ state }: Kept, isLate: boolean): Seen {
	if (state === "paying") return isLate ? "unknown" : "paying";
	return state === "paid" ? "paid" : "nothing";
}

function till(leak: Leak, folder?: string): PartyKind {
	const kept: { taken: number; outbox: Message[] } = { taken: 0, outbox: [] };
	return {
		name: "till",
		isCentral: true,
		open: async ({ now, write }: Surroundings): Promise<Party> => {
			const save = keeping(kept, "till", folder);
			let retryAt: number | undefined;
			const send = (): readonly Message[] => {
				retryAt = kept.outbox.length === 0 ? undefined : now() + repeat_ms;
				return kept.outbox;
			};
			return {
				take: async () => {
					if (kept.taken > 0 && leak !== "takes-twice") return kept.outbox;
					write([2], "before");
					kept.taken++;
					kept.outbox = [message("receipt", "till", "purse", 3)];
					save();
					write([2], "after");
					return send();
				},
				wake: async () => send(),
				delivered: async (id) => {
					kept.outbox = kept.outbox.filter((each) => each.id !== id);
					save();
					if (kept.outbox.length === 0) retryAt = undefined;
				},
				dueAt: () => retryAt,
				holdings: async () => ({
					available: { payee: price * BigInt(kept.taken) },
					locked: {},
					reserved: {},
				}),
				sees: async () => (kept.taken > 0 ? "received" : "nothing"),
				close: async () => undefined,
			};
		},
	};
}
