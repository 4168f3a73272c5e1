/**
 * A town for tests: one operator and as many wallets as are asked for, in one process, on a clock of its own.
 *
 * Everything is real (keys, stores, machines) but the channels, which are function calls, and the clock.
 */
import { randomBytes } from "node:crypto";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { Operator, type OperatorPolicy } from "@tenten/operator";
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	type Condition,
	equalBytes,
	isRefusal,
	type Refusal,
	type Signer,
	type SuiteName,
} from "@tenten/protocol";
import { memoryStore, Wallet, type WalletOptions, type WalletStore } from "@tenten/wallet";

export const asset = {
	code: "JPY",
	scale: 0,
	name: "Yen",
	spendWindow: 30 * 86_400,
	redeemWindow: 60 * 86_400,
	grace: 7 * 86_400,
};

export type Asking = Partial<AskedProfile> & { readonly suite?: SuiteName };

/** A wallet that can be closed, cut off from its store, and opened again from what became durable. */
export type Device = {
	readonly store: WalletStore;
	readonly open: (options?: Partial<WalletOptions>) => Promise<Wallet>;
};

export type Town = {
	readonly operator: Operator;
	/** certifies holders and devices */
	readonly authority: Signer;
	/** signs what the operator issues */
	readonly issuing: Signer;
	readonly asset: AssetId;
	readonly clock: { now: number };
	readonly assetOf: (code: string) => AssetId;
	/** A wallet that has joined and topped up. */
	readonly wallet: (amount?: bigint, options?: Partial<WalletOptions> & Asking) => Promise<Wallet>;
	/** Puts money on a wallet's account, and from there into the wallet. */
	readonly fund: (wallet: Wallet, amount: bigint, code?: string, split?: number) => Promise<void>;
	readonly device: () => Device;
	/** Brings wallets the operator's list of now. */
	readonly renew: (...wallets: readonly Wallet[]) => Promise<void>;
	/** What the operator says is in circulation of an asset, minor units. */
	readonly outstanding: (code?: string) => Promise<bigint>;
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
	settings: {
		readonly conditions?: readonly Condition[];
		readonly policy?: Partial<OperatorPolicy>;
		/** unix seconds at which the town's clock stands */
		readonly now?: number;
	} = {},
): Promise<Town> {
	const clock = { now: settings.now ?? 1_800_000_000 };
	const [authority, issuing] = [newSigner(), newSigner()];
	const operator = await Operator.open({
		database: ":memory:",
		keys: { root: newSigner(), authority, issuing, ruling: newSigner(), desk: newSigner() },
		policy: {
			name: "Town",
			url: "http://127.0.0.1",
			assets: [asset],
			certificateValidity: 365 * 86_400,
			trustListValidity: 90 * 86_400,
			forkLimit: 10_000n,
			admit: (asked) => ({ ...asked, assurance: "software", limits: null, responsible: null }),
			licensing: { kind: "none" },
			conditionsOf: () => settings.conditions ?? [],
			...settings.policy,
		},
		verify,
		now: () => clock.now,
		entropy: random,
	});
	const assetOf = (code: string): AssetId => ({ operator: operator.id, code });
	const assetId = assetOf(settings.policy?.assets?.[0]?.code ?? asset.code);
	const wallets: Wallet[] = [];
	const device = (): Device => {
		const [store, key] = [memoryStore(), random(32)];
		const unlock = { kind: "device", key } as const;
		const open = async (options: Partial<WalletOptions> = {}) => {
			const wallet = ok(await Wallet.open({ store, unlock, now: () => clock.now, random, ...options }));
			wallet.connect(operator.id, operator);
			return wallet;
		};
		return { store, open };
	};
	const fund = async (wallet: Wallet, amount: bigint, code = assetId.code, split = 1): Promise<void> => {
		const own = wallet.module
			.certificates()
			.findLast(({ operatorId }) => equalBytes(operatorId, operator.id));
		const refusal = await operator.deposit(random(32), own?.hash as Bytes, code, amount);
		if (refusal !== undefined) throw new Error(refusal.code);
		ok(await wallet.topUp(assetOf(code), amount, split));
	};
	return {
		operator,
		authority,
		issuing,
		asset: assetId,
		assetOf,
		clock,
		fund,
		device,
		renew: async (...all) => {
			for (const { module } of all) {
				ok(await module.setTrustList(await operator.trustList(), operator.id));
				const refusal = await module.freezes.take(await operator.freezeList());
				if (refusal !== undefined) throw new Error(refusal.code);
			}
		},
		wallet: async (amount = 0n, options = {}) => {
			const { role, class: payeeClass, merchantCategory, region, suite, ...rest } = options;
			const wallet = await device().open(rest);
			const asked = {
				role: role ?? "holder",
				class: payeeClass ?? "person",
				merchantCategory: merchantCategory ?? null,
				region: region ?? null,
			};
			const refusal = await wallet.join(operator, operator.id, asked, suite);
			if (refusal !== undefined) throw new Error(refusal.code);
			if (amount > 0n) await fund(wallet, amount);
			wallets.push(wallet);
			return wallet;
		},
		outstanding: async (code = assetId.code) => (await operator.totals(code)).outstanding,
		close: async () => {
			for (const wallet of wallets) await wallet.close();
			await operator.close();
		},
	};
}
