/** Devices of a town: each with its own wallet, certified over what its responsible party delegated. */
import { deflateSync } from "node:zlib";
import { verify } from "@tenten/module";
import {
	applicationOf,
	type Bytes,
	type DelegationTerms,
	deviceEvidence,
	enrolled,
	parse,
	type Signer,
	serialize,
	signDelegation,
	signStatusList,
	verifyDeviceApplication,
} from "@tenten/protocol";
import { inProcessChannel, type Wallet } from "@tenten/wallet";
import { certify } from "../../packages/module/test/support/world.ts";
import { ok, random, type Town } from "./town.ts";

const day = 86_400;

/** Certifies this wallet's device as its operator would, over what `party` delegates to it. */
export async function certifyDevice(
	{ operator, clock, authority }: Town,
	wallet: Wallet,
	party: Signer,
	terms: Partial<DelegationTerms> = {},
): Promise<void> {
	ok(await wallet.module.setTrustList(await operator.trustList(), operator.id));
	const evidence = await wallet.module.devices.evidence({ operator: operator.id });
	const { key } = ok(parse(deviceEvidence, evidence)).body;
	const slice = { reset: 1, from: 0n, to: 1_000n };
	const full = { purposes: null, perTransfer: null, slice, until: clock.now + 30 * day, ...terms };
	const delegation = await signDelegation(operator.id, key, full, party);
	const application = ok(applicationOf(evidence, [delegation]));
	const { delegations } = ok(verifyDeviceApplication(application, operator.id, verify));
	const responsible = { commitment: random(32), status: 1, partyStatus: 2, delegations };
	const certificate = await certify(
		authority,
		{ key },
		{
			serial: random(4),
			expiresAt: clock.now + 30 * day,
			notBefore: null,
			profile: {
				role: "device",
				class: null,
				merchantCategory: null,
				region: null,
				assurance: "software",
				limits: null,
				responsible,
			},
		},
	);
	ok(await wallet.module.certify(serialize(enrolled, { certificate, account: random(32) })));
}

/** The town's status list, on which these places are suspended; the first of it, by its authority, of now and for a day. */
export function statusListOf(
	{ clock, authority }: Town,
	suspended: readonly number[] = [],
	over: {
		readonly number?: number;
		readonly issuedAt?: number;
		readonly expiresAt?: number;
		readonly signer?: Signer;
	} = {},
): Promise<Bytes> {
	const { number = 0, issuedAt = clock.now, expiresAt = issuedAt + day, signer = authority } = over;
	const places = new Uint8Array(16);
	for (const place of suspended) places[place >> 2] = (places[place >> 2] ?? 0) | (2 << (2 * (place & 3)));
	const lst = new Uint8Array(deflateSync(places));
	const url = "http://127.0.0.1";
	return signStatusList({ url, number, issuedAt, expiresAt, lst }, signer);
}

/** Has `from` pay the device, over any channel. */
export async function give(town: Town, from: Wallet, device: Wallet, amount: bigint): Promise<void> {
	const request = ok(await device.request({ asset: town.asset, amount }));
	ok(await from.pay({ request: request.encoded }, inProcessChannel(device.handle)));
}
