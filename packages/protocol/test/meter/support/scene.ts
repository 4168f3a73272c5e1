/** A payer and a payee of one meter, and what they may be asked to do. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type MeterContext,
	type MeterRequestBody,
	meterRequestPayload,
	type RefusalCode,
	stepMeterPayee,
	stepMeterPayer,
	toHex,
	verifyMeterRequest,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	day,
	expectValue,
	issueTo,
	type World,
} from "../../../../module/test/support/world.ts";
import { Payee, Payer } from "./parties.ts";

export const world: World = await createWorld();
export const alice = await createHolder(world);
export const bob = await createHolder(world);

export type Scene = { readonly payer: Payer; readonly payee: Payee; readonly clock: { now: number } };
export type Options = Partial<Pick<MeterRequestBody, "units" | "perTicks" | "ticks">> & {
	readonly step?: number;
	readonly keepEvery?: number;
};

/** Alice has 1,000 yen, and Bob asks for a meter of ten yen for four ticks. */
export async function scene(options: Options = {}): Promise<Scene> {
	const { units = 10n, perTicks = 4, ticks = 60, step = 4, keepEvery = 5 } = options;
	const clock = { now: world.now };
	const context = (): MeterContext => ({ trust: world.trust, now: clock.now });
	const body: MeterRequestBody = {
		certificate: bob.certificate.encoded,
		asset: world.asset,
		units,
		perTicks,
		ticks,
		until: world.now + 2 * day,
		offer: world.random(),
		nonce: world.random(),
		purpose: "power",
		issuedAt: world.now,
		expiresAt: world.now + 600,
	};
	const signature = await bob.signer.sign("meter-request", meterRequestPayload(body));
	const request = expectValue(verifyMeterRequest({ body, signature }, world.trust));
	const payer = new Payer(world, alice, context);
	const token = await issueTo(world, alice, 1000n);
	payer.tokens.set(toHex(token.outputId), token);
	return { payer, payee: new Payee(bob, request, { step, keepEvery }, context), clock };
}

const random96 = (): Bytes => Uint8Array.from([...world.random(), ...world.random(), ...world.random()]);

export function started({ payer, payee }: Scene) {
	const [token] = payer.tokens.values();
	assert.ok(token);
	const plan = { request: payee.request, input: { token, after: [] }, patience: 60 };
	return stepMeterPayer(payer.state, { kind: "start", plan, entropy: random96() }, payer.context());
}

/** Everything that was sent arrives, until nobody says anything. */
export async function talk({ payer, payee }: Scene): Promise<void> {
	for (let rounds = 0; payer.sent.length + payee.sent.length > 0; rounds++) {
		assert.ok(rounds < 50, "they never stop talking");
		for (const frame of payer.sent.splice(0)) await payee.run(payee.hear(frame));
		for (const frame of payee.sent.splice(0)) await payer.run(payer.hear(frame));
	}
}

export async function opened(options: Options = {}): Promise<Scene> {
	const here = await scene(options);
	await here.payer.run(started(here));
	await talk(here);
	assert.deepEqual([here.payer.state.kind, here.payee.state.kind], ["open", "open"]);
	return here;
}

export const tick = ({ payer }: Scene, by = 1) =>
	payer.run(stepMeterPayer(payer.state, { kind: "tick", by }, payer.context()));
export const ask = ({ payer }: Scene, kind: "close" | "cancel" | "claim" | "contact") =>
	payer.run(stepMeterPayer(payer.state, { kind }, payer.context()));
export const askPayee = ({ payee }: Scene, kind: "count" | "claim" | "contact") =>
	payee.run(stepMeterPayee(payee.state, { kind }, payee.policy, payee.context()));
export const codeOf = (refusal: { readonly code: RefusalCode } | undefined): RefusalCode | undefined =>
	refusal?.code;
export const ticksOf = ({ state }: Payer | Payee) => ("ticks" in state ? state.ticks : -1);
