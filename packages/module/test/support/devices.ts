/** Devices with those who answer for them: keys, delegations and certificates over both. */
import {
	type Delegation,
	type DelegationTerms,
	type PublicKey,
	type Signer,
	type Slice,
	signDelegation,
} from "@tenten/protocol";
import { createHolder, day, type Holder, type HolderOptions, signerFrom, type World } from "./world.ts";

export const sliceOf = (from: bigint, to: bigint, reset = 1): Slice => ({ reset, from, to });

/** One delegator, and what it lets the next one do. */
export type Level = Partial<DelegationTerms> & { readonly by: Signer };

export type DeviceOptions = Omit<HolderOptions, "profile"> & {
	/** outermost first */
	readonly levels: readonly Level[];
	/** places in the operator's status lists, of the device and of its party */
	readonly status?: readonly [number, number];
};

/** Delegations of these levels to the key of a device, each signed by its own delegator. */
export function delegationsTo(
	world: World,
	device: PublicKey,
	levels: readonly Level[],
): Promise<readonly Delegation[]> {
	return Promise.all(
		levels.map(({ by, ...terms }, depth) => {
			const to = levels[depth + 1]?.by.key ?? device;
			const until = world.now + 30 * day;
			const full = { purposes: null, perTransfer: null, slice: sliceOf(0n, 1000n), until, ...terms };
			return signDelegation(world.operator.id, to, full, by);
		}),
	);
}

/** A device whose certificate carries these delegations. */
export async function createDevice(
	world: World,
	{ levels, status, ...options }: DeviceOptions,
): Promise<Holder> {
	const signer = options.signer ?? signerFrom(world.random(), options.suite ?? world.suite);
	const delegations = await delegationsTo(world, signer.key, levels);
	const [own, party] = status ?? [0, 1];
	return createHolder(world, {
		// Its place in the status list tells it apart already.
		serialBytes: 4,
		...options,
		signer,
		profile: {
			role: "device",
			class: null,
			responsible: { commitment: world.random(), status: own, partyStatus: party, delegations },
		},
	});
}

export function createParty(world: World): Signer {
	return signerFrom(world.random(), world.suite);
}
