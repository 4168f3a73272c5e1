/**
 * What the fuzzer begins with at the doors of payments across operators: a payment in every state, and whatever the
 * other operator may say of it, as if its signature on the message had held.
 */
import {
	crossingQuestion,
	isRefusal,
	parse,
	type ShownItem,
	serialize,
	shownState,
	signQuote,
} from "@tenten/protocol";
import {
	type Doors,
	openDoors,
	quoted,
	sealAndTell,
	step,
	wish,
} from "../../packages/operator/test/support/crossing-doors.ts";
import { type Bytes, fromHex, toHex } from "../../packages/protocol/src/index.ts";
import { serverMemory } from "../memory.ts";
import { Broken, type Target } from "../target.ts";
import type { HttpSeed } from "./http-input.ts";

type Headers = Readonly<Record<string, string>>;

/** One payment committed and one locked, which are shown and not decided yet. */
export async function doorsAtWork(
	key?: string,
): Promise<{ readonly doors: Doors; readonly transfers: readonly string[] }> {
	const doors = await openDoors({}, key);
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	const wanted = [wish(doors, 1), wish(doors, 2)];
	const transfers: string[] = [];
	for (const each of wanted) {
		const { transfer, code } = await quoted(doors, each, key);
		if (transfer === null) throw new Broken(`${code}`);
		transfers.push(transfer);
		await step(doors, "locks", transfer, undefined, key);
	}
	await sealAndTell(doors.source);
	await sealAndTell(doors.destination);
	await step(doors, "releases", `${transfers[0]}`, wanted[0]?.secret, key);
	return { doors, transfers };
}

export type CrossingSeeds = (
	doors: Doors,
	transfers: readonly string[],
	admin: Headers,
) => readonly HttpSeed[];

const posted =
	(path: string, bodies: (doors: Doors, transfers: readonly string[]) => readonly object[]): CrossingSeeds =>
	(doors, transfers, admin) => {
		const headers = { ...admin, "content-type": "application/json" };
		return bodies(doors, transfers).map((body) => ({
			path: `/v1/crossings/${path}`,
			headers,
			body: JSON.stringify(body),
		}));
	};

const read =
	(suffix: string): CrossingSeeds =>
	(_, transfers, admin) =>
		[...transfers, "01".repeat(32)].map((transfer) => ({
			path: `/v1/crossings/${transfer}${suffix}`,
			headers: admin,
		}));

function wished(doors: Doors, n: number): object {
	const { nonce, agreement, payer, payee, release, credits } = wish(doors, n);
	const parties = { payer: toHex(payer), payee: toHex(payee) };
	return {
		nonce: toHex(nonce),
		agreement: toHex(agreement),
		...parties,
		release: toHex(release),
		credits: `${credits}`,
	};
}

export const crossingRoutes: Readonly<Record<string, CrossingSeeds>> = {
	"POST /v1/crossings/quotes": posted("quotes", (doors) => [
		{ quotes: [wished(doors, 1), wished(doors, 3)] },
		{ quotes: [wished(doors, 4)] },
	]),
	"POST /v1/crossings/locks": posted("locks", (_, transfers) => [{ transfers }]),
	"POST /v1/crossings/standings": posted("standings", (_, transfers) => [{ transfers }]),
	"POST /v1/crossings/releases": posted("releases", (doors, transfers) => [
		{
			releases: transfers.map((transfer, at) => ({ transfer, release: toHex(wish(doors, at + 1).secret) })),
		},
	]),
	"GET /v1/crossings/:transfer": read(""),
	"GET /v1/crossings/:transfer/outcome": read("/outcome"),
};

/** Questions of the source, of every kind; what it shows are both payments, under a seal that does not decide. */
async function questions({
	doors,
	transfers,
}: Awaited<ReturnType<typeof doorsAtWork>>): Promise<readonly Bytes[]> {
	const { source, agreed } = doors;
	const { crossings } = source.ecosystem.operator;
	const { secret: _, ...asked } = wish(doors, 9);
	const shown = await source.log.show(2);
	const items: ShownItem[] = [];
	for (const transfer of transfers.map((text) => fromHex(text) as Bytes)) {
		const kept = await crossings.host.proof(transfer);
		const standing = await crossings.standing(transfer);
		if (kept === undefined || standing === undefined) throw new Broken("a payment that nothing shows");
		const { ruling } = source.ecosystem.means.keys;
		const other = doors.destination.ecosystem.means.keys.ruling;
		const body = standing.quote;
		const quote = {
			body,
			byDestination: await signQuote(body, other),
			bySource: await signQuote(body, ruling),
		};
		items.push({ transfer, quote, state: kept.state, proof: kept.proof });
	}
	if (shown === undefined) throw new Broken("a seal that is gone");
	const signed = new Uint8Array(64);
	const counted = { agreement: agreed.id, number: 1, previous: null, through: 5, count: 1 };
	return [
		serialize(crossingQuestion, { kind: "quotes", quotes: [{ ...asked, decides: 8 }] }),
		serialize(crossingQuestion, { kind: "shown", seal: shown, items }),
		serialize(crossingQuestion, { kind: "shown", seal: shown, items: [] }),
		serialize(crossingQuestion, { kind: "wanted", transfers: items.map(({ transfer }) => transfer) }),
		serialize(crossingQuestion, {
			kind: "settlement",
			body: {
				...counted,
				credits: 300n,
				crosses: 465n,
				position: { settlement: 1, owes: 465n },
				at: 1_800_000_000,
			},
			byDestination: signed,
		}),
	];
}

/** Nothing is thrown, the ledger adds up, and nobody is credited: no seal that decides was ever made. */
const heard: Target = {
	name: "crossing/question",
	weight: 10,
	memory: serverMemory,
	open: async () => {
		const made = await doorsAtWork();
		const { source, destination } = made.doors;
		const from = source.ecosystem.operator.id;
		const { operator } = destination.ecosystem;
		const state = await source.ecosystem.operator.crossings.standing(
			fromHex(`${made.transfers[0]}`) as Bytes,
		);
		if (state?.peer === null || state === undefined) throw new Broken("nothing shows it reserved");
		const proof = serialize(shownState, state.peer);
		if (isRefusal(parse(shownState, proof, proof.length))) throw new Broken("its proof does not read");
		return {
			seeds: await questions(made),
			form: "items",
			run: async (input) => {
				const reply = await operator.crossings.hear(from, input);
				const { broken } = await operator.ledger.examine();
				if (broken.length > 0) throw new Broken(broken.join());
				const { unsettled } = await operator.store.read((transaction) =>
					transaction.selectFrom("crossing_agreements").select("unsettled").executeTakeFirstOrThrow(),
				);
				if (unsettled !== 0n) throw new Broken("credited without a seal that decides");
				return isRefusal(reply) ? reply.code : "accepted";
			},
			close: () => made.doors.close(),
		};
	},
};

export const crossingDoorTargets: readonly Target[] = [heard];
