/**
 * A server with one operator on it: it crashes between any two commits, and starts again over what is durable.
 *
 * The database is real SQLite in memory. A crash rolls back what was not committed, and the connection is given
 * to the next life; of the life before nothing runs on. Every commit waits twice: to be durable, and to be told.
 */
import { DatabaseSync } from "node:sqlite";
import type { KeyPair, Random } from "@tenten/module";
import { Operator, type OperatorKeys, type OperatorPolicy } from "@tenten/operator";
import {
	type Bytes,
	isRefusal,
	keyId,
	type OperatorClient,
	type PublicKey,
	type Refusal,
	refuse,
	type Signer,
	sha256,
	toHex,
} from "@tenten/protocol";
import type { Computing } from "./cryptography.ts";
import { mutated } from "./mutation.ts";
import type { Network, Peer } from "./network.ts";
import type { Life, Scheduler } from "./scheduler.ts";
import { Violation } from "./violation.ts";

export type OperatorHostOptions = {
	readonly name: string;
	readonly scheduler: Scheduler;
	readonly computing: Computing;
	readonly random: Random;
	readonly now: () => number;
	readonly policy: Omit<OperatorPolicy, "name" | "url">;
	/** told of every question that reaches it */
	readonly asked: (route: string, body: Bytes) => void;
	/** told of every answer of its own */
	readonly answered: (route: string, answer: Bytes | Refusal) => void;
	/** told of what has become durable, while nothing else runs */
	readonly committed: () => void;
};

/** Routes whose answers are stored for good. */
const lasting: readonly (keyof OperatorClient)[] = ["enrol", "withdraw", "claim"];

type Question = { readonly route: keyof OperatorClient; readonly body: Bytes };

export class OperatorHost {
	readonly name: string;
	/** what wallets pin */
	readonly id: Bytes;
	readonly database: DatabaseSync = new DatabaseSync(":memory:", { readBigInts: true });
	readonly peer: Peer<Question, Bytes | Refusal>;
	readonly #options: OperatorHostOptions;
	readonly #keys: OperatorKeys;
	/** hashes of answers that left it, by question */
	readonly #said = new Map<string, string>();
	#operator: Operator | undefined;
	#life: Life;
	starts = 0;

	constructor(options: OperatorHostOptions) {
		this.name = options.name;
		this.#options = options;
		this.#life = { name: options.name, isOver: true };
		const signer = (): Signer => {
			const { privateKey }: KeyPair = options.computing.generateKey("Ed25519", options.random);
			return options.computing.signerFrom(privateKey, "Ed25519");
		};
		this.#keys = {
			root: signer(),
			authority: signer(),
			issuing: signer(),
			ruling: signer(),
			desk: signer(),
		};
		this.id = keyId(this.#keys.root.key);
		this.peer = {
			name: options.name,
			life: () => (this.#operator === undefined ? undefined : this.#life),
			receive: async ({ route, body }) => {
				options.asked(route, body);
				const answer = await this.operator[route](body);
				this.#compare(route, body, answer);
				options.answered(route, answer);
				return answer;
			},
			forged: ({ route, body }, chance) => ({ route, body: mutated(chance, body) }),
		};
	}

	/** To the same bytes the same answer, crash or not; a refusal may become an answer. */
	#compare(route: keyof OperatorClient, body: Bytes, answer: Bytes | Refusal): void {
		if (!lasting.includes(route) || isRefusal(answer)) return;
		const question = `${route} ${toHex(sha256(body))}`;
		const said = toHex(sha256(answer));
		const before = this.#said.get(question);
		if (before !== undefined && before !== said)
			throw new Violation("answered in two ways", `${this.name}: ${route}`);
		this.#said.set(question, said);
	}

	/** The running operator: a bug of the simulator where it is off. */
	get operator(): Operator {
		if (this.#operator === undefined) throw new Error(`${this.name} is off`);
		return this.#operator;
	}

	get isOn(): boolean {
		return this.#operator !== undefined;
	}

	get isOff(): boolean {
		return this.#life.isOver;
	}

	/** Begins a life; whoever awaits it must let the scheduler run. */
	async start(): Promise<void> {
		const { scheduler, computing, random, now, policy, committed } = this.#options;
		this.starts++;
		const life: Life = { name: this.name, isOver: false };
		this.#life = life;
		const onCommit = async (point: "beforeCommit" | "afterCommit"): Promise<void> => {
			if (point === "afterCommit") committed();
			await scheduler.park(life, point === "beforeCommit" ? "commits" : "has committed");
		};
		const operator = await Operator.open({
			database: this.database,
			keys: this.#keys,
			policy: { ...policy, name: this.name, url: "http://127.0.0.1" },
			verify: computing.verify,
			now,
			entropy: random,
			store: { onCommit },
		});
		if (life.isOver) return;
		this.#operator = operator;
	}

	/** Power fails. */
	crash(): void {
		this.#options.scheduler.end(this.#life);
		this.#operator = undefined;
		if (this.database.isTransaction) this.database.exec("rollback");
	}

	/** A ruling on what is not its own to rule. */
	signsFalsely(payload: Bytes): Promise<Bytes> {
		return this.#keys.ruling.sign("ruling", payload);
	}

	/** What certifies its holders. */
	get authority(): PublicKey {
		return this.#keys.authority.key;
	}

	/** A way to this operator over the network, for one life of a device. */
	clientFor(life: Life, network: Network): OperatorClient {
		const ask =
			(route: keyof OperatorClient) =>
			async (body: Bytes = new Uint8Array()): Promise<Bytes | Refusal> =>
				(await network.ask(life, this.peer, route, { route, body })) ??
				refuse("channel-failed", "no answer in time");
		return {
			trustList: ask("trustList"),
			freezeList: ask("freezeList"),
			appeal: ask("appeal"),
			enrol: ask("enrol"),
			withdraw: ask("withdraw"),
			claim: ask("claim"),
			rule: ask("rule"),
			release: ask("release"),
			account: ask("account"),
		};
	}
}
