/** The file in which whoever runs a witness names the logs that it follows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeVerifierKey } from "@tenten/protocol";
import { verify } from "../../module/test/support/world.ts";
import { readPeersToFollow, type WitnessedLog } from "../src/index.ts";
import { logKey } from "./support/witnessed.ts";

const means = { verify, now: () => 0 };

test("logs to follow are read from a file, and what is wrong with it is said", async () => {
	const peer = {
		operator: "ab".repeat(32),
		keys: [writeVerifierKey(logKey)],
		at: "https://log.example/jpy",
		holders: [],
		others: ["https://w2.example"],
	};
	const read = (...peers: readonly object[]) => readPeersToFollow(JSON.stringify({ peers }), means);
	const [log] = read(peer) as readonly WitnessedLog[];
	assert.deepEqual(log?.policy, { holders: [], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 86_400 });
	assert.deepEqual([log?.keys.origin, log?.others], [logKey.name, peer.others]);
	for (const [said, words] of [
		[readPeersToFollow("{", means), /no JSON/],
		[read(), /peers/],
		[read({ ...peer, keys: ["none"] }), /no key of a log/],
		[read({ ...peer, operator: "xy" }), /operator/],
		[read({ ...peer, more: 1 }), /more/],
		[read({ ...peer, sampling: { count: 1, pause_s: 1 } }), /door/],
		[read({ ...peer, url: "ftp://peer.example" }), /url/],
		[read(peer, peer), /twice/],
	] as const)
		assert.match(`${said}`, words);
});
