/** A gateway under torture: `tenten fog serve` on a folder of its own, killed with SIGKILL, started again, and weighed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FogStanding } from "@tenten/operator/fog";
import { type Bytes, fromHex, toHex } from "@tenten/protocol";
import { settingsIn } from "../../fog/settings.ts";
import { freePort } from "../../server/port.ts";
import { type Weight, weigher } from "./weigher.ts";

const bin = join(import.meta.dirname, "../../bin.ts");

export type TorturedGateway = {
	/** the id of its key */
	readonly id: Bytes;
	readonly url: string;
	readonly broker: string;
	readonly start: () => Promise<void>;
	/** kill -9, whatever it is doing; it must be started again */
	readonly kill: () => Promise<void>;
	readonly standing: () => Promise<FogStanding>;
	/** of the process that runs now, or ran last */
	readonly pid: () => number | undefined;
	/** bytes that it has in memory; undefined where this system does not say, or it does not run */
	readonly resident: () => number | undefined;
	/** what it holds after a full collection; undefined where it is gone before it says so */
	readonly weigh: () => Promise<Weight | undefined>;
};

export type GatewayPlace = {
	readonly folder: string;
	readonly operator: { readonly url: string; readonly id: Bytes };
	/** `mqtt://…`: a broker of others, in the place of its own */
	readonly broker?: string;
	/** it ended, and nobody had killed it */
	readonly failed: (what: string) => void;
};

/** Makes the gateway's folder; it listens on ports that stay the same from one start to the next. */
export async function makeGateway(place: GatewayPlace): Promise<TorturedGateway> {
	const { folder, operator, failed } = place;
	const env = { ...process.env, TENTEN_PASSPHRASE: "a gateway of the torture" };
	const init = ["fog", "init", folder, "--url", operator.url, "--operator", toHex(operator.id), "--json"];
	const made = spawn(process.execPath, [bin, ...init], { env, stdio: ["ignore", "pipe", "ignore"] });
	let said = "";
	made.stdout.on("data", (data) => (said += data));
	await once(made, "close");
	const { gateway } = JSON.parse(said) as { readonly gateway: string };
	const [http, mqtt] = [await freePort(), await freePort()];
	const settings = {
		operator: { url: operator.url, id: toHex(operator.id) },
		http: { port: http },
		broker: place.broker === undefined ? { port: mqtt } : { url: place.broker },
	};
	writeFileSync(settingsIn(folder), JSON.stringify(settings));
	const url = `http://127.0.0.1:${http}`;
	let child: ChildProcess | undefined;
	let isCondemned = false;
	return {
		id: fromHex(gateway) ?? new Uint8Array(),
		url,
		broker: place.broker ?? `mqtt://127.0.0.1:${mqtt}`,
		start: async () => {
			isCondemned = false;
			const serve = ["--expose-gc", "--import", weigher, bin, "fog", "serve", folder, "--json"];
			const started = spawn(process.execPath, serve, { env, stdio: ["ignore", "ignore", "pipe", "ipc"] });
			child = started;
			started.once("exit", (code, signal) => {
				if (!isCondemned) failed(`the gateway ended by itself with ${signal ?? code}`);
			});
			await serving(started);
		},
		kill: async () => {
			isCondemned = true;
			if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, "exit");
			child.kill("SIGKILL");
			await gone;
		},
		standing: async () => (await (await fetch(`${url}/v1/standing`)).json()) as FogStanding,
		pid: () => child?.pid,
		resident: () => (child?.pid === undefined ? undefined : residentOf(child.pid)),
		weigh: async () => (child === undefined ? undefined : weightOf(child)),
	};
}

/** Resolves once it says where it serves; what else it says on its standard error goes to ours. */
async function serving(child: ChildProcess): Promise<void> {
	const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream });
	await new Promise<void>((resolve, reject) => {
		lines.on("line", (line) => {
			if (line.startsWith("Devices ask at")) resolve();
			else process.stderr.write(`${line}\n`);
		});
		child.once("exit", () => reject(new Error("the gateway never served")));
	});
}

function weightOf(child: ChildProcess): Promise<Weight | undefined> {
	return new Promise((resolve) => {
		const gone = (): void => resolve(undefined);
		child.once("exit", gone);
		child.once("message", (weight) => {
			child.off("exit", gone);
			resolve(weight as Weight);
		});
		child.send("weigh", (error) => error !== null && gone());
	});
}

/** proc(5): VmRSS in kB. */
function residentOf(pid: number): number | undefined {
	const file = `/proc/${pid}/status`;
	if (!existsSync(file)) return undefined;
	const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(file, "latin1")) ?? [];
	return kilobytes === undefined ? undefined : 1_024 * Number(kilobytes);
}
