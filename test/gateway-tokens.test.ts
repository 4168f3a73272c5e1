/** What a device holds is at its gateway as soon as it can be, waits for nothing, and is its party's when it is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	equalBytes,
	type FogQuestion,
	isRefusal,
	keyId,
	parse,
	parseReply,
	parseRulingReply,
	type Refusal,
	refuse,
	type Signer,
	serializeRulingRequest,
	sha256,
	signDeviceQuestion,
	signStatement,
	toHex,
	token as tokenShape,
	verifyToken,
} from "@tenten/protocol";
import {
	type AskGateway,
	fogByHttp,
	Gateway,
	type HeldByDevice,
	heldAtGateway,
	inProcessChannel,
	type Wallet,
} from "@tenten/wallet";
import { besideTown, eventually } from "./support/beside.ts";
import { certifyDevice, give, statusListOf } from "./support/robots.ts";
import { newSigner, ok, openTown, random, type Town } from "./support/town.ts";

const outputsOf = (held: readonly { readonly output: Bytes }[]): readonly string[] =>
	held.map(({ output }) => toHex(output)).toSorted();

const holdings = ({ module }: Wallet, { operator }: Town): readonly string[] =>
	outputsOf([...module.devices.holdings(operator.id), ...module.meters.holdings(operator.id)]);

async function heldFor(
	{ operator, clock }: Town,
	by: Signer,
	device: Bytes,
	ask: AskGateway,
): Promise<readonly HeldByDevice[]> {
	const body = { operator: operator.id, device, issuedAt: clock.now };
	return ok(await heldAtGateway(ask, await signDeviceQuestion(body, by), random));
}

async function paid(town: Town, robot: Wallet, shop: Wallet, amount: bigint): Promise<void> {
	const { encoded } = ok(await shop.request({ asset: town.asset, amount }));
	const { fundsState } = ok(await robot.pay({ request: encoded }, inProcessChannel(shop.handle)));
	assert.equal(fundsState, "spent");
}

test("a device is paid, pays and is lost: its party fetches what it held, and is refunded all of it, once", async (t) => {
	const { town, operator, fog } = await besideTown("whole");
	const line = fogByHttp(fog.url);
	t.after(async () => {
		line.close();
		await fog.close();
		await operator.server.close();
		await town.close();
	});
	const [ann, shop, party] = [await town.wallet(2_000n), await town.wallet(), newSigner()];
	const office = await town.wallet();
	assert.equal(await shop.module.devices.takeStatusList(await statusListOf(town)), undefined);
	const gateway = new Gateway({ ask: line.ask, operator: town.operator.id, random });
	const robot = await town.wallet(0n, { gateway });
	await certifyDevice(town, robot, party);
	const [certificate] = robot.module.certificates().filter(({ profile }) => profile.responsible !== null);
	assert.ok(certificate);
	const device = keyId(certificate.key);
	const isKept = async (): Promise<boolean> => {
		const held = outputsOf(await heldFor(town, party, device, line.ask));
		return `${held}` === `${holdings(robot, town)}`;
	};
	await give(town, ann, robot, 300n);
	await give(town, ann, robot, 450n);
	await eventually(isKept);
	assert.equal(fog.standing().tokens, 2);
	await paid(town, robot, shop, 120n);
	await eventually(isKept);
	// By meter too, of which three ticks are paid when it is lost.
	const { asset, clock } = town;
	const price = {
		asset,
		units: 10n,
		perTicks: 1,
		ticks: 25,
		until: clock.now + 3_600,
		step: 1,
		keepEvery: 10,
	};
	const request = ok(await shop.meters.request(price));
	const { meter } = ok(await robot.meters.open({ request: request.encoded }, inProcessChannel(shop.handle)));
	for (let tick = 0; tick < 3; tick++)
		assert.equal(await robot.meters.tick(meter, inProcessChannel(shop.handle)), undefined);
	await eventually(isKept);
	const value = 630n;
	assert.equal(robot.balance(town.asset).available, value - 250n);
	assert.equal(holdings(robot, town).length, fog.standing().tokens);
	await robot.close();

	assert.deepEqual(await heldFor(town, newSigner(), device, line.ask), []);
	const held = await heldFor(town, party, device, line.ask);
	const trust = ok(ann.module.trust);
	let sum = 0n;
	for (const { output, token } of held) {
		const verified = ok(verifyToken(token, trust));
		assert.ok(equalBytes(verified.outputId, output));
		sum += verified.amount;
	}
	assert.equal(sum, value);

	const account = office.module.certificates()[0]?.hash as Bytes;
	const claim = async ({ output, token }: HeldByDevice): Promise<bigint | string> => {
		const says = { kind: "lost", output, account, fallback: null } as const;
		const body = { operator: town.operator.id, says, nonce: random(32), issuedAt: town.clock.now };
		const statement = await signStatement(body, certificate.encoded, party);
		const tokens = [ok(parse(tokenShape, token))];
		const answer = await town.operator.rule(serializeRulingRequest({ kind: "statement", statement, tokens }));
		if (isRefusal(answer)) return answer.code;
		const reply = ok(parseRulingReply(answer as Bytes));
		assert.ok(reply.kind === "ruled" && reply.reply !== null);
		const [result] = ok(parseReply(reply.reply)).results;
		return result?.kind === "paid" ? result.amount : assert.fail(result?.kind);
	};
	for (const each of held) assert.equal(await claim(each), "ruling-early");
	town.clock.now = price.until;
	ok(await shop.meters.claim(meter));
	town.clock.now += 60 * 86_400 + 2 * 7 * 86_400;
	let refunded = 0n;
	for (const each of held) {
		const came = await claim(each);
		assert.ok(typeof came === "bigint", `${came}`);
		refunded += came;
		assert.equal(await claim(each), "ruling-taken");
	}
	assert.equal(refunded, value - 30n);
});

/** A device with 300 and 200, whose gateway answers as it is told to. */
async function besideLiar(answer: AskGateway) {
	const town = await openTown();
	const asked: FogQuestion[] = [];
	const ask: AskGateway = (question) => {
		if (question.kind === "keepTokens") asked.push(question);
		return question.kind === "list" || question.kind === "statusList"
			? Promise.resolve(refuse("list-stale"))
			: answer(question);
	};
	const [ann, shop] = [await town.wallet(1_000n), await town.wallet()];
	assert.equal(await shop.module.devices.takeStatusList(await statusListOf(town)), undefined);
	const device = town.device();
	const open = () => device.open({ gateway: new Gateway({ ask, operator: town.operator.id, random }) });
	const robot = await open();
	await certifyDevice(town, robot, newSigner());
	await give(town, ann, robot, 300n);
	await give(town, ann, robot, 200n);
	/** how many tokens each question since the last time had */
	const counts = (): readonly number[] =>
		asked.splice(0).map((question) => (question.kind === "keepTokens" ? question.tokens.length : 0));
	return { town, ann, shop, robot, open, counts };
}

/** What a gateway that keeps everything says. */
const keeps = (outputsIn: (tokens: readonly Bytes[]) => readonly Bytes[]): AskGateway => {
	return async (question) => {
		if (question.kind !== "keepTokens") return refuse("list-stale");
		return { kind: "keptTokens", id: question.id, outputs: outputsIn(question.tokens) };
	};
};

test("a gateway that does not answer holds up no payment, and has what is held when it answers again", async () => {
	let end = (): void => undefined;
	let isSilent = true;
	let robotIn: Wallet | undefined;
	const all = (): readonly Bytes[] =>
		(robotIn as Wallet).module
			.tokens()
			.map(({ output }) => output)
			.slice(0, 16);
	const { town, robot, shop, counts, ann } = await besideLiar((question) =>
		isSilent
			? new Promise<Refusal>((resolve) => (end = () => resolve(refuse("channel-failed"))))
			: keeps(all)(question),
	);
	robotIn = robot;
	await paid(town, robot, shop, 100n);
	await paid(town, robot, shop, 50n);
	assert.deepEqual(counts(), [1], "what came first is asked about still");
	isSilent = false;
	end();
	ok(await robot.upkeep());
	assert.deepEqual(counts(), [robot.module.tokens().length]);
	// What it keeps is not brought again, and what comes is.
	ok(await robot.upkeep());
	assert.deepEqual(counts(), []);
	await give(town, ann, robot, 70n);
	await robot.close();
	assert.deepEqual(counts(), [1]);
	await town.close();
});

test("a gateway that does not answer is asked once when an upkeep begins and once when it has ended, whatever waits for it", async () => {
	const town = await openTown();
	let asked = 0;
	const ask: AskGateway = async () => {
		asked++;
		return refuse("channel-failed");
	};
	const gateway = new Gateway({ ask, operator: town.operator.id, random });
	const [ann, robot] = [await town.wallet(1_000n), await town.wallet(0n, { gateway })];
	await certifyDevice(town, robot, newSigner());
	await give(town, ann, robot, 300n);
	await eventually(() => asked > 0);
	ok(await robot.upkeep());
	asked = 0;
	ok(await robot.upkeep());
	await eventually(() => asked >= 2);
	assert.equal(asked, 2, "for a list, and for what is held by then");
	await robot.close();
	await town.close();
});

test("a token that its gateway refuses holds up no other, and a gateway that names nothing keeps nothing", async () => {
	let bad: string | undefined;
	const { town, robot, counts } = await besideLiar(async (question) => {
		if (question.kind !== "keepTokens") return refuse("list-stale");
		const { id, tokens } = question;
		bad ??= toHex(sha256(tokens[0] as Bytes));
		const isBad = tokens.some((token) => toHex(sha256(token)) === bad);
		if (isBad) return { kind: "refused", id, code: "sum-mismatch", detail: "" };
		return keeps(() => robot.module.tokens().map(({ output }) => output))(question);
	});
	counts();
	ok(await robot.upkeep());
	const sent = counts();
	assert.ok(sent.includes(1), `${sent}`);
	ok(await robot.upkeep());
	assert.deepEqual(counts(), [1], "the refused one alone, once an upkeep");
	await robot.close();
	await town.close();
	const silent = await besideLiar(keeps(() => [random(32)]));
	silent.counts();
	ok(await silent.robot.upkeep());
	const again = silent.counts();
	assert.ok(again.length > 0 && again.every((count) => count === 2), `${again}`);
	await silent.robot.close();
	await silent.town.close();
});
