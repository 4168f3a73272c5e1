/**
 * Pairs of simulated devices as a process: each device has a connection of its own to the broker for its room, and asks
 * the gateway by MQTT or HTTP. Some have lines that are cut at random. It ends with its parent.
 */
import { setTimeout as pause } from "node:timers/promises";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	type IssueProof,
	ownerHash,
	parseEnrolled,
	Statuses,
	signDeviceEvidence,
	Trust,
	tokenFromIssue,
	verifyParsedToken,
	verifyStatusList,
	verifyTrustList,
} from "@tenten/protocol";
import { fogByHttp, fogByMqtt } from "@tenten/wallet";
import { type Holder, must, random } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { now } from "../../surroundings.ts";
import type { Chance } from "../actor.ts";
import { seededChance } from "../chance.ts";
import { type CutLine, openCutLine } from "./cut-line.ts";
import { Device } from "./device.ts";
import { type Book, MeteringPair, type Side } from "./pair.ts";

type DevicesStart = {
	readonly pairs: number;
	readonly seed: number;
	readonly asset: AssetId;
	readonly trustList: Bytes;
	/** the gateway's, by its key's id */
	readonly gateway: Bytes;
	readonly url: string;
	readonly broker: string;
	/** see `PairOptions` */
	readonly ticks: readonly [least: number, more: number];
	/** milliseconds in which pairs begin, one after another */
	readonly ramp_ms: number;
	/** about how often a line is cut that is */
	readonly cutEvery_ms: number;
};

export type DevicesReport = Omit<Book, "kept"> & {
	readonly kept: readonly string[];
	/** connections that were cut */
	readonly cuts: number;
	readonly refusals: ReadonlyMap<string, number>;
	/** minor units of all devices */
	readonly worth: bigint;
};

export type DevicesMethods = {
	/** Makes the devices, and lets them begin. */
	readonly start: (input: DevicesStart) => Promise<void>;
	/** How many there were so far. */
	readonly ticks: (input: null) => Promise<number>;
	/** Begins nothing more; resolves when all that was begun has ended. */
	readonly finish: (input: null) => Promise<DevicesReport>;
};

/** What its parent does for it. */
export type DevicesParent = {
	/** Has devices certified, for what their keys say of themselves. */
	readonly enrol: (evidences: readonly Bytes[]) => Promise<readonly Bytes[]>;
	/** The list of who lost its standing. */
	readonly statusList: (input: null) => Promise<Bytes>;
	readonly issue: (owners: readonly Bytes[]) => Promise<readonly IssueProof[]>;
};

/** What to start as a child process. */
export const devicesProgram: string = import.meta.filename;

/** one pair in so many has lines that are cut */
const cutOneIn = 8;

/** What the pairs of this process share. */
class Pairs {
	readonly book: Book = {
		ticks: 0,
		counted: 0,
		meters: 0,
		due: 0n,
		paid: new Map(),
		received: new Map(),
		reconnects: 0,
		unanswered: 0,
		kept: new Set(),
		losses: [],
	};
	isOver = false;
	cuts = 0;
	#work: Promise<unknown> = Promise.resolve();
	#devices: readonly Device[] = [];

	async start(input: DevicesStart, parent: Line<DevicesParent>): Promise<void> {
		this.#devices = await makeDevices(input, parent);
		const lines = { room: await cutLineTo(input.broker), door: await cutLineTo(input.url) };
		const chance = seededChance(input.seed);
		const cut = (): void => {
			this.cuts += (chance(2) === 0 ? lines.room : lines.door).cut();
		};
		const cutting = setInterval(cut, Math.max(1, input.cutEvery_ms / 2));
		const all = Array.from({ length: input.pairs }, (_, at) => this.#run(at, input, lines, chance));
		this.#work = Promise.all(all).finally(async () => {
			clearInterval(cutting);
			await lines.room.close();
			await lines.door.close();
		});
		this.#work.catch((error: unknown) => this.book.losses.push(`devices failed: ${error}`));
	}

	async #run(at: number, input: DevicesStart, lines: Lines, chance: Chance): Promise<void> {
		await pause((at * input.ramp_ms) / input.pairs);
		const isCut = at % cutOneIn === 0;
		const broker = isCut ? throughLine(input.broker, lines.room) : input.broker;
		const url = isCut ? throughLine(input.url, lines.door) : input.url;
		const sides = await sidesOf(input, this.#devices.slice(2 * at, 2 * at + 2), broker, url);
		const { asset, ticks } = input;
		const isOver = (): boolean => this.isOver;
		await new MeteringPair({ sides, asset, broker, chance, ticks, isOver, book: this.book }).work();
	}

	async finish(): Promise<DevicesReport> {
		this.isOver = true;
		await this.#work.catch(() => undefined);
		const refusals = new Map<string, number>();
		for (const device of this.#devices)
			for (const [code, times] of device.refusals) refusals.set(code, (refusals.get(code) ?? 0) + times);
		const worth = this.#devices.reduce((sum, device) => sum + device.worth, 0n);
		return { ...this.book, kept: [...this.book.kept], cuts: this.cuts, refusals, worth };
	}
}

type Lines = { readonly room: CutLine; readonly door: CutLine };

function serveDevices(): void {
	const pairs = new Pairs();
	const methods: DevicesMethods = {
		start: (input) => pairs.start(input, parent),
		ticks: async () => pairs.book.ticks,
		finish: () => pairs.finish(),
	};
	const parent = new Line<DevicesParent>(process as never, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}

/** Each certified by the operator under who answers for it, with a token of its own. */
async function makeDevices(
	{ pairs, asset, trustList }: DevicesStart,
	parent: Line<DevicesParent>,
): Promise<readonly Device[]> {
	const pinned = { verify, pinnedSigner: asset.operator, minimumVersion: 0, now: now() };
	const trust = new Trust(must(verifyTrustList(trustList, pinned)), verify);
	const signers = Array.from({ length: 2 * pairs }, () =>
		signerFrom(generateKey("Ed25519").privateKey, "Ed25519"),
	);
	const evidences = await Promise.all(
		signers.map((signer) =>
			signDeviceEvidence({ operator: asset.operator, nonce: random(32), attestation: null }, signer),
		),
	);
	const answers = await parent.call("enrol", evidences);
	const holders = answers.map((answer, at): Holder & { readonly request: Bytes } => {
		const { certificate } = must(parseEnrolled(answer));
		const signer = signers[at] as Holder["signer"];
		return { signer, certificate: must(trust.certificate(certificate)), request: random(32) };
	});
	const list = await parent.call("statusList", null);
	trust.statuses = Statuses.none.with(
		must(verifyStatusList(list, { trust, newest: () => null, now: now() })),
	);
	const owners = holders.map(({ certificate, request }) => ownerHash(certificate.hash, null, request));
	const proofs = await parent.call("issue", owners);
	return holders.map(({ signer, certificate, request }, at) => {
		const issued = tokenFromIssue(proofs[at] as IssueProof, { certificate, purpose: null, request });
		const token = must(verifyParsedToken(issued, trust, { signatures: false }));
		return new Device({ signer, certificate }, { asset, trust, token });
	});
}

/** The first of a pair asks by MQTT, the second by HTTP. */
async function sidesOf(
	{ gateway }: DevicesStart,
	[first, second]: readonly Device[],
	broker: string,
	url: string,
): Promise<readonly [Side, Side]> {
	if (first === undefined || second === undefined) throw new Error("no pair");
	const byMqtt = must(await fogByMqtt({ url: broker, gateway, rules: { loopback: true } }));
	return [
		{ device: first, gateway: byMqtt },
		{ device: second, gateway: fogByHttp(url) },
	];
}

function cutLineTo(url: string): Promise<CutLine> {
	return openCutLine(Number(new URL(url).port));
}

function throughLine(url: string, { port }: CutLine): string {
	return `${new URL(url).protocol}//127.0.0.1:${port}`;
}

if (import.meta.main) serveDevices();
