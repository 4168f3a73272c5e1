/**
 * The town of a charging replay: an operator with its log and bank desk, a gateway a company, a bank, cars and chargers.
 *
 *   car ──meter── charger        both ──records──▶ gateway ──▶ operator's log ──▶ bank desk ──files──▶ bank
 *     └────────── orders ──────────────────────────────────▶ operator
 *
 * All of it is on one virtual clock. The operator issues two assets: money, which moves in tokens, and energy, of which
 * chargers only say how much they gave.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	type Answers,
	admitAsAsked,
	BankDesk,
	LogWriter,
	Operator,
	openSealer,
	type Sealer,
	usualDevices,
} from "@tenten/operator";
import {
	type AssetId,
	type Bytes,
	keyId,
	type LogKeys,
	type PublicKey,
	type Signer,
	toHex,
	verifierKey,
} from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import { Bank } from "./bank.ts";
import { Delegations } from "./delegations.ts";
import { Device } from "./device.ts";
import { Edge } from "./edge.ts";
import type { Faults } from "./faults.ts";
import { type Company, makeParties, type Parties, type Rail } from "./parties.ts";
import type { Schedule } from "./schedule.ts";
import { dueOf, type Session, type Sessions } from "./sessions.ts";

const day_s = 86_400;
const year_s = 366 * day_s;
const origin = "charging.example/log";

export type TownOptions = {
	readonly folder: string;
	readonly recording: Sessions;
	readonly rails: readonly Rail[];
	readonly money: { readonly currency: string; readonly scale: number };
	readonly faults: Faults;
	readonly schedule: Schedule;
};

/** seconds for which a meter can be claimed after its `until` */
export const grace_s: number = 7 * day_s;

export class Town {
	readonly operator: Operator;
	readonly sealer: Sealer;
	readonly desk: BankDesk;
	readonly bank: Bank;
	readonly parties: Parties;
	readonly log: LogKeys;
	readonly money: AssetId;
	readonly energy: AssetId;
	readonly delegations: Delegations;
	readonly cars: Map<string, Device> = new Map();
	readonly chargers: Map<string, Device> = new Map();
	readonly #options: TownOptions;
	readonly #writer: LogWriter;
	readonly #edges: ReadonlyMap<Company, Edge>;
	/** who answers for a key, by the key's id in hexadecimal */
	readonly #answers = new Map<string, Bytes>();

	private constructor(options: TownOptions, made: { operator: Operator; writer: LogWriter; sealer: Sealer }) {
		const { recording, rails, money, schedule } = options;
		this.#options = options;
		this.operator = made.operator;
		this.sealer = made.sealer;
		this.#writer = made.writer;
		const { id, store } = made.operator;
		this.desk = new BankDesk({ id, store, now: () => schedule.now });
		this.bank = new Bank(money);
		this.parties = makeParties(recording.sessions, rails);
		const { publicKey } = made.writer.identity;
		this.log = { origin, keys: [verifierKey(origin, "note", publicKey)] };
		this.money = { operator: id, code: money.currency };
		this.energy = { operator: id, code: energyCode };
		for (const { signer, id: party } of this.parties.all) this.answersFor(signer.key, party);
		const last = recording.sessions.at(-1)?.until ?? 0;
		this.delegations = new Delegations(made.operator, last + year_s);
		this.#edges = new Map(this.parties.companies.map((company) => [company, this.#edge(company)]));
	}

	static async open(options: TownOptions): Promise<Town> {
		const operator = await openOperator(options);
		const folder = join(options.folder, "log");
		mkdirSync(folder, { recursive: true });
		const writer = must(await LogWriter.begin(folder, origin, newSigner()));
		const sealer = must(await openSealer({ operator, log: writer, secret: random(32) }));
		return new Town(options, { operator, writer, sealer });
	}

	/** From now on this party answers for what this key signs. */
	answersFor(key: PublicKey, party: Bytes): void {
		this.#answers.set(toHex(keyId(key)), party);
	}

	/** Adds everybody who answers for something; a driver with what its sessions come to. */
	async addParties(): Promise<void> {
		const { price, sessions } = this.#options.recording;
		for (const party of this.parties.all) {
			const own = sessions.filter(({ driver }) => driver === party.name);
			await this.delegations.add(
				party,
				own.reduce((sum, session) => sum + dueOf(price, session), 0n),
			);
		}
	}

	async car(name: string): Promise<Device> {
		return this.#deviceIn(this.cars, name, name);
	}

	async charger({ charger, site }: Session): Promise<Device> {
		return this.#deviceIn(this.chargers, charger, site);
	}

	/** The lost car's place is another's. */
	async replace(lost: Device, backup: Bytes): Promise<Device> {
		const car = await Device.instead(lost, backup);
		this.answersFor(car.key, car.party.id);
		this.cars.set(car.name, car);
		return car;
	}

	edgeOf(company: Company): Edge {
		const edge = this.#edges.get(company);
		if (edge === undefined) throw new Error(`${company.name} has no gateway`);
		return edge;
	}

	get edges(): readonly Edge[] {
		return [...this.#edges.values()];
	}

	async close(): Promise<void> {
		for (const edge of this.edges) edge.close();
		await this.#writer.close();
		await this.operator.close();
	}

	async #deviceIn(devices: Map<string, Device>, name: string, party: string): Promise<Device> {
		const known = devices.get(name);
		if (known !== undefined) return known;
		const { faults, schedule } = this.#options;
		const device = await Device.make({
			name,
			party: this.parties.named(party),
			asset: this.money,
			operator: this.operator,
			enrol: (evidence) => this.delegations.enrol(this.parties.named(party), evidence),
			now: () => schedule.now,
			isOutOfReach: () => faults.isOutOfReach(name, schedule.now),
		});
		this.answersFor(device.key, device.party.id);
		devices.set(name, device);
		return device;
	}

	#edge({ name }: Company): Edge {
		const { folder, faults, schedule } = this.#options;
		const answers: Answers = async (_, device) => {
			const party = this.#answers.get(toHex(keyId(device)));
			return party && { party, count: async () => undefined };
		};
		return new Edge({
			file: join(folder, `gateway-${name}.sqlite`),
			operator: this.operator.id,
			take: (record) => this.desk.take(record, { answers, verify }),
			faults,
			now: () => schedule.now,
		});
	}
}

const energyCode = "WATTHOUR";

async function openOperator({ folder, money, schedule }: TownOptions): Promise<Operator> {
	const windows = { spendWindow: 60 * day_s, redeemWindow: 90 * day_s, grace: grace_s };
	return Operator.open({
		database: join(folder, "operator.sqlite"),
		keys: {
			root: newSigner(),
			authority: newSigner(),
			issuing: newSigner(),
			ruling: newSigner(),
			desk: newSigner(),
		},
		policy: {
			name: "Charging",
			url: "https://charging.example",
			assets: [
				{ code: money.currency, name: money.currency, scale: money.scale, ...windows },
				{ code: energyCode, name: "watt-hours", scale: 0, ...windows },
			],
			certificateValidity: 10 * year_s,
			trustListValidity: 10 * year_s,
			forkLimit: 1_000n,
			admit: admitAsAsked(null),
			devices: { ...usualDevices, statusListValidity: 45 * day_s },
			licensing: { kind: "none" },
			conditionsOf: () => [],
		},
		verify,
		now: () => schedule.now,
		entropy: random,
	});
}

function newSigner(): Signer {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}
