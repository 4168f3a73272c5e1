/** The relay keeps letters for a side that is away, gives them to nobody else, and bounds what strangers can do. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { get, request } from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { type Bytes, encodeItem, isRefusal, toHex } from "@tenten/protocol";
import { WebSocket } from "ws";
import {
	type ConnectionState,
	type Dial,
	type Handle,
	type Invitation,
	listenAsRelay,
	makeInvitation,
	nodeDial,
	Relay,
	type RelayLink,
	type RelayLinkOptions,
	type RelayOptions,
	relayLink,
	type Side,
} from "../src/index.ts";
import { roomOf } from "../src/transport/invitation.ts";
import { closeCodes, encodeFrame, maximumFrameBytes } from "../src/transport/relay-frame.ts";

const dial = nodeDial({ loopback: true });
const silent: Handle = async () => [];
const message = (text: string): Bytes => new TextEncoder().encode(text);
const echo: Handle = async (received) => received.map((each) => each.toReversed());

function join(options: Partial<RelayLinkOptions> & Pick<RelayLinkOptions, "invitation" | "side">): RelayLink {
	const link = relayLink({ handle: silent, dial, ...options });
	if (isRefusal(link)) throw new Error(link.detail);
	return link;
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
	const deadline = Date.now() + 20_000;
	while (!(await isSo())) {
		if (Date.now() > deadline) throw new Error(`never: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

async function withRelay(
	use: (url: string, invitation: Invitation) => Promise<void>,
	options: RelayOptions = {},
): Promise<void> {
	const server = await listenAsRelay(options);
	try {
		await use(server.url, makeInvitation(server.url));
	} finally {
		await server.stop();
	}
}

describe("two sides of a room", () => {
	test("a letter waits for a side that is away, which answers when it comes", () =>
		withRelay(async (_, invitation) => {
			const guest = join({ invitation, side: "guest" });
			const answers = guest.exchange([message("ab")]);
			await new Promise((resolve) => setTimeout(resolve, 50));
			const inviter = join({ invitation, side: "inviter", handle: echo });
			assert.deepEqual(await answers, [message("ba")]);
			guest.close();
			inviter.close();
		}));

	test("they need never be there at once: an answer waits too, and is handled when nobody waits for it", () =>
		withRelay(async (_, invitation) => {
			const asking = join({ invitation, side: "guest", timeout_ms: 300 });
			const unanswered = await asking.exchange([message("transfer")]);
			assert.equal(isRefusal(unanswered) && unanswered.code, "channel-failed");
			asking.close();

			const said: string[] = [];
			const wordsOf = (messages: readonly Bytes[]) => messages.map((each) => Buffer.from(each).toString());
			const replying = (replies: Readonly<Record<string, string>>): Handle => {
				return async (messages) => {
					said.push(...wordsOf(messages));
					return wordsOf(messages).flatMap((word) => (replies[word] ? [message(replies[word])] : []));
				};
			};
			for (const [side, replies, last] of [
				["inviter", { transfer: "reserved" }, "transfer"],
				["guest", { reserved: "release" }, "reserved"],
				["inviter", { release: "done" }, "release"],
				["guest", {}, "done"],
			] as const) {
				const link = join({ invitation, side, handle: replying(replies) });
				await until(() => said.at(-1) === last, `${side} hears ${last}`);
				// Its answer is under way before it takes the letter, over one connection.
				await new Promise((resolve) => setTimeout(resolve, 50));
				link.close();
			}
			assert.deepEqual(said, ["transfer", "reserved", "release", "done"]);
		}));

	test("a question outlives a restart of the relay, which keeps nothing", async () => {
		const first = await listenAsRelay();
		const invitation = makeInvitation(first.url);
		const guest = join({ invitation, side: "guest" });
		const answers = guest.exchange([message("ab")]);
		await new Promise((resolve) => setTimeout(resolve, 50));
		await first.stop();
		const again = await listenAsRelay({ port: Number(new URL(first.url).port) });
		const inviter = join({ invitation, side: "inviter", handle: echo });
		assert.deepEqual(await answers, [message("ba")]);
		guest.close();
		inviter.close();
		await again.stop();
	});

	test("the newest connection of a side counts; the one before ends and does not come back", () =>
		withRelay(async (_, invitation) => {
			const states: ConnectionState[] = [];
			const first = join({ invitation, side: "inviter", told: (state) => states.push(state) });
			await until(() => states.includes("connected"), "the first connects");
			const waiting = first.exchange([message("from the first")]);
			const second = join({ invitation, side: "inviter", handle: echo });
			const failed = await waiting;
			assert.equal(isRefusal(failed) && failed.code, "channel-failed");
			assert.equal(states.at(-1), "closed");
			const guest = join({ invitation, side: "guest" });
			assert.deepEqual(await guest.exchange([message("ab")]), [message("ba")]);
			guest.close();
			second.close();
		}));

	test("what is not there to be answered ends in time, and a link that was closed asks nothing more", () =>
		withRelay(async (_, invitation) => {
			const alone = join({ invitation, side: "guest", timeout_ms: 100 });
			const failed = await alone.exchange([message("anybody?")]);
			assert.equal(isRefusal(failed) && failed.code, "channel-failed");
			alone.close();
			const closed = await alone.exchange([message("anybody?")]);
			assert.equal(isRefusal(closed) && closed.code, "channel-failed");
		}));

	test("what throws while it answers is told, and asked again on the next connection", () =>
		withRelay(async (_, invitation) => {
			const reported: unknown[] = [];
			const failing = async () => {
				throw new Error("a bug");
			};
			const broken = join({
				invitation,
				side: "inviter",
				handle: failing,
				report: (error) => reported.push(error),
			});
			const guest = join({ invitation, side: "guest" });
			const answers = guest.exchange([message("ab")]);
			await until(() => reported.length === 1, "the bug is told");
			broken.close();
			const mended = join({ invitation, side: "inviter", handle: echo });
			assert.deepEqual(await answers, [message("ba")]);
			guest.close();
			mended.close();
		}));

	test("nothing comes of letters that another sealed, or that are shown again in another place", () =>
		withRelay(async (url, invitation) => {
			const handled: number[] = [];
			const inviter = join({
				invitation,
				side: "inviter",
				handle: async (messages) => {
					handled.push(messages.length);
					return [];
				},
			});
			const seen: Bytes[] = [];
			const guest = join({ invitation, side: "guest", dial: watching(seen) });
			assert.deepEqual(await guest.exchange([message("a secret word")]), []);
			guest.close();
			const letter = seen.find((frame) => frame.length > 40) as Bytes;
			assert.ok(!Buffer.from(letter).includes("a secret word"), "the relay reads it");

			const stranger = await raw(url, invitation, "guest");
			const otherId = Uint8Array.from(letter);
			otherId[5] = (otherId[5] as number) ^ 1;
			const altered = Uint8Array.from(letter);
			altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
			for (const forged of [otherId, altered]) stranger.send(forged);
			const other = { ...makeInvitation(url) };
			const elsewhere = join({ invitation: other, side: "inviter", handle: echo });
			const there = await raw(url, other, "guest");
			there.send(letter);
			// The same letter again does arrive: it is as good as the first, and messages are idempotent.
			stranger.send(letter);
			await until(() => handled.length === 2, "the repeated letter is handled");
			assert.deepEqual(handled, [1, 1]);
			for (const socket of [stranger, there]) socket.terminate();
			elsewhere.close();
			inviter.close();
		}));

	test("an address that is not for us is refused before anything is sent", () => {
		const options = { side: "guest", handle: silent, dial: nodeDial() } as const;
		for (const relay of [
			"ws://relay.example",
			"wss://10.0.0.1",
			"wss://relay.example/?a=",
			"wss://u@r.example",
		])
			assert.equal(
				codeOf(relayLink({ ...options, invitation: makeInvitation(relay) })),
				"peer-refused",
				relay,
			);
		assert.equal(
			codeOf(relayLink({ ...options, invitation: makeInvitation("http://[::1") })),
			"peer-refused",
		);
	});
});

describe("a relay", () => {
	test("lets in whoever knows a room, from the pages that it was told of", () =>
		withRelay(
			async (url, invitation) => {
				const path = `/v1/rooms/${toHex(roomOf(invitation))}/guest`;
				assert.equal(await statusOf(url, path), 101);
				assert.equal(await statusOf(url, path, "https://wallet.example"), 101);
				assert.equal(await statusOf(url, path, "https://elsewhere.example"), 403);
				assert.equal(await statusOf(url, path, "null"), 403);
				for (const wrong of ["/", `${path}s`, path.replace("guest", "host"), "/v1/rooms/00/guest"])
					assert.equal(await statusOf(url, wrong), 404, wrong);
				const [response] = await once(get(url.replace("ws:", "http:")), "response");
				assert.equal(response.statusCode, 426);
			},
			{ origins: ["https://wallet.example"] },
		));

	test("closes on what is no frame, with its code", () =>
		withRelay(async (url, invitation) => {
			const cases: readonly (readonly [string | Bytes, number, string])[] = [
				["text", closeCodes.refused, "malformed"],
				[new Uint8Array(), closeCodes.refused, "malformed"],
				[encodeItem([1, new Uint8Array(16)]), closeCodes.refused, "malformed"],
				[encodeItem([1, new Uint8Array(15), new Uint8Array(60)]), closeCodes.refused, "malformed"],
				[encodeItem([4]), closeCodes.refused, "type-unknown"],
				[new Uint8Array(maximumFrameBytes + 1), 1009, ""],
			];
			for (const [sent, code, reason] of cases) {
				const socket = await raw(url, invitation, "guest");
				socket.send(sent);
				const [closedWith, why] = await once(socket, "close");
				assert.deepEqual([closedWith, String(why)], [code, reason]);
			}
		}));

	test("bounds the connections of an address and in all", () =>
		withRelay(
			async (url, invitation) => {
				const path = `/v1/rooms/${toHex(roomOf(invitation))}/guest`;
				const sockets = [];
				for (let i = 0; i < 3; i++) sockets.push(await raw(url, makeInvitation(url), "guest"));
				assert.equal(await statusOf(url, path), 429);
				sockets[0]?.terminate();
				await until(async () => (await statusOf(url, path)) === 101, "room for another");
				for (const socket of sockets) socket.terminate();
			},
			{ limits: { connectionsByAddress: 3 } },
		));

	test("bounds the frames of a connection", () =>
		withRelay(
			async (url, invitation) => {
				const socket = await raw(url, invitation, "guest");
				for (let i = 0; i < 12; i++) socket.send(encodeFrame({ kind: "beat" }));
				const [code, why] = await once(socket, "close");
				assert.deepEqual([code, String(why)], [closeCodes.refused, "rate-limited"]);
			},
			{ limits: { framesPerMinute: 10 } },
		));

	test("bounds what one address leaves, and what waits in a mailbox: the side comes back and tries again", () =>
		withRelay(
			async (url, invitation) => {
				const post = async (socket: WebSocket, number: number): Promise<void> => {
					const id = new Uint8Array(16).fill(number);
					socket.send(encodeFrame({ kind: "letter", id, sealed: new Uint8Array(100) }));
				};
				const socket = await raw(url, invitation, "guest");
				for (let i = 0; i < 5; i++) await post(socket, i);
				const [code, why] = await once(socket, "close");
				assert.deepEqual([code, String(why)], [closeCodes.refused, "too-many"]);
				// What waited there still does.
				const came: Bytes[] = [];
				const inviter = await raw(url, invitation, "inviter", came);
				await until(() => came.length === 4, "four letters");
				inviter.terminate();
			},
			{ limits: { letters: 4 } },
		));

	test("lets a reader go that does not read, before buffers grow past a mailbox", async () => {
		const relay = await listenAsRelay({ limits: { framesPerMinute: 1_000_000 } });
		const invitation = makeInvitation(relay.url);
		const deaf = await raw(relay.url, invitation, "inviter");
		deaf.pause();
		const gone = once(deaf, "close");
		const socket = await raw(relay.url, invitation, "guest");
		let isGone = false;
		gone.then(() => {
			isGone = true;
		});
		// Each letter is taken unread, so that the mailbox never fills.
		for (let i = 0; !isGone && i < 200; i++) {
			const id = new Uint8Array(16).fill(i);
			socket.send(encodeFrame({ kind: "letter", id, sealed: new Uint8Array(1_000_000) }));
			deaf.send(encodeFrame({ kind: "taken", id }));
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
		deaf.resume();
		await gone;
		socket.terminate();
		await relay.stop();
	});

	test("stops at once where sides are there, and lets in nobody after", async () => {
		const relay = await listenAsRelay();
		const invitation = makeInvitation(relay.url);
		const polite = await raw(relay.url, invitation, "guest");
		const closed = once(polite, "close");
		const rude = connect(Number(new URL(relay.url).port), "127.0.0.1");
		rude.on("error", () => undefined);
		const begun = performance.now();
		await relay.stop();
		assert.equal((await closed)[0], 1001);
		assert.ok(performance.now() - begun < 10_000);
		await assert.rejects(raw(relay.url, invitation, "guest"));
		rude.destroy();
	});

	test("refuses proxies that are none, and a port that is taken", async () => {
		assert.throws(() => new Relay({ trustedProxies: ["nowhere"] }), RangeError);
		const relay = await listenAsRelay();
		await assert.rejects(listenAsRelay({ port: Number(new URL(relay.url).port) }), /EADDRINUSE/);
		await relay.stop();
	});
});

function codeOf(result: unknown): string {
	return isRefusal(result) ? result.code : "accepted";
}

/** A side that speaks for itself; what it is given goes into `came`. */
async function raw(url: string, invitation: Invitation, side: Side, came: Bytes[] = []): Promise<WebSocket> {
	const socket = new WebSocket(`${url}/v1/rooms/${toHex(roomOf(invitation))}/${side}`);
	socket.on("message", (data: Buffer) => came.push(data));
	await once(socket, "open");
	return socket;
}

/** Keeps what goes out. */
function watching(seen: Bytes[]): Dial {
	return (address) => {
		const socket = dial(address);
		if (isRefusal(socket)) return socket;
		return new Proxy(socket, {
			get: (target, name) =>
				name === "send"
					? (data: Uint8Array<ArrayBuffer>) => {
							seen.push(data);
							target.send(data);
						}
					: Reflect.get(target, name, target),
			set: (target, name, value) => Reflect.set(target, name, value, target),
		});
	};
}

/** The status of an upgrade. */
async function statusOf(url: string, path: string, origin?: string): Promise<number> {
	const headers = {
		connection: "upgrade",
		upgrade: "websocket",
		"sec-websocket-version": "13",
		"sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
		...(origin === undefined ? {} : { origin }),
	};
	const asked = request(url.replace("ws:", "http:") + path, { headers });
	const answered = new Promise<number>((resolve, reject) => {
		asked.on("response", (response) => resolve(response.statusCode ?? 0));
		asked.on("upgrade", (response, socket) => {
			socket.destroy();
			resolve(response.statusCode ?? 0);
		});
		asked.on("error", reject);
	});
	asked.end();
	return answered;
}
