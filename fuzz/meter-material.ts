/** Of meters: metered outputs and what became of them, claims on them, and what convicts a claimant. */
import {
	type Bytes,
	claimedPart,
	consumedOutput,
	consumedOutputs,
	type MeterMessage,
	meteredEvidenceFrom,
	meterPayeeState,
	meterPayerState,
	meterRequestPayload,
	type Saying,
	serialize,
	serializeMeterMessage,
	serializeRulingRequest,
	serializeToken,
	signStatement,
	tickProof,
	type VerifiedToken,
	writeTick,
} from "@tenten/protocol";
import { closeMeter, openMeter, type TestMeter } from "../packages/module/test/support/meter.ts";
import {
	createHolder,
	type Holder,
	issueTo,
	pay,
	type World,
} from "../packages/module/test/support/world.ts";

export async function meterMaterial(world: World): Promise<readonly Bytes[]> {
	const [a, b] = [await createHolder(world), await createHolder(world)];
	const meter = await openMeter(world, await issueTo(world, a, 1000n), a, b, { purpose: "本" });
	const { paid, rest } = (await closeMeter(world, meter, 41)) as Record<"paid" | "rest", VerifiedToken>;
	const onward = await pay(world, paid, b, a, 10n);
	const stated = (by: Holder, says: Saying) =>
		signStatement(
			{ operator: world.operator.id, says, nonce: world.random(), issuedAt: world.now },
			by.certificate.encoded,
			by.signer,
		);
	const refund = { account: a.certificate.hash, fallback: null };
	const { outputId } = meter.token;
	const preimage = meter.chains.preimage(42).slice();
	const ticked = await stated(b, { kind: "ticked", meter: outputId, ticks: 42, preimage, ...refund });
	const left = await stated(a, { kind: "rest", meter: outputId, ...refund });
	const kept = consumedOutputs(onward.paid, world.trust);
	const [, close, spent] = kept as [unknown, (typeof kept)[0], (typeof kept)[0]];
	return [
		...[meter.token, paid, rest, onward.paid].map((token) => serializeToken(token)),
		...kept.map((output) => serialize(consumedOutput, output)),
		...[ticked, left].map((statement) => serialize(claimedPart, { statement })),
		...[ticked, left].map((statement) => meteredEvidenceFrom(statement, close)),
		meteredEvidenceFrom(ticked, spent),
		...[ticked, left].map((statement) =>
			serializeRulingRequest({ kind: "statement", statement, tokens: [meter.token.token] }),
		),
		serializeRulingRequest({ kind: "close", token: rest.token }),
		...[1, 100, 300, 70_000].map((ticks) => writeTick(ticks, preimage)),
		...(await messagesOf(world, b, meter, paid)).map(serializeMeterMessage),
		...statesOf(world, meter, paid),
	];
}

async function messagesOf(
	world: World,
	payee: Holder,
	{ token, meter: { id, terms }, chains }: TestMeter,
	paid: VerifiedToken,
): Promise<readonly MeterMessage[]> {
	const { units, perTicks, ticks, until, offer } = terms;
	const dates = { issuedAt: world.now, expiresAt: world.now + 600, until };
	const said = { units, perTicks, ticks, offer, ...dates };
	const { encoded: certificate } = payee.certificate;
	const body = { certificate, asset: world.asset, nonce: world.random(), purpose: "本", ...said };
	const signature = await payee.signer.sign("meter-request", meterRequestPayload(body));
	const proof = tickProof(id, { ticks: 41, preimage: chains.preimage(41) });
	return [
		{ kind: "request", request: { body, signature } },
		{ kind: "open", meter: id, request: world.random(), token: token.token },
		{ kind: "opened", meter: id, link: world.random(), signature },
		{ kind: "release", meter: id, secret: world.random() },
		{ kind: "stop", meter: id, ticks: 3, signature: new Uint8Array(64) },
		{ kind: "count", meter: id, ticks: 41, proof, signature },
		{ kind: "close", meter: id, token: paid.token },
		{ kind: "closed", meter: id },
		{ kind: "status", meter: id },
		{ kind: "refused", about: id, code: "meter-over", detail: "" },
		{ kind: "reached", meter: id, ticks: 41, proof },
	];
}

function statesOf(world: World, { token: metered, meter: { id }, chains }: TestMeter, paid: VerifiedToken) {
	const [meter, { token }] = [id, metered];
	const [request, input, release, seed] = [world.random(), world.random(), world.random(), world.random()];
	const preimage = chains.preimage(41).slice();
	const signature = new Uint8Array(64);
	const change = paid.token;
	const locked = {
		kind: "locked",
		meter,
		request,
		input,
		token,
		change,
		release,
		seed,
		cancelAt: 1,
	} as const;
	const payer = [
		locked,
		{ kind: "open", meter, token, release, seed },
		{ kind: "stopped", meter, token, release, seed, ticks: 41, signature },
		{ kind: "closed", meter, token: paid.token },
		{ kind: "claimed", meter, token },
		{ kind: "cancelled", meter },
	] as const;
	const payee = [
		{ kind: "reserved", meter, token, link: request, signature },
		{ kind: "open", meter, token, ticks: 41, preimage },
		{ kind: "counted", meter, token, ticks: 41, preimage, signature },
		{ kind: "closed", meter },
		{ kind: "claimed", meter, token, ticks: 41, preimage },
	] as const;
	return [
		...payer.map((state) => serialize(meterPayerState, state)),
		...payee.map((state) => serialize(meterPayeeState, state)),
	];
}
