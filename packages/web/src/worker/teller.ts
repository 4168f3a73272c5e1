/**
 * What the page asks for beside the desk: bundles as links and links as bundles, and the rooms at relays, whose
 * connections live here and outlast every screen.
 *
 *   relay ──▶ room ──▶ page's answer (offers of WebRTC are answered there) ──▶ handle ──▶ desk
 *                                                                               └──▶ told: what moved
 */
import { isRefusal, limits, parseMessage, type Refusal, refuse } from "@tenten/protocol";
import {
	type Asked,
	type Asking,
	type AskingBack,
	type AttemptView,
	browserDial,
	type Desk,
	decodeBundle,
	encodeBundle,
	type Handle,
	linkOf,
	messagesOfLink,
	type ReceiptView,
	Rooms,
	type SetAside,
	type SettingStore,
	type Taken,
} from "@tenten/wallet/browser";

type Told = (moved: readonly AttemptView[]) => void;

export type ShownReceipt = {
	readonly receipt: ReceiptView;
	/** as it is saved and sent */
	readonly file: Uint8Array;
	/** the same for a code or a link; null where it is too long for one */
	readonly bundle: Uint8Array | null;
};

const requestLifetime = 3_600;

const tidyEvery_ms = 60_000;

const now = (): number => Math.floor(Date.now() / 1_000);

export class Teller {
	readonly #desk: Desk;
	readonly #rooms: Rooms;
	#answer: Handle;
	#told: Told = () => undefined;

	private constructor(desk: Desk, rooms: Rooms) {
		this.#desk = desk;
		this.#rooms = rooms;
		this.#answer = this.handle;
	}

	static async open(desk: Desk, settings: SettingStore): Promise<Teller> {
		const rooms = await Rooms.open({
			settings,
			dial: browserDial,
			now,
			report: (error) => reportError(error),
		});
		const teller = new Teller(desk, rooms);
		await rooms.serve((messages) => teller.#answer(messages), desk.attemptsOn(rooms.requests));
		return teller;
	}

	/**
	 * Now, and whenever there may be a network again, what is to be done with operators is done; what comes of it is
	 * told. An operator that is away costs nothing but the try. Rooms of what is over are left.
	 */
	keepTidy(): void {
		const tidy = async (): Promise<void> => {
			await this.#rooms.tidy(this.#desk.attemptsOn(this.#rooms.requests));
			await this.#desk.tidy();
			this.#told([]);
		};
		const run = (): void => void tidy().catch((error: unknown) => reportError(error));
		run();
		setInterval(run, tidyEvery_ms);
		addEventListener("online", run);
	}

	/** The page's part: what it answers to messages that came, and how it is told of what moved. */
	attend(answer: Handle, told: Told): void {
		this.#answer = answer;
		this.#told = told;
	}

	/**
	 * What this wallet answers to messages that came by themselves, by whatever way. A request is for a person to read:
	 * what a stranger sends is neither shown nor remembered.
	 */
	readonly handle: Handle = async (messages) => {
		if (messages.some((message) => parseMessage(message).kind === "request")) return [];
		const taken = await this.take(encodeBundle(messages));
		const answer = !isRefusal(taken) && taken.kind === "moved" && taken.answer;
		const answers = answer ? decodeBundle(answer) : [];
		return isRefusal(answers) ? [] : answers;
	};

	/** As the desk takes a bundle that its owner read. The way to the payee of a request is remembered. */
	async take(bundle: Uint8Array): Promise<Taken | Refusal> {
		const taken = await this.#desk.take(bundle);
		if (isRefusal(taken)) return taken;
		if (taken.kind === "moved") this.#told(taken.attempts);
		else await this.#note(taken);
		return taken;
	}

	/** Of two copies of a request that its owner read the last one counts, also while it is being paid. */
	async #note(taken: Exclude<Taken, { kind: "moved" }>): Promise<void> {
		const { invitation } = taken;
		const [request, expiresAt] =
			taken.kind === "begun"
				? [taken.attempt.request, taken.expiresAt]
				: [taken.request.digest, taken.request.expiresAt];
		if (invitation !== null) await this.#rooms.note(request, invitation, expiresAt);
	}

	/** As `take`, of what is in a link. */
	async takeLink(link: string): Promise<Taken | Refusal> {
		const messages = messagesOfLink(link);
		return isRefusal(messages) ? messages : this.take(encodeBundle(messages));
	}

	/** A bundle as a link: into the wallet at `page`, an https address, where one is given. */
	linkOf(bundle: Uint8Array, page?: string): string | Refusal {
		const messages = decodeBundle(bundle);
		return isRefusal(messages) ? messages : linkOf(messages, page);
	}

	/** A request; where a relay is named, its payer is answered in a room there from now on. */
	async ask(asking: Asking): Promise<Asked | Refusal> {
		const { lifetime = requestLifetime } = asking;
		return this.#invite(await this.#desk.ask({ ...asking, lifetime }), lifetime);
	}

	/** As `ask`, for the money of a payment that one made. */
	async askBack(payment: string, asking: AskingBack): Promise<Asked | Refusal> {
		const { lifetime = requestLifetime } = asking;
		return this.#invite(await this.#desk.refunds.ask(payment, { ...asking, lifetime }), lifetime);
	}

	async #invite(asked: Asked | Refusal, lifetime: number): Promise<Asked | Refusal> {
		if (isRefusal(asked) || asked.invitation === null) return asked;
		const refused = await this.#rooms.invite(asked.digest, asked.invitation, now() + lifetime);
		return refused ?? asked;
	}

	/** A request of one's own, as it was shown before: in its room there its payer is still answered. */
	askedAgain(request: string): Asked | Refusal {
		return this.#desk.askedAgain(request, this.#rooms.invitationTo(request) ?? null);
	}

	/** Whether the other side of a request can be reached at a relay. */
	hasRoom(request: string): boolean {
		return this.#rooms.has(request);
	}

	/** Recovers a payment over its room. */
	async recoverByRelay({ id, request }: AttemptView): Promise<SetAside | Refusal> {
		const channel = this.#rooms.channel(request);
		return isRefusal(channel) ? channel : this.#desk.recover(id, channel);
	}

	/** One question to the other side in the room of a request. */
	async exchange(request: string, messages: readonly Uint8Array[]): Promise<readonly Uint8Array[] | Refusal> {
		const channel = this.#rooms.channel(request);
		return isRefusal(channel) ? channel : channel.exchange(messages);
	}

	/** One's own proof of a payment, read as anybody would read it. */
	receipt(attempt: string): ShownReceipt | Refusal {
		const file = this.#desk.receipt(attempt);
		if (isRefusal(file)) return file;
		const receipt = this.#desk.readReceipt(file);
		if (isRefusal(receipt)) return receipt;
		return { receipt, file, bundle: file.length > limits.message ? null : encodeBundle([file]) };
	}

	/** What a receipt in a link proves, whoever's it is. */
	readReceiptLink(link: string): ReceiptView | Refusal {
		const entries = messagesOfLink(link);
		if (isRefusal(entries)) return entries;
		const [receipt, ...others] = entries;
		if (receipt === undefined || others.length > 0) return refuse("malformed", "not one receipt");
		return this.#desk.readReceipt(receipt);
	}
}
