/**
 * Another process at a wallet: `open PATH` says whether it may; `write PATH` commits the same count to two
 * rows for ever and says each count once it is durable.
 */
import { writeSync } from "node:fs";
import { argv } from "node:process";
import { isRefusal } from "@tenten/protocol";
import { sqliteStore } from "../../src/index.ts";

const [, , task, path = ""] = argv;
const store = sqliteStore(path, { busyTimeout_ms: 100 });
if (isRefusal(store)) {
	writeSync(1, store.code);
} else if (task === "open") {
	writeSync(1, "opened");
	await store.close();
} else {
	for (let count = 1; ; count++) {
		const value = new TextEncoder().encode(String(count));
		await store.commit([
			{ key: "a", value },
			{ key: "b", value },
		]);
		writeSync(1, `${count}\n`);
	}
}
