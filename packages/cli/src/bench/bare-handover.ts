/**
 * The bare work of a durable hand-over: its commits, as long as they were counted to be, on two SQLite files with
 * `synchronous = FULL`, and its signatures, made and verified by libsodium. Nothing decides, encodes or seals.
 */
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { type Bytes, sigStructure } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import type { WorkCounts } from "./counted-wallet.ts";

export type BareHandOver = { readonly run: () => Promise<void>; readonly close: () => void };

/** Bytes that are signed: a link with change is about as long. */
const payload = random(220);

/** On two new files in `folder`, which stand for the two sides. */
export function openBareHandOver(folder: string, sides: readonly WorkCounts[]): BareHandOver {
	const files = sides.map((counts, i) => openBareFile(join(folder, `bare-${i}.sqlite`), counts.commits));
	const signed = sides.reduce((sum, counts) => sum + counts.signed, 0);
	const verified = sides.reduce((sum, counts) => sum + counts.verified, 0);
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const message = sigStructure("link", "Ed25519", payload);
	return {
		run: async () => {
			let signature: Bytes = random(0);
			for (let i = 0; i < signed; i++) signature = await signer.sign("link", payload);
			for (let i = 0; i < verified; i++)
				if (!verify(signer.key, message, signature)) throw new Error("our own signature does not hold");
			for (const { commitAll } of files) commitAll();
		},
		close: () => {
			for (const { close } of files) close();
		},
	};
}

/** The same table and settings as a wallet's; every row is new, as most of a wallet's are. */
function openBareFile(path: string, commits: WorkCounts["commits"]) {
	const database = new DatabaseSync(path);
	database.exec(`
		pragma locking_mode = exclusive;
		pragma journal_mode = wal;
		pragma synchronous = full;
		pragma fullfsync = on;
		create table row (key text primary key, value blob not null) strict, without rowid;
	`);
	const insert = database.prepare("insert into row (key, value) values (?, ?)");
	const values = commits.map((rows) => rows.map((length) => random(length)));
	let rows = 0;
	return {
		commitAll: () => {
			for (const commit of values) {
				database.exec("begin immediate");
				for (const value of commit) insert.run(`row/${rows++}`, value);
				database.exec("commit");
			}
		},
		close: () => database.close(),
	};
}

/** A server of `node:http` that answers at once, and what asks it three times as a hand-over does. */
export async function pingServer(): Promise<{
	readonly threeExchanges: () => Promise<void>;
	readonly close: () => Promise<void>;
}> {
	const answer = random(1500);
	const server = createServer((asked, response) => {
		asked.resume().on("end", () => response.end(answer));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const agent = new Agent({ keepAlive: true });
	const exchange = (): Promise<void> =>
		new Promise((resolve, reject) => {
			const asking = request({ port, host: "127.0.0.1", method: "POST", agent }, (response) => {
				response.resume().on("end", resolve).on("error", reject);
			});
			asking.on("error", reject).end(answer);
		});
	return {
		threeExchanges: async () => {
			for (let i = 0; i < 3; i++) await exchange();
		},
		close: () => {
			agent.destroy();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
