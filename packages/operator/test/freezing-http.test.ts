/** Two people freeze something and decide an appeal, over HTTP, with keys for which two administrators answer. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
	appealId,
	appealOutcome,
	appeal as appealShape,
	type Bytes,
	freezeList,
	parse,
	signAppeal,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import { expectValue } from "../../module/test/support/world.ts";
import { withdrawTo } from "./support/ecosystem.ts";
import { manage, type Served, send, serveOperator } from "./support/served.ts";

let served: Served;
before(async () => {
	served = await serveOperator("freezing");
});
after(() => served.close());

type Headers = Readonly<Record<string, string>>;
type Answer = Readonly<Record<string, unknown>>;

async function person(administrator: string): Promise<Headers> {
	const made = { name: administrator, roles: ["approver"], expiresAt: null } as const;
	const acting = { actor: administrator, requestId: "test" };
	return { authorization: `Bearer ${(await served.ecosystem.operator.addKey(acting, made)).text}` };
}

async function asked(by: Headers, method: string, path: string, body?: object): Promise<Answer> {
	return (await manage(served, method, path, body, by)).json() as Promise<Answer>;
}

test("what one person proposes another confirms as it stands, and two decide the appeal", async () => {
	const { ecosystem, alice } = served;
	const { operator, clock } = ecosystem;
	const [one, other] = [await person("one"), await person("other")];
	const [token] = (await withdrawTo(ecosystem, alice, 5n)) as [VerifiedToken];
	const output = toHex(token.outputId);
	const proposal = { output, act: "freeze", reason: "stolen", case: "ab".repeat(32), appealDays: 30 };
	assert.deepEqual(await asked(one, "POST", "/v1/freezes", proposal), { output });
	const { proposals } = (await asked(other, "GET", "/v1/freezes")) as { proposals: readonly Answer[] };
	assert.equal(proposals.length, 1);
	const { by, proposedAt, ...shown } = proposals[0] as Answer;
	assert.deepEqual(shown, proposal);
	assert.match(`${by} ${proposedAt}`, /^key:[0-9a-f]{16} 20/);

	const frozen = async () => expectValue(parse(freezeList, await operator.freezeList())).body.entries;
	const confirm = (who: Headers, meant: object) =>
		asked(who, "POST", `/v1/freezes/${output}/confirm`, { act: "freeze", case: proposal.case, ...meant });
	for (const [who, meant, code] of [
		[other, { act: "lift" }, "freeze-unknown"],
		[other, { case: "cd".repeat(32) }, "freeze-unknown"],
		[one, {}, "approval-missing"],
	] as const) {
		assert.equal((await confirm(who, meant))["code"], code);
		assert.deepEqual(await frozen(), []);
	}
	assert.deepEqual(await confirm(other, {}), { output });
	const [entry] = await frozen();
	assert.deepEqual([toHex(entry?.output as Bytes), entry?.reason], [output, "stolen"]);
	assert.equal((entry?.appealUntil ?? 0) - clock.now, 30 * 86_400);
	assert.deepEqual((await asked(other, "GET", "/v1/freezes"))["proposals"], []);

	const said = { ground: "goodFaith", statement: null, issuedAt: clock.now } as const;
	const body = { operator: operator.id, frozen: token.outputId, output: token.outputId, ...said };
	const encoded = await signAppeal(body, token.token, alice.signer);
	await send(served, "/v1/appeals", encoded);
	const id = toHex(appealId(body));
	const record = await manage(served, "GET", `/v1/appeals/${id}`, undefined, one);
	expectValue(parse(appealShape, new Uint8Array(await record.arrayBuffer())));
	const appeals = async () =>
		((await asked(one, "GET", "/v1/appeals"))["appeals"] as readonly Answer[]).map(
			({ id, state, verdict }) => [id, state, verdict],
		);
	assert.deepEqual(await appeals(), [[id, "open", null]]);
	const decide = (who: Headers) => asked(who, "POST", `/v1/appeals/${id}/verdict`, { verdict: "lifted" });
	assert.deepEqual(await decide(one), { id, decided: false });
	assert.deepEqual(await appeals(), [[id, "open", "lifted"]]);
	assert.deepEqual(await decide(other), { id, decided: true });
	assert.deepEqual(await appeals(), [[id, "decided", "lifted"]]);
	const answer = new Uint8Array(await (await send(served, "/v1/appeals", encoded)).arrayBuffer());
	assert.equal(expectValue(parse(appealOutcome, answer)).body.verdict, "lifted");
	assert.deepEqual(await frozen(), []);
});
