/** Both stores keep the contract; the file also keeps what only a file can lose. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isRefusal } from "@tenten/protocol";
import { memorySettings, memoryStore, sqliteStore, type WalletStore } from "../src/index.ts";
import { openSqliteFile } from "../src/store/sqlite-file.ts";
import { sqliteHistory } from "../src/store/sqlite-history.ts";
import { settingContract } from "./support/setting-contract.ts";
import { storeContract } from "./support/store-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-store-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (): string => join(folder, `wallet-${++files}.db`);

function mustOpen(path: string): WalletStore {
	const store = sqliteStore(path, { busyTimeout_ms: 0 });
	assert.ok(!isRefusal(store), isRefusal(store) ? store.code : "");
	return store;
}

storeContract("memoryStore", async () => {
	const store = memoryStore();
	return { store, reopen: async () => store };
});

settingContract("memorySettings", async () => {
	const settings = memorySettings();
	return { settings, reopen: async () => settings };
});

storeContract("sqliteStore", async () => {
	const path = newPath();
	const store = mustOpen(path);
	return {
		store,
		reopen: async () => {
			await store.close();
			return mustOpen(path);
		},
	};
});

const entry = {
	id: "paid/1",
	at: 1,
	kind: "paid",
	asset: "JPY",
	amount: 1n,
	party: "bakery",
	note: "rye",
} as const;

test("an entry that is synced with the next commit leaves every other commit synced, where it fails too", async () => {
	const database = openSqliteFile(newPath(), 0);
	assert.ok(!isRefusal(database));
	const history = sqliteHistory(database);
	const isSynced = (): unknown => database.prepare("pragma synchronous").get()?.["synchronous"];
	await history.append(entry, "nextCommit");
	assert.equal(isSynced(), 2);
	assert.equal((await history.list({ limit: 2 })).entries.length, 1);
	const invalid = { ...entry, id: "paid/2", note: null as unknown as string };
	await assert.rejects(async () =>
		history.append({ ...invalid, amount: null as unknown as bigint }, "nextCommit"),
	);
	assert.equal(isSynced(), 2);
	database.close();
});

const child = fileURLToPath(new URL("support/store-process.ts", import.meta.url));

test("a second process that opens the wallet is refused, and let in once the first has closed it", async () => {
	const path = newPath();
	const store = mustOpen(path);
	const second = async (): Promise<string> =>
		(await promisify(execFile)(process.execPath, [child, "open", path])).stdout;
	assert.equal(await second(), "wallet-in-use");
	await store.close();
	assert.equal(await second(), "opened");
});

test("so is a second opening by the same process", async () => {
	const path = newPath();
	const store = mustOpen(path);
	const second = sqliteStore(path, { busyTimeout_ms: 0 });
	assert.ok(isRefusal(second) && second.code === "wallet-in-use");
	await store.close();
});

test("every commit acknowledged before a kill -9 is there after it, and no part of another", async () => {
	for (let round = 0; round < 5; round++) {
		const path = newPath();
		const writer = spawn(process.execPath, [child, "write", path], { stdio: ["ignore", "pipe", "inherit"] });
		let acknowledged = 0;
		for await (const line of writer.stdout) {
			acknowledged = Math.max(acknowledged, ...String(line).trim().split("\n").map(Number));
			if (acknowledged >= 20 * (round + 1)) break;
		}
		writer.kill("SIGKILL");
		if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
		const store = mustOpen(path);
		const rows = await store.load();
		const [a, b] = ["a", "b"].map((key) => new TextDecoder().decode(rows.get(key)));
		assert.equal(a, b);
		assert.ok(Number(a) >= acknowledged, `${a} of ${acknowledged}`);
		await store.close();
	}
});

test("a commit that fails part way leaves nothing of itself", async () => {
	const store = mustOpen(newPath());
	await store.commit([{ key: "a", value: Uint8Array.of(1) }]);
	const impossible = { key: "b", value: "text" as unknown as Uint8Array };
	await assert.rejects(store.commit([{ key: "a", value: null }, impossible]));
	assert.deepEqual([...(await store.load()).keys()], ["a"]);
	await store.commit([{ key: "c", value: Uint8Array.of(3) }]);
	assert.deepEqual([...(await store.load()).keys()], ["a", "c"]);
	await store.close();
});

test("only its owner reads the file", { skip: process.platform === "win32" }, async () => {
	const path = newPath();
	const store = mustOpen(path);
	await store.commit([{ key: "a", value: Uint8Array.of(1) }]);
	for (const file of [path, `${path}-wal`]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
	await store.close();
});

test("files of others are refused and left as they were", () => {
	const refusalOf = (path: string): string => {
		const store = sqliteStore(path);
		return isRefusal(store) ? store.code : "opened";
	};
	const text = newPath();
	writeFileSync(text, "not a database, but long enough to be read as the header of one.".repeat(20));
	assert.equal(refusalOf(text), "state-damaged");

	const foreign = newPath();
	const database = new DatabaseSync(foreign);
	database.exec("create table theirs (id integer)");
	database.close();
	const before = readFileSync(foreign);
	assert.equal(refusalOf(foreign), "state-damaged");
	assert.deepEqual(readFileSync(foreign), before);
});

test("a wallet of a later version is refused", async () => {
	const path = newPath();
	await mustOpen(path).close();
	const database = new DatabaseSync(path);
	database.exec("pragma user_version = 2");
	database.close();
	const store = sqliteStore(path);
	assert.ok(isRefusal(store) && store.code === "type-unknown");
});
