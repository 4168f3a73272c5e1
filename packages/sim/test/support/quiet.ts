/** A world without faults, for tests: two wallets with money at one operator, and whatever is done is done at once. */
import assert from "node:assert/strict";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import type { Device } from "../../src/device.ts";
import { noFaults } from "../../src/faults.ts";
import { Trace } from "../../src/trace.ts";
import { People } from "../../src/workload.ts";
import { World } from "../../src/world.ts";

export type Quiet = {
	readonly world: World;
	readonly ann: Device;
	readonly bob: Device;
	/** Does something to its end; a refusal is an error. */
	readonly does: <T>(work: () => Promise<T | Refusal>) => Promise<T>;
};

export async function quietWorld(seed = 1): Promise<Quiet> {
	const trace = new Trace();
	const world = new World({ seed, suite: "toy", trace, devices: 2, operators: 1, faults: noFaults });
	world.isHealed = true;
	for (const each of [...world.operators, ...world.devices]) void world.start(each);
	const areOn = (): boolean =>
		world.devices.every(({ wallet }) => wallet !== undefined) && world.operators.every(({ isOn }) => isOn);
	await world.until(areOn, 1_000);
	await new People(world, seed).begin();
	const [ann, bob] = world.devices as [Device, Device];
	assert.equal(world.violation, undefined);
	const does = async <T>(work: () => Promise<T | Refusal>): Promise<T> => {
		const results: (T | Refusal)[] = [];
		const errors: unknown[] = [];
		work().then(
			(value) => results.push(value),
			(error: unknown) => errors.push(error),
		);
		await world.until(() => results.length + errors.length > 0, 5_000);
		if (errors.length > 0) throw errors[0];
		const [result] = results as [T | Refusal];
		if (isRefusal(result)) assert.fail(`${result.code} ${result.detail}`);
		return result;
	};
	return { world, ann, bob, does };
}

/** What a payee asks for; the payer has not seen it yet. */
async function asks({ world, does }: Quiet, payee: Device, amount: bigint): Promise<Bytes> {
	const [host] = world.operators;
	assert.ok(host);
	const asset = world.assetOf(host, "JPY");
	const request = await does(async () => payee.wallet?.request({ asset, amount }));
	assert.ok(request);
	return request.encoded;
}

/** Ann begins to pay Bob, who has heard of nothing yet. */
export async function begins(quiet: Quiet, payer: Device, payee: Device, amount: bigint) {
	const request = await asks(quiet, payee, amount);
	const started = await quiet.does(async () => payer.wallet?.start({ request }));
	assert.ok(started);
	return started;
}

/** Ann pays Bob. */
export async function pays(quiet: Quiet, payer: Device, payee: Device, amount: bigint): Promise<void> {
	const request = await asks(quiet, payee, amount);
	const paid = await quiet.does(async () => payer.wallet?.pay({ request }, payer.channelTo(payee)));
	assert.equal(paid?.fundsState, "spent");
}
