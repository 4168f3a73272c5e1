/** Of devices: how one is enrolled and ordered, a deal that two of them made, and what a gateway beside them approves. */
import {
	acceptOffer,
	applicationOf,
	type Bytes,
	encodeFogAnswer,
	encodeFogQuestion,
	isRefusal,
	keyId,
	signApproval,
	signDeviceEvidence,
	signDeviceOrder,
	signDeviceQuestion,
	signMandate,
	signOffer,
	signTime,
	verifyMandate,
} from "@tenten/protocol";
import { createDevice, createParty } from "../packages/module/test/support/devices.ts";
import type { World } from "../packages/module/test/support/world.ts";

export async function deviceMaterial(world: World): Promise<readonly Bytes[]> {
	const { now, asset, random, operator } = world;
	const party = createParty(world);
	const levels = [{ by: party, purposes: ["charging"], slice: null }];
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
	const evidence = await signDeviceEvidence(
		{ operator: operator.id, nonce: random(), attestation: null },
		car.signer,
	);
	const application = applicationOf(evidence, car.certificate.profile.responsible?.delegations ?? []);
	if (isRefusal(application)) throw new Error(application.code);
	const order = await signDeviceOrder(
		{ operator: operator.id, device: car.signer.key, number: 2, issuedAt: now, says: { kind: "suspend" } },
		party,
	);
	const question = await signDeviceQuestion(
		{ operator: operator.id, device: keyId(car.signer.key), issuedAt: now },
		party,
	);
	const verified = verifyMandate(mandate, world.trust);
	if (isRefusal(verified)) throw new Error(verified.code);
	const hash = random();
	const paid = { mandate: verified.id, request: hash, payer: car.certificate.hash, amount: 300n };
	const approval = await signApproval(verified, { ...paid, from: 0n, to: 300n, at: now }, charger.signer);
	const id = hash.slice(0, 16);
	return [
		deal,
		mandate,
		evidence,
		application,
		order,
		question,
		approval,
		encodeFogQuestion({ kind: "list", id, list: "freezeList" }),
		encodeFogQuestion({ kind: "approve", id, request: hash, payer: car.certificate.encoded, amount: 300n }),
		encodeFogAnswer({ kind: "kept", id, records: [hash] }),
		encodeFogAnswer({ kind: "approved", id, approval }),
		await signTime({ operator: operator.id, at: now }, operator.ruling),
	];
}
