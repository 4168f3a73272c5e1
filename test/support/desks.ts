/** Desks for tests: what screens hold, with everything that crosses to them cloned as a worker would. */
import assert from "node:assert/strict";
import { type AskedProfile, type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import {
	type Asking,
	Desk,
	memorySettings,
	type SettingStore,
	type Taken,
	type Wallet,
} from "@tenten/wallet";
import { ok, type Town } from "./town.ts";

export const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
export const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

export async function openDesk(
	town: Town,
	settings: SettingStore = memorySettings(),
	device = town.device(),
	timeZone = "UTC",
) {
	const wallet: Wallet = await device.open();
	const desk = await Desk.open({
		wallet,
		store: device.store,
		settings,
		operatorAt: () => town.operator,
		timeZone,
	});
	return { desk: cloned(desk), wallet, device, settings };
}

/** The desk as a page has it: every answer crosses as a structured clone. */
function cloned<T extends object>(desk: T): T {
	return new Proxy(desk, {
		get: (_, name) => {
			const member: unknown = Reflect.get(desk, name);
			if (typeof member === "object" && member !== null) return cloned(member);
			if (typeof member !== "function") return member;
			return (...args: readonly unknown[]): unknown => {
				const answer: unknown = Reflect.apply(member, desk, args);
				return answer instanceof Promise ? answer.then(structuredClone) : structuredClone(answer);
			};
		},
	});
}

/** A desk that has joined, with this much in its wallet. */
export async function person(town: Town, amount = 0n, profile: AskedProfile = asked) {
	const opened = await openDesk(town);
	ok(await opened.desk.join("http://operator.example/", profile));
	if (amount > 0n) await town.fund(opened.wallet, amount);
	return opened;
}

export const moved = (taken: Taken | Refusal): Extract<Taken, { kind: "moved" }> => {
	const value = ok(taken);
	assert.ok(value.kind === "moved");
	return value;
};

/** Carries bundles to and fro until nobody has anything to say. */
export async function carry(from: Desk, to: Desk, first: Bytes): Promise<void> {
	let bundle: Bytes | null = first;
	for (let [giver, taker] = [from, to]; bundle !== null; [giver, taker] = [taker, giver])
		bundle = moved(await taker.take(bundle)).answer;
}

export async function requestOf(payee: Desk, payer: Desk, amount: bigint, more: Partial<Asking> = {}) {
	const asset = payee.overview().balances[0]?.asset.id ?? "";
	const made = ok(await payee.ask({ asset, amount, memo: "tea", ...more }));
	const shown = ok(await payer.take(made.bundle));
	assert.ok(shown.kind === "request");
	assert.equal(shown.request.digest, made.digest);
	return shown.request;
}
