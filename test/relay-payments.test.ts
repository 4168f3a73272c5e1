/** Money crosses a relay whole: with what links carry, with connections that break, with a relay that cheats. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import {
	type ConnectionState,
	type Dial,
	encodeInvitation,
	type Invitation,
	invitationIn,
	linkOf,
	listenAsRelay,
	makeInvitation,
	messagesOfLink,
	nodeDial,
	type RelayLink,
	type RelayLinkOptions,
	relayLink,
	type Socket,
	type Wallet,
} from "@tenten/wallet";
import { chance } from "./support/chance.ts";
import { ok, openTown, type Town } from "./support/town.ts";

const dial = nodeDial({ loopback: true });

function linkTo(
	wallet: Wallet,
	invitation: Invitation,
	side: RelayLinkOptions["side"],
	more: Partial<RelayLinkOptions> = {},
) {
	const link = ok(relayLink({ invitation, side, handle: wallet.handle, dial, ...more }));
	links.push(link);
	return link;
}

/** Links connect again and again: also where a test fails they are closed. */
const links: RelayLink[] = [];
after(() => {
	for (const link of links) link.close();
});

async function until(isSo: () => boolean, what: string): Promise<void> {
	const deadline = Date.now() + 30_000;
	while (!isSo()) {
		if (Date.now() > deadline) throw new Error(`never: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

test("a request and its invitation travel in one link; what is paid through it is spent, and receipts come back", async () => {
	const town = await openTown();
	const relay = await listenAsRelay();
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	const made = ok(await bob.request({ asset: town.asset, amount: 300n }));
	const invitation = makeInvitation(relay.url);
	const link = linkOf([...made.messages, encodeInvitation(invitation)]);
	linkTo(bob, invitation, "inviter");

	const messages = ok(messagesOfLink(link));
	const found = invitationIn(messages);
	assert.deepEqual(found, invitation);
	const anns = linkTo(ann, found as Invitation, "guest");
	const { encoded } = ok(ann.module.openRequest(messages));
	const paid = ok(await ann.pay({ request: encoded, messages }, anns));
	assert.equal(paid.fundsState, "spent");
	assert.equal(bob.balance(town.asset).available, 300n);
	await relay.stop();
	await town.close();
});

test("a payer that waited no longer has paid when its payee comes back: neither asks again", async () => {
	const town = await openTown();
	const relay = await listenAsRelay();
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	const { encoded } = ok(await bob.request({ asset: town.asset, amount: 300n }));
	const invitation = makeInvitation(relay.url);
	let state: ConnectionState = "connecting";
	const told = (now: ConnectionState): void => {
		state = now;
	};
	const anns = linkTo(ann, invitation, "guest", { timeout_ms: 200, told });
	await until(() => state === "connected", "the payer is connected");
	const paid = ok(await ann.pay({ request: encoded }, anns));
	assert.equal(paid.fundsState, "inFlight");
	linkTo(bob, invitation, "inviter");
	await until(() => bob.balance(town.asset).available === 300n, "the payment completes");
	assert.equal(ann.balance(town.asset).locked, 0n);
	await relay.stop();
	await town.close();
});

/** Breaks connections by chance, loses and repeats what passes, and changes the order of what comes. */
function breaking(draw: (below: number) => number, often: () => boolean): Dial {
	return (address) => {
		const inner = dial(address);
		if (isRefusal(inner)) return inner;
		const outer: Socket = {
			binaryType: "arraybuffer",
			onopen: null,
			onmessage: null,
			onclose: null,
			onerror: null,
			send: (data) => {
				if (often() && draw(4) === 0) return inner.close();
				if (often() && draw(6) === 0) return;
				inner.send(data);
				if (often() && draw(4) === 0) inner.send(data);
			},
			close: () => inner.close(),
		};
		inner.binaryType = "arraybuffer";
		inner.onopen = () => outer.onopen?.();
		inner.onclose = (event) => outer.onclose?.(event);
		inner.onerror = () => outer.onerror?.();
		inner.onmessage = ({ data }) => {
			if (often() && draw(4) === 0) return inner.close();
			if (often() && draw(6) === 0) return;
			if (often() && draw(3) === 0) setTimeout(() => outer.onmessage?.({ data }), draw(30));
			else outer.onmessage?.({ data });
		};
		return outer;
	};
}

async function payThroughTrouble(town: Town, url: string, seed: number): Promise<string> {
	const [ann, bob] = [await town.wallet(500n), await town.wallet()];
	const { encoded } = ok(await bob.request({ asset: town.asset, amount: 200n }));
	const invitation = makeInvitation(url);
	const draw = chance(seed);
	let isTroubled = true;
	const troubled = { dial: breaking(draw, () => isTroubled), timeout_ms: 150 };
	linkTo(bob, invitation, "inviter", troubled);
	const anns = linkTo(ann, invitation, "guest", troubled);
	const { attempt, fundsState } = ok(await ann.pay({ request: encoded }, anns));
	const { available, locked } = ann.balance(town.asset);
	const received = bob.balance(town.asset);
	assert.ok(available + locked >= 300n && received.available + received.reserved <= 200n);
	isTroubled = false;
	for (let i = 0; bob.balance(town.asset).available < 200n; i++) {
		assert.ok(i < 40, `seed ${seed}: the payment never ends`);
		ok(await ann.recover(attempt, anns));
	}
	assert.equal(ann.balance(town.asset).available, 300n, `seed ${seed}`);
	return fundsState;
}

test("through connections that break, lose, repeat and reorder, every payment ends, and nothing is lost or made", async (t) => {
	const town = await openTown();
	const relay = await listenAsRelay();
	const first: string[] = [];
	for (let seed = 1; seed <= 12; seed++) first.push(await payThroughTrouble(town, relay.url, seed));
	t.diagnostic(
		`12 payments, ${first.filter((state) => state === "inFlight").length} of them in flight at first`,
	);
	assert.ok(first.includes("inFlight"), "no trouble met a payment");
	assert.equal(await town.outstanding(), 12n * 500n);
	await relay.stop();
	await town.close();
});
