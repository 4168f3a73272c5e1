/** What a wallet keeps, for how long, and how little of it anyone else can make it keep. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { type Bytes, isRefusal, parseMessage, type Refusal, serializeMessage, toHex } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet, type WalletStore } from "@tenten/wallet";
import { deadChannel, meddledChannel, without } from "./support/channels.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";

const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
const keep = yen.redeemWindow + yen.grace + 1;
const documents = [{ mediaType: "text/plain", content: random(1_000) }];
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

/** The kinds of rows in a store, with how many there are of each. */
async function census(store: WalletStore): Promise<ReadonlyMap<string, number>> {
	const kinds = new Map<string, number>();
	for (const key of (await store.load()).keys()) {
		const kind = key.split("/")[0] ?? "";
		if (kind !== "keys") kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
	}
	return kinds;
}

/** Ann and Bob on stores that can be looked into. Ann has 1,000. */
async function openPair() {
	const town = await openTown({ policy: { trustListValidity: 120 * 86_400 } });
	const devices = [town.device(), town.device()] as const;
	const [ann, bob] = await Promise.all(
		devices.map(({ open }) => open({ consider: async () => ({ documents }) })),
	);
	assert.ok(ann && bob);
	for (const wallet of [ann, bob]) await wallet.join(town.operator, town.operator.id, asked);
	await town.fund(ann, 1_000n);
	return { town, ann, bob, stores: devices.map(({ store }) => store) as [WalletStore, WalletStore] };
}

type Payers = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

async function pay(
	{ town, ann, bob }: Payers,
	channel: Channel = inProcessChannel(bob.handle),
	amount = 300n,
) {
	const request = ok(await bob.request({ asset: town.asset, amount }));
	return ok(await ann.pay({ request: request.encoded, documents }, channel));
}

describe("a peer makes a wallet keep", () => {
	test("sixteen attempts at one request and no more, however often it cancels", async () => {
		const { town, ann, bob, stores } = await openPair();
		const request = ok(await bob.request({ asset: town.asset, amount: 1n }));
		for (let i = 0; i < 16; i++) {
			const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
			assert.equal(bob.module.payee(attempt), "reserved");
			await ann.cancel(attempt, inProcessChannel(bob.handle));
		}
		const last = ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(last.fundsState, "safe");
		assert.equal((await census(stores[1])).get("payee"), 16);
		town.clock.now += keep;
		await town.renew(bob);
		await bob.module.forget();
		assert.equal((await census(stores[1])).get("payee"), undefined);
		await town.close();
	});

	test("nothing by questions, refusals and documents that nobody asked for", async () => {
		const { town, bob, stores } = await openPair();
		const before = await census(stores[1]);
		for (let i = 0; i < 20; i++)
			await bob.handle([
				serializeMessage({ kind: "status", attempt: random(32) }),
				serializeMessage({ kind: "document", bundle: random(32), position: i, content: random(60_000) }),
				serializeMessage({ kind: "refused", about: random(32), code: "expired", detail: "x".repeat(256) }),
			]);
		assert.deepEqual(await census(stores[1]), before);
		await town.close();
	});

	test("no more answers than one bundle carries, whatever it asks at once", async () => {
		const pair = await openPair();
		const { town, bob } = pair;
		const many = Array.from({ length: 40 }, () => ({ mediaType: "text/plain", content: random(10) }));
		const shop = await town.wallet(0n, { consider: async () => ({ documents: many }) });
		const { attempt } = await pay({ ...pair, bob: shop }, without(shop.handle, "reserved"));
		const status = serializeMessage({ kind: "status", attempt });
		assert.equal((await shop.handle([status])).length, 41);
		assert.equal((await shop.handle(Array.from({ length: 64 }, () => status))).length, 41);
		const unknown = Array.from({ length: 64 }, () =>
			serializeMessage({ kind: "status", attempt: random(32) }),
		);
		assert.equal((await bob.handle(unknown)).length, 16);
		await town.close();
	});
});

describe("two wallets", () => {
	test("fall silent from every pair of states: no answer calls for answers for ever", async () => {
		const losses = ["none", "transfer", "reserved", "release", "done"] as const;
		for (const loss of losses)
			for (const ending of ["none", "cancel", "resolve"] as const) {
				const pair = await openPair();
				const { town, ann, bob } = pair;
				const channel = meddledChannel(bob.handle, (message) => (message.kind === loss ? "lose" : "pass"));
				const { attempt } = await pay(pair, channel);
				if (ending === "cancel") await ann.cancel(attempt, deadChannel);
				if (ending === "resolve") await bob.resolve(attempt);
				for (const [side, other] of [[ann, bob] as const, [bob, ann] as const]) {
					const contact = await side.module.contact(attempt);
					let said: readonly Bytes[] = isRefusal(contact) ? [] : contact;
					let rounds = 0;
					for (; said.length > 0 && rounds < 10; rounds++)
						said = await (rounds % 2 === 0 ? other : side).handle(said);
					assert.ok(rounds <= 6, `${loss} lost, then ${ending}: ${rounds} rounds`);
				}
				await town.close();
			}
	});
});

describe("forgetting", () => {
	test("spares what can still be asked about, and takes all of it when its time is over", async () => {
		const pair = await openPair();
		const { town, ann, bob, stores } = pair;
		const { attempt } = await pay(pair);
		assert.equal(await ann.module.forget(), 0);
		assert.equal(ann.module.payer(attempt), "released");
		town.clock.now += keep;
		await town.renew(ann, bob);
		for (const wallet of [ann, bob]) await wallet.module.forget();
		for (const store of stores) {
			const kinds = await census(store);
			for (const kind of ["payer", "payee", "document", "received", "request", "owned"])
				assert.equal(kinds.get(kind), undefined, kind);
		}
		assert.equal(codeOf(await ann.module.contact(attempt)), "attempt-unknown");
		await town.close();
	});

	test("takes nothing by a clock that is ahead: what is owed is still told once it is mended", async () => {
		const town = await openTown();
		const wrong = { seconds: 0 };
		const ann = await town.wallet(1_000n, { now: () => town.clock.now + wrong.seconds });
		const bob = await town.wallet();
		const { attempt } = await pay({ town, ann, bob }, without(bob.handle, "release"));
		wrong.seconds = 10 * 365 * 86_400;
		await ann.module.forget();
		wrong.seconds = 0;
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("takes requests that nobody answered once they have expired, and not before", async () => {
		const { town, bob, stores } = await openPair();
		for (let i = 0; i < 5; i++) ok(await bob.request({ asset: town.asset, amount: 1n }));
		const direct = ok(await bob.request({ asset: town.asset, amount: 1n, mode: "direct" }));
		assert.equal(await bob.module.forget(), 0);
		town.clock.now += 3_601;
		assert.equal(await bob.module.forget(), 5);
		// What is paid directly may be on its way still.
		assert.deepEqual((await census(stores[1])).get("request"), 1);
		town.clock.now += keep;
		assert.equal(await bob.module.forget(), 1);
		assert.ok(direct.digest);
		await town.close();
	});

	test("keeps what is in doubt, however old, until it is ruled", async () => {
		const pair = await openPair();
		const { town, ann, bob } = pair;
		const { attempt } = await pay(pair, without(bob.handle, "reserved"));
		town.clock.now += 2 * keep;
		await town.renew(ann, bob);
		for (const wallet of [ann, bob]) await wallet.module.forget();
		assert.deepEqual([ann.module.payer(attempt), bob.module.payee(attempt)], ["locked", "reserved"]);
		assert.equal(ok(await ann.askRefund(attempt)), "refunded");
		await ann.module.forget();
		assert.equal(ann.module.payer(attempt), undefined);
		await town.close();
	});

	test("drops documents as soon as nobody can ask for them again", async () => {
		const pair = await openPair();
		const { ann, bob, town, stores } = pair;
		const { attempt } = await pay(pair, without(bob.handle, "reserved"));
		assert.deepEqual(
			[(await census(stores[0])).get("document"), (await census(stores[1])).get("document")],
			[1, 1],
		);
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.deepEqual(
			[(await census(stores[0])).get("document"), (await census(stores[1])).get("document")],
			[undefined, undefined],
		);
		assert.deepEqual(ann.module.documents(attempt), documents);
		await town.close();
	});
});

describe("an enrolment", () => {
	test("whose answer was lost is the same enrolment again: one key, one account", async () => {
		const town = await openTown();
		const device = town.device();
		const ann = await device.open();
		let enrolled = 0;
		const { operator } = town;
		const { trustList, freezeList, appeal, withdraw, claim, rule, release, account } = operator;
		const lost = async (encoded: Bytes): Promise<Refusal> => {
			await operator.enrol(encoded);
			enrolled++;
			return { kind: "refusal", code: "channel-failed", detail: "" };
		};
		const deaf = { trustList, freezeList, appeal, enrol: lost, withdraw, claim, rule, release, account };
		assert.equal((await ann.join(deaf, operator.id, asked))?.code, "channel-failed");
		const again = await device.open();
		assert.equal((await again.join(deaf, operator.id, asked))?.code, "channel-failed");
		assert.equal(await again.join(operator, operator.id, asked), undefined);
		assert.equal(enrolled, 2);
		const keys = [...(await device.store.load()).keys()].filter((key) => key.startsWith("keys/signing/"));
		assert.equal(keys.length, 1);
		assert.equal(again.module.certificates().length, 1);
		await town.close();
	});

	test("is made anew once a certificate has expired", async () => {
		const town = await openTown({ policy: { certificateValidity: 86_400 } });
		const ann = await town.wallet(100n);
		town.clock.now += 86_400;
		assert.equal(codeOf(await ann.request({ asset: town.asset, amount: 1n })), "certificate-expired");
		assert.equal(await ann.join(town.operator, town.operator.id, asked), undefined);
		assert.equal(ann.module.certificates().length, 2);
		ok(await ann.request({ asset: town.asset, amount: 1n }));
		await town.close();
	});
});

describe("a trust list that has expired", () => {
	test("lets what was begun end, and nothing new begin", async () => {
		const town = await openTown({ policy: { trustListValidity: 1_000 } });
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const { attempt } = await pay({ town, ann, bob }, without(bob.handle, "release"));
		const open = ok(await bob.request({ asset: town.asset, amount: 1n }));
		town.clock.now += 1_000;
		assert.equal(codeOf(await ann.start({ request: open.encoded })), "trust-list-expired");
		assert.equal(codeOf(await bob.request({ asset: town.asset, amount: 1n })), "trust-list-expired");
		assert.equal(ok(await ann.recover(attempt, inProcessChannel(bob.handle))), "spent");
		assert.equal(bob.balance(town.asset).available, 300n);
		// Upkeep brings the newer list.
		ok(await ann.upkeep({ links: 0, bytes: 0, time: 0, count: 1 }));
		assert.equal(codeOf(await ann.start({ request: open.encoded })), "ok");
		await town.close();
	});
});

describe("secrets", () => {
	test("are in no refusal, no error and nothing that is printed", async () => {
		const pair = await openPair();
		const { town, ann, bob } = pair;
		const passphrase = "a passphrase that nobody should read";
		const { attempt } = await pay(pair, without(bob.handle, "release"));
		const release = ok(await ann.module.contact(attempt)).map(parseMessage)[0];
		assert.ok(release?.kind === "release" && "secret" in release);
		const backup = await ann.module.backup(passphrase, "interactive");
		const printed = [
			inspect(ann, { depth: 12, showHidden: true }),
			inspect(ann.module, { depth: 12, showHidden: true }),
			inspect(await bob.handle([serializeMessage({ kind: "release", attempt, secret: random(32) })])),
			JSON.stringify(await ann.cancel(attempt)),
			Buffer.from(backup).toString("latin1"),
		].join("\n");
		const secrets = [passphrase, toHex(release.secret), Buffer.from(release.secret).toString("latin1")];
		for (const secret of secrets) assert.ok(!printed.includes(secret));
		assert.ok(!printed.includes([...release.secret].slice(0, 8).join(", ")));
		await town.close();
	});
});
