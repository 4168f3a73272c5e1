/** The simulated town decides what real wallets decide, keeps every unit, and finds every fork that comes in twice. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, limits } from "@tenten/protocol";
import { planUpkeep, selectTokens } from "@tenten/wallet";
import { Chance } from "../src/chance.ts";
import { accountFlow } from "../src/matrix/account-flow.ts";
import { Outputs } from "../src/scale/outputs.ts";
import { runRailLoad } from "../src/scale/rail-load.ts";
import { runTown, type TownOptions } from "../src/scale/town.ts";
import { Wallets } from "../src/scale/wallets.ts";

const weights = {
	bytes: Array.from({ length: limits.hops + 1 }, (_, links) => 400 + 430 * links),
	signatures: Array.from({ length: limits.hops + 1 }, (_, links) => 2 + 2 * links),
};

describe("a wallet in flat columns", () => {
	const holder = new Uint8Array(32);
	const summaries = (wallets: Wallets) =>
		wallets.places(0).map((place) => ({
			output: fromHex(place.toString(16).padStart(64, "0")) as Uint8Array,
			asset: { operator: holder, code: "JPY" },
			amount: wallets.amount(0, place),
			hops: wallets.links(0, place),
			links: wallets.links(0, place),
			size: wallets.bytes(0, place),
			signatures: wallets.signatures(0, place),
			issuedAt: 0,
			spendUntil: 100_000_000,
			redeemUntil: 200_000_000,
			isBound: false,
			certificate: holder,
		}));
	const placeOf = ({ output }: { readonly output: Uint8Array }): number => output[31] as number;

	test("spends what the real one would, and refreshes what the real one would", () => {
		const chance = new Chance(1, "wallets");
		let [paid, crowded, refreshed] = [0, 0, 0];
		for (let i = 0; i < 2_000; i++) {
			const wallets = new Wallets(1, weights);
			const count = chance.between(1, 30);
			const longest = chance.between(1, limits.hops - 2);
			for (let place = 0; place < count; place++)
				wallets.put(0, BigInt(chance.between(1, 5_000)), place, chance.below(longest + 1));
			const tokens = summaries(wallets);
			const amount = BigInt(chance.between(1, Number(wallets.balance(0))));
			const real = selectTokens(tokens, amount)?.map(placeOf);
			assert.deepEqual(wallets.select(0, amount), real);
			const plans = planUpkeep(tokens, 0).map(({ inputs }) => inputs.map(placeOf));
			assert.deepEqual(wallets.upkeep(0), plans);
			if (real === undefined) crowded++;
			else paid++;
			if (plans.length > 0) refreshed++;
		}
		assert.ok(paid > 500 && crowded > 50 && refreshed > 500, `${paid}, ${crowded}, ${refreshed}`);
	});
});

describe("a registry of outputs", () => {
	test("has a row for each output once, however many paths lead through it", () => {
		const outputs = new Outputs(4);
		const issue = outputs.issued();
		const first = outputs.link();
		const [paid, change] = [outputs.made(issue, first), outputs.made(issue, first)];
		outputs.spent(issue);
		assert.deepEqual(outputs.claim(paid), { rows: 2, forks: [] });
		assert.deepEqual(outputs.claim(change), { rows: 1, forks: [] });
		// Everything is forgotten: its places are taken again.
		const places = [outputs.issued(), outputs.issued(), outputs.issued()];
		assert.deepEqual(
			places.toSorted((a, b) => a - b),
			[issue, paid, change].toSorted((a, b) => a - b),
		);
	});

	test("names the output that two links consumed, once both branches have come in", () => {
		const outputs = new Outputs(4);
		const issue = outputs.issued();
		const one = outputs.made(issue, outputs.link());
		const other = outputs.made(issue, outputs.link());
		outputs.spent(issue);
		const further = outputs.made(other, outputs.link());
		outputs.spent(other);
		assert.deepEqual(outputs.claim(one), { rows: 2, forks: [] });
		assert.deepEqual(outputs.claim(further), { rows: 2, forks: [issue] });
	});
});

describe("a town", () => {
	const options: TownOptions = {
		seed: 7,
		devices: 300,
		rate_per_s: 10,
		duration_s: 1_200,
		purse: 30_000n,
		ceiling: 100_000n,
		forkEvery: 200,
		payee: (chance) => chance.below(300),
		weights,
	};
	const report = runTown(options);

	test("keeps every unit: what was deposited, and what forks made, is held or was redeemed", () => {
		assert.equal(report.held + report.redeemed, report.deposited + report.forged);
		assert.ok(report.redeemed > 0n && report.forged > 0n);
	});

	test("needs its operator, and finds forks within the time that value takes to come back", () => {
		assert.ok(report.orders.withdrawals > 0 && report.orders.refreshes > 0 && report.orders.redemptions > 0);
		assert.ok(report.forks.delays_s.length > 0 && report.forks.delays_s.length <= report.forks.made);
		assert.ok(report.forks.delays_s.every((delay) => delay >= 0 && delay < options.duration_s));
	});

	test("is the same for the same seed, and another for another", () => {
		assert.deepEqual(runTown(options), report);
		assert.notDeepEqual(runTown({ ...options, seed: 8 }), report);
	});
});

describe("the load of the account rail", () => {
	const { steps } = accountFlow("reserved", false);
	const messages = steps.filter(({ kind }) => kind === "message").length;
	const options = {
		seed: 1,
		steps,
		intermediaries: 2,
		hasHub: false,
		payments: 100,
		duration_s: 10,
		loss: 0,
	};
	const payerThenPayee = (): (() => number) => {
		let next = 1;
		return () => (next = 1 - next);
	};

	test("is each message of the flow where both sides differ, once more through a hub, fewer in one house", () => {
		const direct = runRailLoad({ ...options, intermediary: payerThenPayee() });
		assert.equal(direct.messages, messages);
		assert.deepEqual([direct.retries, direct.hub_per_s], [0, 0]);
		const across = steps.filter(
			(step) =>
				step.kind === "message" &&
				/^[AC]$/.test(step.from) !== /^[AC]$/.test(step.to) &&
				!/app/.test(step.from + step.to),
		).length;
		const hub = runRailLoad({ ...options, hasHub: true, intermediary: payerThenPayee() });
		assert.equal(hub.messages, messages + across);
		assert.equal(hub.hub_per_s, (2 * across * options.payments) / options.duration_s);
		assert.deepEqual([direct.connections, hub.connections], [2, 4]);
		assert.equal(runRailLoad({ ...options, intermediary: () => 0 }).messages, messages - across);
	});

	test("repeats what is lost until it arrives", () => {
		const { messages: sent, retries } = runRailLoad({
			...options,
			loss: 0.5,
			intermediary: payerThenPayee(),
		});
		assert.equal(Math.round((sent - retries) * 1_000), messages * 1_000);
		assert.ok(retries > 0.8 * messages && retries < 1.2 * messages, `${retries}`);
	});
});
