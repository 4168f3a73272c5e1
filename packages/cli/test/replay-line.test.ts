/** Calls between two processes: answered once each, both ways, and never left waiting for a process that ended. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Line } from "../src/ipc-line.ts";

/** Two ends of a channel between processes, in one process; frames are cloned as between two. */
function ends() {
	const [one, other] = [new EventEmitter(), new EventEmitter()];
	const port = (from: EventEmitter, to: EventEmitter) =>
		Object.assign(from, {
			send: (frame: unknown) => setImmediate(() => to.emit("message", structuredClone(frame))),
		});
	return { left: port(one, other), right: port(other, one) };
}

type Till = {
	readonly double: (input: bigint) => Promise<bigint>;
	readonly hang: (input: null) => Promise<void>;
};
type Replay = { readonly ask: (input: Uint8Array) => Promise<Uint8Array> };

test("both ends call each other, with bytes and amounts as they are", async () => {
	const { left, right } = ends();
	const replay: Replay = { ask: async (body) => body.map((byte) => byte + 1) };
	const toTill = new Line<Till>(left, replay);
	const till: Till = {
		double: async (amount) => amount * BigInt((await toReplay.call("ask", new Uint8Array([1])))[0] ?? 0),
		hang: () => new Promise(() => undefined),
	};
	const toReplay = new Line<Replay>(right, till);
	assert.deepEqual(await Promise.all([1n, 2n, 2n ** 60n].map((amount) => toTill.call("double", amount))), [
		2n,
		4n,
		2n ** 61n,
	]);
});

test("what fails there is thrown here, and so is every call to a process that has ended", async () => {
	const { left, right } = ends();
	const toTill = new Line<Till>(left, {});
	const till: Till = {
		double: async () => {
			throw new Error("the till is closed");
		},
		hang: () => new Promise(() => undefined),
	};
	new Line<Replay>(right, till);
	await assert.rejects(toTill.call("double", 1n), /the till is closed/);
	const waiting = toTill.call("hang", null);
	toTill.end("ended with SIGKILL");
	await assert.rejects(waiting, /the other process ended with SIGKILL/);
	await assert.rejects(toTill.call("double", 1n), /double: the other process ended with SIGKILL/);
});
