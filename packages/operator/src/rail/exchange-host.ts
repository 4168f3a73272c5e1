/**
 * Hosts a party of exchanges (tokens for money on an account): its machine, and beside it the purse that it commands.
 *
 *   message ─▶ machine, durable ─▶ command in the outbox ─▶ purse ─▶ report ─▶ machine, durable ─▶ messages to others
 *
 * The purse's module has a store of its own. Where power fails between the two, the command stands in the outbox and
 * is given again, and a purse answers as it stands; of two answers the first that is taken counts. So nothing is told to
 * others before the module has it durably, and nothing that the module has decided is told to nobody.
 */
import {
	type Exchange,
	type ExchangeStanding,
	exchangeStanding,
	type PurseCommand,
	type PurseReport,
} from "@tenten/protocol/rail";
import { isClosed } from "./forgetting.ts";
import type { RailHost, RailParty, Taking } from "./host.ts";
import type { RailMessage } from "./message-form.ts";
import type { RailBalance } from "./posting.ts";

/** The name under which a purse speaks to its party, and nobody speaks from outside. */
export const railPurse = "purse";

/** What a party of exchanges has its tokens in: one asset of one module, whose every payment goes through here. */
export type Purse = {
	/** What it answers is durable. Asked again, it answers as it stands, and does nothing twice. */
	act(payment: string, command: PurseCommand): Promise<PurseReport>;
};

const commands: ReadonlySet<string> = new Set<PurseCommand["kind"]>([
	"makeRequest",
	"lock",
	"reserve",
	"release",
	"cancel",
	"take",
]);

function isCommand(body: RailMessage["body"]): body is PurseCommand {
	return commands.has(body.kind);
}

export class ExchangeHost implements RailParty {
	readonly #host: RailHost<Exchange>;
	readonly #purse: Purse;
	/** one thing after another: a purse is asked what it was commanded, in that order */
	#last: Promise<unknown> = Promise.resolve();

	constructor(host: RailHost<Exchange>, purse: Purse) {
		this.#host = host;
		this.#purse = purse;
	}

	take(message: RailMessage): Promise<Taking> {
		if (message.from === railPurse) return Promise.resolve({ kind: "refused", code: "sender-refused" });
		return this.#run(async () => {
			const taking = await this.#host.take(message);
			return taking.kind === "refused" ? taking : { kind: "taken", sends: await this.#serve(taking.sends) };
		});
	}

	wake(): Promise<readonly RailMessage[]> {
		return this.#run(async () => this.#serve(await this.#host.wake()));
	}

	/** Has the purse do what it is to do, and gives what is for others. */
	async #serve(messages: readonly RailMessage[]): Promise<readonly RailMessage[]> {
		const out: RailMessage[] = [];
		for (const message of messages) {
			const { id, payment, from, body } = message;
			if (message.to !== railPurse || !isCommand(body)) {
				out.push(message);
				continue;
			}
			const report = await this.#purse.act(payment, body);
			const said: RailMessage = { id: `${id}.r`, from: railPurse, to: from, step: 0, payment, body: report };
			const taking = await this.#host.take(said);
			await this.#host.delivered(id);
			if (taking.kind === "taken") out.push(...(await this.#serve(taking.sends)));
		}
		return out;
	}

	#run<T>(job: () => Promise<T>): Promise<T> {
		const done = this.#last.then(job);
		this.#last = done.catch(() => undefined);
		return done;
	}

	delivered(id: string): Promise<void> {
		return this.#host.delivered(id);
	}

	dueAt(): number | undefined {
		return this.#host.dueAt();
	}

	kept(payment: string): Promise<Exchange | undefined> {
		return this.#host.kept(payment);
	}

	/** undefined where it knows of no such exchange, or has forgotten it. */
	async standing(payment: string): Promise<ExchangeStanding | undefined> {
		const kept = await this.kept(payment);
		return kept === undefined || isClosed(kept) ? undefined : exchangeStanding(kept);
	}

	forget(before: number): Promise<number> {
		return this.#host.forget(before);
	}

	balances(): Promise<readonly RailBalance[]> {
		return this.#host.balances();
	}

	close(): Promise<void> {
		return this.#host.close();
	}
}

/** What a user's tap is, for the party in whose hands it is put. */
export function exchangeTap(
	{
		to,
		payment,
		payer,
		payee,
		amount,
	}: {
		readonly to: string;
		readonly payment: string;
		/** account that pays, account that is paid: one of them is the user's own, and says whether it withdraws or deposits */
		readonly payer: string;
		readonly payee: string;
		/** minor units */
		readonly amount: bigint;
	},
	user: string,
): RailMessage {
	return {
		id: `${user}.${payment}`,
		from: user,
		to,
		step: 0,
		payment,
		body: { kind: "exchange", payer, payee, amount },
	};
}
