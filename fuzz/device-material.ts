/** Of devices: how one is enrolled and ordered, a deal that two of them made, and what a gateway beside them approves. */
import { verify } from "@tenten/module";
import {
	acceptOffer,
	applicationOf,
	type Bytes,
	chainOf,
	encodeFogAnswer,
	encodeFogQuestion,
	isRefusal,
	keyId,
	type Signer,
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
		...(await ordered(world, party, car)),
		question,
		approval,
		encodeFogQuestion({ kind: "list", id, list: "freezeList" }),
		encodeFogQuestion({ kind: "approve", id, request: hash, payer: car.certificate.encoded, amount: 300n }),
		encodeFogQuestion({ kind: "keepTokens", id, tokens: [hash] }),
		encodeFogQuestion({ kind: "tokensOf", id, question, after: hash }),
		encodeFogAnswer({ kind: "kept", id, records: [hash] }),
		encodeFogAnswer({ kind: "tokens", id, tokens: [{ output: hash, token: hash }], more: false }),
		encodeFogAnswer({ kind: "approved", id, approval }),
		await signTime({ operator: operator.id, at: now }, operator.ruling),
	];
}

/** What a party says of its device; what it lets a manager delegate on, and what it says of that. */
async function ordered(
	{ operator, now }: World,
	party: Signer,
	{ signer, certificate }: Awaited<ReturnType<typeof createDevice>>,
): Promise<readonly Bytes[]> {
	const delegations = certificate.profile.responsible?.delegations ?? [];
	const chain = chainOf({ operator: operator.id, to: signer.key, delegations }, verify);
	if (isRefusal(chain)) throw new Error(chain.code);
	const body = { operator: operator.id, device: signer.key, issuedAt: now };
	return [
		chain,
		await signDeviceOrder({ ...body, number: 2, says: { kind: "suspend" } }, party),
		await signDeviceOrder({ ...body, number: 1, says: { kind: "suspendBelow" } }, party),
	];
}
