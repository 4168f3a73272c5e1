/** Of devices: a deal that two of them made, and what a gateway beside them may approve. */
import { acceptOffer, type Bytes, isRefusal, signMandate, signOffer } from "@tenten/protocol";
import { createDevice, createParty } from "../packages/module/test/support/devices.ts";
import type { World } from "../packages/module/test/support/world.ts";

export async function deviceMaterial(world: World): Promise<readonly Bytes[]> {
	const { now, asset, random, operator } = world;
	const levels = [{ by: createParty(world), purposes: ["charging"], slice: null }];
	const [charger, car] = [await createDevice(world, { levels }), await createDevice(world, { levels })];
	const offer = await signOffer(
		{
			certificate: charger.certificate.encoded,
			asset,
			units: 1n,
			perTicks: 10,
			mostTicks: 2_000,
			purpose: "charging",
			nonce: random(),
			until: now + 600,
		},
		charger.signer,
	);
	const said = { certificate: car.certificate.encoded, mostTicks: 1_000, acceptedAt: now };
	const deal = await acceptOffer(offer, said, car.signer);
	if (isRefusal(deal)) throw new Error(deal.code);
	const mandate = await signMandate(
		{
			operator: operator.id,
			gateway: charger.signer.key,
			nonce: random(),
			asset,
			each: 500n,
			total: 1_200n,
			from: now - 10,
			until: now + 10_000,
		},
		operator.ruling,
	);
	return [deal, mandate];
}
