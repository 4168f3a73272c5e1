/** Files of a log outlast a loss of power, in folders that do. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { toUtf8 } from "@tenten/protocol";
import { writeFiles } from "../../src/log/files.ts";
import { inNewFolder } from "../support/new-folder.ts";

/** The folders that are synced while `run` does something, in their order. */
async function foldersSynced(run: () => Promise<void>): Promise<readonly string[]> {
	const { open } = promises;
	const synced: string[] = [];
	promises.open = async (path, ...rest) => {
		const handle = await open(path, ...rest);
		const sync = handle.sync.bind(handle);
		handle.sync = () => {
			synced.push(`${path}`);
			return sync();
		};
		return handle;
	};
	syncBuiltinESMExports();
	try {
		await run();
	} finally {
		promises.open = open;
		syncBuiltinESMExports();
	}
	return synced.sort();
}

const files = new Map([
	["tile/0/000", toUtf8("a")],
	["tile/entries/000", toUtf8("b")],
]);

test("folders that a process made and never synced are synced by the next that writes into them", () =>
	inNewFolder(async (folder) => {
		const root = join(folder, "public");
		mkdirSync(join(root, "tile/0"), { recursive: true });
		const synced = await foldersSynced(() => writeFiles(root, files));
		const all = ["", "tile", "tile/0", "tile/entries"].map((each) => join(root, each).replace(/\/$/, ""));
		assert.deepEqual(synced, all);
	}));

test("where the root itself is new, the folder that holds it is synced, too", () =>
	inNewFolder(async (folder) => {
		const root = join(folder, "a/public");
		const synced = await foldersSynced(() => writeFiles(root, new Map([["checkpoint", toUtf8("a")]])));
		assert.deepEqual(synced, [folder, join(folder, "a"), root]);
	}));
