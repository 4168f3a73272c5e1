/** Operators ask each other over HTTP, and believe nothing that the other did not sign for them, now and once. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { toHex } from "@tenten/protocol";
import { day, generateKey, signerFrom } from "../../module/test/support/world.ts";
import { startServer } from "../src/index.ts";
import { hearAnswer } from "../src/peers/message-signature.ts";
import { createEcosystem } from "./support/ecosystem.ts";
import {
	askForDebts,
	createPeers,
	forkBetween,
	type Peers,
	sendSigned,
	signedQuestion,
} from "./support/peers.ts";

let peers: Peers;
before(async () => {
	peers = await createPeers();
});
after(() => peers.close());

type Problem = { readonly code: string; readonly detail: string };
type Page = {
	readonly debts: readonly {
		readonly culprit: string;
		readonly caseFiles: readonly string[];
		readonly drawn: { readonly value: string };
		readonly owed: { readonly value: string };
	}[];
	readonly cursor: string | null;
};

const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as Problem).code;
const amounts = ({ debts }: Page) => debts.map(({ drawn, owed }) => [drawn.value, owed.value]);

test("an operator learns what its holders owe a peer: who, by which case, and what is repaid", async () => {
	const { west, east } = peers;
	const culprit = await forkBetween(west.ecosystem, east.ecosystem, 300n);
	await forkBetween(west.ecosystem, west.ecosystem, 200n);
	const { operator } = west.ecosystem;
	const id = west.ecosystem.world.random();
	const debt = { id, culprit: culprit.certificate.hash, code: "JPY", amount: 100n, how: "repaid" as const };
	assert.equal(await operator.settleDebt(debt), undefined);
	const answer = await askForDebts(east, operator.id);
	assert.equal(answer.status, 200);
	const page = (await answer.json()) as Page;
	assert.deepEqual(amounts(page), [["300", "200"]]);
	assert.equal(page.debts[0]?.culprit, toHex(culprit.certificate.hash));
	const [caseFile = ""] = page.debts[0]?.caseFiles ?? [];
	const known = (await operator.caseFiles(null)).map((each) => toHex(each.id));
	assert.ok(known.includes(caseFile));
	const back = (await (await askForDebts(west, east.ecosystem.operator.id)).json()) as Page;
	assert.deepEqual(back, { debts: [], cursor: null });
});

test("keys of P-256 do as well", async () => {
	const pair = await createPeers("ES256");
	await forkBetween(pair.west.ecosystem, pair.east.ecosystem, 50n);
	const page = (await (await askForDebts(pair.east, pair.west.ecosystem.operator.id)).json()) as Page;
	assert.deepEqual(amounts(page), [["50", "50"]]);
	await pair.close();
});

const rulingKeyOf = ({ ecosystem }: Peers["east"]) => ecosystem.world.operator.ruling;

test("a question is answered once: not again, not by another process, and of five at once one", async () => {
	const { west, east } = peers;
	const question = await signedQuestion(west, rulingKeyOf(east));
	assert.equal((await sendSigned(west, question)).status, 200);
	assert.equal(await codeOf(await sendSigned(west, question)), "peer-request-replayed");
	const log = { info: () => undefined, error: () => undefined };
	const other = await startServer({ operator: west.ecosystem.operator, port: 0, log });
	assert.equal(await codeOf(await sendSigned({ server: other }, question)), "peer-request-replayed");
	await other.close();
	const nonceless = await signedQuestion(west, rulingKeyOf(east));
	const together = await Promise.all([1, 2, 3, 4, 5].map(() => sendSigned(west, nonceless)));
	assert.deepEqual(together.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
});

test("the nonce of another operator takes none of one's own", async () => {
	const { west, east } = peers;
	const nonce = "the same";
	for (const each of [east, west])
		assert.equal(
			(await sendSigned(west, await signedQuestion(west, rulingKeyOf(each), { nonce }))).status,
			200,
		);
});

test("what was sent to one operator is shown to no other", async () => {
	const { west, east } = peers;
	const third = await createEcosystem({ seed: "third", url: "https://third.example" });
	third.operator.setPeers([west.ecosystem.operator.entry]);
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator: third.operator, port: 0, log });
	const question = await signedQuestion(east, rulingKeyOf(west));
	assert.equal(await codeOf(await sendSigned({ server }, question)), "peer-signature-invalid");
	assert.equal((await sendSigned(east, question)).status, 200);
	await server.close();
	await third.operator.close();
});

test("an operator that is listed no longer is not heard any more", async () => {
	const { west, east } = peers;
	west.ecosystem.operator.setPeers([]);
	const question = await signedQuestion(west, rulingKeyOf(east));
	assert.equal(await codeOf(await sendSigned(west, question)), "peer-unknown");
	west.ecosystem.operator.setPeers([east.ecosystem.operator.entry]);
	assert.equal((await sendSigned(west, await signedQuestion(west, rulingKeyOf(east)))).status, 200);
});

test("a rotated ruling key is heard once it is listed, and what it took the place of no more", async () => {
	const pair = await createPeers();
	const { west, east } = pair;
	const before = rulingKeyOf(east);
	const { operator, clock } = east.ecosystem;
	const acting = { actor: "test", requestId: "test" };
	assert.equal((await operator.signingKeys.rotate(acting, "ruling", clock.now)).kind, "changed");
	assert.equal((await askForDebts(east, west.ecosystem.operator.id)).status, 502);
	await operator.tend();
	west.ecosystem.operator.setPeers([operator.entry]);
	assert.equal((await askForDebts(east, west.ecosystem.operator.id)).status, 200);
	assert.equal(await codeOf(await sendSigned(west, await signedQuestion(west, before))), "peer-unknown");
	await pair.close();
});

test("refusals to whoever was heard are signed too", async () => {
	const { west, east } = peers;
	const body = new Uint8Array(Buffer.from('{"cursor":"none"}'));
	const question = await signedQuestion(west, rulingKeyOf(east), { body });
	const answer = await sendSigned(west, question);
	const signed = { status: answer.status, headers: answer.headers, body: await bytesOf(answer) };
	assert.equal(answer.status, 400);
	const { world, clock } = east.ecosystem;
	const heard = await hearAnswer(signed, question, await trustOf(east), clock.now);
	assert.equal(heard.kind, "heard");
	assert.equal((await hearAnswer(signed, question, world.trust, clock.now)).kind, "unheard");
});

async function bytesOf(answer: Response): Promise<Uint8Array> {
	return new Uint8Array(await answer.arrayBuffer());
}

/** An answer of west, meddled with on its way to east. */
async function meddled(
	change: (answer: Response) => Promise<Response> | Response,
): Promise<Problem & { readonly status: number }> {
	const { west } = peers;
	const { operator } = west.ecosystem;
	const between = createServer(async (request: IncomingMessage, response: ServerResponse) => {
		const headers = request.headers as Record<string, string>;
		const passed = await fetch(`${west.server.url}${request.url}`, {
			method: request.method ?? "",
			headers: Object.fromEntries(
				Object.entries(headers).filter(([name]) => /^(content-(type|digest)|signature)/.test(name)),
			),
			body: await text(request),
		});
		const changed = await change(passed);
		response.writeHead(changed.status, Object.fromEntries(changed.headers));
		response.end(await bytesOf(changed));
	});
	await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
	const { port } = between.address() as { readonly port: number };
	const { ecosystem, server } = peers.east;
	// West is where somebody in between listens, and signs for the address that it believes to be its own.
	const own = operator.peers.targetOf;
	operator.peers.targetOf = (path) => `http://127.0.0.1:${port}${path}`;
	ecosystem.operator.setPeers([{ ...operator.entry, url: `http://127.0.0.1:${port}` }]);
	const answer = await askForDebts({ ecosystem, server }, operator.id);
	ecosystem.operator.setPeers([operator.entry]);
	operator.peers.targetOf = own;
	between.close();
	return { ...((await answer.json()) as Problem), status: answer.status };
}

test("an answer that was changed, swapped or made up on its way is none", async () => {
	assert.equal((await meddled((answer) => answer)).status, 200);
	const changes: readonly ((answer: Response) => Promise<Response> | Response)[] = [
		async (answer) => {
			const page = (await answer.text()).replace('"cursor"', '"Cursor"');
			return new Response(page, { status: answer.status, headers: answer.headers });
		},
		(answer) => new Response(answer.body, { status: 203, headers: answer.headers }),
		() => Response.json({ debts: [], cursor: null }),
		() => new Response("<html>", { status: 200 }),
		() => new Response(new Uint8Array(2_000_000), { status: 200 }),
	];
	for (const change of changes) {
		const { status, code } = await meddled(change);
		assert.deepEqual([status, code], [502, "peer-failed"]);
	}
});

test("another listed operator answers for nobody but itself", async () => {
	const { east, west } = peers;
	const third = await createEcosystem({ seed: "fourth" });
	const { operator } = third;
	const log = { info: () => undefined, error: () => undefined };
	const server = await startServer({ operator, port: 0, log });
	operator.peers.targetOf = (path) => `${server.url}${path}`;
	operator.setPeers([east.ecosystem.operator.entry]);
	const claimed = { ...west.ecosystem.operator.entry, url: server.url };
	east.ecosystem.operator.setPeers([claimed, operator.entry]);
	const answer = await askForDebts(east, west.ecosystem.operator.id);
	assert.deepEqual([answer.status, ((await answer.json()) as Problem).detail], [502, "another's answer"]);
	east.ecosystem.operator.setPeers([west.ecosystem.operator.entry]);
	await server.close();
	await operator.close();
});

test("a stranger learns nothing from a route of peers, and costs no row", async () => {
	const { west } = peers;
	const before = await nonces();
	const { privateKey } = generateKey("Ed25519");
	const question = await signedQuestion(west, signerFrom(privateKey, "Ed25519"));
	assert.equal(await codeOf(await sendSigned(west, question)), "peer-unknown");
	assert.equal(await nonces(), before);
});

test("nonces are forgotten days after they counted, where nothing but peers asks", async (t) => {
	const pair = await createPeers();
	t.after(pair.close);
	const { west, east } = pair;
	for (const days of [0, 7]) {
		for (const { ecosystem } of [west, east]) ecosystem.clock.now += days * day + 1;
		west.ecosystem.operator.setPeers([east.ecosystem.operator.entry]);
		assert.equal((await sendSigned(west, await signedQuestion(west, rulingKeyOf(east)))).status, 200);
		assert.equal(await nonces(west), 1);
	}
});

function nonces({ ecosystem } = peers.west): Promise<number> {
	return ecosystem.operator.store.read(async (transaction) => {
		const rows = await transaction.selectFrom("idempotency_keys").select("scope").execute();
		return rows.length;
	});
}

async function trustOf({ ecosystem }: Peers["east"]) {
	const { Trust, verifyTrustList } = await import("@tenten/protocol");
	const { expectValue, verify } = await import("../../module/test/support/world.ts");
	const { operator, clock } = ecosystem;
	const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
	return new Trust(expectValue(verifyTrustList(await operator.trustList(), context)), verify);
}
