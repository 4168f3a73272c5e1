/**
 * Value of another ecosystem, between wallets of both: a real log of its operator, witnesses on loopback, and a payee
 * that takes it while they watch, offline with what it kept, and not otherwise.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
	assetHash,
	type Batch,
	type Bytes,
	type Issue,
	isRefusal,
	issueId,
	type KnownLogs,
	type LineProof,
	lineKey,
	type Policy,
	parseMessage,
	parsePolicy,
	proveLine,
	type Refusal,
	refuse,
	type Signer,
	serializeLeaf,
	serializeLoggedProof,
	sumAlgebra,
	toUtf8,
	verifierKey,
	writePortableProof,
	writeVerifierKey,
} from "@tenten/protocol";
import { ForeignGate, inProcessChannel, type LogDoor, memorySettings, type Wallet } from "@tenten/wallet";
import { signerFrom, verify } from "../packages/module/src/index.ts";
import {
	cosign,
	folderSource,
	LogReader,
	LogWriter,
	publicFolder,
	startWitness,
	WitnessStore,
} from "../packages/operator/src/index.ts";
import { PagedTree } from "../packages/protocol/test/seal/support/naive.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";
import { openTwoTowns } from "./support/two-towns.ts";

const hour = 3600;
const origin = "log.code.example";
const quiet = { info: (): void => {}, error: (): void => {} };
const numbers = [1, 2, 3];
const salt = new Uint8Array(32);

type Witnessed = {
	/** the newest checkpoint, cosigned by those that answer */
	readonly publish: () => Promise<Bytes>;
	/** appends a batch of these issues; their proofs under the newest checkpoint */
	readonly log: (issues: readonly Issue[]) => Promise<(issue: Bytes) => Promise<Bytes | Refusal>>;
	readonly policy: Policy;
	/** ends every witness */
	readonly silence: () => Promise<void>;
};

/** A log with three witnesses of which two are the quorum; all of them read `clock`. */
async function witnessedLog(t: TestContext, clock: { readonly now: number }): Promise<Witnessed> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-foreign-"));
	mkdirSync(join(folder, "log"));
	const signer = signerFrom(random(32), "Ed25519");
	const logKey = verifierKey(origin, "note", signer.key.bytes);
	const logs: KnownLogs = new Map([[origin, [logKey]]]);
	const writer = ok(await LogWriter.begin(join(folder, "log"), origin, signer));
	const lines = [`log ${writeVerifierKey(logKey)}`];
	const closing: (() => Promise<void>)[] = [];
	for (const number of numbers) {
		const own: Signer = signerFrom(random(32), "Ed25519");
		const key = verifierKey(`w${number}.example`, "cosignature", own.key.bytes);
		const file = join(folder, `${number}.db`);
		WitnessStore.create(file, key);
		const now = (): number => 1000 * clock.now;
		const server = ok(await startWitness({ file, signer: own, logs, verify, log: quiet, port: 0, now }));
		closing.push(server.close);
		lines.push(`witness w${number} ${writeVerifierKey(key)} ${server.url}`);
	}
	lines.push("group g 2 w1 w2 w3", "quorum g");
	const policy = ok(parsePolicy(toUtf8(lines.map((line) => `${line}\n`).join(""))));
	const sizes = new Map<string, number>();
	const reader = (size: number) => new LogReader(folderSource(publicFolder(join(folder, "log"))), size);
	const silence = async (): Promise<void> => {
		for (const close of closing.splice(0)) await close();
	};
	t.after(async () => {
		await silence();
		await writer.close();
		rmSync(folder, { recursive: true });
	});
	const publish = async (): Promise<Bytes> => {
		const head = await writer.integrate();
		const proofFrom = async (oldSize: number) => ok(await reader(head.size).consistency(oldSize));
		return ok(await cosign(head.note, { policy, proofFrom, verify, sizes, linger_ms: 60_000 })).note;
	};
	const log: Witnessed["log"] = async (issues) => {
		const tree = new PagedTree(sumAlgebra);
		tree.change(issues.map((issue) => ({ key: lineKey(issueId(issue), salt), entry: issue.amount })));
		const { hash: root, sum: total } = tree.root();
		const asset = assetHash((issues[0] as Issue).asset);
		const batch: Batch = { kind: "issues", asset, count: issues.length, total, root };
		const { first } = ok(await writer.append([toUtf8("before"), serializeLeaf({ kind: "batch", batch })]));
		return async (issue) => {
			const item = proveLine(tree.stored, issue, salt) as LineProof | undefined;
			if (item === undefined) return refuse("not-logged");
			const checkpoint = await publish();
			const path = ok(await reader(writer.size).inclusion(first + 1));
			const place = writePortableProof({ index: first + 1, path, checkpoint });
			return serializeLoggedProof({ proof: { kind: "item", batch, proof: item }, place });
		};
	};
	return { publish, log, policy, silence };
}

const nobody = async (): Promise<Refusal> => refuse("channel-failed", "out of reach");
const away: LogDoor = { checkpoint: nobody, proof: nobody };

type Scene = {
	readonly home: Town;
	readonly other: Town;
	/** pays in what `other` issued */
	readonly ann: Wallet;
	/** at home; the door may be changed */
	readonly shop: Wallet;
	readonly gate: ForeignGate;
	readonly door: { current: LogDoor };
	readonly witnessed: Witnessed;
	readonly issues: readonly Issue[];
	readonly pass: (seconds: number) => void;
};

async function scene(t: TestContext): Promise<Scene> {
	const [home, other] = await openTwoTowns();
	const ann = await other.wallet(500n);
	const witnessed = await witnessedLog(t, home.clock);
	const door = { current: away };
	const gate = new ForeignGate({
		ecosystems: {
			homes: [home.operator.id],
			foreign: [{ operator: other.operator.id, policy: witnessed.policy, oldMost_s: 300 }],
		},
		door: {
			checkpoint: (operator) => door.current.checkpoint(operator),
			proof: (operator, issue) => door.current.proof(operator, issue),
		},
		settings: memorySettings(),
		verify,
		now: () => home.clock.now,
	});
	const shop = await home.wallet(0n, { foreign: gate });
	t.after(async () => {
		await home.close();
		await other.close();
	});
	const issues = ok(ann.module.trust) && issuesOf(await transferOf(other, ann));
	const pass = (seconds: number): void => {
		home.clock.now += seconds;
		other.clock.now += seconds;
	};
	return { home, other, ann, shop, gate, door, witnessed, issues, pass };
}

/** The issues behind what a wallet would pay with: read from a transfer that is given up again. */
async function transferOf(town: Town, ann: Wallet): Promise<Bytes> {
	const reader = await town.wallet();
	const { encoded } = ok(await reader.request({ asset: town.asset, amount: 1n }));
	const { attempt, messages } = ok(await ann.start({ request: encoded }));
	assert.equal(await ann.cancel(attempt), undefined);
	return messages[0] as Bytes;
}

function issuesOf(encoded: Bytes): readonly Issue[] {
	const message = ok(parseMessage(encoded));
	return message.kind === "transfer" ? message.tokens.map(({ issue }) => issue.issue) : [];
}

/** What the shop answers to a payment of ann's; `reserved` where it takes it, and then it is paid. */
async function answerTo({ ann, shop, other }: Scene, amount: bigint): Promise<string> {
	const { encoded } = ok(await shop.request({ asset: other.asset, amount }));
	const { attempt, messages } = ok(await ann.start({ request: encoded }));
	const answers = await shop.handle(messages);
	const message = ok(parseMessage(answers[0] as Bytes));
	if (message.kind === "refused") {
		await ann.cancel(attempt, inProcessChannel(shop.handle));
		return message.code;
	}
	const released = await ann.handle(answers);
	await shop.handle(released);
	return message.kind;
}

test("young value is taken under a fresh quorum, and not without one", async (t) => {
	const made = await scene(t);
	assert.equal(await answerTo(made, 10n), "quorum-missing");
	made.door.current = { ...away, checkpoint: made.witnessed.publish };
	assert.equal(await answerTo(made, 10n), "reserved");
	made.door.current = away;
	made.pass(301);
	assert.equal(await answerTo(made, 10n), "quorum-stale");
	assert.equal((await made.gate.mark(made.other.operator.id)).kind, "stale");
	assert.equal(made.shop.balance(made.other.asset).available, 10n);
	made.door.current = { ...away, checkpoint: made.witnessed.publish };
	assert.equal(await answerTo(made, 10n), "reserved");
	assert.equal((await made.gate.mark(made.other.operator.id)).kind, "fresh");
});

test("an hour after its issue it is taken with its proof alone; offline with what was kept, while the quorum is fresh", async (t) => {
	const made = await scene(t);
	made.pass(hour + 1);
	made.door.current = { ...away, checkpoint: made.witnessed.publish };
	assert.equal(await answerTo(made, 10n), "issue-unlogged");
	const proof = await made.witnessed.log(made.issues);
	made.door.current = { ...made.door.current, proof: (_, issue) => proof(issue) };
	assert.equal(await answerTo(made, 10n), "reserved");
	made.door.current = away;
	assert.equal(await answerTo(made, 10n), "reserved");
	made.pass(301);
	assert.equal(await answerTo(made, 10n), "quorum-stale");
	assert.equal(made.shop.balance(made.other.asset).available, 20n);
});

test("a proof that the payer carries serves a payee that cannot reach the operator", async (t) => {
	const made = await scene(t);
	made.pass(hour + 1);
	const proof = await made.witnessed.log(made.issues);
	const [issue] = made.issues as [Issue];
	const carried = ok(await proof(issueId(issue)));
	const other = { ...issue, amount: issue.amount + 1n };
	const refused = await made.gate.take(other, carried);
	assert.ok(isRefusal(refused) && refused.code === "proof-invalid");
	assert.equal(await answerTo(made, 10n), "quorum-missing");
	assert.equal(await made.gate.take(issue, carried), undefined);
	assert.equal(await answerTo(made, 10n), "reserved");
});

test("a checkpoint that witnesses did not cosign opens nothing, and value of an operator without a policy neither", async (t) => {
	const made = await scene(t);
	await made.witnessed.silence();
	made.door.current = { ...away, checkpoint: made.witnessed.publish };
	assert.equal(await answerTo(made, 10n), "quorum-missing");
	assert.equal((await made.gate.mark(made.other.operator.id)).kind, "uncosigned");
	const stranger = await openTown();
	const unknown = { ...(made.issues[0] as Issue), asset: stranger.asset };
	const refused = await made.gate.refuse([unknown]);
	assert.ok(isRefusal(refused) && refused.code === "quorum-missing");
	await stranger.close();
});

test("value of one's own ecosystem asks nobody", async (t) => {
	const made = await scene(t);
	const payer = await made.home.wallet(100n);
	const { encoded } = ok(await made.shop.request({ asset: made.home.asset, amount: 100n }));
	const paid = ok(await payer.pay({ request: encoded }, inProcessChannel(made.shop.handle)));
	assert.equal(paid.fundsState, "spent");
});

test("whoever decides an exchange gives no secret for foreign value that nobody watches", async (t) => {
	const made = await scene(t);
	const { home, other, ann, shop } = made;
	await home.fund(shop, 50n);
	const against = { asset: home.asset, amount: 10n };
	const { encoded } = ok(
		await ann.request({
			asset: against.asset,
			amount: 10n,
			mode: "exchange",
			against: { asset: other.asset, amount: 20n },
		}),
	);
	const { attempt, messages } = ok(await shop.start({ request: encoded }));
	const answers = await ann.handle(messages);
	assert.equal(ok(parseMessage(answers[0] as Bytes)).kind, "counterTransfer");
	assert.deepEqual(await shop.handle(answers), []);
	assert.equal(shop.module.payer(attempt), "locked");
	made.door.current = { ...away, checkpoint: made.witnessed.publish };
	const released = await shop.handle(answers);
	assert.equal(ok(parseMessage(released[0] as Bytes)).kind, "release");
});
