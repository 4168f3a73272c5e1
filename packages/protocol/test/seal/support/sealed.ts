/** Two seals of one operator with what happened between: a scene in which every rule is kept, to break one at a time. */
import {
	type AssetTotals,
	type Batch,
	type Bytes,
	type CheckedAgainst,
	keyId,
	type Seal,
	type SignedReserve,
	sealHash,
	signReserve,
} from "@tenten/protocol";
import { generateKey, signerFrom, verify } from "../../../../module/src/index.ts";

export const id = (fill: number): Bytes => new Uint8Array(32).fill(fill);
export const [operator, yen, seats, peer] = [id(1), id(0x10), id(0x20), id(0x30)] as const;

const privateKeyOf = (suite: "Ed25519" | "ES256"): Bytes =>
	generateKey(suite, (length) => new Uint8Array(length).fill(5)).privateKey;
export const bank = signerFrom(privateKeyOf("Ed25519"), "Ed25519");
export const stranger = signerFrom(privateKeyOf("ES256"), "ES256");

const nothing: Omit<AssetTotals, "asset"> = {
	issued: 0n,
	redeemed: 0n,
	refunded: 0n,
	burned: 0n,
	chargedOff: 0n,
	outstanding: 0n,
	forkFunded: 0n,
	forkDrawn: 0n,
	forkRepaid: 0n,
	forkLost: 0n,
	liabilities: id(0),
	held: 0n,
};

export const totalsOf = (asset: Bytes, some: Partial<AssetTotals>): AssetTotals => ({
	...nothing,
	asset,
	...some,
});

export const batchOf = (kind: Exclude<Batch["kind"], "certificates">, total: bigint, asset = yen): Batch => ({
	kind,
	asset,
	count: 1,
	total,
	root: id(9),
});

export const reserveOf = (
	amount: bigint,
	heldAt: number,
	asset = yen,
	signer = bank,
): Promise<SignedReserve> => signReserve({ operator, asset, amount, heldAt }, signer);

export const position = { peer, asset: yen, settlement: 4, owes: 30n, isOwed: 0n };

/** What happened between the two: some of everything. */
const batches: readonly Batch[] = [
	batchOf("issues", 500n),
	batchOf("issues", 100n),
	{ kind: "certificates", count: 3, root: id(8) },
	batchOf("redemptions", 200n),
	batchOf("rulings", 50n),
	batchOf("burns", 20n),
	batchOf("chargeOffs", 5n),
	batchOf("forkDeposits", 40n),
	batchOf("forkDraws", 30n),
	batchOf("forkRepayments", 10n),
	batchOf("forkLosses", 15n),
	batchOf("records", 900n),
	batchOf("issues", 7n, seats),
];

export type Scene = { readonly seal: Seal; readonly against: CheckedAgainst };

export async function keptScene(): Promise<Scene> {
	const previous: Seal = {
		operator,
		number: 6,
		previous: id(5),
		sealedAt: 1_000,
		state: id(2),
		assets: [totalsOf(yen, { issued: 1_000n, redeemed: 100n, outstanding: 900n, held: 60n })],
		reserves: [await reserveOf(960n, 990)],
		positions: [position],
		checkpoints: [{ peer, size: 70, hash: id(7) }],
	};
	const after = {
		issued: 1_600n,
		redeemed: 300n,
		refunded: 50n,
		burned: 20n,
		chargedOff: 5n,
		outstanding: 1_225n,
		forkFunded: 40n,
		forkDrawn: 30n,
		forkRepaid: 10n,
		forkLost: 15n,
		held: 75n,
	};
	const seal: Seal = {
		...previous,
		number: 7,
		previous: sealHash(previous),
		sealedAt: 1_010,
		assets: [totalsOf(yen, after), totalsOf(seats, { issued: 7n, outstanding: 7n })],
		reserves: [await reserveOf(1_300n, 1_005), await reserveOf(7n, 1_005, seats)],
		checkpoints: [{ peer, size: 75, hash: id(6) }],
	};
	const against: CheckedAgainst = {
		operator,
		previous,
		batches,
		verify,
		holders: [keyId(bank.key)],
		peerWords: [{ ...position, owes: 0n, isOwed: 30n }],
		now: 1_012,
		maximumAge_s: 20,
		ahead_s: 5,
		reserveAge_s: 60,
	};
	return { seal, against };
}
