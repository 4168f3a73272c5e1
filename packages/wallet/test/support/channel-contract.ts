/** What every channel with a way back promises, in one suite for all of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import fc from "fast-check";
import type { Channel, Handle } from "../../src/index.ts";

export type ChannelUnderTest = { readonly channel: Channel; readonly stop: () => Promise<void> };

const hello = new TextEncoder().encode("hello");
const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 64 });

/** What every channel with a way back promises. */
export function channelContract(name: string, connect: (handle: Handle) => Promise<ChannelUnderTest>): void {
	describe(`a channel ${name}`, () => {
		test("brings messages there and answers back", async () => {
			const { channel, stop } = await connect(async (received) => received.map((m) => m.toReversed()));
			await fc.assert(
				fc.asyncProperty(messages, async (sent) => {
					const expected = sent.map((m) => m.toReversed());
					assert.deepEqual(await channel.exchange(sent), expected);
				}),
				{ numRuns: 30 },
			);
			await stop();
		});

		test("carries 64 messages of 64 KiB each way", async () => {
			const { channel, stop } = await connect(async (received) => received);
			const full = Array.from({ length: 64 }, (_, i) => new Uint8Array(65_536).fill(i));
			assert.deepEqual(await channel.exchange(full), full);
			await stop();
		});

		test("refuses to send more, before anything is sent", async () => {
			let calls = 0;
			const { channel, stop } = await connect(async () => {
				calls++;
				return [];
			});
			await assert.rejects(channel.exchange([new Uint8Array(65_537)]), RangeError);
			await assert.rejects(channel.exchange(new Array<Bytes>(65).fill(hello)), RangeError);
			assert.equal(calls, 0);
			await stop();
		});

		test("shares no memory between the sides", async () => {
			const kept: Bytes[] = [];
			const { channel, stop } = await connect(async (received) => {
				kept.push(...received);
				return kept;
			});
			const sent = Uint8Array.from(hello);
			const answers = await channel.exchange([sent]);
			assert.ok(!isRefusal(answers));
			sent.fill(0);
			answers[0]?.fill(0);
			assert.deepEqual(kept[0], hello);
			await stop();
		});

		test("takes many exchanges at once", async () => {
			const { channel, stop } = await connect(async (received) => received);
			const answers = await Promise.all(
				Array.from({ length: 50 }, (_, i) => channel.exchange([Uint8Array.of(i + 1)])),
			);
			assert.deepEqual(
				answers,
				Array.from({ length: 50 }, (_, i) => [Uint8Array.of(i + 1)]),
			);
			await stop();
		});
	});
}
