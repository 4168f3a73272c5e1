/** A wallet whose operator has too much to do: what it ordered is kept, sent again under its key, and carried out once. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startServer, usualDoor } from "@tenten/operator";
import { equalBytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { httpOperatorClient, type Wallet } from "@tenten/wallet";
import { ok, openTown, random, type Town } from "./support/town.ts";

type Sent = { readonly path: string; readonly key: string | null; readonly body: string };

/** A town whose operator lets in one at a time, and somebody else is in, who sends slowly until they are let go. */
async function busyTown(t: TestContext) {
	const town = await openTown();
	const ann = await town.wallet(1_000n);
	assert.equal(await deposit(town, ann, 100n), undefined);
	const log = { info: () => undefined, error: () => undefined };
	const door = { ...usualDoor, most: 1, least: 1, patience_ms: 600_000 };
	const server = await startServer({ operator: town.operator, port: 0, log, door });
	const claims = `${server.url}/v1/claims`;
	const headers = { "content-type": "application/cose", "idempotency-key": "slow", "content-length": 2 };
	const slow = request(claims, { method: "POST", headers });
	slow.write("x");
	const answered = once(slow, "response") as Promise<[IncomingMessage]>;
	answered.catch(() => undefined);
	while ((await fetch(claims, { method: "POST" })).status !== 503) await pause(20);
	t.after(async () => {
		slow.destroy();
		await server.close();
		await town.close();
	});
	const letGo = (): void => {
		slow.end("x");
	};
	const expectBooks = async (): Promise<void> => {
		const [{ statusCode }] = await answered;
		assert.equal(statusCode, 400, "the slow one sent no claim");
		assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
	};
	return { town, ann, url: server.url, letGo, expectBooks };
}

function deposit({ operator, asset }: Town, wallet: Wallet, amount: bigint): Promise<Refusal | undefined> {
	const own = wallet.module.certificates().find(({ operatorId }) => equalBytes(operatorId, operator.id));
	return operator.deposit(random(32), own?.hash ?? random(32), asset.code, amount);
}

/** Notes what is sent that moves value. */
function noting(sent: Sent[], onAnswer: (status: number) => void = () => undefined): typeof fetch {
	return async (input, init) => {
		const asked = new Request(input, init);
		const body = toHex(new Uint8Array(await asked.clone().arrayBuffer()));
		const key = asked.headers.get("idempotency-key");
		if (key !== null) sent.push({ path: new URL(asked.url).pathname, key, body });
		const answer = await fetch(asked);
		onAnswer(answer.status);
		return answer;
	};
}

function expectTurnedAway(result: unknown): void {
	assert.ok(isRefusal(result), "turned away");
	const { code, again_s } = result as Refusal;
	assert.deepEqual([code, again_s], ["overloaded", 1]);
}

/** Orders that were sent, each with the keys and bodies under which it was. */
function bySending(sent: readonly Sent[]): readonly (readonly [path: string, sendings: number])[] {
	const orders = new Map<string, Sent[]>();
	for (const each of sent) orders.set(each.path, [...(orders.get(each.path) ?? []), each]);
	for (const [path, sendings] of orders)
		assert.equal(new Set(sendings.map(({ key, body }) => `${key} ${body}`)).size, 1, path);
	return [...orders].map(([path, sendings]) => [path, sendings.length] as const);
}

test("what an operator turns away stays as it was ordered, and is carried out once when it has room", async (t) => {
	const { town, ann, url, letGo, expectBooks } = await busyTown(t);
	const sent: Sent[] = [];
	ann.connect(town.operator.id, httpOperatorClient({ url, patience_ms: 0, fetch: noting(sent) }));
	expectTurnedAway(await ann.topUp(town.asset, 100n));
	expectTurnedAway(await ann.redeem(town.asset, 300n));
	assert.equal((await ann.module.pendingOrders()).length, 2);
	assert.equal(ann.balance(town.asset).available, 700n, "what was ordered is paid to nobody else");

	const told: Refusal[] = [];
	assert.equal(await ann.settlePending((refusal) => told.push(refusal)), 0);
	assert.equal(told.length, 1, "whoever is turned away brings nothing else to the same door");
	expectTurnedAway(told[0]);
	assert.deepEqual(
		bySending(sent).map(([, sendings]) => sendings),
		[1, 1],
		"not before the operator wants it",
	);

	letGo();
	let settled = 0;
	for (const until = Date.now() + 60_000; settled < 2 && Date.now() < until; await pause(50))
		settled += await ann.settlePending();
	assert.equal(settled, 2);
	assert.equal(ann.balance(town.asset).available, 800n);
	assert.equal(ok(await ann.account(town.asset)), 300n);
	assert.equal(await town.outstanding(), 800n);
	assert.ok(bySending(sent).every(([, sendings]) => sendings > 1));
	await expectBooks();
});

test("a wallet waits as long as it was told and asks again by itself, under the same key", async (t) => {
	const { town, ann, url, letGo, expectBooks } = await busyTown(t);
	const sent: Sent[] = [];
	let turnedAwayAt_ms = 0;
	const fetch = noting(sent, (status) => {
		if (status !== 503) return;
		turnedAwayAt_ms = performance.now();
		letGo();
	});
	ann.connect(town.operator.id, httpOperatorClient({ url, patience_ms: 60_000, fetch }));
	assert.equal(ok(await ann.redeem(town.asset, 300n)).credited, 300n);
	assert.ok(performance.now() - turnedAwayAt_ms >= 1_000);
	const [[path, sendings] = []] = bySending(sent);
	assert.equal(path, "/v1/claims");
	assert.ok((sendings ?? 0) >= 2);
	assert.equal((await ann.module.pendingOrders()).length, 0);
	await expectBooks();
});
