/** Appeals against freezes: heard of whoever owns something frozen, answered once by the operator's ruling key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AppealBody,
	type AppealOutcomeBody,
	afterOutcome,
	appealId,
	type FreezeListBody,
	Freezes,
	isRefusal,
	type Refusal,
	refuseFrozen,
	signAppeal,
	signAppealOutcome,
	statesOf,
	type VerifiedAppeal,
	type VerifiedToken,
	verifyAppeal,
	verifyAppealOutcome,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	entryOf,
	expectRefusal,
	expectValue,
	freezing,
	type Holder,
	issueTo,
	pay,
} from "../../../module/test/support/freezes.ts";

const world = await createWorld();
const { operator, now, trust } = world;
const [thief, shop, honest] = (await Promise.all([0, 1, 2].map(() => createHolder(world)))) as [
	Holder,
	Holder,
	Holder,
];
const stolen = await issueTo(world, thief, 1000n);
const toShop = await pay(world, stolen, thief, shop, 600n);
const toHonest = await pay(world, toShop.paid, shop, honest, 250n);
const list = freezing(world, [stolen.outputId]);

function bodyOf(token: VerifiedToken, changes: Partial<AppealBody> = {}): AppealBody {
	return {
		operator: operator.id,
		frozen: stolen.outputId,
		output: token.outputId,
		ground: "goodFaith",
		statement: null,
		issuedAt: now,
		...changes,
	};
}

type Made = { readonly token?: VerifiedToken; readonly by?: Holder; readonly body?: Partial<AppealBody> };

async function appealed(
	{ token = toHonest.paid, by = honest, body = {} }: Made,
	against: FreezeListBody = list,
	at = now,
): Promise<VerifiedAppeal | Refusal> {
	const encoded = await signAppeal(bodyOf(token, body), token.token, by.signer);
	return verifyAppeal(encoded, { trust, list: against, now: at });
}

test("the owner of whatever descends from a frozen output is heard, and so is the owner of that output", async () => {
	const { id, token, entry } = expectValue(await appealed({}));
	assert.deepEqual(id, appealId(bodyOf(toHonest.paid)));
	assert.deepEqual([token.outputId, entry.output], [toHonest.paid.outputId, stolen.outputId]);
	assert.ok(!isRefusal(await appealed({ token: stolen, by: thief })));
});

test("an appeal to another operator, of another's value, of another output or by another's key is refused", async () => {
	const elsewhere = { ...list, operator: world.other.id };
	expectRefusal(await appealed({}, elsewhere), "asset-unknown");
	const euros = await issueTo(world, honest, 5n, { asset: world.otherAsset, operator: world.other });
	expectRefusal(await appealed({ token: euros }), "asset-unknown");
	expectRefusal(await appealed({ body: { output: toShop.paid.outputId } }), "owner-mismatch");
	expectRefusal(await appealed({ by: shop }), "signature-invalid");
});

test("what is only reserved is nobody's to appeal for yet", async () => {
	const locked = await pay(world, toHonest.paid, honest, shop, 250n, {
		release: world.random(),
		released: false,
	});
	expectRefusal(await appealed({ token: locked.paid, by: shop }), "lock-pending");
});

test("what is not frozen, or frozen by another entry, is unknown; after its time an appeal is closed", async () => {
	expectRefusal(await appealed({}, { ...list, entries: [] }), "freeze-unknown");
	expectRefusal(await appealed({ body: { frozen: toShop.paid.outputId } }), "freeze-unknown");
	const cleared = { ...list, cleared: [toShop.paid.outputId] };
	expectRefusal(await appealed({}, cleared), "freeze-unknown");
	const { appealUntil } = entryOf(world, stolen.outputId);
	assert.ok(!isRefusal(await appealed({}, list, appealUntil - 1)));
	expectRefusal(await appealed({}, list, appealUntil), "appeal-closed");
});

test("a token whose path does not hold is no ground to be heard", async () => {
	const hops = toHonest.paid.token.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) }));
	const forged = { ...toHonest.paid, token: { ...toHonest.paid.token, hops } };
	expectRefusal(await appealed({ token: forged }), "signature-invalid");
});

test("an outcome counts by a listed ruling key of its operator alone", async () => {
	const { id } = expectValue(await appealed({}));
	const body = outcomeOf("upheld", id);
	assert.deepEqual(
		expectValue(verifyAppealOutcome(await signAppealOutcome(body, operator.ruling), trust)),
		body,
	);
	const byIssuing = await signAppealOutcome(body, operator.issuing);
	expectRefusal(verifyAppealOutcome(byIssuing, trust), "authority-unknown");
	const another = await signAppealOutcome({ ...body, operator: world.other.id }, operator.ruling);
	expectRefusal(verifyAppealOutcome(another, trust), "authority-unknown");
	const signed = await signAppealOutcome(body, operator.ruling);
	signed[signed.length - 1] = (signed.at(-1) as number) ^ 1;
	expectRefusal(verifyAppealOutcome(signed, trust), "signature-invalid");
});

function outcomeOf(verdict: AppealOutcomeBody["verdict"], appeal = world.random()): AppealOutcomeBody {
	const output = toShop.paid.outputId;
	return { operator: operator.id, appeal, frozen: stolen.outputId, output, verdict, decidedAt: now };
}

test("upheld leaves all frozen, cleared frees what descends from the appellant's output, lifted frees everything", () => {
	const frozenAfter = (...verdicts: readonly AppealOutcomeBody["verdict"][]): readonly boolean[] => {
		const after = verdicts.reduce((frozen, verdict) => afterOutcome(frozen, outcomeOf(verdict)), {
			entries: list.entries,
			cleared: list.cleared,
		});
		const freezes = Freezes.none.with({ ...list, ...after });
		const tokens = [stolen, toShop.change, toShop.paid, toShop.paid, toHonest.paid];
		return tokens.map((token) => refuseFrozen(token as VerifiedToken, freezes)?.code === "frozen");
	};
	assert.deepEqual(frozenAfter("upheld"), [true, true, true, true, true]);
	assert.deepEqual(frozenAfter("cleared"), [true, true, false, false, false]);
	assert.deepEqual(frozenAfter("cleared", "cleared", "upheld"), [true, true, false, false, false]);
	const own = { ...outcomeOf("cleared"), output: stolen.outputId };
	assert.deepEqual(afterOutcome(list, own), { entries: [], cleared: [] });
	assert.deepEqual(frozenAfter("lifted"), [false, false, false, false, false]);
});

test("a token's states are the outputs on its path, the present one last", () => {
	const expected = [stolen.outputId, toShop.paid.outputId, toHonest.paid.outputId];
	assert.deepEqual(statesOf(toHonest.paid), expected);
	assert.deepEqual(statesOf(stolen), [stolen.outputId]);
});
