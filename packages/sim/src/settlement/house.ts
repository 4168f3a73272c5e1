/**
 * The operator of a settlement world: real, over a database in memory and a log in a folder, through power failures on
 * either side of any commit. A life ends there; the next opens both again.
 */
import { DatabaseSync } from "node:sqlite";
import { signerFrom } from "@tenten/module";
import {
	admitAsAsked,
	BankDesk,
	LogWriter,
	Operator,
	type OperatorKeys,
	openSealer,
	type Sealer,
	usualDevices,
} from "@tenten/operator";
import {
	applicationOf,
	assetHash,
	type Bytes,
	type Signer,
	signDelegation,
	signDeviceEvidence,
} from "@tenten/protocol";
import { Chance } from "../chance.ts";
import { type Computing, computing } from "../cryptography.ts";
import { must } from "../must.ts";

class PowerFailure extends Error {}

export const money = { currency: "JPY", scale: 0 } as const;
const acting = { actor: "a settlement world", requestId: "simulated" } as const;
const origin = "settlement.example/log";
const year = 365 * 86_400;
/** minor units: more than a device of these worlds ever pays */
const slice = 1_000_000_000n;

export type SettlingDevice = { readonly signer: Signer; readonly party: Bytes };
type Life = { readonly operator: Operator; readonly desk: BankDesk; readonly sealer: Sealer };

export class SettlementHouse {
	readonly database: DatabaseSync = new DatabaseSync(":memory:", { readBigInts: true });
	readonly computing: Computing = computing("toy", (work) => work);
	readonly #random: Chance;
	readonly #keys: OperatorKeys;
	readonly #folder: string;
	readonly #now: () => number;
	#life: Life | undefined;
	#writer: LogWriter | undefined;
	/** commits until power fails, and on which side of that one */
	#fails: { after: number; readonly point: "beforeCommit" | "afterCommit" } | null = null;
	#isCut = false;
	#granted = 0;

	constructor(seed: number, folder: string, now: () => number) {
		[this.#folder, this.#now] = [folder, now];
		this.#random = new Chance(seed, "settlement entropy");
		const [root, authority, issuing, ruling, desk] = Array.from({ length: 5 }, () => this.signer()) as [
			Signer,
			Signer,
			Signer,
			Signer,
			Signer,
		];
		this.#keys = { root, authority, issuing, ruling, desk };
	}

	/** A key of somebody's, which signs as the simulator alone can check. */
	signer(): Signer {
		return this.computing.signerFrom(this.#random.bytes(32), "Ed25519");
	}

	get operator(): Operator {
		return this.#running.operator;
	}

	get desk(): BankDesk {
		return this.#running.desk;
	}

	get sealer(): Sealer {
		return this.#running.sealer;
	}

	get asset(): Bytes {
		return assetHash({ operator: this.operator.id, code: money.currency });
	}

	get #running(): Life {
		if (this.#life === undefined) throw new Error("the operator is off");
		return this.#life;
	}

	/** A life over what is durable. */
	async begin(): Promise<void> {
		const now = this.#now;
		const operator = await Operator.open({
			database: this.database,
			keys: this.#keys,
			policy,
			verify: this.computing.verify,
			now,
			entropy: this.#random.bytes,
			store: { onCommit: this.#lifeOfCommits() },
		});
		const key = signerFrom(new Uint8Array(32).fill(7), "Ed25519");
		const folder = this.#folder;
		const first = this.#writer === undefined;
		this.#writer = must(
			first ? await LogWriter.begin(folder, origin, key) : await LogWriter.open(folder, key),
		);
		const secret = new Uint8Array(32).fill(9);
		const sealer = must(await openSealer({ operator, log: this.#writer, secret }));
		this.#life = { operator, sealer, desk: new BankDesk({ id: operator.id, store: operator.store, now }) };
	}

	/** Called at each commit of one life: of one that is over nothing is written any more. */
	#lifeOfCommits(): (point: "beforeCommit" | "afterCommit") => void {
		let isOver = false;
		return (point) => {
			if (isOver) throw new PowerFailure();
			const fails = this.#fails;
			if (fails === null || fails.point !== point || fails.after-- > 0) return;
			[isOver, this.#isCut, this.#fails] = [true, true, null];
			throw new PowerFailure();
		};
	}

	/** Power fails after so many commits from now, on this side of that one. */
	willFail(after: number, point: "beforeCommit" | "afterCommit"): void {
		this.#fails = { after, point };
	}

	/** What a job answers; null where power failed first. */
	ask<T>(job: (life: Life) => Promise<T>): Promise<T | null> {
		return job(this.#running).catch((error: unknown) => {
			if (error instanceof PowerFailure) return null;
			throw error;
		});
	}

	/** Begins the next life where power failed; whether it had. */
	async recover(): Promise<boolean> {
		this.#fails = null;
		if (!this.#isCut) return false;
		this.#isCut = false;
		await this.#writer?.close();
		await this.begin();
		return true;
	}

	async close(): Promise<void> {
		await this.#writer?.close();
		this.database.close();
	}

	/** A responsible party with this many devices, each with a slice of its own. */
	async party(name: string, devices: number): Promise<readonly SettlingDevice[]> {
		const { parties } = this.operator.devices;
		const signer = this.signer();
		const { id } = must(await parties.add(acting, signer.key, name));
		const reset = ++this.#granted;
		must(await parties.grant(acting, id, { reset, amount: BigInt(devices) * slice }));
		const made: SettlingDevice[] = [];
		for (let at = 0n; at < devices; at++) made.push(await this.#device(id, signer, { reset, at }));
		return made;
	}

	async #device(
		party: Bytes,
		answers: Signer,
		{ reset, at }: { readonly reset: number; readonly at: bigint },
	): Promise<SettlingDevice> {
		const { id: operator, devices } = this.operator;
		const signer = this.signer();
		const evidence = await signDeviceEvidence(
			{ operator, nonce: this.#random.bytes(32), attestation: null },
			signer,
		);
		const part = { reset, from: at * slice, to: (at + 1n) * slice };
		const terms = { purposes: null, perTransfer: null, slice: part, until: this.#now() + year };
		const delegation = await signDelegation(operator, signer.key, terms, answers);
		must(await devices.apply(must(applicationOf(evidence, [delegation]))));
		return { signer, party };
	}

	/** Somebody lets a party act again. */
	async release(party: Bytes): Promise<void> {
		must(await this.operator.devices.parties.setStanding(acting, party, "active", "agreed to pay"));
	}

	/** How often refusals suspended a party. */
	async suspensionsOf(party: Bytes): Promise<number> {
		let count = 0;
		for (let after = 0; ; ) {
			const { events } = (await this.operator.devices.parties.known(party, after)) ?? { events: [] };
			count += events.filter(({ kind }) => kind === "suspended").length;
			const last = events.at(-1);
			if (last === undefined) return count;
			after = last.number;
		}
	}
}

const windows = { spendWindow: 60 * 86_400, redeemWindow: 90 * 86_400, grace: 7 * 86_400 };

const policy = {
	name: "Settling",
	url: "https://settling.example",
	assets: [{ code: money.currency, name: money.currency, scale: money.scale, ...windows }],
	certificateValidity: 2 * year,
	trustListValidity: 2 * year,
	forkLimit: 1_000n,
	admit: admitAsAsked(null),
	devices: usualDevices,
	licensing: { kind: "none" },
	conditionsOf: () => [],
} as const;
