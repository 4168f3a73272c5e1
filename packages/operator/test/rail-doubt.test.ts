/** Parties of the account rail after a write of which nobody knows whether it is durable: what waits is sent all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, signerFrom } from "@tenten/module";
import { assetHash } from "@tenten/protocol";
import type { Body } from "@tenten/protocol/rail";
import {
	openRailParty,
	openStore,
	payerSystemRole,
	RailHub,
	type RailMessage,
	type Store,
} from "../src/index.ts";
import { railEcosystem } from "./support/rail-world.ts";

const now = 1_800_000_000_000;

/** A store whose next commit is durable and looks as if it failed, and whose reads may be held up. */
class Troubled implements Store {
	readonly #store: Store;
	readonly abreast = 1;
	isAnswerLost = false;
	afterRead: () => Promise<void> = async () => {};

	constructor(store: Store) {
		this.#store = store;
	}

	run: Store["run"] = async (job) => {
		const done = await this.#store.run(job);
		if (!this.isAnswerLost) return done;
		this.isAnswerLost = false;
		throw new Error("the answer was lost");
	};

	read: Store["read"] = async (job) => {
		const read = await this.#store.read(job);
		await this.afterRead();
		return read;
	};

	close(): Promise<void> {
		return this.#store.close();
	}
}

const troubled = async (): Promise<Troubled> => new Troubled(await openStore(":memory:"));

function instruct(payment: string): RailMessage {
	const body: Body = { kind: "instruct", payer: "ann", payee: "shop", amount: 300n, credit: "reserved" };
	return { id: `P.${payment}.0`, from: "P", to: "A", step: 1, payment, body };
}

async function openSystem(store: Store, time: () => number) {
	const asset = assetHash({ operator: new Uint8Array(32), code: "JPY" });
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	return openRailParty(store, payerSystemRole(railEcosystem, "A", signer), railEcosystem, asset, {
		now: time,
		entropy: (length) => new Uint8Array(length),
	});
}

const paymentsFor = (name: string, messages: readonly RailMessage[]): readonly string[] =>
	[...new Set(messages.filter(({ to }) => to === name).map(({ payment }) => payment))].sort();

test("a hub passes on what it took in a write whose answer was lost, though it tells whoever sent it that it has it", async () => {
	const store = await troubled();
	const hub = await RailHub.open(store, { name: "hub", systems: ["C", "D"], now: () => now });
	const body = { kind: "forward", from: "C", to: "D", body: { kind: "credited" } } as const;
	const message: RailMessage = { id: "C.p.0", from: "C", to: "hub", step: 11, payment: "p", body };
	store.isAnswerLost = true;
	await assert.rejects(hub.take(message), /the answer was lost/);
	assert.deepEqual(await hub.take(message), { kind: "taken", sends: [] });
	assert.ok((hub.dueAt() ?? Number.POSITIVE_INFINITY) <= now);
	assert.deepEqual(paymentsFor("D", await hub.wake()), ["p"]);
	await hub.close();
});

test("what a system takes while it reads again what waits is sent until it arrives, and given up in its time", async () => {
	const store = await troubled();
	let time = now;
	const system = await openSystem(store, () => time);
	store.isAnswerLost = true;
	await assert.rejects(system.take(instruct("lost")), /the answer was lost/);
	let isTaken = false;
	// Whatever is read, another payment comes before anything is done with it.
	store.afterRead = async () => {
		if (isTaken) return;
		isTaken = true;
		await system.take(instruct("meanwhile"));
	};
	assert.deepEqual(paymentsFor("B", await system.wake()), ["lost"]);
	time += 2_000;
	assert.deepEqual(paymentsFor("B", await system.wake()), ["lost", "meanwhile"]);
	time = now + railEcosystem.times.patience_ms;
	await system.wake();
	for (const payment of ["lost", "meanwhile"])
		assert.equal((await system.kept(payment))?.kind, "abandoned", payment);
	await system.close();
});
