/** Definitions over HTTP: proposed by one, approved by two others with keys of their own, published, and stopped. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
	type Approval,
	approval,
	approvalPayload,
	coseKey,
	definition,
	definitionDraft,
	isRefusal,
	ownOutput,
	parse,
	serialize,
	signedOrder,
	signOrder,
	toHex,
	verifyDefinition,
} from "@tenten/protocol";
import { expectRefusal, expectValue, generateKey, signerFrom } from "../../module/test/support/world.ts";
import { newKey, startServer } from "../src/index.ts";
import { insertApproval } from "../src/store/definition-drafts.ts";
import { enrolHolder, makeOrder } from "./support/ecosystem.ts";
import { createLicensed, type Licensed } from "./support/licensed.ts";
import {
	approve,
	keyFor,
	type LicensedServer,
	proposed,
	publish,
	sendTo,
	signatureOf,
	signed,
	unsignedDraft,
} from "./support/signing.ts";

const first = newKey((length) => new Uint8Array(length).fill(1));
let server: LicensedServer & { readonly ecosystem: Licensed };
let close: () => Promise<void>;
before(async () => {
	const ecosystem = await createLicensed();
	await ecosystem.operator.keepFirstKey(first);
	const log = { info: () => undefined, error: () => undefined };
	const running = await startServer({ operator: ecosystem.operator, port: 0, log });
	server = { ecosystem, url: running.url };
	close = async () => {
		await running.close();
		await ecosystem.operator.close();
	};
});
after(() => close());

const codeOf = async (response: Response): Promise<string> =>
	response.ok ? "done" : ((await response.json()) as { readonly code: string }).code;

async function get<T>(path: string): Promise<T> {
	return (await sendTo(server, "GET", path, await keyFor(server, "viewer"))).json() as Promise<T>;
}

async function record(id: string): Promise<Uint8Array> {
	const answer = await sendTo(server, "GET", `/v1/definitions/${id}`, await keyFor(server, "viewer"));
	return new Uint8Array(await answer.arrayBuffer());
}

/** Whether a unit of this code can be issued now. */
async function issues(code: string): Promise<string> {
	const { operator, world } = server.ecosystem;
	const outputs = [{ amount: 1n, owner: world.random() }];
	const made = await operator.issue({
		id: world.random(),
		code,
		outputs,
		terms: { conditions: [], caveats: [] },
	});
	return isRefusal(made) ? `${made.code}: ${made.detail}` : "issued";
}

test("a definition comes into force when one has proposed it and two others have approved it", async () => {
	const { id, bytes, code } = await proposed(server);
	assert.match(await issues(code), /no definition in force/);
	const draft = expectValue(parse(definitionDraft, await record(id)));
	assert.deepEqual(
		draft.approvals.map(({ part }) => part),
		["proposed"],
	);
	assert.equal(await codeOf(await approve(server, bytes)), "done");
	assert.equal(await codeOf(await publish(server, bytes)), "approval-missing");
	assert.equal(await codeOf(await approve(server, bytes)), "done");
	assert.match(await issues(code), /no definition in force/);
	assert.equal(await codeOf(await publish(server, bytes)), "done");
	assert.equal(await issues(code), "issued");
	const encoded = await record(id);
	assert.ok(!isRefusal(parse(definition, encoded)));
	assert.ok(
		!isRefusal(verifyDefinition(encoded, server.ecosystem.operator.id, server.ecosystem.world.trust)),
	);
	assert.equal(await codeOf(await publish(server, bytes)), "done", "again is answered alike");
	const { licences } = await get<{ readonly licences: readonly Record<string, unknown>[] }>("/v1/licences");
	assert.equal(licences.find(({ asset }) => asset === code)?.["stopped"], null);
});

test("neither the proposer nor one approver alone can stand for two: by API key, and by signing key", async () => {
	const draft = await unsignedDraft(server.ecosystem, { body: { code: "TWO" } });
	const both = await keyFor(server, "issuer", "approver");
	const sent = await signed(server.ecosystem, draft, "proposed");
	const { id } = (await (await sendTo(server, "POST", "/v1/definitions", both, sent)).json()) as {
		id: string;
	};
	const bytes = new Uint8Array(Buffer.from(id, "hex"));
	assert.equal(await codeOf(await approve(server, bytes, { headers: both })), "approval-missing");
	const by = await signatureOf(bytes, "approved", server.ecosystem.operator);
	const first = await keyFor(server, "approver");
	assert.equal(await codeOf(await approve(server, bytes, { headers: first, by })), "done");
	assert.equal(await codeOf(await approve(server, bytes, { headers: first, by })), "done", "sent again");
	assert.equal(await codeOf(await approve(server, bytes, { headers: first })), "approval-missing");
	assert.equal(
		await codeOf(await approve(server, bytes, { by })),
		"approval-missing",
		"one signing key twice",
	);
	const other = await signatureOf(bytes, "approved", server.ecosystem.operator);
	assert.equal(await codeOf(await approve(server, bytes, { by: other })), "done");
	assert.equal(await codeOf(await publish(server, bytes)), "done");
});

/** A key of this administrator's making, as headers. */
async function keyMadeBy(maker: string, ...roles: readonly string[]): Promise<string> {
	const body = { name: "made", roles, expiresAt: null };
	const answer = await sendTo(server, "POST", "/v1/api-keys", bearer(maker), body);
	return ((await answer.json()) as { readonly key: string }).key;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** Signs as a person whom each of these administrators certified over HTTP. */
async function signatureUnder(id: Uint8Array, ...administrators: readonly string[]): Promise<Approval> {
	const { publicKey, privateKey } = generateKey("Ed25519");
	let certificate = new Uint8Array();
	for (const administrator of administrators) {
		const body = { key: toHex(serialize(coseKey, publicKey)), part: "approved" };
		const answer = await sendTo(server, "POST", "/v1/people", bearer(administrator), body);
		certificate = new Uint8Array(await answer.arrayBuffer());
	}
	const { hash } = expectValue(server.ecosystem.world.trust.certificate(certificate));
	const signer = signerFrom(privateKey, "Ed25519");
	const signature = await signer.sign("approval", approvalPayload("approved", id, hash));
	return { part: "approved", certificate, signature };
}

test("one administrator does not stand for two approvers, whatever keys they make; two administrators do", async () => {
	const one = await keyMadeBy(first, "administrator");
	const other = await keyMadeBy(first, "administrator");
	const ofOne = await keyMadeBy(await keyMadeBy(one, "administrator"), "administrator");
	const { bytes } = await proposed(server);
	const approvedUnder = async (id: Uint8Array, ...administrators: readonly string[]) =>
		codeOf(await approve(server, id, { by: await signatureUnder(id, ...administrators) }));
	assert.equal(await approvedUnder(bytes, one), "done");
	assert.equal(await approvedUnder(bytes, one), "approval-missing");
	assert.equal(await approvedUnder(bytes, ofOne), "approval-missing");
	assert.equal(await codeOf(await publish(server, bytes)), "approval-missing");
	assert.equal(await approvedUnder(bytes, other), "done");
	assert.equal(await codeOf(await publish(server, bytes)), "done");
	const { bytes: second } = await proposed(server);
	assert.equal(await approvedUnder(second, ofOne), "done");
	assert.equal(await approvedUnder(second, one, first), "done", "two vouch for this one");
	const { bytes: unvouched } = await proposed(server);
	const by = await signatureOf(unvouched, "approved", server.ecosystem.operator, "approved", null);
	assert.equal(await codeOf(await approve(server, unvouched, { by })), "approval-missing", "nobody's word");
});

test("approvals of before that one administrator vouches for are not published", async () => {
	const administrator = await keyMadeBy(first, "administrator");
	const { bytes } = await proposed(server);
	for (const actor of ["key:before", "key:earlier"]) {
		const encoded = serialize(approval, await signatureUnder(bytes, administrator));
		await server.ecosystem.operator.store.run((transaction) =>
			insertApproval(transaction, bytes, { actor, encoded }),
		);
	}
	assert.equal(await codeOf(await publish(server, bytes)), "approval-missing");
});

test("of approvals that come at once, each is kept once", async () => {
	const { bytes } = await proposed(server);
	const headers = await keyFor(server, "approver");
	const by = await signatureOf(bytes, "approved", server.ecosystem.operator);
	const other = await signatureOf(bytes, "approved", server.ecosystem.operator);
	const codes = await Promise.all([
		approve(server, bytes, { headers, by }).then(codeOf),
		approve(server, bytes, { headers, by }).then(codeOf),
		approve(server, bytes, { headers, by: other }).then(codeOf),
	]);
	assert.equal(codes.filter((code) => code === "done").length < 3, true, `${codes}`);
	const { definitions } = await get<{
		readonly definitions: readonly { readonly id: string; readonly signed: readonly object[] }[];
	}>("/v1/definitions");
	assert.equal(definitions.find(({ id }) => id === toHex(bytes))?.signed.length, 2);
});

test("a draft that was withdrawn is gone, and may be proposed again", async () => {
	const draft = await unsignedDraft(server.ecosystem, { body: { code: "GONE" } });
	const sent = await signed(server.ecosystem, draft, "proposed");
	const key = await keyFor(server, "issuer");
	const propose = () => sendTo(server, "POST", "/v1/definitions", key, sent);
	const { id } = (await (await propose()).json()) as { readonly id: string };
	const bytes = new Uint8Array(Buffer.from(id, "hex"));
	await approve(server, bytes);
	assert.equal(await codeOf(await sendTo(server, "DELETE", `/v1/definitions/${id}`, key)), "done");
	assert.equal(await codeOf(await approve(server, bytes)), "definition-unknown");
	assert.equal(await codeOf(await propose()), "done");
	assert.equal(await codeOf(await approve(server, bytes)), "done");
	assert.equal(
		await codeOf(await publish(server, bytes)),
		"approval-missing",
		"approvals of before are gone",
	);
});

test("issue that people stopped is stopped for everybody, and what is out there comes back", async () => {
	const { operator, world } = server.ecosystem;
	const { bytes, code } = await proposed(server);
	await approve(server, bytes);
	await approve(server, bytes);
	await publish(server, bytes);
	const approver = await keyFor(server, "approver");
	const issuer = await keyFor(server, "issuer");
	assert.equal(await codeOf(await sendTo(server, "POST", `/v1/issues/${code}/stop`, issuer)), "done");
	assert.match(await issues(code), /issue-stopped: key:[0-9a-f]{16} stopped it/);
	const holder = await enrolHolder(server.ecosystem);
	const account = holder.certificate.hash;
	await operator.deposit(world.random(), account, code, 5n);
	const outputs = [ownOutput(5n, holder.certificate, world.random())];
	const order = await makeOrder(server.ecosystem, { kind: "withdraw", account, outputs });
	const asset = { ...order.asset, code };
	const withdrawal = await signOrder({ ...order, asset }, holder.certificate.encoded, holder.signer);
	expectRefusal(await operator.withdraw(serialize(signedOrder, withdrawal)), "issue-stopped");
	assert.equal(
		await codeOf(await sendTo(server, "POST", `/v1/issues/${code}/allow`, issuer)),
		"role-missing",
	);
	assert.equal(await codeOf(await sendTo(server, "POST", `/v1/issues/${code}/allow`, approver)), "done");
	assert.equal(await issues(code), "issued");
	expectValue(await operator.withdraw(serialize(signedOrder, withdrawal)));
});

test("every act is in the audit log, under the key that asked for it", async () => {
	const { id, bytes, code } = await proposed(server);
	await approve(server, bytes);
	await approve(server, bytes);
	await publish(server, bytes);
	await sendTo(server, "POST", `/v1/issues/${code}/stop`, await keyFor(server, "administrator"));
	const acts: string[] = [];
	const { operator } = server.ecosystem;
	for (let at = 0; ; ) {
		const page = await operator.auditLog(at);
		const last = page.at(-1);
		if (last === undefined) break;
		at = last.position;
		for (const { act, subject, actor } of page)
			if (subject === id || subject === code) acts.push(`${act} ${actor.split(":")[0]}`);
	}
	assert.deepEqual(acts, [
		"definitionProposed key",
		"definitionApproved key",
		"definitionApproved key",
		"definitionPublished key",
		"issueStopped key",
	]);
});

test("a kept approval reads as what was sent", async () => {
	const { id, bytes } = await proposed(server);
	const by = await signatureOf(bytes, "approved", server.ecosystem.operator);
	await approve(server, bytes, { by });
	const draft = expectValue(parse(definitionDraft, await record(id)));
	assert.deepEqual(
		draft.approvals.slice(1).map((each) => toHex(serialize(approval, each))),
		[toHex(serialize(approval, by))],
	);
});
