/**
 * A wallet and its gateway, with the operator out of reach: lists, approvals where a payment needs one, and records of
 * what a device paid, over MQTT and over HTTP. Nothing that a gateway says is believed, and no record is lost on the way.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunningFog } from "@tenten/operator/fog";
import {
	type Bytes,
	deviceRecord,
	deviceRecordId,
	encodeFogQuestion,
	type FogAnswer,
	type FogApprovalBody,
	type FogQuestion,
	fromHex,
	isRefusal,
	type Offer,
	parse,
	parseFogQuestion,
	parseMessage,
	parseRequest,
	type Refusal,
	type RefusalCode,
	refuse,
	type Signer,
	sha256,
	signApproval,
	toHex,
	verifyApproval,
	verifyMandate,
	verifyRequest,
} from "@tenten/protocol";
import {
	type AskGateway,
	type Channel,
	type FogLine,
	fogByHttp,
	fogByMqtt,
	Gateway,
	inProcessChannel,
	type Wallet,
} from "@tenten/wallet";
import { type Fault, faultyStore, StoreFault } from "../packages/module/test/support/faulty-store.ts";
import { besideTown, eventually } from "./support/beside.ts";
import { certifyDevice, give, statusListOf } from "./support/robots.ts";
import { newSigner, ok, openTown, random } from "./support/town.ts";

function refusalsOver(to: Wallet): Channel & { readonly refused: string[] } {
	const channel = inProcessChannel(to.handle);
	const refused: string[] = [];
	return {
		refused,
		exchange: async (messages) => {
			const answers = await channel.exchange(messages);
			for (const encoded of isRefusal(answers) ? [] : answers) {
				const message = parseMessage(encoded);
				// What a payer cancels then is known to nobody.
				const isOne = !isRefusal(message) && message.kind === "refused" && message.code !== "attempt-unknown";
				if (isOne) refused.push(message.code);
			}
			return answers;
		},
	};
}

const lines: Readonly<Record<string, (fog: RunningFog) => Promise<FogLine>>> = {
	HTTP: async ({ url }) => fogByHttp(url),
	MQTT: async ({ broker, standing }) => {
		const gateway = fromHex(standing().gateway) as Bytes;
		return ok(await fogByMqtt({ url: broker, gateway, rules: { loopback: true } }));
	},
};

for (const [name, open] of Object.entries(lines))
	test(`by ${name}, with the operator out of reach: lists, approvals within the mandate, and records once each`, async (t) => {
		const { town, operator, fog } = await besideTown(name);
		const line = await open(fog);
		t.after(async () => {
			line.close();
			await fog.close();
			await operator.server.close();
			await town.close();
		});
		const of = { ask: line.ask, operator: town.operator.id, random };
		const needsApproval = ({ accepted }: Offer): boolean => accepted.amount >= 100n;
		const shop = await town.wallet(0n, { gateway: new Gateway({ ...of, needsApproval }) });
		const ann = await town.wallet(2_000n);
		const robot = await town.wallet(0n, { gateway: new Gateway(of) });
		await certifyDevice(town, robot, newSigner());
		for (let i = 0; i < 4; i++) await give(town, ann, robot, 250n);
		operator.fate = () => "lost";

		// What it knows, its gateway told it.
		assert.deepEqual(shop.module.devices.statusLists(), []);
		ok(await shop.upkeep());
		assert.deepEqual(shop.module.devices.statusLists(), operator.statuses);

		const pay = async (amount: bigint) => {
			const channel = refusalsOver(shop);
			const { encoded } = ok(await shop.request({ asset: town.asset, amount }));
			const paid = ok(await robot.pay({ request: encoded }, channel));
			return { ...paid, refused: channel.refused };
		};
		const large = await pay(150n);
		assert.deepEqual([large.fundsState, large.refused], ["spent", []]);
		const approval = shop.module.devices.approval(large.attempt) ?? assert.fail("no approval is kept");
		const { body } = ok(verifyApproval(approval, ok(shop.module.trust)));
		assert.deepEqual([body.amount, body.from], [150n, 0n]);
		const small = await pay(50n);
		assert.equal(small.fundsState, "spent");
		assert.equal(shop.module.devices.approval(small.attempt), undefined);
		const value = robot.balance(town.asset).available;
		const beyond = await pay(201n);
		assert.deepEqual([beyond.fundsState, beyond.refused], ["safe", ["limit-exceeded"]]);
		assert.equal((await pay(200n)).fundsState, "spent");
		const over = await pay(151n);
		assert.deepEqual([over.fundsState, over.refused], ["safe", ["limit-exceeded"]]);
		assert.equal(robot.balance(town.asset).available, value - 200n);
		assert.equal(shop.balance(town.asset).available, 400n);
		assert.equal(fog.standing().approvals, 2);

		// Three payments of a device: three records, at the gateway, and nothing left to bring.
		await eventually(async () => (await robot.module.devices.records(9)).length === 0);
		assert.equal(fog.standing().records.kept, 3);
		assert.equal(operator.has.size, 0, "the operator is out of reach");
		operator.fate = () => "answered";
		await eventually(() => fog.standing().records.waiting === 0);
		const amounts = [...operator.has.values()].map((encoded) => ok(parse(deviceRecord, encoded)).body.amount);
		assert.deepEqual(amounts.toSorted(), [150n, 200n, 50n]);

		// A gateway that does not answer: what needs its word is refused for now, and all else goes on.
		line.close();
		const silent = await pay(100n);
		assert.deepEqual([silent.fundsState, silent.refused], ["inFlight", ["channel-failed"]]);
		ok(await robot.cancel(silent.attempt));
		assert.equal((await pay(10n)).fundsState, "spent");
		assert.equal((await robot.module.devices.records(9)).length, 1);
		await robot.close();
		await shop.close();
	});

test("a record that a wrong clock dated far ahead stays with its device, and holds up none before it", async (t) => {
	const { town, operator, fog } = await besideTown("early");
	const line = fogByHttp(fog.url);
	let isUp = false;
	const ask: AskGateway = async (question) => (isUp ? line.ask(question) : refuse("channel-failed"));
	let ahead_s = 0;
	const now = () => town.clock.now + ahead_s;
	const [ann, shop] = [await town.wallet(1_000n, { now }), await town.wallet(0n, { now })];
	const gateway = new Gateway({ ask, operator: town.operator.id, random });
	const robot = await town.wallet(0n, { now, gateway });
	t.after(async () => {
		line.close();
		await fog.close();
		await operator.server.close();
		await town.close();
	});
	const list = await statusListOf(town, [], { expiresAt: town.clock.now + 9 * 86_400 });
	assert.equal(await shop.module.devices.takeStatusList(list), undefined);
	await certifyDevice(town, robot, newSigner());
	const pay = async (amount: bigint) => {
		await give(town, ann, robot, amount);
		const { encoded } = ok(await shop.request({ asset: town.asset, amount }));
		const paid = ok(await robot.pay({ request: encoded }, inProcessChannel(shop.handle)));
		assert.equal(paid.fundsState, "spent");
	};
	ahead_s = 2 * 86_400;
	await pay(50n);
	ahead_s = 0;
	await pay(60n);
	await pay(70n);
	isUp = true;
	await robot.upkeep();
	const left = await robot.module.devices.records(9);
	assert.deepEqual(
		left.map(({ record }) => ok(parse(deviceRecord, record)).body.amount),
		[50n],
	);
	assert.equal(fog.standing().records.kept, 2);
	town.clock.now += 86_400;
	await robot.upkeep();
	assert.deepEqual(await robot.module.devices.records(9), []);
	assert.equal(fog.standing().records.kept, 3);
	await robot.close();
});

test("no word of a gateway is taken for another payment, or for none", async () => {
	const town = await openTown();
	const signer = newSigner();
	const ann = await town.wallet(1_000n);
	const terms = { gateway: signer.key, each: 200n, total: 500n, code: town.asset.code };
	const dates = { from: town.clock.now - 10, until: town.clock.now + 60 };
	const given = ok(
		verifyMandate(ok(await town.operator.mandate({ ...terms, ...dates })), ok(ann.module.trust)),
	);
	let says: (question: FogQuestion) => Promise<FogAnswer | Refusal>;
	const gateway = new Gateway({
		ask: (question) => says(question),
		operator: town.operator.id,
		needsApproval: () => true,
		random,
	});
	const shop = await town.wallet(0n, { gateway });
	const approving =
		(over: Partial<FogApprovalBody>, by: Signer = signer): AskGateway =>
		async (question) => {
			if (question.kind !== "approve") return refuse("channel-failed");
			const { id, amount, request, payer } = question;
			const { digest } = ok(verifyRequest(ok(parseRequest(request)), ok(ann.module.trust)));
			const body = {
				...{ mandate: given.id, request: digest, payer: sha256(payer), amount },
				...{ from: 0n, to: amount, at: town.clock.now, ...over },
			};
			return { kind: "approved", id, approval: await signApproval(given, body, by) };
		};
	const lying: readonly (readonly [RefusalCode, AskGateway])[] = [
		["request-mismatch", approving({ request: random(32) })],
		["request-mismatch", approving({ payer: random(32) })],
		["request-mismatch", approving({ amount: 99n, to: 99n })],
		["limit-exceeded", approving({ from: 1n })],
		["mandate-over", approving({ at: town.clock.now - 11 })],
		["signature-invalid", approving({}, newSigner())],
		["malformed", async ({ id }) => ({ kind: "approved", id, approval: random(9) })],
		["channel-failed", async ({ id }) => ({ kind: "kept", id, records: [random(32)] })],
		["channel-failed", async ({ id }) => ({ kind: "refused", id, code: "no such code", detail: "" })],
		["mandate-over", async ({ id }) => ({ kind: "refused", id, code: "mandate-over", detail: "" })],
	];
	const pay = async () => {
		const channel = refusalsOver(shop);
		const { encoded } = ok(await shop.request({ asset: town.asset, amount: 100n }));
		return { ...ok(await ann.pay({ request: encoded }, channel)), refused: channel.refused };
	};
	for (const [code, answer] of lying) {
		says = answer;
		const { attempt, refused, fundsState } = await pay();
		assert.deepEqual(refused, [code]);
		if (fundsState !== "safe") ok(await ann.cancel(attempt));
		assert.equal(ann.balance(town.asset).available, 1_000n);
		assert.equal(shop.balance(town.asset).available, 0n);
	}
	says = approving({});
	assert.deepEqual((await pay()).refused, []);
	await town.close();
});

test("whichever write of a device fails, each payment that has a receipt is recorded, once, at its gateway", async () => {
	let cuts = 0;
	for (const when of ["before", "after"] as const)
		for (let commit = 1; ; commit++) {
			const town = await openTown();
			const [ann, shop] = [await town.wallet(1_000n), await town.wallet()];
			assert.equal(await shop.module.devices.takeStatusList(await statusListOf(town)), undefined);
			const kept = new Map<string, number>();
			const ask: AskGateway = async (question) => {
				const read = ok(parseFogQuestion(encodeFogQuestion(question)));
				if (read.kind !== "keep") return refuse("list-stale");
				const ids = read.records.map(({ record, proof }) => {
					const { body } = ok(parse(deviceRecord, record));
					assert.deepEqual(proof && sha256(proof), body.proof);
					kept.set(toHex(body.proof), (kept.get(toHex(body.proof)) ?? 0) + 1);
					return deviceRecordId(body);
				});
				return { kind: "kept", id: read.id, records: ids };
			};
			const device = town.device();
			const open = async (fault?: Fault): Promise<Wallet> => {
				const store = fault && { ...device.store, ...faultyStore(device.store, fault) };
				const gateway = new Gateway({ ask, operator: town.operator.id, random });
				return device.open({ gateway, ...(store && { store }) });
			};
			let robot = await open();
			await certifyDevice(town, robot, newSigner());
			await give(town, ann, robot, 300n);
			await robot.close();
			let wasCut = false;
			try {
				robot = await open({ commit, when, how: "crash" });
				const { encoded } = ok(await shop.request({ asset: town.asset, amount: 100n }));
				ok(await robot.pay({ request: encoded }, inProcessChannel(shop.handle)));
				await robot.close();
			} catch (error) {
				if (!(error instanceof StoreFault)) throw error;
				wasCut = true;
			}
			robot = await open();
			for (const attempt of robot.module.open())
				ok(await robot.recover(attempt, inProcessChannel(shop.handle)));
			await robot.upkeep();
			const receipts = robot.module
				.attempts()
				.filter(({ side }) => side === "payer")
				.map(({ attempt }) => robot.module.receipt(attempt))
				.filter((receipt) => !isRefusal(receipt));
			assert.deepEqual(
				[...kept.keys()],
				receipts.map((receipt) => toHex(sha256(receipt as Bytes))),
				`${when} ${commit}`,
			);
			assert.deepEqual(await robot.module.devices.records(9), []);
			await robot.close();
			await town.close();
			if (!wasCut) break;
			cuts++;
		}
	assert.ok(cuts >= 4, `${cuts} cuts`);
});
