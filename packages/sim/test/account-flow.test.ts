/** Flow 18 and flow 25 without a fault: every step of the reference, in its order, between the parties it names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { accountFlow } from "../src/matrix/account-flow.ts";
import type { Message } from "../src/matrix/party.ts";
import { openParties } from "./support/account-parties.ts";

const common = [
	"1 payer-app A",
	"3 A B",
	"5 B D",
	"6 D B",
	"7 B A",
	"8 A C",
	"11 C D",
	"14 D C",
	"16 C A",
	"17 A B",
	"18.1 A payer-app",
	"18.2 B payee-app",
];

test("flow 18: the steps of the reference, in order, and the money is the payee's", async () => {
	const flow = accountFlow("final", false);
	const parties = await openParties(flow);
	const said = await parties.pay();
	assert.deepEqual(said.map(named), common);
	assert.deepEqual(await parties.holdings(), {
		available: { payer: 700n, payee: 300n },
		locked: 0n,
		reserved: 0n,
	});
	assert.deepEqual(await parties.seen(), ["paid", "received"]);
	for (const step of flow.steps)
		if (step.kind === "message")
			assert.ok(
				said.some((each) => each.step === step.number),
				`${step.number}`,
			);
});

test("flow 25: what is reserved is the payee's when A has confirmed", async () => {
	const flow = accountFlow("reserved", false);
	const parties = await openParties(flow);
	const said = await parties.pay();
	assert.deepEqual(said.map(named), [
		...common,
		"19 payee-app B",
		"20 B A",
		"18.3 payer-app A",
		"22 A B",
		"23 B D",
		"25.1 D C",
		"25.2 D B",
		"25.3 B payee-app",
	]);
	assert.deepEqual(await parties.holdings(), {
		available: { payer: 700n, payee: 300n },
		locked: 0n,
		reserved: 0n,
	});
	assert.deepEqual(await parties.seen(), ["paid", "received"]);
});

function named({ step, from, to }: Message): string {
	return `${step} ${from} ${to}`;
}
