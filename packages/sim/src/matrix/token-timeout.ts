/**
 * Wrong on purpose: the rule that a time-out undoes what is reserved, as it was published for two phases.
 *
 *   reserved ── time-out ──▶ the payee deletes its reserved token, the payer restores its own
 *
 * No module offers this, and none may: so a party here keeps a copy of its module's rows from before the reservation
 * and puts it back. Whether the other side has undone its part nobody can know in time, and in which cells that
 * makes or destroys money is what these flows are for. `restores` says when the payer does it: `unconfirmed`, as
 * long as it has not heard that the release arrived, or `reserved`, only before it has deleted its token.
 */
import type { ModuleStore } from "@tenten/module";
import { fromHex } from "@tenten/protocol";
import type { Wallet, WalletStore } from "@tenten/wallet";
import type { Message, Surroundings } from "./party.ts";
import { bodyOf, decoded, type Onward } from "./token-body.ts";
import { funds, type TokenHouse } from "./token-house.ts";
import { kindOf, type PayeeNote, type PayerNote, payeeRole, payerRole } from "./token-modules.ts";
import type { Role, Said, Strikes } from "./token-party.ts";

/** From its reservation on. Whoever pays waits longer than that for a result, and an outage is longer still. */
const undoAfter_ms = 20_000;

export type Restores = "unconfirmed" | "reserved";

/** A role's note, and beside it when its reservation is undone, and whether it has heard that its word arrived. */
type Timed<N> = N & { readonly undoAt_ms?: number; readonly isConfirmed?: boolean };

type Undoing<N> = {
	readonly name: string;
	/** the message by which it reserves */
	readonly reservesBy: (message: Message) => boolean;
	readonly open: (store: WalletStore) => Promise<{ readonly wallet: Wallet; readonly role: Role<N> }>;
	/** whether it does not know the payment to be over */
	readonly isUndone: (wallet: Wallet, note: Timed<N>) => boolean;
	/** once this has arrived with the other side, it knows that */
	readonly isConfirmedBy: (message: Message) => boolean;
	readonly says: (note: N) => Said;
};

export function timedPayer(
	house: TokenHouse,
	surroundings: Surroundings,
	strikes: Strikes,
	steps: Onward,
	restores: Restores,
): Promise<Role<Timed<PayerNote>>> {
	return undoing(house, surroundings, strikes, {
		name: "module-A",
		reservesBy: (message) => bodyOf(message).kind === "instruct",
		open: async (store) => {
			const wallet = await house.wallet("module-A", store, surroundings, funds);
			return { wallet, role: payerRole(wallet, house.asset, steps) };
		},
		isUndone: ({ module }, { attempt, isConfirmed = false }) => {
			const known = attempt === undefined ? undefined : fromHex(attempt);
			const state = known && module.payer(known);
			return state === "locked" || (state === "released" && restores === "unconfirmed" && !isConfirmed);
		},
		isConfirmedBy: (message) => {
			const body = bodyOf(message);
			return body.kind === "bundle" && decoded(body.messages).some((each) => kindOf(each) === "release");
		},
		says: () => ({ to: "payer-app", step: 0, body: { kind: "outcome", outcome: "cancelled" } }),
	});
}

export function timedPayee(
	house: TokenHouse,
	surroundings: Surroundings,
	strikes: Strikes,
	steps: Onward,
): Promise<Role<Timed<PayeeNote>>> {
	return undoing(house, surroundings, strikes, {
		name: "module-B",
		reservesBy: (message) => bodyOf(message).kind === "bundle",
		open: async (store) => {
			const wallet = await house.wallet("module-B", store, surroundings, 0n);
			return { wallet, role: payeeRole(wallet, house.asset, steps) };
		},
		isUndone: ({ module }) => module.reservations().length > 0,
		isConfirmedBy: () => false,
		says: ({ order, issued: { id } }) => ({
			to: "company",
			step: 0,
			body: { kind: "arrival", order, id, arrival: "nothing" },
		}),
	});
}

async function undoing<N extends object>(
	house: TokenHouse,
	{ now }: Surroundings,
	strikes: Strikes,
	{ name, reservesBy, open, isUndone, isConfirmedBy, says }: Undoing<N>,
): Promise<Role<Timed<N>>> {
	let store = house.store(name);
	let { wallet, role } = await open(strikes.over(store));
	const before = house.store(`${name}-before`);
	return {
		take: async (message, note) => {
			const reserves = note?.undoAt_ms === undefined && reservesBy(message);
			// Where power failed after it had reserved, the copy is from before that.
			if (reserves && (await before.load()).size === 0) await replace(before, await store.load());
			const { says: said, note: own } = await role.take(message, note);
			if (own === undefined && note === undefined) return { says: said };
			const undoing = reserves ? { undoAt_ms: now() + undoAfter_ms } : {};
			return { says: said, note: { ...note, ...own, ...undoing } as Timed<N> };
		},
		arrived: (note, message) => (isConfirmedBy(message) ? { ...note, isConfirmed: true } : undefined),
		wake: async (note) => {
			const over: Timed<N> = { ...note, undoAt_ms: Number.MAX_SAFE_INTEGER };
			if (!isUndone(wallet, note)) return { says: [], note: over };
			await role.close();
			store = house.store(name);
			await replace(store, await before.load());
			({ wallet, role } = await open(strikes.over(store)));
			return { says: [says(note)], note: over };
		},
		dueAt: ({ undoAt_ms = Number.MAX_SAFE_INTEGER }) =>
			undoAt_ms === Number.MAX_SAFE_INTEGER ? undefined : undoAt_ms,
		holdings: (notes) => role.holdings(notes),
		close: () => role.close(),
	};
}

/** Makes a store hold exactly these rows. */
async function replace(store: ModuleStore, rows: ReadonlyMap<string, Uint8Array>): Promise<void> {
	const gone = [...(await store.load()).keys()].filter((key) => !rows.has(key));
	await store.commit([
		...gone.map((key) => ({ key, value: null })),
		...[...rows].map(([key, value]) => ({ key, value })),
	]);
}
