/**
 * The bank desk: from what devices paid to what banks paid, over an operator's store.
 *
 *   records ─▶ statement ─▶ claim ─▶ file, or charge of a card ─▶ result ─▶ paid | reopened, and the delegation suspended
 *
 * Each step is one durable write, and an answer is a function of what is stored. It keeps nothing in memory: the same
 * step again, from this process or another, gets the same answer. What a debit's refusal suspends is kept with it, and
 * told until whoever keeps delegations has heard it.
 */
import {
	type Bytes,
	type ClaimState,
	concatBytes,
	isRefusal,
	type PartyStatement,
	type Refusal,
	type StatementSubject,
	sha256,
	toHex,
	type VerifiedDeviceRecord,
} from "@tenten/protocol";
import type { Store } from "../store/store.ts";
import type { Acquirer } from "./acquirer.ts";
import { type AssetMoney, refuseScale } from "./asset-money.ts";
import { readBankResult } from "./bank-result.ts";
import type { BankWord } from "./bank-word.ts";
import { type BegunCharge, beginCharge, type Charging, drive, endCharge, openCharges } from "./charging.ts";
import { claimOf, everyClaim, type KeptClaim } from "./claim-rows.ts";
import { claimIn, statementIn, statementOfClaim } from "./claiming.ts";
import { type RecordRules, takeRecord } from "./device-records.ts";
import { type Filing, fileIn, type KeptFile } from "./filing.ts";
import { type ResultLine, resultIn } from "./results.ts";

export type BankDeskOptions = {
	/** by the key id of its root */
	readonly id: Bytes;
	/** of an operator whose acts go through a log (`openSealer`) */
	readonly store: Store;
	/** unix seconds */
	readonly now: () => number;
};

export type Period = Omit<StatementSubject, "operator">;

/** Suspends what a party delegated to its devices, `why` being a bank's code; the same `cause` again changes nothing. */
export type Suspend = (party: Bytes, why: string, cause: Bytes) => Promise<void>;

export class BankDesk {
	readonly #options: BankDeskOptions;

	constructor(options: BankDeskOptions) {
		this.#options = options;
	}

	/** Takes a device's record, into the log with the next seal: see `takeRecord`. */
	take(
		encoded: Bytes,
		rules: Omit<RecordRules, "operator" | "now">,
	): Promise<VerifiedDeviceRecord | Refusal> {
		const { id: operator, store, now } = this.#options;
		const all = { ...rules, operator, now: now() };
		return store.run((transaction) => takeRecord(transaction, encoded, all));
	}

	/** What the log holds of a party, an asset and a period. */
	statement(period: Period): Promise<PartyStatement | Refusal> {
		const { id: operator, store } = this.#options;
		return store.read((transaction) => statementIn(transaction, { operator, ...period }));
	}

	/** The claim on what of it was not claimed before: see `claimIn`. */
	claim(period: Period): Promise<KeptClaim | Refusal> {
		const { id: operator, store, now } = this.#options;
		const at = now();
		return store.run((transaction) => claimIn(transaction, { operator, ...period }, at));
	}

	/** As it stands, with all that it was. */
	claims(): Promise<readonly KeptClaim[]> {
		return this.#options.store.read(everyClaim);
	}

	/** The statement behind a claim; undefined where there is no such claim. */
	claimed(claim: Bytes): Promise<PartyStatement | undefined> {
		return this.#options.store.read((transaction) => statementOfClaim(transaction, claim));
	}

	/** A file for a bank, of claims: see `fileIn`. */
	file(filing: Filing): Promise<KeptFile | Refusal> {
		const { id, store, now } = this.#options;
		const at = now();
		return store.run((transaction) => fileIn(transaction, filing, id, at));
	}

	/** What a bank sent, and what became of each line by it; the refusals of `readBankResult` and `refuseScale`. */
	async read(content: Bytes, money: AssetMoney): Promise<readonly ResultLine[] | Refusal> {
		const { id: operator, store, now } = this.#options;
		const words = readBankResult(content, money);
		if (isRefusal(words)) return words;
		const at = now();
		const { asset } = money;
		return store.run(
			async (transaction) =>
				(await refuseScale(transaction, money)) ??
				resultIn(transaction, content, words as readonly BankWord[], { operator, asset, now: at }),
		);
	}

	/** Charges a claim to a card; the state of the claim after, `filed` where the acquirer has not said: see `beginCharge`. */
	async charge(charging: Charging, acquirer: Acquirer): Promise<ClaimState | Refusal> {
		const { id, store, now } = this.#options;
		const at = now();
		const begun = await store.run((transaction) => beginCharge(transaction, charging, id, at));
		return isRefusal(begun) ? begun : this.#finish(begun as BegunCharge, acquirer);
	}

	/** Asks on about every charge whose end is not known. */
	async resume(acquirer: Acquirer): Promise<void> {
		const { store } = this.#options;
		for (const open of await store.read(openCharges)) await this.#finish(open, acquirer);
	}

	/** What contradicts in banks' documents, for somebody to look at. */
	async contradictions(): Promise<readonly { readonly reference: string; readonly detail: string }[]> {
		return this.#options.store.read((transaction) =>
			transaction
				.selectFrom("party_contradictions")
				.select(["reference", "detail"])
				.orderBy("result_id")
				.orderBy("place")
				.execute(),
		);
	}

	/** Tells `suspend` of every debit that was refused and it has not heard of; how many these were. */
	async suspendRefused(suspend: Suspend): Promise<number> {
		const { store, now } = this.#options;
		const waiting = await store.read((transaction) =>
			transaction
				.selectFrom("party_suspensions")
				.select(["claim_id", "file_id", "party", "why"])
				.where("told_at", "is", null)
				.orderBy("claim_id")
				.orderBy("file_id")
				.execute(),
		);
		for (const { claim_id, file_id, party, why } of waiting) {
			await suspend(party, why, sha256(concatBytes(claim_id, file_id)));
			const at = now();
			await store.run((transaction) =>
				transaction
					.updateTable("party_suspensions")
					.set({ told_at: at })
					.where("claim_id", "=", claim_id)
					.where("file_id", "=", file_id)
					.execute(),
			);
		}
		return waiting.length;
	}

	async #finish(begun: BegunCharge, acquirer: Acquirer): Promise<ClaimState> {
		const { store } = this.#options;
		const state = await drive(acquirer, begun.charge);
		return store.run(async (transaction) => {
			await endCharge(transaction, begun, state);
			const claim = await claimOf(transaction, begun.claim);
			if (claim === undefined) throw new Error(`claim ${toHex(begun.claim)} is gone`);
			return claim.history.at(-1) as ClaimState;
		});
	}
}
