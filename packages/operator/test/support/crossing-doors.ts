/**
 * Two operators with an agreement, each behind real HTTP with a log of its own: what they say to one another goes over
 * the wire, signed. Seals are made when a test says so, and two of three witnesses cosign them.
 */
import assert from "node:assert/strict";
import {
	type AgreementBody,
	assetHash,
	type Bytes,
	checkpointText,
	merkleTree,
	type OperatorEntry,
	type QuoteAsked,
	type RuleBook,
	type RuleBookBody,
	ruleBookHash,
	type Seal,
	type ShownSeal,
	type Signer,
	serializeLeaf,
	sha256,
	signAgreement,
	signNote,
	signRuleBook,
	toHex,
	type VerifiedAgreement,
	verifierKey,
	type WitnessedLog,
	writeNote,
} from "@tenten/protocol";
import {
	cosign,
	must,
	signerOf,
	witnesses,
	witnessIds,
} from "../../../protocol/test/crossing/support/sides.ts";
import {
	type CrossingGateway,
	newKey,
	type RunningServer,
	type StoreOptions,
	startServer,
} from "../../src/index.ts";
import { createEcosystem, type Ecosystem } from "./ecosystem.ts";
import { freePort } from "./peers.ts";

export const crossingKey = newKey((length) => new Uint8Array(length).fill(9));

const random = (name: string): Bytes => sha256(Uint8Array.from(Buffer.from(name)));
export const payer = random("payer");
export const payee = random("payee");
const outside = random("outside");
export const funds = 100_000n;

/** An operator's log and witnesses, as far as a test makes them. */
export class SealedLog {
	readonly log: WitnessedLog;
	readonly #origin: string;
	readonly #signer: Signer;
	readonly #leaves: Bytes[] = [];
	readonly #seals: Seal[] = [];
	/** how many witnesses speak, when each seal was made */
	readonly #words: number[] = [];
	/** of the three */
	witnessesUp = 2;

	constructor(name: string, fill: number) {
		this.#origin = `${name}.example/log`;
		this.#signer = signerOf(fill);
		const keys = [verifierKey(this.#origin, "note", this.#signer.key.bytes)];
		this.log = { keys: { origin: this.#origin, keys }, policy: { witnesses: witnessIds, least: 2 } };
	}

	append(seal: Seal): void {
		this.#leaves.push(serializeLeaf({ kind: "seal", seal }));
		this.#seals.push(seal);
		this.#words.push(this.witnessesUp);
	}

	async newest(): Promise<number> {
		return this.#words.findLastIndex((up) => up >= 2) + 1;
	}

	async show(number: number): Promise<ShownSeal | undefined> {
		const seal = this.#seals[number - 1];
		if (seal === undefined) return undefined;
		const tree = merkleTree(this.#leaves);
		const text = checkpointText({ origin: this.#origin, size: this.#leaves.length, root: tree.root });
		const checkpoint = writeNote({ text, signatures: [await signNote(text, this.#origin, this.#signer)] });
		const up = witnesses.slice(0, this.#words[number - 1]);
		return {
			leaf: this.#leaves[number - 1] as Bytes,
			log: { checkpoint, index: number - 1, path: tree.paths[number - 1] as readonly Bytes[] },
			words: await Promise.all(up.map((each) => cosign(seal, each, seal.sealedAt))),
		};
	}
}

export type DoorSide = {
	ecosystem: Ecosystem;
	readonly log: SealedLog;
	/** while it is undefined, nobody reaches it */
	server: RunningServer | undefined;
	readonly serve: () => Promise<void>;
	/** opens its database again, as after a crash, and serves it */
	readonly reopen: () => Promise<void>;
};

/** What a test gives to each side beside its agreement. */
export type DoorOptions = {
	readonly database?: string;
	readonly store?: StoreOptions;
	readonly gateways?: readonly CrossingGateway[];
	/** seals from a quote until the one that decides; 5 without */
	readonly lead?: number;
	/** told of what breaks within; the console without */
	readonly failed?: (fields: object) => void;
};

export type Doors = {
	readonly source: DoorSide;
	readonly destination: DoorSide;
	readonly agreed: VerifiedAgreement;
	readonly close: () => Promise<void>;
};

export async function openDoors(
	some: Partial<AgreementBody> = {},
	key = crossingKey,
	each: Partial<Record<"west" | "east", DoorOptions>> = {},
): Promise<Doors> {
	const logs = { west: new SealedLog("west", 0x13), east: new SealedLog("east", 0x23) };
	const known = new Map<string, SealedLog>();
	const logOf = (operator: Bytes): WitnessedLog | undefined => known.get(toHex(operator))?.log;
	const peersOf = new Map<"west" | "east", readonly OperatorEntry[]>();
	const side = async (seed: "west" | "east"): Promise<DoorSide> => {
		const port = await freePort();
		const log = logs[seed];
		const crossings = {
			logOf,
			seals: { newest: () => log.newest(), show: (n: number) => log.show(n) },
			lead: each[seed]?.lead ?? 5,
			gateways: each[seed]?.gateways ?? [],
		};
		const { database, store } = each[seed] ?? {};
		const ecosystem = await createEcosystem({
			seed,
			url: `http://127.0.0.1:${port}`,
			crossings,
			otherAssets: seed === "east" ? ["USD"] : [],
			...(database === undefined ? {} : { database }),
			...(store === undefined ? {} : { store }),
		});
		known.set(toHex(ecosystem.operator.id), log);
		await ecosystem.operator.keepFirstKey(key);
		const quiet = { info: () => undefined, error: each[seed]?.failed ?? console.error };
		const made: DoorSide = {
			ecosystem,
			log,
			server: undefined,
			serve: async () => {
				made.server = await startServer({ operator: made.ecosystem.operator, port, log: quiet });
			},
			reopen: async () => {
				await made.server?.close();
				const { operator } = made.ecosystem;
				await operator.close();
				made.ecosystem = { ...ecosystem, operator: await ecosystem.reopen(store) };
				made.ecosystem.operator.setPeers(peersOf.get(seed) ?? []);
				await made.serve();
			},
		};
		await made.serve();
		return made;
	};
	const [source, destination] = [await side("west"), await side("east")];
	peersOf.set("west", [destination.ecosystem.operator.entry]);
	peersOf.set("east", [source.ecosystem.operator.entry]);
	source.ecosystem.operator.setPeers(peersOf.get("west") ?? []);
	destination.ecosystem.operator.setPeers(peersOf.get("east") ?? []);
	const agreed = await agreeBetween(source.ecosystem, destination.ecosystem, some);
	await fund(source.ecosystem, agreed.body.paid, payer, funds);
	await fund(destination.ecosystem, agreed.body.credited, payee, 0n);
	const close = async (): Promise<void> => {
		for (const { server, ecosystem } of [source, destination]) {
			await server?.close();
			await ecosystem.operator.close();
		}
	};
	return { source, destination, agreed, close };
}

/** Both sign it, keep it, and put it in force: 155 yen for a dollar, and a fee. */
export async function agreeBetween(
	source: Ecosystem,
	destination: Ecosystem,
	some: Partial<AgreementBody>,
): Promise<VerifiedAgreement> {
	const { now } = source.clock;
	const body: AgreementBody = {
		source: source.operator.id,
		destination: destination.operator.id,
		version: 1,
		paid: assetHash({ operator: source.operator.id, code: "JPY" }),
		credited: assetHash({ operator: destination.operator.id, code: "USD" }),
		exposure: 1_000n,
		fee: { fixed: 10n, perMillion: 2_500 },
		quoteLifetime: 300,
		seals: 100,
		freshness: 60,
		liable: "source",
		settlement: 86_400,
		from: now - 1_000,
		until: now + 1_000_000,
		...some,
	};
	const bySource = await signAgreement(body, source.means.keys.ruling);
	const byDestination = await signAgreement(body, destination.means.keys.ruling);
	const agreed = must(await source.operator.crossings.adopt({ body, bySource, byDestination }));
	must(await destination.operator.crossings.adopt({ body, bySource, byDestination }));
	await publish(source, [{ agreement: agreed.id, rate: null }]);
	await publish(destination, [{ agreement: agreed.id, rate: { credited: 100n, paid: 155n } }]);
	return agreed;
}

export async function signedBook({ means }: Ecosystem, body: RuleBookBody): Promise<RuleBook> {
	return { body, signature: await signRuleBook(body, means.keys.ruling) };
}

/** The next version of an operator's rule book. */
export async function publish(
	ecosystem: Ecosystem,
	agreements: RuleBookBody["agreements"],
	before: RuleBookBody | null = null,
): Promise<RuleBookBody> {
	const { operator, clock } = ecosystem;
	const body: RuleBookBody = {
		operator: operator.id,
		version: (before?.version ?? 0) + 1,
		previous: before === null ? null : ruleBookHash(before),
		from: clock.now,
		agreements,
		rules: "",
	};
	return must(await operator.crossings.adoptRuleBook(await signedBook(ecosystem, body)));
}

export async function fund(
	{ operator }: Ecosystem,
	asset: Bytes,
	holder: Bytes,
	amount: bigint,
): Promise<void> {
	const terms = { asset, most: null };
	await operator.ledger.open([
		{ id: outside, least: null, ...terms },
		{ id: holder, least: 0n, ...terms },
	]);
	if (amount === 0n) return;
	const move = {
		id: random("funding"),
		reference: null,
		kind: "move" as const,
		debit: outside,
		credit: holder,
	};
	const [done] = await operator.ledger.post([[{ ...move, amount }]]);
	assert.equal(done?.kind, "done");
}

/** Makes a seal, and shows what waits to the other side. */
export async function sealAndTell({ ecosystem, log }: DoorSide): Promise<void> {
	const empty = { assets: [], reserves: [], positions: [], checkpoints: [] };
	log.append(await ecosystem.operator.crossings.host.seal({ sealedAt: ecosystem.clock.now, ...empty }));
	await ecosystem.operator.crossings.tell();
}

/** Whose door takes what payers ask. */
export type Asked = { readonly source: Pick<DoorSide, "server"> };

export type Wanted = Omit<QuoteAsked, "decides"> & { readonly secret: Bytes };

export function wish({ agreed }: Pick<Doors, "agreed">, n: number, some: Partial<QuoteAsked> = {}): Wanted {
	const secret = random(`secret ${n}`);
	const asked = { agreement: agreed.id, nonce: random(`nonce ${n}`), credits: 300n, payer, payee };
	return { ...asked, release: sha256(secret), ...some, secret };
}

/** Asks a side over HTTP, as whoever acts for its customers. */
export async function ask(
	side: Pick<DoorSide, "server">,
	path: string,
	body?: object,
	key = crossingKey,
): Promise<unknown> {
	const response = await fetch(`${side.server?.url}/v1/crossings/${path}`, {
		method: body === undefined ? "GET" : "POST",
		headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	if (response.headers.get("content-type") === "application/cose")
		return new Uint8Array(await response.arrayBuffer());
	return response.json();
}

export async function quoted(doors: Asked, wanted: Wanted, key = crossingKey): Promise<QuoteResult> {
	const { nonce, agreement, payer: from, payee: to, release, credits } = wanted;
	const asked = {
		nonce: toHex(nonce),
		agreement: toHex(agreement),
		credits: `${credits}`,
		payer: toHex(from),
		payee: toHex(to),
		release: toHex(release),
	};
	const { results } = (await ask(doors.source, "quotes", { quotes: [asked] }, key)) as {
		readonly results: readonly [QuoteResult];
	};
	return results[0];
}

export type QuoteResult = {
	readonly transfer: string | null;
	readonly code: string | null;
	readonly quote: Readonly<Record<string, unknown>> | null;
};

/** The state that a step answers with, or the code. */
export async function step(
	doors: Asked,
	path: "locks" | "releases",
	transfer: string,
	secret?: Bytes,
	key = crossingKey,
): Promise<string> {
	const body =
		secret === undefined ? { transfers: [transfer] } : { releases: [{ transfer, release: toHex(secret) }] };
	const { results } = (await ask(doors.source, path, body, key)) as {
		readonly results: readonly [{ readonly state: string | null; readonly code: string | null }];
	};
	return results[0].state ?? `${results[0].code}`;
}

/** What each side's customer has, and what of it is pending. */
export async function balances({ source, destination }: Doors): Promise<readonly bigint[]> {
	const of = async ({ ecosystem }: DoorSide, id: Bytes): Promise<readonly bigint[]> => {
		const account = await ecosystem.operator.ledger.account(id);
		assert.ok(account);
		const { creditsPosted, debitsPosted, creditsPending, debitsPending } = account;
		return [creditsPosted - debitsPosted, creditsPending + debitsPending];
	};
	return [...(await of(source, payer)), ...(await of(destination, payee))];
}

/** How a payment stands on each side, or the code. */
export async function standings(
	{ source, destination }: Doors,
	transfer: string,
): Promise<readonly string[]> {
	return Promise.all(
		[source, destination].map(async (side) => {
			const said = (await ask(side, transfer)) as { crossing?: { state: string }; code?: string };
			return said.crossing?.state ?? `${said.code}`;
		}),
	);
}
