/** `tenten relay`: two wallets reach each other through it, until whoever runs it ends it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import { makeInvitation, nodeDial, relayLink } from "@tenten/wallet";
import { openShell } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());

test("a relay says where it is, brings letters to and fro, and ends well when it is told to", async () => {
	const child = shell.start("relay", "--port", "0");
	const ended = once(child, "exit");
	const url = await new Promise<string>((resolve) => {
		let said = "";
		for (const stream of [child.stdout, child.stderr])
			stream?.on("data", (data) => {
				said += data;
				const [, found] = /(ws:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
				if (found !== undefined) resolve(found);
			});
	});
	const shared = { invitation: makeInvitation(url), dial: nodeDial({ loopback: true }) };
	const inviter = relayLink({ ...shared, side: "inviter", handle: async (messages) => messages });
	const guest = relayLink({ ...shared, side: "guest", handle: async () => [] });
	assert.ok(!isRefusal(inviter) && !isRefusal(guest));
	assert.deepEqual(await guest.exchange([Uint8Array.of(1)]), [Uint8Array.of(1)]);
	inviter.close();
	guest.close();
	child.kill("SIGTERM");
	assert.equal((await ended)[0], 0);
});

test("a port, a proxy or an address that is none is bad input", async () => {
	assert.equal((await shell.tenten("relay", "--port", "many")).status, 2);
	assert.equal((await shell.tenten("relay", "--port", "0", "--trusted-proxy", "somewhere")).status, 2);
});
