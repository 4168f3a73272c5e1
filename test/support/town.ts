/**
 * A town for tests: one operator and as many wallets as are asked for, in one process, on a clock of its own.
 *
 * Everything is real (keys, stores, machines) but the channels, which are function calls, and the clock.
 */
import { randomBytes } from "node:crypto";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { Operator, type OperatorPolicy } from "@tenten/operator";
import {
	type AssetId,
	type Bytes,
	type Condition,
	isRefusal,
	type Refusal,
	type Signer,
} from "@tenten/protocol";
import { memoryStore, Wallet, type WalletOptions } from "@tenten/wallet";

export const asset = {
	code: "JPY",
	scale: 0,
	name: "Yen",
	spendWindow: 30 * 86_400,
	redeemWindow: 60 * 86_400,
	grace: 7 * 86_400,
};

export type Town = {
	readonly operator: Operator;
	readonly asset: AssetId;
	readonly clock: { now: number };
	/** A wallet that has joined and topped up. */
	readonly wallet: (
		amount?: bigint,
		options?: Partial<WalletOptions> & { readonly class?: string },
	) => Promise<Wallet>;
	readonly close: () => Promise<void>;
};

export function newSigner(): Signer {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}

/** The value, or the refusal as an error. */
export function ok<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`refused: ${result.code} ${result.detail}`);
	return result;
}

export const random = (length: number): Bytes => Uint8Array.from(randomBytes(length));

export async function openTown(
	settings: { readonly conditions?: readonly Condition[]; readonly policy?: Partial<OperatorPolicy> } = {},
): Promise<Town> {
	const clock = { now: 1_800_000_000 };
	const operator = await Operator.open({
		database: ":memory:",
		keys: {
			root: newSigner(),
			authority: newSigner(),
			issuing: newSigner(),
			ruling: newSigner(),
			desk: newSigner(),
		},
		policy: {
			name: "Town",
			url: "http://127.0.0.1",
			assets: [asset],
			certificateValidity: 365 * 86_400,
			trustListValidity: 90 * 86_400,
			forkLimit: 10_000n,
			admit: (asked) => ({ ...asked, assurance: "software", limits: null, responsible: null }),
			conditionsOf: () => settings.conditions ?? [],
			...settings.policy,
		},
		verify,
		now: () => clock.now,
		entropy: random,
	});
	const assetId = { operator: operator.id, code: asset.code };
	const wallets: Wallet[] = [];
	return {
		operator,
		asset: assetId,
		clock,
		wallet: async (amount = 0n, { class: payeeClass, ...options } = {}) => {
			const store = memoryStore();
			const key = random(32);
			const wallet = ok(
				await Wallet.open({
					store,
					unlock: { kind: "device", key },
					now: () => clock.now,
					random,
					...options,
				}),
			);
			const asked = {
				role: "holder",
				class: payeeClass ?? "person",
				merchantCategory: null,
				region: null,
			} as const;
			const refusal = await wallet.join(operator, operator.id, asked);
			if (refusal !== undefined) throw new Error(refusal.code);
			if (amount > 0n) {
				const account = wallet.module.certificates()[0]?.hash as Bytes;
				await operator.deposit(random(32), account, asset.code, amount);
				ok(await wallet.topUp(assetId, amount));
			}
			wallets.push(wallet);
			return wallet;
		},
		close: async () => {
			for (const wallet of wallets) await wallet.close();
			await operator.close();
		},
	};
}
