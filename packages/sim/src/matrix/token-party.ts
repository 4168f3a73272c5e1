/**
 * A party of a token flow: a role (an app, a module, a company's system) with a mailbox around it.
 *
 *   message ──▶ the role decides, durably ──▶ the mailbox keeps what follows ──▶ it is said until it has arrived
 *
 * The role's own store is where money is decided, and where a step's power failure strikes. A role may be asked
 * twice about one message, as after a crash between the two writes: it answers as it stands.
 */
import type { ModuleStore } from "@tenten/module";
import type { Holdings, Message, Moment, Party, Seen, Step, Surroundings } from "./party.ts";
import { Mailbox } from "./token-mailbox.ts";

/** What a role says: on the way that the message came, or on to the party that it names. */
export type Said = { readonly to: string; readonly step: number; readonly body: unknown };

/**
 * What follows from a message or from the clock. `note` replaces what is kept of this payment; what was said to the
 * party `takesBack` names, and is not known to have arrived, is said no more.
 */
export type Follows<N> = { readonly says: readonly Said[]; readonly note?: N; readonly takesBack?: string };

export type Role<N> = {
	take(message: Message, note: N | undefined): Promise<Follows<N>>;
	/** What is due by the clock about a payment; `under`: what was said of it and has not arrived. */
	wake?(note: N, under: readonly Message[]): Promise<Follows<N>>;
	/** milliseconds */
	dueAt?(note: N): number | undefined;
	/** What it notes once a message of its own has arrived. */
	arrived?(note: N, message: Message): N | undefined;
	holdings(payments: readonly N[]): Promise<Holdings>;
	sees?(payment: string, note: N | undefined): Seen;
	close(): Promise<void>;
};

/** Where power fails: on both sides of the first write of a step, be it the role's or the mailbox's. */
export class Strikes {
	readonly #write: Surroundings["write"];
	#steps: readonly number[] | undefined;

	constructor(write: (steps: readonly number[], moment: Moment) => void) {
		this.#write = write;
	}

	begin(steps: readonly number[]): void {
		this.#steps = steps;
	}

	over<S extends ModuleStore>(store: S): S {
		const commit: ModuleStore["commit"] = async (writes) => {
			const steps = this.#steps;
			this.#steps = undefined;
			if (steps !== undefined) this.#write(steps, "before");
			await store.commit(writes);
			if (steps !== undefined) this.#write(steps, "after");
		};
		return { ...store, commit };
	}
}

export type PartyOptions<N> = {
	readonly name: string;
	readonly steps: readonly Step[];
	readonly surroundings: Surroundings;
	readonly strikes: Strikes;
	/** for the mailbox */
	readonly store: ModuleStore;
	readonly role: Role<N>;
};

export async function openParty<N>(options: PartyOptions<N>): Promise<Party> {
	const { name, steps, surroundings, strikes, role } = options;
	const { now } = surroundings;
	const mail = await Mailbox.open(strikes.over(options.store));
	// What follows from one thing is named after it: from the same it is the same message, however often it follows.
	const addressed = (said: readonly Said[], payment: string, cause: string): readonly Message[] =>
		said.map((each) => ({ ...each, id: `${cause}>${each.step || each.to}`, from: name, payment }));
	const roleDueAt = (payment: string): number | undefined => {
		const note = mail.noteOn<N>(payment);
		return note === undefined ? undefined : role.dueAt?.(note);
	};
	/** Makes durable what follows, and gives the messages. */
	const keep = async (
		payment: string,
		cause: string,
		{ says, note, takesBack }: Follows<N>,
		taken?: string,
	): Promise<readonly Message[]> => {
		const messages = addressed(says, payment, cause);
		const gone = mail.under(payment).filter(({ to }) => to === takesBack);
		await mail.keep(payment, { taken, says: messages, note, gone }, now());
		return messages;
	};
	return {
		take: async (message) => {
			const { id, payment } = message;
			if (mail.hasTaken(id)) return mail.answersTo(id);
			strikes.begin(writtenWith(steps, name, message));
			return keep(payment, id, await role.take(message, mail.noteOn<N>(payment)), id);
		},
		wake: async () => {
			const said: Message[] = [...mail.due(now())];
			for (const payment of mail.payments()) {
				const note = mail.noteOn<N>(payment);
				const due_ms = roleDueAt(payment);
				if (note === undefined || due_ms === undefined || due_ms > now()) continue;
				const follows = await role.wake?.(note, mail.under(payment));
				if (follows !== undefined) said.push(...(await keep(payment, `${payment}/${now()}`, follows)));
			}
			return said;
		},
		delivered: (id) =>
			mail.delivered(id, (message) => {
				const note = mail.noteOn<N>(message.payment);
				return note === undefined ? undefined : role.arrived?.(note, message);
			}),
		dueAt: () => {
			const times = [mail.dueAt(), ...mail.payments().map(roleDueAt)].filter((time) => time !== undefined);
			return times.length === 0 ? undefined : Math.min(...times);
		},
		holdings: () => role.holdings(mail.payments().flatMap((payment) => mail.noteOn<N>(payment) ?? [])),
		sees: async (payment) => role.sees?.(payment, mail.noteOn<N>(payment)),
		close: async () => {
			await role.close();
			await mail.close();
		},
	};
}

/** The step whose message is taken here, and those that are done within it. */
function writtenWith(steps: readonly Step[], name: string, { step, body }: Message): readonly number[] {
	const isTap = step === 0 && (body as { readonly kind?: unknown }).kind === "tap";
	if (step === 0 && !isTap) return [];
	const within = steps.filter(
		(each) => each.kind === "write" && each.at === name && each.within === step && each.isLater !== true,
	);
	return [...(isTap ? [] : [step]), ...within.map(({ number }) => number)];
}
