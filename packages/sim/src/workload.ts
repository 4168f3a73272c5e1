/**
 * What people do: each step somebody may pay, ask, cancel, recover, top up or redeem, and something may break.
 */
import {
	type AssetId,
	type Bytes,
	isRefusal,
	type Mode,
	type Refusal,
	type SuiteName,
	toHex,
} from "@tenten/protocol";
import { Chance } from "./chance.ts";
import type { Device } from "./device.ts";
import type { OperatorHost } from "./operator-host.ts";
import type { Life } from "./scheduler.ts";
import { drawCaveats, drawDocuments } from "./terms.ts";
import type { World } from "./world.ts";

const day = 86_400;

/** How many things may be under way at once. */
const mostAtOnce = 6;

/** How often, of one, a step begins another. */
const beginRate = 0.25;

const keptRequests = 16;

/** In all, seconds: in most seeds tokens stay spendable, in some they run out in their holders' hands. */
const shortWait = 25 * day;
const longWait = 100 * day;

/** How often each thing is done, beside the others. */
export type Workload = {
	readonly pay: number;
	readonly recover: number;
	readonly cancel: number;
	readonly tick: number;
	readonly topUp: number;
	readonly redeem: number;
	readonly upkeep: number;
	readonly settle: number;
	readonly resolve: number;
	readonly sendBack: number;
	readonly forget: number;
	readonly wait: number;
};

/** Something that is being done; over when one of its lives is. */
type Task = { readonly lives: Life[]; isDone: boolean };

/** A request, and who is to be paid. */
type Asked = {
	readonly payee: Device;
	readonly encoded: Bytes;
	/** those in which it came, its invoice among them */
	readonly messages: readonly Bytes[];
	readonly amount: bigint;
};

type Party = { readonly payer: Device; readonly payee: Device };

export class People {
	readonly #world: World;
	readonly #chance: Chance;
	readonly #workload: Workload;
	/** what is added and asked for beside money */
	readonly #wishes: Chance;
	/** who takes part in each attempt, in hex */
	readonly parties: Map<string, Party> = new Map();
	/** requests that were made before: somebody else may answer them, too */
	readonly #asked: Asked[] = [];
	readonly #suites: ReadonlyMap<Device, SuiteName>;
	readonly #longestWait: number;
	#waited = 0;
	#underWay: Task[] = [];
	/** payments of which the first message was made */
	begun = 0;

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "people");
		this.#wishes = new Chance(seed, "wishes");
		this.#longestWait = new Chance(seed, "waits").happens(0.2) ? longWait : shortWait;
		const suites = new Chance(seed, "suites");
		this.#suites = new Map(
			world.devices.map((device) => [device, suites.happens(0.25) ? "ES256" : "Ed25519"]),
		);
		const weight = (most: number): number => this.#chance.below(most + 1);
		this.#workload = {
			pay: 30 + weight(50),
			recover: 4 + weight(12),
			cancel: weight(5),
			tick: weight(5),
			topUp: weight(3),
			redeem: weight(4),
			upkeep: weight(4),
			settle: 2 + weight(3),
			resolve: weight(2),
			sendBack: weight(3),
			forget: weight(2),
			wait: weight(6),
		};
	}

	/** Joins, and gets money to begin with. The world is still sound. */
	async begin(): Promise<void> {
		for (const device of this.#world.devices) {
			await this.#finish(device, "joins", () => this.join(device));
			for (const host of this.#world.operators) await this.#fund(device, host, "JPY");
			const [first] = this.#world.operators;
			if (first !== undefined && this.#chance.happens(0.5)) await this.#fund(device, first, "SEAT");
		}
	}

	async #finish(device: Device, what: string, work: () => Promise<unknown>): Promise<void> {
		let isDone = false;
		void this.#world.run(device, what, work).then(() => {
			isDone = true;
		});
		await this.#world.until(() => isDone || device.isOff, 10_000);
	}

	/** Joins every operator that it has not joined. */
	async join(device: Device): Promise<Refusal | undefined> {
		const asked = {
			role: "holder",
			class: this.#world.terms.classOf(device.name),
			merchantCategory: null,
			region: null,
		} as const;
		for (const host of this.#world.operators) {
			const refusal = await device.wallet?.join(
				host.clientFor(device.life, this.#world.network),
				host.id,
				asked,
				this.#suites.get(device),
			);
			if (refusal !== undefined) return refusal;
		}
		return undefined;
	}

	async #fund(device: Device, host: OperatorHost, code: string): Promise<void> {
		const amount = BigInt(this.#chance.between(50, 2_000));
		const split = this.#chance.between(1, 4);
		if (!(await this.deposit(device, host, code, amount))) return;
		const asset = this.#world.assetOf(host, code);
		await this.#finish(device, `tops up ${amount}`, async () => device.wallet?.topUp(asset, amount, split));
	}

	/** Brings money from outside onto an account; false where that is not possible now. */
	async deposit(device: Device, host: OperatorHost, code: string, amount: bigint): Promise<boolean> {
		const account = device.wallet?.module
			.certificates()
			.findLast(({ operatorId }) => toHex(operatorId) === toHex(host.id));
		if (account === undefined || !host.isOn) return false;
		let isDone = false;
		const registry = this.#world.registries[this.#world.operators.indexOf(host)];
		registry?.deposited(account.hash, code, amount);
		void host.operator.deposit(this.#chance.bytes(32), account.hash, code, amount).then(() => {
			isDone = true;
		});
		return this.#world.until(() => isDone || !host.isOn, 1_000);
	}

	/** Perhaps begins something. */
	act(): void {
		// What a crash ended is under way no more.
		this.#underWay = this.#underWay.filter(
			({ isDone, lives }) => !isDone && !lives.some((life) => life.isOver),
		);
		if (this.#underWay.length >= mostAtOnce || !this.#chance.happens(beginRate)) return;
		const device = this.#chance.of(this.#world.devices.filter(({ wallet }) => wallet !== undefined));
		const what = this.#chance.weighed(this.#workload);
		if (device === undefined || what === undefined) return;
		if (what === "wait") {
			const seconds = this.#chance.happens(0.02) ? this.#chance.below(20 * day) : this.#chance.below(600);
			if (this.#waited + seconds > this.#longestWait) return;
			this.#waited += seconds;
			this.#world.now += seconds;
			this.#world.trace.event("clock", `${seconds} seconds pass`);
			return;
		}
		const task: Task = { lives: [device.life], isDone: false };
		this.#underWay.push(task);
		void this.#world
			.run(device, what, () => this.#do(device, what, task))
			.then(() => {
				task.isDone = true;
			});
	}

	#asset(): AssetId | undefined {
		const host = this.#chance.of(this.#world.operators);
		const code = this.#chance.happens(0.85) ? "JPY" : "SEAT";
		return host && this.#world.assetOf(host, code);
	}

	async #do(device: Device, what: Exclude<keyof Workload, "wait">, task: Task): Promise<unknown> {
		const { wallet } = device;
		const asset = this.#asset();
		if (wallet === undefined || asset === undefined) return undefined;
		switch (what) {
			case "pay":
				return this.#pay(device, asset, task);
			case "recover":
				return this.#withOpen(device, (attempt, other) => wallet.recover(attempt, device.channelTo(other)));
			case "cancel":
				return this.#withOpen(device, (attempt, other) => wallet.cancel(attempt, device.channelTo(other)));
			case "tick":
				return this.#tick(device);
			case "topUp":
				return wallet.topUp(asset, BigInt(this.#chance.between(1, 300)), this.#chance.between(1, 3));
			case "redeem":
				return wallet.redeem(asset, BigInt(this.#chance.between(1, 200)));
			case "upkeep":
				return wallet.upkeep();
			case "settle":
				return wallet.settlePending();
			case "resolve":
				return this.#withOpen(device, (attempt) => wallet.resolve(attempt));
			case "sendBack":
				return this.#sendBack(device);
			case "forget":
				return wallet.module.forget();
			default:
				return what satisfies never;
		}
	}

	async #tick(device: Device): Promise<unknown> {
		const cancelled = await device.wallet?.tick();
		for (const { attempt, messages } of cancelled ?? []) {
			const other = this.otherSide(device, attempt);
			if (other !== undefined) await device.channelTo(other).exchange(messages);
		}
		return cancelled;
	}

	async #sendBack(device: Device): Promise<unknown> {
		const owned = device.wallet?.module
			.attempts()
			.filter(({ side, state, isDirect }) => side === "payee" && state === "owned" && isDirect);
		const chosen = this.#chance.of(owned ?? []);
		const other = chosen && this.otherSide(device, chosen.attempt);
		return chosen && other && device.wallet?.sendBack(chosen.attempt, device.channelTo(other));
	}

	async #withOpen(
		device: Device,
		work: (attempt: Bytes, other: Device) => Promise<unknown>,
	): Promise<unknown> {
		const attempt = this.#chance.of(device.wallet?.module.open() ?? []);
		const other = attempt && this.otherSide(device, attempt);
		return attempt && other && work(attempt, other);
	}

	/** Who is on the other side of an attempt. */
	otherSide(device: Device, attempt: Bytes): Device | undefined {
		const party = this.parties.get(toHex(attempt));
		return party?.payer === device ? party.payee : party?.payer;
	}

	async #pay(payer: Device, asset: AssetId, task: Task): Promise<unknown> {
		const isOld = this.#chance.happens(0.08);
		const before = isOld ? this.#chance.of(this.#asked.filter(({ payee }) => payee !== payer)) : undefined;
		const asked = before ?? (await this.#ask(payer, asset, task));
		if (asked === undefined || isRefusal(asked)) return asked;
		const documents = this.#chance.happens(0.1)
			? [{ mediaType: "text/plain", content: this.#chance.bytes(this.#chance.between(1, 200)) }]
			: [];
		const { terms } = this.#world;
		const caveats = this.#wishes.happens(terms.caveats) ? drawCaveats(this.#wishes) : [];
		if (caveats.length > 0) this.#world.counts.add("terms", "caveat");
		const started = await payer.wallet?.start({
			request: asked.encoded,
			messages: asked.messages,
			caveats,
			amount: asked.amount,
			documents,
			patience: this.#chance.between(30, 2_000),
		});
		if (started === undefined || isRefusal(started)) return started;
		this.begun++;
		this.parties.set(toHex(started.attempt), { payer, payee: asked.payee });
		this.#world.trace.event(payer.name, `pays ${asked.payee.name} ${asked.amount}`, started.attempt);
		return payer.wallet?.recover(started.attempt, payer.channelTo(asked.payee));
	}

	/** Mostly what the payer has; now and then more. Minor units. */
	#amount(payer: Device, asset: AssetId): bigint {
		const wished = BigInt(1 + this.#chance.below(this.#chance.happens(0.3) ? 500 : 40));
		const available = payer.wallet?.balance(asset).available ?? 0n;
		const isTooMuch = wished > available && available > 0n && !this.#chance.happens(0.1);
		return isTooMuch ? available : wished;
	}

	/** Somebody asks to be paid. */
	async #ask(payer: Device, asset: AssetId, task: Task): Promise<Asked | Refusal | undefined> {
		const world = this.#world;
		const payee = this.#chance.of(world.devices.filter((device) => device !== payer && device.wallet));
		if (payee?.wallet === undefined) return undefined;
		const mode = this.#chance.weighed<Mode>({ twoPhase: 70, direct: 20, exchange: 10 }) ?? "twoPhase";
		const amount = this.#amount(payer, asset);
		const isOpen = mode !== "exchange" && this.#chance.happens(0.1);
		const host = this.#chance.of(world.operators);
		const other = host && world.assetOf(host, asset.code === "JPY" ? "SEAT" : "JPY");
		const against = mode === "exchange" && other ? { asset: other, amount: 1n } : undefined;
		const invoice = this.#wishes.happens(world.terms.invoices) ? drawDocuments(this.#wishes) : [];
		if (invoice.length > 0) world.counts.add("terms", "invoice");
		const { life } = payee;
		task.lives.push(life);
		const request = await payee.wallet
			.request({
				asset,
				amount: isOpen ? 0n : amount,
				mode,
				isStatic: isOpen && mode === "direct",
				...(against ? { against } : {}),
				documents: invoice,
				lifetime: this.#chance.between(60, 3 * day),
			})
			.catch((error: unknown) => {
				if (!life.isOver) world.failed(payee.name, error);
				return undefined;
			});
		if (request === undefined || isRefusal(request)) return request;
		const asked = { payee, encoded: request.encoded, messages: request.messages, amount };
		if (this.#asked.length < keptRequests) this.#asked.push(asked);
		else this.#asked[this.#chance.below(keptRequests)] = asked;
		return asked;
	}
}
