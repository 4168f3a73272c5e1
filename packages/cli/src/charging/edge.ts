/**
 * The gateway beside a company's chargers, with a disk and deaths: it keeps records of devices and brings them on.
 *
 *   device ──keep──▶ gateway: durable ──▶ kept        gateway ──batch──▶ operator: taken ──▶ acknowledged
 *             └─ it dies before or after its commit, or its answer is lost: the same again, later
 *
 * It is the gateway of `tenten fog` on its own store, driven in this process. What a death leaves is what the disk has:
 * the store is closed and opened again from its file.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import { FogStore, Forwarder, Gateway, type KeptRecord, Lists } from "@tenten/operator/fog";
import {
	type Bytes,
	encodeFogQuestion,
	type FogQuestion,
	isRefusal,
	parseFogAnswer,
	type Refusal,
	refuse,
	type Signer,
	type TakenRecord,
} from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import type { Faults } from "./faults.ts";

/** A record as its device hands it on, with what its `proof` is the hash of. */
export type Offered = Extract<FogQuestion, { readonly kind: "keep" }>["records"][number];

export type EdgeOptions = {
	/** of its store */
	readonly file: string;
	/** key id of the operator's root */
	readonly operator: Bytes;
	/** a record's id, or why the operator does not take it */
	readonly take: (record: Bytes) => Promise<{ readonly id: Bytes } | Refusal>;
	readonly faults: Faults;
	/** unix seconds */
	readonly now: () => number;
};

/** It died here, and nothing after this line ran. */
class Death extends Error {}

export class Edge {
	readonly #options: EdgeOptions;
	readonly #signer: Signer;
	#store: FogStore;
	#gateway: Gateway;
	/** where it dies next, if it does */
	#dies: "beforeCommit" | "afterCommit" | null = null;

	constructor(options: EdgeOptions) {
		this.#options = options;
		this.#signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		FogStore.create(options.file, this.#signer.key);
		this.#store = this.#open();
		this.#gateway = this.#over(this.#store);
	}

	/** Whether the gateway said that it has all of these; where it did not, it may have them all the same. */
	async keep(records: readonly Offered[]): Promise<boolean> {
		const { faults } = this.#options;
		this.#tempt();
		const id = random(16);
		const answer = await this.#alive(() =>
			this.#gateway.answer(encodeFogQuestion({ kind: "keep", id, records })),
		);
		if (answer === undefined || faults.counted("answerLost", "answersLost")) return false;
		const said = must(parseFogAnswer(must(answer)));
		if (said.kind !== "kept") throw new Error(`the gateway does not keep: ${said.kind}`);
		return true;
	}

	/** Brings all that it keeps to the operator, however often either dies or is not heard. */
	async bring(): Promise<void> {
		for (let round = 0; this.#store.count().waiting > 0; round++) {
			if (round > 10_000) throw new Error("records that never arrive");
			this.#tempt();
			await this.#alive(() => this.#round());
		}
		const { refused } = this.#store.count();
		if (refused > 0) throw new Error(`the operator refused ${refused} records`);
	}

	/** What it has of a device, brought to the operator or not. */
	recordsOf(device: Bytes): readonly KeptRecord[] {
		return this.#store.recordsOf(device, 0, 1_000_000);
	}

	close(): void {
		this.#store.close();
	}

	/** One round of its forwarder, or until it died. */
	async #round(): Promise<void> {
		const { now } = this.#options;
		const store = this.#store;
		await new Promise<void>((resolve, reject) => {
			const forwarder: Forwarder = new Forwarder({
				...{ store, now, deliver: (records) => this.#deliver(records) },
				refresh: async () => undefined,
				pause_ms: 1,
				pauseMost_ms: 1,
				early_ms: 1,
				keep_s: 50 * 366 * 86_400,
				told: () => void forwarder.stop().then(resolve),
				report: reject,
			});
		});
	}

	/** What the operator says of each, if it is heard. */
	async #deliver(records: readonly Bytes[]): Promise<readonly TakenRecord[] | Refusal> {
		const { take, faults } = this.#options;
		const taken: TakenRecord[] = [];
		for (const record of records) {
			const answer = await take(record);
			if (isRefusal(answer)) throw new Error(`a record is refused: ${answer.code} ${answer.detail}`);
			taken.push({ id: answer.id, code: null });
		}
		return faults.counted("answerLost", "answersLost")
			? refuse("channel-failed", "the answer is lost")
			: taken;
	}

	/** Perhaps it dies at its next commit. */
	#tempt(): void {
		const { faults } = this.#options;
		const where = faults.chance("where a gateway dies").happens(0.5) ? "beforeCommit" : "afterCommit";
		this.#dies = faults.happens("gatewayDies") ? where : null;
	}

	/** Undefined where it died of it: then it is started again. */
	async #alive<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof Death)) throw error;
			this.#options.faults.counts.gatewayDeaths++;
			this.#store.close();
			this.#store = this.#open();
			this.#gateway = this.#over(this.#store);
			return undefined;
		}
	}

	#open(): FogStore {
		const onCommit = (point: "beforeCommit" | "afterCommit"): void => {
			if (this.#dies !== point) return;
			this.#dies = null;
			throw new Death(point);
		};
		return must(FogStore.open(this.#options.file, { onCommit }));
	}

	#over(store: FogStore): Gateway {
		const { operator, now } = this.#options;
		const fetch = async (): Promise<Refusal> => refuse("channel-failed", "no list is asked for here");
		const lists = new Lists({ store, operator, verify, fetch, ageMost_s: 1, now });
		return new Gateway({
			...{ store, lists, operator, verify, now },
			time: { now, aged: () => refuse("list-stale", "no time is asked for here") },
			signer: this.#signer,
			mandates: [],
			serves: () => true,
		});
	}
}
