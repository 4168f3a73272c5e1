/**
 * Forgers: wallets copied with their keys before they spend, so that each copy spends the same token.
 *
 *   last window but one   each forger joins and draws one token
 *   before the last       its file is copied; the original pays one till, the copy pays another
 *   last window           the tills redeem: one is paid by the token, the other by the fork reserve, up to
 *                         the operator's limit, and is given the case file
 *
 * These payments are none of the file's. Each case file is judged by the trust list alone.
 */
import { verify } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	sumOf,
	Trust,
	toHex,
	verifyEvidence,
	verifyTrustList,
} from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import { invoiceDocuments } from "./invoice-document.ts";
import type { AfterErrand } from "./party.ts";
import type { WalletName } from "./plan.ts";
import type { Town } from "./town.ts";

/** Minor units that the fork reserve pays under one forger: less than some of them spend. */
export const forkLimit = 3_000n;

type Forger = { readonly name: WalletName; readonly amount: bigint };

export type ForkReport = {
	readonly made: number;
	/** forgers whom a case file convicts */
	readonly proven: number;
	/** case files that convict anybody else, or nobody */
	readonly wronglyAccused: number;
	/** minor units that the fork reserve paid, and forgers owe */
	readonly drawn: bigint;
	/** what it was due to pay: under each forger up to its limit */
	readonly due: bigint;
	/** what all this brought to the tills: each forged token once, and what the fork reserve paid */
	readonly takings: bigint;
};

export class Forgers {
	readonly #forgers: readonly Forger[];
	readonly #tills: readonly WalletName[];
	/** hashes of the forgers' certificates, in hexadecimal */
	readonly #culprits = new Set<string>();
	readonly #cases: Bytes[] = [];
	#drawn = 0n;
	#holds = 0n;

	constructor(count: number, tills: readonly WalletName[]) {
		this.#tills = tills;
		this.#forgers = Array.from({ length: count }, (_, i) => ({
			name: `forger ${i + 1}`,
			amount: BigInt(1 + (i % 5)) * 1_000n,
		}));
	}

	/** What they hold of what is outstanding, minor units: each token once. */
	get holds(): bigint {
		return this.#holds;
	}

	get caseFiles(): readonly Bytes[] {
		return this.#cases;
	}

	/** Joins and draws, while the operator can be reached. */
	async draw(town: Town, now: number): Promise<void> {
		for (const { name, amount } of this.#forgers) {
			const party = town.party(name);
			const account = await party.join(now);
			this.#culprits.add(toHex(account));
			await town.operator.deposit(account, amount);
			const topUp = { wallet: name, amount, tokens: 1 };
			await party.runErrand({ now, redemption: null, topUp, lastsUntil: null });
		}
		this.#holds = sumOf(this.#forgers);
	}

	/** Double spends, while nobody can ask the operator. */
	async spend(town: Town, now: number): Promise<void> {
		for (const [i, { name, amount }] of this.#forgers.entries()) {
			const copy = `copy of ${name}`;
			await town.copyWallet(name, copy);
			await this.#pay(town, now, { name, amount }, i);
			await this.#pay(town, now, { name: copy, amount }, i + 1);
		}
		this.#holds = 0n;
	}

	async #pay(town: Town, now: number, { name, amount }: Forger, till: number): Promise<void> {
		const payee = town.party(this.#tills[till % this.#tills.length] as WalletName);
		const line = { stockCode: "FORGED", description: name, quantity: 1n, unitPriceTenths: amount * 10n };
		const request = await payee.request(now, amount, name);
		const to = await payee.listen();
		const documents = invoiceDocuments(name, [line]);
		must(await town.party(name).handOver({ now, request, documents, to }));
	}

	/** Takes what a wallet was told of forks when it redeemed. */
	told({ drawn, evidence }: Pick<AfterErrand, "drawn" | "evidence">): void {
		this.#drawn += drawn;
		this.#cases.push(...evidence);
	}

	/** Judges every case file by this trust list, which `pinnedSigner` must have signed. */
	report(trustList: Bytes, pinnedSigner: Bytes): ForkReport {
		// As of any time: evidence does not age.
		const list = must(verifyTrustList(trustList, { verify, pinnedSigner, minimumVersion: 0, now: 0 }));
		const trust = new Trust(list, verify);
		const convicted = this.#cases.map((evidence) => {
			const conviction = verifyEvidence(evidence, trust);
			return isRefusal(conviction) ? "nobody" : toHex(conviction.culprit.hash);
		});
		const right = new Set(convicted.filter((culprit) => this.#culprits.has(culprit)));
		return {
			made: this.#forgers.length,
			proven: right.size,
			wronglyAccused: convicted.length - convicted.filter((culprit) => right.has(culprit)).length,
			drawn: this.#drawn,
			due: this.#forgers.reduce((sum, { amount }) => sum + (amount < forkLimit ? amount : forkLimit), 0n),
			takings: sumOf(this.#forgers) + this.#drawn,
		};
	}
}
