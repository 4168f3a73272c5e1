/** A meter between two wallets of a town, for tests of what becomes of it. */
import assert from "node:assert/strict";
import type { Bytes } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet } from "@tenten/wallet";
import { ok, type Town } from "./town.ts";

const twoDays = 2 * 86_400;

type Opening = {
	readonly town: Town;
	readonly payer: Wallet;
	readonly payee: Wallet;
	/** so many, in one step */
	readonly ticked?: number;
	/** to the payee, without another */
	readonly channel?: Channel;
	readonly purpose?: string;
};

/** Of 250 yen for a hundred ticks, until two days from now; of every tick its payee keeps a record. */
export async function openMeter({
	town,
	payer,
	payee,
	ticked = 0,
	channel = inProcessChannel(payee.handle),
	...rest
}: Opening): Promise<{ readonly meter: Bytes; readonly until: number }> {
	const until = town.clock.now + twoDays;
	const terms = { asset: town.asset, units: 10n, perTicks: 4, ticks: 100, until, keepEvery: 1, ...rest };
	const { encoded } = ok(await payee.meters.request(terms));
	const { meter } = ok(await payer.meters.open({ request: encoded }, channel));
	if (ticked > 0) assert.equal(await payer.meters.tick(meter, channel, ticked), undefined);
	return { meter, until };
}
