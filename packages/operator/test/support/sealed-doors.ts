/**
 * Two operators with an agreement, each behind real HTTP with its own log and sealer, and a witness that follows both
 * over HTTP as its file of peers says. Seals are made when a test says so; what a side seals of its positions may lie.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type BilateralPosition,
	type Bytes,
	isRefusal,
	keyId,
	type Policy,
	parse,
	type Seal,
	type SealWord,
	sealWord,
	signReserve,
	toHex,
	type VerifiedAgreement,
	verifierKey,
	type WitnessedLog,
	writeVerifierKey,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../../module/test/support/world.ts";
import { must } from "../../../protocol/test/crossing/support/sides.ts";
import {
	LogWriter,
	openSealer,
	type PeerStanding,
	type RunningServer,
	readPeersToFollow,
	type Sealer,
	SealStore,
	sealsOf,
	startServer,
	startWitness,
	type WitnessedSeals,
	WitnessStore,
} from "../../src/index.ts";
import { storedSurroundings } from "../../src/sealing/around.ts";
import type { Transaction } from "../../src/store/store.ts";
import { saltSecret } from "./balanced.ts";
import { agreeBetween, crossingKey, fund, funds, payee, payer } from "./crossing-doors.ts";
import { createEcosystem, type Ecosystem } from "./ecosystem.ts";
import { freePort } from "./peers.ts";
import { trustee } from "./sealed.ts";
import { freshLog } from "./sealer-log.ts";

const quiet = { info: () => undefined, error: console.error };
const keyOf = (fill: number) => signerFrom(new Uint8Array(32).fill(fill), "Ed25519");
const [cosigner, ofSeals] = [keyOf(0x31), keyOf(0x32)];

export type SealedSide = {
	readonly ecosystem: Ecosystem;
	readonly server: RunningServer;
	readonly sealer: Sealer;
	/** what it says of its positions, in the place of what it keeps */
	lie: (positions: readonly BilateralPosition[]) => readonly BilateralPosition[];
};

export type SealedDoors = {
	readonly source: SealedSide;
	readonly destination: SealedSide;
	readonly agreed: VerifiedAgreement;
	/** a seal, the witness's word on it, and what waits for the other side */
	readonly epoch: (side: SealedSide) => Promise<{ readonly seal: Seal; readonly word: SealWord }>;
	readonly later: (seconds: number) => void;
	/** how the witness sees a side */
	readonly seen: (side: SealedSide) => Promise<PeerStanding>;
	readonly close: () => Promise<void>;
};

type Drafted = {
	readonly ecosystem: Ecosystem;
	readonly port: number;
	readonly folder: string;
	readonly origin: string;
	readonly log: LogWriter;
	seals: WitnessedSeals;
};

export async function openSealedDoors(): Promise<SealedDoors> {
	const known = new Map<string, WitnessedLog>();
	const drafts = [await draft("west", 0x51, known), await draft("east", 0x52, known)] as const;
	const clocks = drafts.map(({ ecosystem }) => ecosystem.clock);
	const witness = await openWitness(drafts, () => 1000 * (clocks[0]?.now ?? 0));
	const sides = [await open(drafts[0], witness.url), await open(drafts[1], witness.url)] as const;
	const [source, destination] = sides;
	source.ecosystem.operator.setPeers([destination.ecosystem.operator.entry]);
	destination.ecosystem.operator.setPeers([source.ecosystem.operator.entry]);
	const agreed = await agreeBetween(source.ecosystem, destination.ecosystem, { settlement: 100 });
	await fund(source.ecosystem, agreed.body.paid, payer, funds);
	await fund(destination.ecosystem, agreed.body.credited, payee, 0n);
	return {
		source,
		destination,
		agreed,
		epoch: async (side) => {
			const seal = await side.sealer.seal();
			// The first round shows the checkpoint, the second brings the word.
			await side.sealer.witness();
			const word = await wordOn(seal, witness.url);
			await side.sealer.witness();
			await side.ecosystem.operator.crossings.tell();
			return { seal, word };
		},
		seen: async ({ ecosystem }) => {
			const { peers } = (await (await fetch(`${witness.url}/v1/peers`)).json()) as {
				readonly peers: readonly PeerStanding[];
			};
			return peers.find(({ operator }) => operator === toHex(ecosystem.operator.id)) ?? assert.fail();
		},
		later: (seconds) => {
			for (const clock of clocks) clock.now += seconds;
		},
		close: async () => {
			await witness.close();
			for (const { server, ecosystem } of sides) {
				await server.close();
				await ecosystem.operator.close();
			}
			for (const { log } of drafts) await log.close();
		},
	};
}

async function draft(
	seed: "west" | "east",
	fill: number,
	known: Map<string, WitnessedLog>,
): Promise<Drafted> {
	const [port, origin, signer] = [await freePort(), `${seed}.example/log`, keyOf(fill)];
	const folder = await freshLog(origin, signer);
	const log = must(await LogWriter.open(folder, signer)) as LogWriter;
	const made: Omit<Drafted, "ecosystem"> = {
		port,
		folder,
		origin,
		log,
		seals: { newest: async () => 0, show: async () => undefined },
	};
	const seals = { newest: () => made.seals.newest(), show: (number: number) => made.seals.show(number) };
	const crossings = { logOf: (operator: Bytes) => known.get(toHex(operator)), seals, lead: 3 };
	const ecosystem = await createEcosystem({ seed, url: `http://127.0.0.1:${port}`, crossings });
	made.seals = sealsOf(ecosystem.operator.store, log, 1);
	known.set(toHex(ecosystem.operator.id), {
		keys: { origin, keys: [verifierKey(origin, "note", signer.key.bytes)] },
		policy: { witnesses: [keyId(ofSeals.key)], least: 1 },
	});
	await ecosystem.operator.keepFirstKey(crossingKey);
	return { ...made, ecosystem };
}

async function open({ ecosystem, port, log }: Drafted, witness: string): Promise<SealedSide> {
	const { operator } = ecosystem;
	const nobody: Policy = { logs: [], witnesses: [], quorum: { kind: "none" } };
	const around = async (transaction: Transaction) => {
		const stored = await storedSurroundings(transaction);
		return {
			...stored,
			reserves: await reservesOf(transaction, operator.id, operator.now()),
			positions: side.lie(stored.positions),
		};
	};
	const sealer = must(
		await openSealer({
			operator,
			log,
			secret: saltSecret,
			around,
			samplers: { witnesses: [keyId(ofSeals.key)], verify },
			witnesses: { policy: nobody, verify, sealWords: [{ url: witness, key: keyId(ofSeals.key) }] },
		}),
	) as Sealer;
	const server = await startServer({ operator, port, log: quiet, sealer });
	const side: SealedSide = { ecosystem, server, sealer, lie: (positions) => positions };
	return side;
}

async function reservesOf(transaction: Transaction, operator: Bytes, now: number) {
	const assets = await transaction.selectFrom("ledger_sums").select("asset").distinct().execute();
	const held = { operator, amount: 2n ** 40n, heldAt: now };
	return Promise.all(assets.map(({ asset }) => signReserve({ ...held, asset }, trustee)));
}

async function openWitness(drafts: readonly Drafted[], now: () => number): Promise<RunningServer> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-witness-"));
	process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
	const [file, sealFile] = [join(folder, "witness.db"), join(folder, "seals.db")];
	WitnessStore.create(file, verifierKey("w.example", "cosignature", cosigner.key.bytes));
	SealStore.create(sealFile, ofSeals.key as typeof ofSeals.key & { readonly suite: "Ed25519" });
	const peers = drafts.map(({ ecosystem, port, log, origin }) => ({
		operator: toHex(ecosystem.operator.id),
		keys: [writeVerifierKey(verifierKey(origin, "note", log.identity.publicKey))],
		at: `http://127.0.0.1:${port}/log`,
		url: `http://127.0.0.1:${port}`,
		holders: [toHex(keyId(trustee.key))],
		sampling: { count: 16, pause_s: 1 },
		maximumAge_s: 600,
		ahead_s: 600,
	}));
	const logs = readPeersToFollow(JSON.stringify({ peers }), { verify, now });
	assert.ok(typeof logs !== "string", `${logs}`);
	const server = await startWitness({
		file,
		signer: cosigner,
		logs: new Map(),
		verify,
		seals: { file: sealFile, signer: ofSeals, logs, pause_ms: 20 },
		log: quiet,
		now,
		port: 0,
	});
	assert.ok(!isRefusal(server));
	return server;
}

async function wordOn({ operator, number }: Seal, url: string): Promise<SealWord> {
	for (;;) {
		const answer = await fetch(`${url}/v1/seals/${toHex(operator)}/${number}`);
		const said = new Uint8Array(await answer.arrayBuffer());
		if (answer.status === 200) return must(parse(sealWord, said)) as SealWord;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
