/**
 * The two modules as parties: real wallets over real stores, and the messages around them.
 *
 * What a module says to the company's system or to the app follows from where the module has the payment, never from
 * what was just said: so it says the same again after a crash.
 */
import {
	type AssetId,
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	parseMessage,
	toHex,
} from "@tenten/protocol";
import type { Arrival, Wallet } from "@tenten/wallet";
import { must } from "../must.ts";
import type { Holdings } from "./party.ts";
import { type Body, bodyOf, decoded, encoded, type Onward, type Outcome } from "./token-body.ts";
import type { Follows, Role, Said } from "./token-party.ts";

/**
 * Seconds after which the payer's module gives up what it has locked and not yet deleted: until then it alone decides,
 * so that its clock may. It is more than the app waits before it asks for the receipt again, and less than its user's
 * patience. The payee's module has no such clock.
 */
const patience = 20;

/** Of a payment: the attempt at it, once there is one, and when it is given up if nothing happens. */
export type PayerNote = {
	readonly attempt?: string;
	readonly isGivenUp?: boolean;
	readonly givesUpAt_ms?: number;
};

export function payerRole(wallet: Wallet, asset: AssetId, steps: Onward): Role<PayerNote> {
	const { module } = wallet;
	const toPayee = (step: number, messages: readonly Bytes[]): readonly Said[] =>
		messages.length === 0
			? []
			: [{ to: "module-B", step, body: { kind: "bundle", messages: encoded(messages) } }];
	const toApp = (step: number, body: Body): Said => ({ to: "payer-app", step, body });
	const outcome = (step: number, attempt: Bytes): readonly Said[] => {
		const known = outcomeOf(wallet, attempt);
		return known === undefined ? [] : [toApp(step, { kind: "outcome", outcome: known })];
	};
	const noteOf = (attempt: Bytes): PayerNote => {
		const [known] = module.attempts((each) => equalBytes(each.attempt, attempt));
		const givesUpAt_ms = known?.endsAt == null ? {} : { givesUpAt_ms: known.endsAt * 1_000 };
		return { attempt: toHex(attempt), ...givesUpAt_ms };
	};
	const instructed = async (messages: readonly Bytes[], step: number): Promise<Follows<PayerNote>> => {
		const { encoded: request, request: verified } = must(module.openRequest(messages));
		const started = await wallet.start({ request, messages, patience });
		if (!isRefusal(started)) {
			return { says: toPayee(steps[step]?.on ?? 0, started.messages), note: noteOf(started.attempt) };
		}
		const [known] = module.attempts().filter((each) => equalBytes(each.request, verified.digest));
		if (known === undefined) return { says: [toApp(0, { kind: "not-instructed", code: started.code })] };
		// It was signed before power failed: the same is said again.
		const again = must(await module.contact(known.attempt));
		return { says: toPayee(steps[step]?.on ?? 0, again), note: noteOf(known.attempt) };
	};
	const take = async (body: Body, step: number, note: PayerNote | undefined): Promise<Follows<PayerNote>> => {
		switch (body.kind) {
			case "instruct":
				if (note?.isGivenUp) return { says: [toApp(0, { kind: "outcome", outcome: "cancelled" })] };
				return instructed(decoded(body.messages), step);
			case "bundle": {
				const messages = decoded(body.messages);
				const answers = await wallet.handle(messages);
				const attempt = note?.attempt === undefined ? undefined : fromHex(note.attempt);
				if (attempt === undefined) return { says: toPayee(0, answers) };
				const { back = 0, on = 0 } = steps[step] ?? {};
				const isCancel = module.payer(attempt) === "cancelled";
				return { says: [...toPayee(isCancel ? 0 : back, answers), ...outcome(isCancel ? 0 : on, attempt)] };
			}
			case "cancel": {
				const attempt = note?.attempt === undefined ? undefined : fromHex(note.attempt);
				if (attempt === undefined)
					return { says: [toApp(0, { kind: "outcome", outcome: "cancelled" })], note: { isGivenUp: true } };
				const cancelled = await module.cancel(attempt);
				const again = isRefusal(cancelled) && module.payer(attempt) === "cancelled";
				const messages = again ? must(await module.contact(attempt)) : isRefusal(cancelled) ? [] : cancelled;
				return { says: [...toPayee(0, messages), ...outcome(0, attempt)] };
			}
			default:
				throw new Error(`a payer's module is told ${body.kind}`);
		}
	};
	return {
		take: (message, note) => take(bodyOf(message), message.step, note),
		wake: async ({ givesUpAt_ms: _, ...note }) => {
			const givenUp = await wallet.tick();
			const says = givenUp.flatMap(({ attempt, messages }) => [
				...toPayee(0, messages),
				...outcome(0, attempt),
			]);
			return { says, note };
		},
		dueAt: ({ givesUpAt_ms }) => givesUpAt_ms,
		holdings: async () => payerHoldings(wallet, asset),
		close: () => wallet.close(),
	};
}

/** Paid once there is a receipt: of what was sent and is not known to have come, nothing is known. */
function outcomeOf({ module }: Wallet, attempt: Bytes): Outcome | undefined {
	if (module.payer(attempt) === "cancelled") return "cancelled";
	return isRefusal(module.receipt(attempt)) ? undefined : "paid";
}

function payerHoldings(wallet: Wallet, asset: AssetId): Holdings {
	const { module } = wallet;
	const { available, locked } = wallet.balance(asset);
	const sent = module
		.attempts(({ side, state }) => side === "payer" && state === "sent")
		.filter(({ attempt }) => isRefusal(module.receipt(attempt)))
		.reduce((sum, { amount }) => sum + amount, 0n);
	return { available: { payer: available }, locked: { payer: locked + sent }, reserved: {} };
}

/** Of a payment: what was issued for it. */
export type PayeeNote = { readonly order: string; readonly issued: Extract<Body, { kind: "payment" }> };

export function payeeRole(wallet: Wallet, asset: AssetId, steps: Onward): Role<PayeeNote> {
	const { module } = wallet;
	const toPayer = (step: number, messages: readonly Bytes[]): readonly Said[] =>
		messages.length === 0
			? []
			: [{ to: "module-A", step, body: { kind: "bundle", messages: encoded(messages) } }];
	const toCompany = (step: number, note: PayeeNote): Said => {
		const { order, issued } = note;
		const body: Body = { kind: "arrival", order, id: issued.id, arrival: arrivalOf(wallet, issued.id) };
		return { to: "company", step, body };
	};
	const take = async (body: Body, step: number, note: PayeeNote | undefined): Promise<Follows<PayeeNote>> => {
		const { back = 0, on = 0 } = steps[step] ?? {};
		switch (body.kind) {
			case "ask-payment": {
				const { order, amount, direct } = body;
				const mode = direct ? "direct" : "twoPhase";
				const made = must(await wallet.request({ asset, amount: BigInt(amount), memo: order, mode }));
				const { expiresAt } = must(module.readRequest(made.encoded)).body;
				const messages = encoded(made.messages);
				const issued = { kind: "payment", order, id: toHex(made.digest), messages, expiresAt } as const;
				return { says: [{ to: "company", step: back, body: issued }], note: { order, issued } };
			}
			case "bundle": {
				const messages = decoded(body.messages);
				const answers = await wallet.handle(messages);
				// That a release has come is its acknowledgement: `done` would say no more.
				const said = answers.filter((answer) => kindOf(answer) !== "done");
				if (note === undefined) return { says: toPayer(back, said) };
				return { says: [...toPayer(back, said), toCompany(on, note)] };
			}
			case "ask-again": {
				const [known] = note === undefined ? [] : attemptsAt(wallet, note.issued.id);
				return { says: known === undefined ? [] : toPayer(on, must(await module.contact(known.attempt))) };
			}
			default:
				throw new Error(`a payee's module is told ${body.kind}`);
		}
	};
	return {
		take: (message, note) => take(bodyOf(message), message.step, note),
		holdings: async () => {
			const { available, reserved } = wallet.balance(asset);
			return { available: { payee: available }, locked: {}, reserved: { payee: reserved } };
		},
		close: () => wallet.close(),
	};
}

export function kindOf(message: Bytes): string | undefined {
	const parsed = parseMessage(message);
	return isRefusal(parsed) ? undefined : parsed.kind;
}

function attemptsAt({ module }: Wallet, id: string) {
	const request = fromHex(id);
	return module
		.attempts(({ side }) => side === "payee")
		.filter((each) => request !== undefined && equalBytes(each.request, request));
}

/** Where the payee's module has what was paid to a request. */
function arrivalOf(wallet: Wallet, id: string): Arrival {
	const states = attemptsAt(wallet, id).map(({ state }) => state);
	if (states.includes("owned")) return "paid";
	return states.includes("reserved") || states.includes("resolving") ? "reserved" : "nothing";
}
