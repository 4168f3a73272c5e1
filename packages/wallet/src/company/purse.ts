/**
 * A wallet as the purse of a party of exchanges (docs/spec/withdraw-deposit.md): it does what the party's machine
 * commands, and says where its module has it.
 *
 * The wallet is this party's alone: a receipt that reached its module by another way would release what D does not
 * hold. The request's memo is the payment, so that what is locked says what it is for.
 */
import type { AttemptSummary } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	type Message,
	parseMessage,
	type Refusal,
	sameAsset,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import type { Bundle, PurseCommand, PurseReport } from "@tenten/protocol/rail";
import type { Wallet } from "../wallet.ts";

type Taking = Extract<PurseCommand, { kind: "take" }>;
type Locking = Extract<PurseCommand, { kind: "lock" }>;

export class WalletPurse {
	readonly #wallet: Wallet;
	readonly #asset: AssetId;

	constructor(wallet: Wallet, asset: AssetId) {
		this.#wallet = wallet;
		this.#asset = asset;
	}

	async act(payment: string, command: PurseCommand): Promise<PurseReport> {
		switch (command.kind) {
			case "makeRequest":
				return this.#request(payment, command.amount);
			case "lock":
				return this.#lock(payment, command);
			case "release":
				return this.#decide(command.request, decoded(command.messages), command.keeps);
			case "cancel":
				return this.#decide(command.request, []);
			case "reserve":
				return this.#reserve(command.request, decoded(command.messages));
			case "take":
				return this.#take(command);
			default:
				return command satisfies never;
		}
	}

	/** After a crash perhaps a second one; of which only one is ever offered. */
	async #request(memo: string, amount: bigint): Promise<PurseReport> {
		const made = await this.#wallet.request({ asset: this.#asset, amount, memo, mode: "twoPhase" });
		if (isRefusal(made)) throw new Error(`no request can be made: ${made.code} ${made.detail}`);
		return { kind: "requested", request: toHex(made.digest), messages: encoded(made.messages) };
	}

	/** Locks for a request of this very payment, asset and amount: one lock that is not cancelled. */
	async #lock(payment: string, command: Locking): Promise<PurseReport> {
		const nothing: PurseReport = { kind: "cancelled", messages: [] };
		const { amount, begins } = command;
		const messages = decoded(command.messages);
		const opened = this.#wallet.module.openRequest(messages);
		if (isRefusal(opened)) return nothing;
		const {
			encoded: request,
			request: { body, digest },
		} = opened;
		const isAsAgreed = body.memo === payment && body.amount === amount && sameAsset(body.asset, this.#asset);
		if (!isAsAgreed) return nothing;
		const before = this.#payer(digest);
		if (before === undefined && begins === "never") return nothing;
		if (before === undefined || (begins === "again" && before.state === "cancelled")) {
			const started = await this.#wallet.start({ request, messages });
			if (isRefusal(started)) return before === undefined ? nothing : this.#stands(before);
		}
		const known = this.#payer(digest);
		if (known === undefined) throw new Error("what was locked is not there");
		const report = await this.#stands(known);
		if (report.kind !== "locked" || begins !== "again") return report;
		// A payee that holds the one before takes this one once it knows that.
		return { ...report, messages: [...(await this.#cancelBefore(digest)), ...report.messages] };
	}

	/** The last cancel that was signed for a request. */
	async #cancelBefore(request: Bytes): Promise<Bundle> {
		const { module } = this.#wallet;
		const cancelled = module.attempts(
			({ side, state, request: of }) => side === "payer" && state === "cancelled" && equalBytes(of, request),
		);
		const last = cancelled.at(-1);
		return last === undefined ? [] : encoded(must(await module.contact(last.attempt)));
	}

	/** Its receipt releases it; without one, or with one that is none, it is cancelled, unless it `keeps`. What is decided stays. */
	async #decide(request: string, receipt: readonly Bytes[], keeps = false): Promise<PurseReport> {
		const { module } = this.#wallet;
		const known = this.#payer(bytesOf(request));
		if (known === undefined) return { kind: "cancelled", messages: [] };
		// Another payment's receipt among these would release what nobody has paid for.
		const own = receipt.filter((message) => isOf(message, known.attempt, ["reserved"]));
		if (module.payer(known.attempt) === "locked" && own.length > 0) await this.#wallet.handle(own);
		if (module.payer(known.attempt) === "locked" && !keeps) must(await module.cancel(known.attempt));
		return this.#stands(known);
	}

	async #stands({ attempt, request }: AttemptSummary): Promise<PurseReport> {
		const { module } = this.#wallet;
		const said = must(await module.contact(attempt));
		const messages = encoded(said);
		switch (module.payer(attempt)) {
			case "locked":
				return { kind: "locked", request: toHex(request), lock: lockOf(said), messages };
			case "released":
				return { kind: "released", release: releaseOf(said), messages };
			default:
				return { kind: "cancelled", messages };
		}
	}

	async #reserve(request: string, messages: readonly Bytes[]): Promise<PurseReport> {
		const { module } = this.#wallet;
		await this.#wallet.handle(messages.filter((message) => isTransferTo(message, bytesOf(request))));
		const known = this.#payee(bytesOf(request));
		if (known === undefined || module.payee(known.attempt) !== "reserved") return { kind: "waiting" };
		const said = must(await module.contact(known.attempt));
		for (const message of said.map(parsed))
			if (message?.kind === "reserved" && message.body.lock !== null)
				return { kind: "holding", lock: toHex(message.body.lock), messages: encoded(said) };
		return { kind: "waiting" };
	}

	async #take({ request, messages, release, mayFree }: Taking): Promise<PurseReport> {
		const { module } = this.#wallet;
		const known = this.#payee(bytesOf(request));
		if (known === undefined) return { kind: "waiting" };
		const { attempt } = known;
		const shown: readonly Bytes[] =
			release === null ? [] : [serializeMessage({ kind: "release", attempt, secret: bytesOf(release) })];
		const kinds: readonly Message["kind"][] = mayFree ? ["release", "cancel"] : ["release"];
		const said = decoded(messages).filter((message) => isOf(message, attempt, kinds));
		await this.#wallet.handle([...said, ...shown]);
		const state = module.payee(attempt);
		if (state === "owned") return { kind: "owned" };
		return state === "reserved" || state === "resolving" ? { kind: "waiting" } : { kind: "freed" };
	}

	#payer(request: Bytes): AttemptSummary | undefined {
		return this.#attempt("payer", request);
	}

	#payee(request: Bytes): AttemptSummary | undefined {
		return this.#attempt("payee", request);
	}

	#attempt(side: "payer" | "payee", request: Bytes): AttemptSummary | undefined {
		const all = this.#wallet.module.attempts(
			(each) => each.side === side && equalBytes(each.request, request),
		);
		// Of those that were begun again, all but the last are cancelled.
		return all.findLast(({ state }) => state !== "cancelled") ?? all.at(-1);
	}
}

function lockOf(messages: readonly Bytes[]): string {
	for (const message of messages.map(parsed)) {
		const lock = message?.kind === "transfer" ? message.tokens[0]?.hops.at(-1)?.lock : undefined;
		if (lock != null) return toHex(lock.bytes);
	}
	throw new Error("a transfer without a lock");
}

function releaseOf(messages: readonly Bytes[]): string {
	for (const message of messages.map(parsed)) if (message?.kind === "release") return toHex(message.secret);
	throw new Error("what is released has no release");
}

/** Whether it is of this attempt, and of one of these kinds. */
function isOf(message: Bytes, attempt: Bytes, kinds: readonly Message["kind"][]): boolean {
	const read = parsed(message);
	if (read === undefined || !kinds.includes(read.kind)) return false;
	return "attempt" in read && equalBytes(read.attempt, attempt);
}

function isTransferTo(message: Bytes, request: Bytes): boolean {
	const read = parsed(message);
	return read?.kind === "transfer" && equalBytes(read.request, request);
}

function parsed(message: Bytes): Message | undefined {
	const read = parseMessage(message);
	return isRefusal(read) ? undefined : read;
}

function bytesOf(hex: string): Bytes {
	return fromHex(hex) ?? new Uint8Array();
}

function encoded(messages: readonly Bytes[]): Bundle {
	return messages.map((message) => Buffer.from(message).toString("base64"));
}

function decoded(messages: Bundle): readonly Bytes[] {
	return messages.map((message) => new Uint8Array(Buffer.from(message, "base64")));
}

/** What the module must be able to do with what it has. */
function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}
