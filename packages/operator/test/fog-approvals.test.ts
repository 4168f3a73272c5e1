/** A gateway approves within its mandates, once each part, and whoever is shown an approval checks it offline. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	approves,
	type Bytes,
	convictsGateway,
	isRefusal,
	type Refusal,
	sha256,
	signApproval,
	type VerifiedApproval,
	verifyApproval,
	verifyMandate,
} from "@tenten/protocol";
import { FogStore } from "../src/fog/index.ts";
import { enrolHolder } from "./support/ecosystem.ts";
import { device, gatewaySigner } from "./support/fog-keys.ts";
import { type FogScene, fogScene, type OpenGateway, outcomeOf } from "./support/fog-scene.ts";
import { inFolder } from "./support/in-folder.ts";

const scene: FogScene = await fogScene();
const { clock, world } = scene.ecosystem;

function withStore(work: (file: string) => Promise<void>): Promise<void> {
	return inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		await work(file);
	});
}

function ok<T>(result: T | Refusal): T {
	return isRefusal(result) ? assert.fail(`${result.code} ${result.detail}`) : (result as T);
}

const approve = (request: Bytes, amount: bigint, payer: Bytes = scene.payer.certificate.encoded) =>
	({ kind: "approve", request, payer, amount }) as const;

async function approvalIn({ ask }: OpenGateway, request: Bytes, amount: bigint): Promise<VerifiedApproval> {
	const answer = await ask(approve(request, amount));
	if (answer.kind !== "approved") return assert.fail(outcomeOf(answer));
	return ok(verifyApproval(answer.approval, world.trust));
}

describe("approvals", () => {
	const opened = async (file: string, mandates?: readonly Bytes[]): Promise<OpenGateway> => {
		const gateway = await scene.open(file, mandates === undefined ? {} : { mandates });
		await gateway.lists.refresh();
		return gateway;
	};

	test("are checked offline, each uses its own part of the mandate, and the same request has the same one", () =>
		withStore(async (file) => {
			const gateway = await opened(file);
			const [one, two] = [await scene.request(), await scene.request({ amount: 0n })];
			const first = await approvalIn(gateway, one.encoded, 300n);
			const second = await approvalIn(gateway, two.encoded, 450n);
			assert.deepEqual(
				[first.body.from, first.body.to, second.body.from, second.body.to],
				[0n, 300n, 300n, 750n],
			);
			const payment = {
				request: one.digest,
				asset: world.asset,
				amount: 300n,
				payer: scene.payer.certificate.encoded,
				now: clock.now,
			};
			assert.equal(approves(first, payment), undefined);
			for (const other of [
				{ request: two.digest },
				{ amount: 299n },
				{ payer: scene.shop.certificate.encoded },
				{ asset: { ...world.asset, code: "TICKET" } },
			])
				assert.equal(approves(first, { ...payment, ...other })?.code, "request-mismatch");
			assert.equal(approves(first, { ...payment, now: clock.now + 10_000 })?.code, "mandate-over");
			assert.ok(!convictsGateway(first, second) && !convictsGateway(first, first));
			const again = await gateway.ask(approve(one.encoded, 300n));
			const same = await gateway.ask(approve(one.encoded, 300n));
			assert.ok(again.kind === "approved" && same.kind === "approved");
			assert.deepEqual(again.approval, same.approval);
			assert.equal(outcomeOf(await gateway.ask(approve(two.encoded, 451n))), "request-reused");
			gateway.store.close();
		}));

	test("end with the limit of one payment, and with what is left of the mandate, however many ask at once", () =>
		withStore(async (file) => {
			const gateway = await opened(file);
			const over = await scene.request({ amount: 501n });
			assert.equal(outcomeOf(await gateway.ask(approve(over.encoded, 501n))), "limit-exceeded");
			const requests = await Promise.all(Array.from({ length: 8 }, () => scene.request()));
			const outcomes = await Promise.all(
				requests.map(async ({ encoded }) => outcomeOf(await gateway.ask(approve(encoded, 300n)))),
			);
			assert.equal(outcomes.filter((outcome) => outcome === "approved").length, 4);
			assert.equal(outcomes.filter((outcome) => outcome === "limit-exceeded").length, 4);
			gateway.store.close();
			const again = await opened(file);
			assert.equal(
				outcomeOf(await again.ask(approve((await scene.request()).encoded, 300n))),
				"limit-exceeded",
			);
			again.store.close();
			const nextMandate = await scene.mandate({ nonce: new Uint8Array(32).fill(9) });
			const refilled = await opened(file, [await scene.mandate(), nextMandate]);
			assert.equal(outcomeOf(await refilled.ask(approve((await scene.request()).encoded, 300n))), "approved");
			refilled.store.close();
		}));

	test("need a mandate that counts, young lists, a payee that is served, and a request as it is", () =>
		withStore(async (file) => {
			const { encoded } = await scene.request();
			const other = await enrolHolder(scene.ecosystem);
			const outcome = async (gateway: OpenGateway, ...asked: Parameters<typeof approve>): Promise<string> => {
				const said = outcomeOf(await gateway.ask(approve(...asked)));
				gateway.store.close();
				return said;
			};
			const over = await scene.mandate({ until: clock.now });
			const early = await scene.mandate({ from: clock.now + 1 });
			const elsewhere = await scene.mandate({ gateway: device.key });
			for (const mandates of [[], [over], [early], [elsewhere], [Uint8Array.of(1)]])
				assert.equal(await outcome(await opened(file, mandates), encoded, 300n), "mandate-over");
			const stale = await scene.open(file, { ageMost_s: -1 });
			assert.equal(await outcome(stale, encoded, 300n), "list-stale");
			const strict = await scene.open(file, { serves: () => false });
			await strict.lists.refresh();
			assert.equal(await outcome(strict, encoded, 300n), "authority-unknown");
			assert.equal(await outcome(await opened(file), encoded, 301n), "amount-mismatch");
			const late = await scene.request({ expiresAt: clock.now });
			assert.equal(await outcome(await opened(file), late.encoded, 300n), "request-expired");
			const torn = Uint8Array.from(encoded);
			torn[torn.length - 1] = (torn.at(-1) as number) ^ 1;
			assert.equal(await outcome(await opened(file), torn, 300n), "signature-invalid");
			assert.equal(await outcome(await opened(file), encoded, 300n, Uint8Array.of(1)), "malformed");
			const gateway = await opened(file);
			assert.equal(outcomeOf(await gateway.ask(approve(encoded, 300n))), "approved");
			assert.equal(await outcome(gateway, encoded, 300n, other.certificate.encoded), "request-reused");
		}));

	test("of a part that was used convict the gateway, and what no mandate covers is refused by whoever checks", async () => {
		const mandate = ok(verifyMandate(await scene.mandate(), world.trust));
		const body = {
			mandate: mandate.id,
			request: new Uint8Array(32).fill(1),
			payer: sha256(scene.payer.certificate.encoded),
			amount: 300n,
			from: 0n,
			to: 300n,
			at: clock.now,
		};
		const signed = async (over: Partial<typeof body>): Promise<VerifiedApproval | Refusal> =>
			verifyApproval(await signApproval(mandate, { ...body, ...over }, gatewaySigner), world.trust);
		const code = async (over: Partial<typeof body>): Promise<string> => {
			const result = await signed(over);
			return isRefusal(result) ? result.code : "approval";
		};
		const [first, second] = [ok(await signed({})), ok(await signed({ from: 299n, to: 599n }))];
		assert.ok(convictsGateway(first, second) && convictsGateway(second, first));
		assert.ok(!convictsGateway(first, ok(await signed({ from: 300n, to: 600n }))));
		assert.equal(await code({ to: 301n }), "limit-exceeded");
		assert.equal(await code({ amount: 501n, to: 501n }), "limit-exceeded");
		assert.equal(await code({ from: 901n, to: 1_201n }), "limit-exceeded");
		assert.equal(await code({ from: 900n, to: 1_200n }), "approval");
		assert.equal(await code({ at: clock.now - 11 }), "mandate-over");
		assert.equal(await code({ at: clock.now + 10_000 }), "mandate-over");
		assert.equal(await code({ mandate: new Uint8Array(32) }), "signature-invalid");
		const forged = await signApproval(mandate, body, device);
		assert.ok(isRefusal(verifyApproval(forged, world.trust)));
		for (const [over, expected] of [
			[{ each: 1_201n }, "malformed"],
			[{ from: clock.now, until: clock.now }, "malformed"],
			[{ asset: { operator: new Uint8Array(32), code: "JPY" } }, "malformed"],
			[
				{ operator: new Uint8Array(32), asset: { operator: new Uint8Array(32), code: "JPY" } },
				"issuer-unknown",
			],
		] as const) {
			const refused = verifyMandate(await scene.mandate(over), world.trust);
			assert.equal(isRefusal(refused) && refused.code, expected);
		}
	});
});
