/**
 * A durable wallet that counts: every commit with the sizes of its rows, every entry of its journal, every
 * signature made and verified. What a measured hand-over must contain is then counted and not guessed.
 */
import { platformCryptography } from "@tenten/module";
import type { Bytes } from "@tenten/protocol";
import { sqliteStore, Wallet } from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import { now, random } from "../surroundings.ts";

export type WorkCounts = {
	/** for each commit of the module the bytes of its rows, sealed; 0 where one is deleted */
	readonly commits: readonly (readonly number[])[];
	/** entries of the app's journal, durable with the next commit */
	readonly entries: number;
	readonly signed: number;
	readonly verified: number;
};

export type CountedWallet = {
	readonly wallet: Wallet;
	/** What was done since it was asked last. */
	readonly counts: () => WorkCounts;
};

/** A new wallet at `path`. */
export async function openCounted(path: string, key: Bytes): Promise<CountedWallet> {
	const store = must(sqliteStore(path));
	let [commits, entries, signed, verified]: [number[][], number, number, number] = [[], 0, 0, 0];
	const wallet = must(
		await Wallet.open({
			store: {
				...store,
				commit: (writes) => {
					commits.push(writes.map(({ value }) => value?.length ?? 0));
					return store.commit(writes);
				},
				history: {
					...store.history,
					append: (...entry) => {
						entries++;
						return store.history.append(...entry);
					},
				},
			},
			unlock: { kind: "device", key },
			now,
			random,
			cryptography: {
				...platformCryptography,
				verify: (...signature) => {
					verified++;
					return platformCryptography.verify(...signature);
				},
				signerFrom: (...from) => {
					const signer = platformCryptography.signerFrom(...from);
					return {
						...signer,
						sign: (...payload) => {
							signed++;
							return signer.sign(...payload);
						},
					};
				},
			},
		}),
	);
	const counts = (): WorkCounts => {
		const counted = { commits, entries, signed, verified };
		[commits, entries, signed, verified] = [[], 0, 0, 0];
		return counted;
	};
	return { wallet, counts };
}
