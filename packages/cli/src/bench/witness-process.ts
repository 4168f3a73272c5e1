/** The witness of `bench witness` as a process of its own; it ends with its parent. */
import { join } from "node:path";
import { verify } from "@tenten/module";
import { startWitness, WitnessStore } from "@tenten/operator";
import { type Bytes, isRefusal, verifierKey } from "@tenten/protocol";
import { type Handlers, Line } from "../ipc-line.ts";
import { signerOf } from "./witness-requests.ts";

export type WitnessMethods = {
	/** Makes a witness in this folder and serves it; where it is reached. */
	readonly start: (input: {
		readonly folder: string;
		/** its logs: names, and the keys under which they sign */
		readonly logs: readonly (readonly [origin: string, publicKey: Bytes])[];
	}) => Promise<string>;
	/** Microseconds of processor time since it was asked last. */
	readonly processor_us: (input: null) => Promise<number>;
};

/** What to start as a child process. */
export const witnessProgram: string = import.meta.filename;

if (import.meta.main) serveWitness();

function serveWitness(): void {
	const signer = signerOf("witness");
	let before = process.cpuUsage();
	const methods: WitnessMethods = {
		start: async ({ folder, logs }) => {
			const file = join(folder, "witness.db");
			WitnessStore.create(file, verifierKey("witness1.tenten.example", "cosignature", signer.key.bytes));
			const known = logs.map(
				([origin, publicKey]) => [origin, [verifierKey(origin, "note", publicKey)]] as const,
			);
			const log = { info: () => undefined, error: (fields: object) => console.error(fields) };
			const served = { file, signer, logs: new Map(known), verify, log, port: 0 };
			const server = await startWitness(served);
			if (isRefusal(server)) throw new Error(server.detail);
			return server.url;
		},
		processor_us: async () => {
			const { user, system } = process.cpuUsage(before);
			before = process.cpuUsage();
			return user + system;
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
