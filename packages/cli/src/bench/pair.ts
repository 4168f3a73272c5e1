/** A pair of wallets with one operator in memory, all in one process: two modules to hand over between. */
import { generateKey, type SecureModule, signerFrom, verify } from "@tenten/module";
import { Operator, type OperatorOptions } from "@tenten/operator";
import type { AssetId, Bytes, Signer, SuiteName } from "@tenten/protocol";
import { memoryStore, Wallet, type WalletOptions } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";

/** Where a wallet is kept, and what opens it. */
export type Home = Pick<WalletOptions, "store" | "unlock">;

export type Pair = {
	readonly asset: AssetId;
	readonly operator: Operator;
	/** the clock of all three, unix seconds */
	readonly now: () => number;
	readonly wallets: readonly [Wallet, Wallet];
	/** gives the first wallet this many tokens of `amount` each */
	readonly draw: (amount: bigint, tokens: number) => Promise<void>;
	readonly close: () => Promise<void>;
};

const day_s = 86_400;
/** The asset of every measurement. */
export const assetCode = "JPY";

export function memoryHome(): Home {
	return { store: memoryStore(), unlock: { kind: "device", key: random(32) } };
}

export async function openPair(
	suite: SuiteName,
	homes: readonly [Home, Home] = [memoryHome(), memoryHome()],
): Promise<Pair> {
	const opened = Math.floor(Date.now() / 1000);
	const now = (): number => opened;
	const operator = await openOperator(suite, now);
	const asset = { operator: operator.id, code: assetCode };
	const open = async (home: Home): Promise<Wallet> => {
		const wallet = must(await Wallet.open({ ...home, now, random }));
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		must((await wallet.join(operator, operator.id, asked, suite)) ?? null);
		return wallet;
	};
	const wallets = [await open(homes[0]), await open(homes[1])] as const;
	const draw = async (amount: bigint, tokens: number): Promise<void> => {
		const account = wallets[0].module.certificates()[0]?.hash as Bytes;
		const sum = amount * BigInt(tokens);
		must(await operator.deposit(random(32), account, assetCode, sum));
		must(await wallets[0].topUp(asset, sum, tokens));
	};
	const close = async (): Promise<void> => {
		for (const wallet of wallets) await wallet.close();
		await operator.close();
	};
	return { asset, operator, now, wallets, draw, close };
}

/** An operator with fresh keys: in memory, unless `means` says otherwise. */
export function openOperator(
	suite: SuiteName,
	now: () => number,
	means: Partial<Pick<OperatorOptions, "database" | "store" | "threads">> = {},
): Promise<Operator> {
	const signer = (): Signer => signerFrom(generateKey(suite).privateKey, suite);
	const asset = { code: assetCode, scale: 0, name: "Yen" };
	return Operator.open({
		database: ":memory:",
		keys: {
			root: signer(),
			authority: signer(),
			issuing: signer(),
			ruling: signer(),
			desk: signer(),
		},
		policy: {
			name: "Bench",
			url: "https://operator.example",
			assets: [{ ...asset, spendWindow: 30 * day_s, redeemWindow: 60 * day_s, grace: 7 * day_s }],
			certificateValidity: 365 * day_s,
			trustListValidity: 90 * day_s,
			forkLimit: 10_000n,
			admit: (asked) => ({ ...asked, assurance: "software", limits: null, responsible: null }),
			licensing: { kind: "none" },
			conditionsOf: () => [],
		},
		verify,
		now,
		entropy: random,
		...means,
	});
}

export type Payment = { readonly asset: AssetId; readonly amount: bigint; readonly output: Bytes };

/** One whole two-phase hand-over of one token, until the payee owns it and has said so. */
export async function handOver(
	payer: SecureModule,
	payee: SecureModule,
	{ asset, amount, output }: Payment,
): Promise<void> {
	const request = must(await payee.request({ asset, amount }));
	const own = payee.certificates()[0];
	if (own === undefined) throw new Error("the payee has joined");
	const paid = must(
		await payer.pay({
			request: request.encoded,
			consent: { request: request.digest, payee: own.hash, amount },
			inputs: [output],
		}),
	);
	const app = { consider: async () => ({}) };
	let messages = paid.messages;
	for (let side = 0; messages.length > 0; side++)
		messages = await (side % 2 === 0 ? payee : payer).handle(messages, app);
	if (payer.payer(paid.attempt) !== "released") throw new Error("the hand-over did not end");
}
