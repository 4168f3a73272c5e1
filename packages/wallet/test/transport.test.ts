/** Messages arrive as they were sent, on every channel; what is no bundle never reaches a module. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import fc from "fast-check";
import {
	fileReceiver,
	fileSender,
	handoverApp,
	httpChannel,
	inProcessChannel,
	linkOf,
	listenAsRelay,
	listenOnLoopback,
	makeInvitation,
	messagesOfLink,
	nodeDial,
	relayLink,
} from "../src/index.ts";
import { channelContract } from "./support/channel-contract.ts";

const hello = new TextEncoder().encode("hello");

function codeOf(result: unknown): string {
	return isRefusal(result) ? result.code : "accepted";
}

channelContract("in the process", async (handle) => ({
	channel: inProcessChannel(handle),
	stop: async () => undefined,
}));

channelContract("over HTTP", async (handle) => {
	const server = await listenOnLoopback(handoverApp(handle));
	const channel = httpChannel(server.url, { rules: { loopback: true } });
	assert.ok(!isRefusal(channel));
	return {
		channel,
		stop: async () => {
			channel.close();
			await server.stop();
		},
	};
});

channelContract("over a relay", async (handle) => {
	const relay = await listenAsRelay();
	const shared = { invitation: makeInvitation(relay.url), dial: nodeDial({ loopback: true }) };
	const inviter = relayLink({ ...shared, side: "inviter", handle });
	const guest = relayLink({ ...shared, side: "guest", handle: async () => [] });
	assert.ok(!isRefusal(inviter) && !isRefusal(guest));
	return {
		channel: guest,
		stop: async () => {
			guest.close();
			inviter.close();
			await relay.stop();
		},
	};
});

describe("a file", () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-file-"));
	after(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "payment.tenten");

	test("holds what was sent last, whole, for its owner alone, with nothing left beside it", async () => {
		await fileSender(path).send([hello, hello]);
		await fileSender(path).send([hello]);
		assert.deepEqual(await fileReceiver(path).receive(), [hello]);
		assert.deepEqual(readdirSync(folder), ["payment.tenten"]);
		if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
	});

	test("stays as it was when what should replace it cannot be sent", async () => {
		const before = readFileSync(path);
		await assert.rejects(fileSender(path).send([new Uint8Array(65_537)]), RangeError);
		await assert.rejects(fileSender(join(folder, "none", "there")).send([hello]), /ENOENT/);
		assert.deepEqual(readFileSync(path), before);
		assert.deepEqual(readdirSync(folder), ["payment.tenten"]);
	});

	test("that is missing, hostile or endless is refused", async () => {
		const received = async (name: string): Promise<string> =>
			codeOf(await fileReceiver(join(folder, name)).receive());
		assert.equal(await received("missing"), "channel-failed");
		assert.equal(await received("."), "channel-failed");
		writeFileSync(join(folder, "text"), "pay me");
		assert.equal(await received("text"), "malformed");
		writeFileSync(join(folder, "empty"), "");
		assert.equal(await received("empty"), "malformed");
		writeFileSync(join(folder, "large"), new Uint8Array(5_000_000));
		assert.equal(await received("large"), "too-large");
	});
});

describe("a link", () => {
	test("reads back, as tenten: and into a page", () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({ minLength: 1 }), { maxLength: 8 }), (sent) => {
				assert.deepEqual(messagesOfLink(linkOf(sent)), sent);
				assert.deepEqual(messagesOfLink(linkOf(sent, "https://wallet.example/pay")), sent);
			}),
		);
	});

	test("looks as it should: nothing for the server of the page", () => {
		assert.equal(linkOf([hello]), "tenten:gUVoZWxsbw");
		const link = new URL(linkOf([hello], "https://wallet.example/"));
		assert.equal(link.origin + link.pathname + link.search, "https://wallet.example/");
		assert.equal(link.hash, "#gUVoZWxsbw");
		assert.deepEqual(messagesOfLink(" tenten:gUVoZWxsbw\n"), [hello]);
	});

	test("is refused when it is anything else", () => {
		const cases: Readonly<Record<string, string>> = {
			"": "type-unknown",
			"http://wallet.example/#gUVoZWxsbw": "type-unknown",
			"https://wallet.example/gUVoZWxsbw": "type-unknown",
			"javascript:alert(1)#gUVoZWxsbw": "type-unknown",
			"TENTEN:gUVoZWxsbw": "type-unknown",
			"tenten:": "malformed",
			"tenten:gUVoZWxsbw==": "malformed",
			"tenten:gUVoZWxs bw": "malformed",
			"tenten:gUVoZWxsbx": "malformed",
			"tenten:gUVoZWxsb+8": "malformed",
			"tenten:gUVoZWxs": "malformed",
			[`tenten:${"A".repeat(131_072)}`]: "too-large",
		};
		for (const [link, code] of Object.entries(cases)) assert.equal(codeOf(messagesOfLink(link)), code, link);
	});

	test("too long for mail and chat is not made", () => {
		assert.throws(() => linkOf([new Uint8Array(65_536), new Uint8Array(65_536)]), RangeError);
	});
});
