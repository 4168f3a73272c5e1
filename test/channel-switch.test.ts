/** A hand-over that was begun over one channel ends over another, wherever the first one broke off. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { refuse } from "@tenten/protocol";
import type { Channel } from "@tenten/wallet";
import { ok, openTown, type Town } from "./support/town.ts";
import { ways } from "./support/ways.ts";

/** Where the first channel breaks off: nothing of this exchange arrives, or its answer does not. */
const breaks = [
	{ at: 1, arrives: false, what: "before the transfer arrives" },
	{ at: 1, arrives: true, what: "before the reservation is known" },
	{ at: 2, arrives: false, what: "before the release arrives" },
	{ at: 2, arrives: true, what: "before the end is known" },
] as const;

function breaking(
	channel: Channel,
	{ at, arrives }: { readonly at: number; readonly arrives: boolean },
): Channel {
	let exchanges = 0;
	return {
		exchange: async (messages) => {
			exchanges++;
			if (exchanges < at) return channel.exchange(messages);
			if (exchanges === at && arrives) await channel.exchange(messages);
			return refuse("channel-failed", "it broke off");
		},
	};
}

describe("a hand-over goes on", () => {
	let town: Town;
	before(async () => {
		town = await openTown();
	});
	after(() => town.close());

	for (const [firstName, first] of Object.entries(ways))
		for (const [secondName, second] of Object.entries(ways).filter(([name]) => name !== firstName))
			for (const cut of breaks)
				test(`from ${firstName} to ${secondName}, ${cut.what}`, async () => {
					const [payer, payee] = [await town.wallet(500n), await town.wallet()];
					const { encoded } = ok(await payee.request({ asset: town.asset, amount: 200n }));
					const begun = await first(payer, payee);
					const paid = ok(await payer.pay({ request: encoded }, breaking(begun.channel, cut)));
					await begun.stop();
					assert.equal(paid.fundsState, cut.at === 1 ? "inFlight" : "spent");
					const other = await second(payer, payee);
					assert.equal(await payer.recover(paid.attempt, other.channel), "spent");
					await other.stop();
					assert.equal(payer.balance(town.asset).available, 300n);
					assert.equal(payer.balance(town.asset).locked, 0n);
					assert.equal(payee.balance(town.asset).available, 200n);
				});
});
