/** A payer asks a payee for its request by HTTP: what is no question gets a refusal, and costs little. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal, refuse } from "@tenten/protocol";
import {
	type AskedRequest,
	addRequestRoute,
	type HttpChannel,
	handoverApp,
	httpChannel,
	listenOnLoopback,
} from "../src/index.ts";

const operator = new Uint8Array(32).fill(7);

async function payee(): Promise<{
	readonly asked: AskedRequest[];
	readonly channel: HttpChannel;
	readonly post: (body: string) => Promise<number>;
	readonly stop: () => Promise<void>;
}> {
	const asked: AskedRequest[] = [];
	const app = handoverApp(async (messages: readonly Bytes[]) => messages);
	addRequestRoute(app, async (question) => {
		asked.push(question);
		return question.amount === 13n ? refuse("amount-invalid", "not thirteen") : [Uint8Array.of(1, 2, 3)];
	});
	const server = await listenOnLoopback(app);
	const channel = httpChannel(server.url, { rules: { loopback: true } });
	assert.ok(!isRefusal(channel));
	const post = async (body: string) => {
		const url = `${server.url}/v1/requests`;
		return (await fetch(url, { method: "POST", body, headers: { connection: "close" } })).status;
	};
	const stop = async () => {
		channel.close();
		await server.stop();
	};
	return { asked, channel, post, stop };
}

test("asset and amount arrive as they were asked, or are left to the payee", async () => {
	const { asked, channel, stop } = await payee();
	const questions: readonly AskedRequest[] = [
		{},
		{ amount: 2n ** 62n },
		{ asset: { operator, code: "JPY" } },
	];
	for (const question of questions) assert.deepEqual(await channel.ask(question), [Uint8Array.of(1, 2, 3)]);
	assert.deepEqual(asked, questions);
	await stop();
});

test("the payee's refusal arrives with its words", async () => {
	const { channel, stop } = await payee();
	assert.deepEqual(await channel.ask({ amount: 13n }), refuse("amount-invalid", "not thirteen"));
	await stop();
});

test("what is no question is not offered anything", async () => {
	const { asked, post, stop } = await payee();
	for (const body of [
		"",
		"[",
		"null",
		'{"amount":12}',
		'{"amount":"-1"}',
		'{"amount":"0"}',
		'{"amount":"1.5"}',
		'{"amount":"99999999999999999999"}',
		'{"asset":"JPY"}',
		'{"asset":{"operator":"00","code":"JPY"}}',
	])
		assert.equal(await post(body), 400, body);
	assert.equal(await post(`{"amount":"1"${" ".repeat(5_000)}}`), 413);
	assert.deepEqual(asked, []);
	await stop();
});
