/** The machines of a meter under whatever the network and the power do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, dueFor, isTick, readTick, stepMeterPayee, stepMeterPayer } from "@tenten/protocol";
import { expectValue } from "../../../module/test/support/world.ts";
import { Crash, type Payee, type Payer } from "./support/parties.ts";
import { ask, askPayee, type Scene, scene, started, ticksOf } from "./support/scene.ts";

test("whatever is lost, repeated or cut off: nobody gains, and no unit is gone", async () => {
	const met = new Set<string>();
	let crashes = 0;
	for (let seed = 1; seed <= 40; seed++) {
		const chance = lcg(seed);
		const here = await scene({ keepEvery: 3, step: 3 });
		const { payer, payee } = here;
		const network: { readonly to: "payer" | "payee"; readonly frame: Bytes }[] = [];
		let deepest = 0;
		let servedAndKept = 0;
		const power = () => chance(14) === 0;
		const during = async (party: Payer | Payee, run: () => Promise<unknown>): Promise<void> => {
			try {
				await run();
			} catch (error) {
				assert.ok(error instanceof Crash, String(error));
				crashes++;
				party.restart();
			}
			for (const frame of payer.sent.splice(0)) {
				if (isTick(frame)) deepest = Math.max(deepest, expectValue(readTick(frame)).ticks);
				network.push({ to: "payee", frame });
			}
			for (const frame of payee.sent.splice(0)) network.push({ to: "payer", frame });
			assert.ok(ticksOf(payee) <= deepest, "paid more than was shown");
			servedAndKept = Math.max(servedAndKept, ticksOf(payee));
		};
		const deliver = async (): Promise<void> => {
			const [letter] = network.splice(chance(network.length), 1);
			if (letter === undefined) return;
			if (chance(4) === 0) network.push(letter);
			if (chance(5) === 0) return;
			const party = letter.to === "payer" ? payer : payee;
			await during(party, async () =>
				letter.to === "payer"
					? payer.run(payer.hear(letter.frame), power)
					: payee.run(payee.hear(letter.frame), power),
			);
		};
		const act = async (): Promise<void> => {
			const step = (event: Parameters<typeof stepMeterPayer>[1]) =>
				during(payer, () => payer.run(stepMeterPayer(payer.state, event, payer.context()), power));
			const stepPayee = (kind: "count" | "contact") =>
				during(payee, () =>
					payee.run(stepMeterPayee(payee.state, { kind }, payee.policy, payee.context()), power),
				);
			switch (chance(24)) {
				case 0:
					return step({ kind: "contact" });
				case 1:
					return stepPayee("contact");
				case 2:
					return chance(4) === 0 ? step({ kind: "close" }) : undefined;
				case 3:
					return chance(6) === 0 ? stepPayee("count") : undefined;
				case 4:
					return chance(8) === 0 ? step({ kind: "cancel" }) : undefined;
				default:
					return chance(2) === 0 ? step({ kind: "tick", by: 1 + chance(3) }) : deliver();
			}
		};
		for (let tries = 0; payer.state.kind === "idle" && tries < 50; tries++)
			await during(payer, () => payer.run(started(here), power));
		for (let round = 0; round < 160; round++) await act();
		await heal(here, network, during);
		met.add(payer.state.kind);
		if (payer.state.kind === "cancelled") {
			assert.deepEqual([payer.worth, payee.worth], [1000n, 0n], `seed ${seed}`);
			continue;
		}
		assert.equal(payer.state.kind, "closed", `seed ${seed}`);
		const due = payee.worth;
		assert.equal(payer.worth + due, 1000n, `seed ${seed}`);
		const terms = payee.request.body;
		assert.ok(due <= dueFor(terms, deepest), `seed ${seed}`);
		assert.ok(due >= dueFor(terms, Math.max(0, servedAndKept - 3)), `seed ${seed}: served and not paid`);
	}
	assert.deepEqual([...met].sort(), ["cancelled", "closed"]);
	assert.ok(crashes > 100, `${crashes} crashes`);
});

/** The line and the power hold again, and both want an end. */
async function heal(
	here: Scene,
	network: { readonly to: "payer" | "payee"; readonly frame: Bytes }[],
	during: (party: Payer | Payee, run: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
	const { payer, payee } = here;
	const flush = async (): Promise<void> => {
		for (let i = 0; network.length > 0 && i < 500; i++) {
			const { to, frame } = network.shift() as (typeof network)[0];
			await during(to === "payer" ? payer : payee, async () =>
				to === "payer" ? payer.run(payer.hear(frame)) : payee.run(payee.hear(frame)),
			);
		}
	};
	for (let round = 0; round < 6; round++) {
		await flush();
		await during(payer, () => ask(here, "contact"));
		await during(payee, () => askPayee(here, "contact"));
		await flush();
		if (payer.state.kind === "open") await during(payer, () => ask(here, "close"));
	}
	await flush();
}

/** Small numbers that follow from a seed. */
function lcg(seed: number): (below: number) => number {
	let state = seed * 2_654_435_761;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return below === 0 ? 0 : (state >>> 8) % below;
	};
}
