/** Parties that answer for devices at an operator: their keys, budgets, applications, orders and questions. */
import assert from "node:assert/strict";
import {
	applicationOf,
	type Bytes,
	type DelegationTerms,
	type DeviceOrderBody,
	type DeviceRecordBody,
	isRefusal,
	keyId,
	type PublicKey,
	parse,
	parseEnrolled,
	recordBatch,
	recordsTaken,
	type Signer,
	type Slice,
	Statuses,
	type StatusList,
	serialize,
	signDelegation,
	signDeviceEvidence,
	signDeviceOrder,
	signDeviceQuestion,
	signDeviceRecord,
	type Trust,
	type VerifiedCertificate,
	verifyStatusList,
} from "@tenten/protocol";
import { day, expectValue, signerFrom } from "../../../module/test/support/world.ts";
import type { Party } from "../../src/devices/party-rows.ts";
import type { Operator } from "../../src/index.ts";
import type { Scene } from "./claim-scenes.ts";
import type { Ecosystem } from "./ecosystem.ts";

export const administrator = { actor: "an administrator", requestId: "test" } as const;

export const sliceOf = (reset: number, from: bigint, to: bigint): Slice => ({ reset, from, to });

/** A party that was added, with a budget of so much. */
export type Answering = { readonly signer: Signer; readonly party: Party; readonly reset: number };

let named = 0;

export async function addParty(
	{ operator, world }: Ecosystem,
	amount = 1_000n,
	signer = signerFrom(world.random(), "Ed25519"),
): Promise<Answering> {
	const { parties } = operator.devices;
	const added = await parties.add(administrator, signer.key, `register ${++named}`);
	const party = expectValue(added);
	const { nextReset: reset } = (await parties.known(party.id, 0)) ?? { nextReset: 0 };
	expectValue(await parties.grant(administrator, party.id, { reset, amount }));
	return { signer, party, reset };
}

export type Asked = {
	readonly device: Signer;
	readonly by: readonly Signer[];
	/** of every delegation, unless `levels` says more of one */
	readonly terms: Partial<DelegationTerms> & { readonly slice: Slice | null };
	readonly levels?: readonly Partial<DelegationTerms>[];
	readonly attest?: (key: PublicKey, nonce: Bytes) => Promise<Bytes>;
	/** what the device says, fresh if left out */
	readonly nonce?: Bytes;
};

async function evidenceFor(
	{ operator, world }: Ecosystem,
	{ device, attest, nonce = world.random() }: Asked,
): Promise<Bytes> {
	const attestation = attest === undefined ? null : await attest(device.key, nonce);
	return signDeviceEvidence({ operator: operator.id, nonce, attestation }, device);
}

/** An application of `device`, delegated to by `by`, outermost first. */
export async function application(ecosystem: Ecosystem, asked: Asked): Promise<Bytes> {
	const { device, by, terms, levels = [] } = asked;
	const { operator, clock } = ecosystem;
	const usual = { purposes: null, perTransfer: null, until: clock.now + 30 * day };
	const delegations = await Promise.all(
		by.map((signer, depth) => {
			const to = by[depth + 1]?.key ?? device.key;
			return signDelegation(operator.id, to, { ...usual, ...terms, ...levels[depth] }, signer);
		}),
	);
	const evidence = await evidenceFor(ecosystem, asked);
	return expectValue(applicationOf(evidence, delegations));
}

export const freshDevice = ({ world }: Ecosystem): Signer => signerFrom(world.random(), "Ed25519");

/** A device of the party's, with this part of its budget. */
export async function enrolDevice(
	ecosystem: Ecosystem,
	{ signer, reset }: Answering,
	[from, to]: readonly [bigint, bigint],
	device = freshDevice(ecosystem),
	terms: Partial<DelegationTerms> = {},
): Promise<{ readonly device: Signer; readonly certificate: VerifiedCertificate; readonly applied: Bytes }> {
	const slice = sliceOf(reset, from, to);
	const applied = await application(ecosystem, { device, by: [signer], terms: { ...terms, slice } });
	const answer = expectValue(await ecosystem.operator.devices.apply(applied));
	const { certificate } = expectValue(parseEnrolled(answer));
	return { device, certificate: expectValue(ecosystem.world.trust.certificate(certificate)), applied };
}

export function deviceOrder(
	{ operator, clock }: Ecosystem,
	party: Signer,
	device: Signer,
	number: number,
	says: DeviceOrderBody["says"],
): Promise<Bytes> {
	const body = { operator: operator.id, device: device.key, number, says, issuedAt: clock.now };
	return signDeviceOrder(body, party);
}

export function deviceQuestion(
	{ operator, clock }: Ecosystem,
	party: Signer,
	device: Signer,
	issuedAt = clock.now,
): Promise<Bytes> {
	return signDeviceQuestion({ operator: operator.id, device: keyId(device.key), issuedAt }, party);
}

/** What a device says that it paid, now unless `over` says when. */
export function deviceRecord(
	{ operator, clock }: Ecosystem,
	device: Signer,
	over: Omit<DeviceRecordBody, "operator" | "paidAt"> & Partial<DeviceRecordBody>,
): Promise<Bytes> {
	return signDeviceRecord({ operator: operator.id, paidAt: clock.now, ...over }, device);
}

/** The list of this number as whoever is paid reads it; it follows `before`. */
export async function readList(
	{ operator, world, clock }: Pick<Ecosystem, "world" | "clock"> & { readonly operator: Operator },
	number = 0,
	before: StatusList | null = null,
	trust: Trust = world.trust,
): Promise<StatusList> {
	const encoded = await operator.devices.statusLists.newest(number);
	if (encoded === undefined) throw new Error(`no list ${number}`);
	return expectValue(verifyStatusList(encoded, { trust, newest: () => before, now: clock.now }));
}

/** What a payee is told of the device and of who answers for it: `valid`, or the refusal's words. */
export function standingIn(
	list: StatusList,
	{ operatorId, profile }: VerifiedCertificate,
): readonly string[] {
	const { responsible } = profile;
	if (responsible === null) throw new Error("nobody's device");
	const statuses = Statuses.none.with(list);
	return [responsible.status, responsible.partyStatus].map((place) => {
		const refusal = statuses.refuseSuspended(operatorId, place, "it");
		return refusal === undefined ? "valid" : refusal.detail.replace("it: ", "");
	});
}

export const codeOf = (answer: unknown): string =>
	isRefusal(answer) ? `${(answer as { readonly code: string }).code}` : "done";

/** What is asked while power fails: a party and its budget, a device, what its party says of it, and a bank's refusal. */
export async function deviceCrashScene(ecosystem: Ecosystem): ReturnType<Scene> {
	const { world } = ecosystem;
	const [signer, manager, device] = [0, 1, 2].map(() => freshDevice(ecosystem)) as [Signer, Signer, Signer];
	const terms = { slice: sliceOf(1, 0n, 10n) };
	const applied = await application(ecosystem, { device, by: [signer, manager], terms });
	const another = { device: freshDevice(ecosystem), by: [signer], terms: { slice: null } };
	const beside = await application(ecosystem, another);
	const orders = [
		await deviceOrder(ecosystem, signer, device, 2, { kind: "suspend" }),
		await deviceOrder(ecosystem, signer, device, 3, { kind: "resume" }),
		await deviceOrder(ecosystem, signer, manager, 1, { kind: "suspendBelow" }),
	];
	const question = await deviceQuestion(ecosystem, signer, device);
	const [id, cause] = [keyId(signer.key), world.random()];
	const paid = { asset: world.random(), amount: 4n, payer: id, payee: world.random() };
	const record = await deviceRecord(ecosystem, device, { ...paid, proof: world.random() });
	const brought = serialize(recordBatch, [record]);
	return {
		ask: async (opened) => {
			const { devices } = opened;
			const { parties } = devices;
			// Before any place was given there is a list, of nobody.
			await readList({ ...ecosystem, operator: opened });
			expectValue(await parties.add(administrator, signer.key, "register 1"));
			expectValue(await parties.grant(administrator, id, { reset: 1, amount: 10n }));
			// At once: one of them draws its place.
			const both = await Promise.allSettled([devices.apply(applied), devices.apply(beside)]);
			const [certified] = both.map((each) => {
				if (each.status === "rejected") throw each.reason;
				return expectValue(each.value);
			}) as [Bytes, Bytes];
			for (const order of orders) expectValue(await devices.order(order));
			const taken = expectValue(await devices.takeRecords(brought));
			await parties.suspendFor(id, "01", cause);
			expectValue(await parties.setStanding(administrator, id, "suspended", "looked at"));
			const list = await readList({ ...ecosystem, operator: opened });
			const shown = expectValue(await devices.show(question, 0));
			const [listed] = await parties.after(new Uint8Array());
			const known = await parties.known(id, 0);
			expectValue(await parties.open(administrator, id, "asked"));
			return [
				certified,
				standingIn(
					list,
					expectValue(world.trust.certificate(expectValue(parseEnrolled(certified)).certificate)),
				),
				shown.tenures.map(({ recorded }) => recorded),
				expectValue(parse(recordsTaken, taken)).map(({ code }) => code),
				shown.entries.length,
				listed?.standing,
				known?.budgets.length,
			];
		},
		check: (answers) =>
			assert.deepEqual((answers as readonly unknown[]).slice(1), [
				["suspended", "suspended"],
				[4n],
				[null],
				3,
				"suspended",
				1,
			]),
	};
}
