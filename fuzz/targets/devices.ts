/**
 * Devices' certificates and proofs of excess as anyone may show them, under a verifier that believes every signature:
 * what is delegated is never more than its delegator had, and whoever is convicted is named by what was shown.
 */
import {
	acceptOffer,
	applicationOf,
	type Bytes,
	type ConsumedOutput,
	coseKey,
	delegationChain,
	type Excess,
	excess,
	type Item,
	isRefusal,
	issue,
	keyId,
	lies,
	openedOwnerOf,
	parse,
	type Slice,
	serialize,
	signCwt,
	signDeviceEvidence,
	signDeviceOrder,
	signDeviceQuestion,
	signOffer,
	Trust,
	toHex,
	unfitAttestation,
	verifyAttestation,
	verifyDeal,
	verifyDelegationChain,
	verifyDeviceApplication,
	verifyDeviceEvidence,
	verifyDeviceOrder,
	verifyDeviceQuestion,
	verifyExcess,
	verifyOffer,
	verifyStatusList,
} from "@tenten/protocol";
import { createDevice, createParty, sliceOf } from "../../packages/module/test/support/devices.ts";
import { statusList } from "../../packages/module/test/support/status-lists.ts";
import {
	createHolder,
	createWorld,
	type Holder,
	issueTo,
	ownerOf,
	signerFrom,
	signLink,
} from "../../packages/module/test/support/world.ts";
import { verifyEvidence } from "../../packages/operator/src/devices/attested.ts";
import { usualDevices } from "../../packages/operator/src/index.ts";
import {
	attestedCertificate,
	chainOf,
	describedKey,
	ecKey,
	hierarchy,
	p256Of,
	pinned,
} from "../../packages/operator/test/support/android-chain.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const world = await createWorld({ seed: "devices" });
const [company, site] = [createParty(world), createParty(world)];
const robot = await createDevice(world, {
	levels: [
		{ by: company, slice: sliceOf(0n, 5_000n), purposes: ["charging", "parking"], perTransfer: 500n },
		{ by: site, slice: sliceOf(1_000n, 2_000n), purposes: ["charging"], perTransfer: 100n },
	],
});
const other = await createDevice(world, { levels: [{ by: company, slice: sliceOf(4_000n, 6_000n) }] });
const payee = await createHolder(world);
const trust = new Trust(world.list, () => true);

async function consumed(from: Holder, spent: Slice | null): Promise<ConsumedOutput> {
	const token = await issueTo(world, from, 100n);
	const outputs = [{ amount: 100n, owner: ownerOf(world, payee), caveats: [] }];
	const { link, signature } = await signLink(token, from, { outputs, spent });
	return {
		parent: { kind: "issue", bytes: serialize(issue, token.issue) },
		index: 0,
		owner: openedOwnerOf(token.owner),
		link: { payload: link.payload, release: null, signature },
		deciders: [],
	};
}

const first = await consumed(robot, sliceOf(1_000n, 1_100n));
const files: readonly Excess[] = [
	{ kind: "twice", first, second: await consumed(robot, sliceOf(1_050n, 1_150n)) },
	{ kind: "beyond", link: await consumed(robot, sliceOf(1_950n, 2_050n)) },
	{
		kind: "short",
		link: first,
		paid: [{ index: 0, owner: openedOwnerOf(ownerOf(world, payee)) }],
	},
	{ kind: "given", first: robot.certificate.encoded, second: other.certificate.encoded },
];

function delegated(input: Bytes): Outcome {
	const certificate = trust.certificate(input);
	if (isRefusal(certificate)) return certificate.code;
	const may = trust.delegated(certificate);
	if (isRefusal(may)) return may.code;
	if (may === null) return "nobody's";
	const [party] = certificate.profile.responsible?.delegations ?? [];
	if (party === undefined || may.until > party.until) throw new Broken("longer than its party said");
	if (may.slice !== null && (party.slice === null || !lies(may.slice, party.slice)))
		throw new Broken("more than its party had");
	return "accepted";
}

function exceeded(input: Bytes): Outcome {
	const conviction = verifyExcess(input, trust);
	if (isRefusal(conviction)) return conviction.code;
	const read = parse(excess, input, 4 * 65_536);
	if (isRefusal(read)) throw new Broken("convicted, and not read");
	mustBeSame(serialize(excess, read), input);
	return outcomeOf(conviction);
}

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome): Target {
	return { name: `device/${name}`, weight: 2, open: async () => ({ seeds, form: "items", run }) };
}

const nonce = world.random();
const said = await signDeviceEvidence(
	{ operator: world.operator.id, nonce, attestation: null },
	robot.signer,
);
const asked = applicationOf(said, robot.certificate.profile.responsible?.delegations ?? []) as Bytes;
const order = {
	operator: world.operator.id,
	device: robot.signer.key,
	number: 2,
	issuedAt: world.now,
} as const;
const orders = await Promise.all(
	([{ kind: "suspend" }, { kind: "transfer", to: site.key }] as const).map((says) =>
		signDeviceOrder({ ...order, says }, company),
	),
);
const question = await signDeviceQuestion(
	{ operator: world.operator.id, device: keyId(robot.signer.key), issuedAt: world.now },
	company,
);
const lists = [await statusList(world, { revoked: [1], suspended: [2] })];
const offer = await signOffer(
	{
		certificate: payee.certificate.encoded,
		asset: world.asset,
		units: 1n,
		perTicks: 10,
		mostTicks: 100,
		purpose: null,
		nonce,
		until: world.now + 60,
	},
	payee.signer,
);
const acceptance = { certificate: payee.certificate.encoded, mostTicks: 50, acceptedAt: world.now };
const deals = [(await acceptOffer(offer, acceptance, payee.signer)) as Bytes];
const eats = await Promise.all(
	[null, toHex(world.operator.id), ["another", toHex(world.operator.id)]].map((audience) =>
		signCwt(
			new Map<number, Item>([
				...(audience === null ? [] : [[3, audience] as const]),
				[8, new Map([[1, coseKey.write(robot.signer.key)]])],
				[10, nonce],
				[263, 1],
			]),
			{ type: "application/eat+cwt", keyId: nonce, signer: company },
		),
	),
);
const chains = [
	serialize(delegationChain, {
		operator: world.operator.id,
		to: robot.signer.key,
		delegations: robot.certificate.profile.responsible?.delegations ?? [],
	}),
];
const believing = (): boolean => true;

function attested(input: Bytes): Outcome {
	const makers = [{ key: company.key, assurance: "hsm" }] as const;
	const asks = { operator: world.operator.id, key: robot.signer.key, nonce, now: world.now };
	const context = { ...asks, makers, verify: believing };
	const { assurance, reason } = verifyAttestation(input, context);
	if ((assurance === "hsm") !== (reason === null)) throw new Broken("a level without a reason");
	const unfit = unfitAttestation(input, context) ?? null;
	if (reason !== unfit && !reason?.startsWith("no maker"))
		throw new Broken("a device brings what is refused");
	return reason ?? "accepted";
}

const phone = signerFrom(new Uint8Array(32).fill(7), "ES256");
const android = hierarchy(world.now, { root: ecKey(41) });
const phoneChains = [1, 2].map((level) =>
	chainOf([
		attestedCertificate(
			android,
			p256Of(phone.key),
			describedKey(nonce, { attestedBy: level, keptBy: level }),
		),
		...android.above,
	]),
);

function androidAttested(input: Bytes): Outcome {
	const of = { operator: world.operator.id, key: phone.key, nonce, now: world.now };
	const androidRoots = [pinned(android, "tee", world.now)];
	const devices = { ...usualDevices, androidRoots };
	const { assurance, reason } = verifyEvidence(input, of, devices, believing);
	if (assurance !== (reason === null ? "tee" : "software")) throw new Broken("a level beyond its root's");
	return reason ?? "accepted";
}

function listed(input: Bytes): Outcome {
	const list = verifyStatusList(input, { trust, newest: () => null, now: world.now });
	return isRefusal(list) ? list.code : "accepted";
}

const judging = { trust, now: world.now };

export const deviceTargets: readonly Target[] = [
	target("application", [asked], (input) =>
		outcomeOf(verifyDeviceApplication(input, world.operator.id, believing)),
	),
	target("evidence", [said], (input) => outcomeOf(applicationOf(input, []))),
	target("chain", chains, (input) => outcomeOf(verifyDelegationChain(input, believing))),
	target("own word", [said], (input) => outcomeOf(verifyDeviceEvidence(input, believing))),
	target("order", orders, (input) => outcomeOf(verifyDeviceOrder(input, world.operator.id, believing))),
	target("question", [question], (input) =>
		outcomeOf(verifyDeviceQuestion(input, world.operator.id, believing)),
	),
	target("status list", lists, listed),
	target("attestation", eats, attested),
	{ ...target("android attestation", phoneChains, androidAttested), weight: 10 },
	target("offer", [offer], (input) => outcomeOf(verifyOffer(input, judging))),
	target("deal", deals, (input) => outcomeOf(verifyDeal(input, judging))),
	target("certificate", [robot.certificate.encoded, other.certificate.encoded], delegated),
	target(
		"excess",
		files.map((file) => serialize(excess, file)),
		exceeded,
	),
];
