/**
 * Devices' certificates and proofs of excess as anyone may show them, under a verifier that believes every signature:
 * what is delegated is never more than its delegator had, and whoever is convicted is named by what was shown.
 */
import {
	type Bytes,
	type ConsumedOutput,
	type Excess,
	excess,
	isRefusal,
	issue,
	lies,
	openedOwnerOf,
	parse,
	type Slice,
	serialize,
	Trust,
	verifyExcess,
} from "@tenten/protocol";
import { createDevice, createParty, sliceOf } from "../../packages/module/test/support/devices.ts";
import {
	createHolder,
	createWorld,
	type Holder,
	issueTo,
	ownerOf,
	signLink,
} from "../../packages/module/test/support/world.ts";
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

export const deviceTargets: readonly Target[] = [
	target("certificate", [robot.certificate.encoded, other.certificate.encoded], delegated),
	target(
		"excess",
		files.map((file) => serialize(excess, file)),
		exceeded,
	),
];
