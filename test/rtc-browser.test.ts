/** Two pages in real Chromium meet by WebRTC, with a relay for their offer and answer and no other server. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { toHex } from "../packages/protocol/src/index.ts";
import { encodeInvitation, listenAsRelay, makeInvitation } from "../packages/wallet/src/index.ts";
import { encodeSignal } from "../packages/wallet/src/transport/rtc-frame.ts";
import { bundle, openPage, skip } from "./browser/chromium.ts";

declare const answer: (invitation: string) => void;
declare const offer: (invitation: string, timeout_ms: number) => Promise<string>;
declare const exchange: (count: number, length: number, from?: "offered" | "joined") => Promise<string>;
declare const offerNonsense: (invitation: string, encoded: string) => Promise<number | string>;
declare const state: () => { readonly ended: number; readonly isJoined: boolean };
declare const hangUp: () => void;

/** A machine without multicast cannot resolve the names behind which Chromium hides addresses of a network. */
const args = ["--disable-features=WebRtcHideLocalIpsWithMdns", "--allow-loopback-in-peer-connection"];

describe("two pages", { skip }, () => {
	let relay: Awaited<ReturnType<typeof listenAsRelay>>;
	let opened: Awaited<ReturnType<typeof openPage>>;
	let other: Page;
	let room: string;
	const invite = (): string => toHex(encodeInvitation(makeInvitation(relay.url)));

	before(async () => {
		relay = await listenAsRelay();
		const code = await bundle("test/browser/rtc-page.ts");
		opened = await openPage(code, { connect: relay.url, args });
		const context = await opened.page.context().browser()?.newContext();
		other = (await context?.newPage()) as Page;
		await other.goto(opened.page.url());
		await other.waitForFunction("globalThis.isReady === true");
		room = invite();
	});
	after(async () => {
		await opened?.close();
		await relay.stop();
	});

	test("meet: the offer and its answer go through a relay, and letters through neither it nor any server", async () => {
		await other.evaluate((invitation) => answer(invitation), room);
		assert.equal(await opened.page.evaluate((invitation) => offer(invitation, 20_000), room), "open");
		await relay.stop();
		assert.equal(await opened.page.evaluate(() => exchange(1, 5)), "right");
	});

	test("carry 64 messages of 64 KiB each way, many at once, and from either side", async () => {
		assert.equal(await opened.page.evaluate(() => exchange(64, 65_536)), "right");
		const many = opened.page.evaluate(() =>
			Promise.all(Array.from({ length: 50 }, (_, i) => exchange(3, 1 + i * 1_000))),
		);
		assert.deepEqual(await many, new Array(50).fill("right"));
		await until(other, "state().isJoined");
		assert.equal(await other.evaluate(() => exchange(2, 100_000 / 2, "joined")), "right");
	});

	test("a link that one side closes ends on both, and asks nothing more", async () => {
		await opened.page.evaluate(() => hangUp());
		assert.equal(await opened.page.evaluate(() => exchange(1, 5)), "channel-failed");
		await until(other, "state().ended === 1");
		assert.equal(await other.evaluate(() => exchange(1, 5, "joined")), "channel-failed");
	});

	test("an offer that nobody answers, or that no browser understands, makes no link", async () => {
		const again = await listenAsRelay({ port: Number(new URL(relay.url).port) });
		const nobody = await opened.page.evaluate((invitation) => offer(invitation, 500), invite());
		assert.match(nobody, /^channel-failed/);
		const nonsense = toHex(encodeSignal({ kind: "rtc-offer", sdp: "v=0\r\nnonsense" }));
		const answered = opened.page.evaluate(
			([invitation = "", encoded = ""]) => offerNonsense(invitation, encoded),
			[room, nonsense],
		);
		assert.equal(await answered, 0);
		await again.stop();
	});
});

/** Asks again and again, from outside: what waits inside of a page is a script that its policy may forbid. */
async function until(page: Page, expression: string): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!(await page.evaluate(expression))) assert.ok(Date.now() < deadline, expression);
}
