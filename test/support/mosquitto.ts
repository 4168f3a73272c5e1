/** A Mosquitto of the system as a process of a test, on a port of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../packages/cli/src/server/port.ts";

const places = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"];
const program = places.find(isProgram);

/** Why tests with it are skipped; false where they run. */
export const noMosquitto: string | false =
	program === undefined ? "needs mosquitto: apt-get install mosquitto" : false;

export type Mosquitto = { readonly url: string; readonly stop: () => Promise<void> };

/** Everybody may connect from this machine; sessions are kept in memory. */
export async function startMosquitto(wanted?: number): Promise<Mosquitto> {
	const port = wanted ?? (await freePort());
	const folder = mkdtempSync(join(tmpdir(), "tenten-mosquitto-"));
	const settings = join(folder, "mosquitto.conf");
	writeFileSync(
		settings,
		`listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\nuser root\n`,
	);
	const child = spawn(program as string, ["-c", settings], { stdio: "ignore" });
	await untilListening(port, child);
	return {
		url: `mqtt://127.0.0.1:${port}`,
		stop: async () => {
			child.kill("SIGTERM");
			if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
			rmSync(folder, { recursive: true });
		},
	};
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const isThere = await new Promise<boolean>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => {
				socket.destroy();
				resolve(true);
			}).once("error", () => resolve(false));
		});
		if (isThere) return;
		if (child.exitCode !== null || Date.now() > deadline) throw new Error("mosquitto does not listen");
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
