/**
 * One ecosystem of the demo, in a folder of its own: an operator with its log, and a witness of the others' logs. Each
 * of the two is a process, and runs what `tenten operator serve` and `tenten witness serve` run.
 */
import { type ChildProcess, execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NewUnlock } from "@tenten/module";
import { LogWriter, type PeerStanding } from "@tenten/operator";
import {
	type AssetId,
	type Bytes,
	fromHex,
	isRefusal,
	loggedSeal,
	type OperatorEntry,
	type Policy,
	parse,
	parseLeaf,
	type Seal,
	toHex,
	writeVerifierKey,
} from "@tenten/protocol";
import type { LogDoor } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { Line } from "../../ipc-line.ts";
import { makeLogKey } from "../../log/keys.ts";
import { logDoor } from "../../log/log-door.ts";
import { policyIn } from "../../log/policy-file.ts";
import { createIssuer, usualWindows } from "../../server/issuer.ts";
import { type Mutual, mutualPolicy } from "../../server/mutual-policy.ts";
import { freePort } from "../../server/port.ts";
import { makeWitness } from "../../server/witness-making.ts";
import { type OperatorMethods, operatorProgram } from "./operator-process.ts";
import { eventually } from "./patience.ts";

const passphrase = "demo";
export const unlock: NewUnlock = { kind: "passphrase", passphrase, cost: "interactive" };
const bin = join(import.meta.dirname, "../../bin.ts");

const yen = { code: "JPY", scale: 0, name: "yen", ...usualWindows } as const;

/** What others have to know of an ecosystem. */
export type Known = Mutual & {
	readonly title: string;
	/** of the operator */
	readonly id: Bytes;
	readonly url: string;
	/** its log is shown at two addresses, as from two machines */
	readonly logUrls: readonly [string, string];
	/** key id of the witness's key for seals, in hexadecimal */
	readonly sealKey: string;
};

export class House {
	readonly known: Known;
	readonly folder: string;
	readonly #ports: Ports;
	#operator: { readonly child: ChildProcess; readonly line: Line<OperatorMethods> } | undefined;
	#witness: ChildProcess | undefined;

	private constructor(folder: string, known: Known, ports: Ports) {
		this.folder = folder;
		this.known = known;
		this.#ports = ports;
	}

	/** Makes an ecosystem: keys, books, an empty log, a witness. Nothing of it runs yet. */
	static async make(folder: string, name: string, title: string): Promise<House> {
		mkdirSync(join(folder, "log"), { recursive: true, mode: 0o700 });
		const [operator, mirror, witness] = [await freePort(), await freePort(), await freePort()];
		const made = { name: title, assets: [yen], port: operator };
		const id = fromHex(await createIssuer(join(folder, "operator"), made, unlock));
		const origin = `${name}.example/log`;
		const { signer, verifierKey } = await makeLogKey(join(folder, "log"), origin, unlock);
		await must(await LogWriter.begin(join(folder, "log"), origin, signer)).close();
		const keys = await makeWitness(join(folder, "witness"), `${name}.example`, async () => unlock);
		const url = `http://127.0.0.1:${operator}`;
		const known = {
			name,
			title,
			id: id as Bytes,
			url,
			logUrls: [`${url}/log`, `http://127.0.0.1:${mirror}`],
			logKey: writeVerifierKey(verifierKey),
			witnessKey: keys.key,
			witnessUrl: `http://127.0.0.1:${witness}`,
			sealKey: keys.sealKey,
		} as const;
		return new House(folder, known, { operator, mirror, witness });
	}

	get asset(): AssetId {
		return { operator: this.known.id, code: yen.code };
	}

	/** What it says in a policy, and whom it follows; `bank` is the key id of whoever holds everybody's funds. */
	introduce(others: readonly House[], bank: string): void {
		const all = [this, ...others].map(({ known }) => known);
		writeFileSync(
			join(this.folder, "policy"),
			mutualPolicy(
				[this.known],
				others.map(({ known }) => known),
			),
		);
		writeFileSync(
			join(this.folder, "logs.policy"),
			mutualPolicy(
				others.map(({ known }) => known),
				all,
			),
		);
		for (const { known } of others)
			writeFileSync(
				join(this.folder, `${known.name}.policy`),
				mutualPolicy(
					[known],
					all.filter(({ name }) => name !== known.name),
				),
			);
		const peers = others.map(({ known }) => ({
			operator: toHex(known.id),
			keys: [known.logKey],
			at: known.logUrls[whichView(this.known, known, all)],
			holders: [bank],
			others: all
				.filter(({ name }) => name !== this.known.name && name !== known.name)
				.map(({ witnessUrl }) => witnessUrl),
		}));
		writeFileSync(join(this.folder, "peers.json"), JSON.stringify({ peers }));
	}

	/** Whose word counts for its log: the others' witnesses, both of them. */
	policy(): Policy {
		return policyIn(join(this.folder, "policy"));
	}

	/** How anybody reaches its log. */
	door(): LogDoor {
		const { url, logUrls } = this.known;
		return logDoor(() => ({ url, logUrl: logUrls[0] }));
	}

	/** Takes a bank's word on the funds behind its operator. */
	fund(word: Bytes): void {
		mkdirSync(join(this.folder, "reserves"), { recursive: true });
		writeFileSync(join(this.folder, "reserves", "bank.cbor"), word);
	}

	/** How its trust list names it. */
	async startOperator(others: readonly House[]): Promise<OperatorEntry> {
		const child = fork(operatorProgram, [], {
			detached: true,
			serialization: "advanced",
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		const line = new Line<OperatorMethods>(child, {});
		child.once("exit", (code, signal) => line.end(`ended with ${signal ?? code}`));
		this.#operator = { child, line };
		const sealWitnesses = others.map(({ known }) => `${known.sealKey}@${known.witnessUrl}`);
		const peerLogs = others.map(
			({ known }) => `${toHex(known.id)}@${join(this.folder, `${known.name}.policy`)}`,
		);
		const { mirror: mirrorPort } = this.#ports;
		return line.call("start", { folder: this.folder, unlock, mirrorPort, sealWitnesses, peerLogs });
	}

	async startWitness(): Promise<void> {
		const at = (name: string): string => join(this.folder, name);
		const flags = [
			"--logs",
			at("logs.policy"),
			"--peers",
			at("peers.json"),
			"--port",
			String(this.#ports.witness),
		];
		const env = { ...process.env, TENTEN_PASSPHRASE: passphrase };
		const child = spawn(process.execPath, [bin, "witness", "serve", at("witness"), ...flags], {
			detached: true,
			env,
			stdio: ["ignore", "ignore", "inherit"],
		});
		this.#witness = child;
		await answers(`${this.known.witnessUrl}/livez`, child);
	}

	get operator(): Line<OperatorMethods> {
		if (this.#operator === undefined) throw new Error(`${this.known.title} does not run`);
		return this.#operator.line;
	}

	/** The newest seal, once it is so. */
	sealed(what: string, isSo: (seal: Seal) => boolean): Promise<Seal> {
		return eventually(what, async () => {
			const response = await fetch(`${this.known.url}/v1/seals/latest`);
			const body = new Uint8Array(await response.arrayBuffer());
			const leaf = response.ok ? parseLeaf(must(parse(loggedSeal, body)).leaf) : undefined;
			const isFound = leaf !== undefined && !isRefusal(leaf) && leaf.kind === "seal" && isSo(leaf.seal);
			return isFound ? leaf.seal : undefined;
		});
	}

	/** How its witness sees the other logs. */
	async standings(): Promise<readonly PeerStanding[]> {
		const response = await fetch(`${this.known.witnessUrl}/v1/peers`);
		const { peers } = (await response.json()) as { readonly peers: readonly PeerStanding[] };
		return peers;
	}

	/** Its witness redeems one unit at another operator, as any holder does, with a wallet in this folder. */
	async drill(wallet: string): Promise<{ readonly result: string; readonly after_ms: number }> {
		const flags = ["--wallet", wallet, "--patience", "3"];
		const { result, after_ms } = await tenten(
			"witness",
			"drill",
			join(this.folder, "witness"),
			"1",
			...flags,
		);
		return { result: String(result), after_ms: Number(after_ms) };
	}

	/** What its witness keeps of evidence. */
	async evidence(hash: string): Promise<Bytes> {
		const response = await fetch(`${this.known.witnessUrl}/v1/evidence/${hash}`);
		return new Uint8Array(await response.arrayBuffer());
	}

	async stopWitness(): Promise<void> {
		await ended(this.#witness);
		this.#witness = undefined;
	}

	async stopOperator(): Promise<void> {
		await ended(this.#operator?.child);
		this.#operator = undefined;
	}
}

type Ports = { readonly operator: number; readonly mirror: number; readonly witness: number };

/** Of two who follow a log, one is shown the first address and one the second. */
function whichView(who: Known, of: Known, all: readonly Known[]): 0 | 1 {
	const [first] = all
		.filter(({ name }) => name !== of.name)
		.map(({ name }) => name)
		.toSorted();
	return who.name === first ? 0 : 1;
}

/** Runs a command of this program to its end; the last line of its answer. */
async function tenten(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
	const env = { ...process.env, TENTEN_PASSPHRASE: passphrase };
	const ran = await promisify(execFile)(process.execPath, [bin, ...args, "--json"], { env }).catch(
		(failed: { readonly stdout?: string }) => ({ stdout: failed.stdout ?? "" }),
	);
	return JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
}

function answers(url: string, child: ChildProcess): Promise<true> {
	return eventually(`an answer of ${url}`, async () => {
		if (child.exitCode !== null) throw new Error(`a witness ended with ${child.exitCode} before it served`);
		return fetch(url).then(
			({ ok }) => ok || undefined,
			() => undefined,
		);
	});
}

async function ended(child: ChildProcess | undefined): Promise<void> {
	if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const exit = once(child, "exit");
	child.kill("SIGKILL");
	await exit;
}
