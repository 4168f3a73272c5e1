/** Cards: an acquirer over HTTP whose answers are lost charges once, whatever fails where. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { id, must } from "../../../protocol/test/crossing/support/sides.ts";
import { httpAcquirer } from "../../src/settle/acquirer.ts";
import { drive } from "../../src/settle/charging.ts";
import type { KeptClaim } from "../../src/settle/claim-rows.ts";
import { type AcquirerServer, startAcquirer, type Trouble } from "./support/acquirer-server.ts";
import { chargers, codeIn, DeskWorld, drivers, yen } from "./support/desk-world.ts";

const { ann, bob } = drivers;
const servers: AcquirerServer[] = [];
after(async () => {
	for (const server of servers) await server.close();
});

async function opened() {
	const server = await startAcquirer();
	servers.push(server);
	const world = await DeskWorld.open();
	await world.pay([
		[ann, chargers.north, 350n],
		[bob, chargers.north, 80n],
	]);
	const claim = await world.claim(ann);
	const acquirer = httpAcquirer(server.address, "secret", 5_000);
	const charge = (card: string, of: KeptClaim = claim) =>
		world.desk.charge({ claim: of.id, money: yen, card }, acquirer);
	return { server, world, claim, acquirer, charge };
}

test("a card is charged once, and the claim is paid", async () => {
	const { server, world, claim, charge } = await opened();
	assert.equal((must(await charge("card-1")) as { readonly kind: string }).kind, "paid");
	assert.equal(codeIn(await charge("card-1")), "claim-paid");
	assert.deepEqual([server.taken, server.captures, await world.stateOf(claim)], [350n, 1, "paid"]);
});

test("answers that are lost anywhere, in any way, end in one charge", async () => {
	const server = await startAcquirer();
	servers.push(server);
	const acquirer = httpAcquirer(server.address, "secret", 5_000);
	const troubles: readonly Trouble[] = ["lost", "down", "busy", "nonsense"];
	let captures = 0;
	for (const first of troubles)
		for (const second of ["fine", "lost"] as const)
			for (let at = 0; at < 5; at++) {
				const charge = {
					reference: `${++captures}`.padStart(20, "0"),
					amount: 350n,
					currency: "JPY",
					card: "card-1",
				};
				server.troubles = [...Array<Trouble>(at).fill("fine"), first, second];
				const ends = [await drive(acquirer, charge), await drive(acquirer, charge)];
				assert.deepEqual(ends.at(-1), { kind: "captured", amount: 350n }, `${first}, ${second} at ${at}`);
				assert.deepEqual([server.captures, server.taken], [captures, 350n * BigInt(captures)]);
			}
	assert.equal(server.charges.size, captures);
});

test("an acquirer that is down leaves the claim filed, and no other file takes it until its word has come", async () => {
	const { server, world, claim, acquirer, charge } = await opened();
	server.troubles = Array<Trouble>(6).fill("down");
	assert.equal((must(await charge("card-1")) as { readonly kind: string }).kind, "filed");
	assert.equal(codeIn(await world.file("bank", claim)), "claim-filed");
	server.troubles = ["fine", "lost", ...Array<Trouble>(6).fill("down")];
	await world.desk.resume(acquirer);
	assert.equal(await world.stateOf(claim), "filed");
	await Promise.all([world.desk.resume(acquirer), world.desk.resume(acquirer), charge("another card")]);
	assert.deepEqual([server.taken, server.captures, await world.stateOf(claim)], [350n, 1, "paid"]);
	assert.equal(server.charges.size, 1, "under one reference");
});

test("a decline reopens the claim and suspends; the next card is another charge", async () => {
	const { server, world, claim, charge } = await opened();
	await charge("declined-1");
	assert.equal(await world.stateOf(claim), "reopened: 51");
	const heard: string[] = [];
	await world.desk.suspendRefused(async (_, why) => {
		heard.push(why);
	});
	assert.deepEqual(heard, ["51"]);
	await charge("card-2");
	assert.deepEqual([server.taken, server.charges.size, await world.stateOf(claim)], [350n, 2, "paid"]);
});

test("an acquirer that took another amount is shown, and what a party is owed is no charge", async () => {
	const { server, world, claim, charge, acquirer } = await opened();
	server.takesMore = 1n;
	await charge("card-1");
	assert.equal(await world.stateOf(claim), "filed");
	const [shown] = await world.desk.contradictions();
	assert.match(shown?.detail ?? "", /^351 minor units were taken, asked for 350/);
	const before = await world.rows();
	const owed = await world.claim(chargers.north);
	assert.equal(codeIn(await charge("card-1", owed)), "asset-mismatch");
	assert.equal(codeIn(await charge("card-1", { ...owed, id: id(7) })), "claim-unknown");
	const dollars = { asset: id(0xa1), currency: "USD", scale: 2 };
	const asDollars = await world.desk.charge({ claim: claim.id, money: dollars, card: "card-1" }, acquirer);
	assert.equal(codeIn(asDollars), "asset-mismatch");
	const filed = await world.claim(bob);
	must(await world.file("bank", filed));
	assert.equal(codeIn(await charge("card-1", filed)), "claim-filed");
	assert.notDeepEqual(await world.rows(), before);
});

test("a key that the acquirer does not know charges nothing", async () => {
	const { server, world, claim } = await opened();
	const stranger = httpAcquirer(server.address, "other", 5_000);
	await world.desk.charge({ claim: claim.id, money: yen, card: "card-1" }, stranger);
	assert.deepEqual([server.taken, await world.stateOf(claim)], [0n, "filed"]);
});
