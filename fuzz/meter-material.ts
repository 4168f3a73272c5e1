/** Of meters: metered outputs and what became of them, claims on them, and what convicts a claimant. */
import {
	type Bytes,
	claimedPart,
	consumedOutput,
	consumedOutputs,
	meteredEvidenceFrom,
	type Saying,
	serialize,
	serializeRulingRequest,
	serializeToken,
	signStatement,
	type VerifiedToken,
	writeTick,
} from "@tenten/protocol";
import { closeMeter, openMeter } from "../packages/module/test/support/meter.ts";
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
	];
}
