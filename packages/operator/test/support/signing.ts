/** People who sign definitions at an operator over HTTP: their keys, their API keys, what they send. */
import { randomUUID } from "node:crypto";
import {
	type Approval,
	type ApprovalPart,
	approval,
	approvalPayload,
	type Bytes,
	type DefinitionDraft,
	definitionDraft,
	definitionId,
	parse,
	serialize,
	toHex,
} from "@tenten/protocol";
import { expectValue, generateKey, signerFrom } from "../../../module/test/support/world.ts";
import type { ApiRole } from "../../src/access.ts";
import type { Operator } from "../../src/index.ts";
import { type DraftOptions, draftOf, type Licensed } from "./licensed.ts";

/** Signs with a fresh key that an administrator of its own, or nobody, at `certifier` certified for `as`. */
export async function signatureOf(
	id: Bytes,
	part: ApprovalPart,
	certifier: Operator,
	as: ApprovalPart = part,
	administrator: string | null = `key:${randomUUID()}`,
): Promise<Approval> {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const acting = administrator === null ? null : { actor: administrator, requestId: "test" };
	const { encoded: certificate, hash } = await certifier.certifyPerson(signer.key, as, acting);
	return { part, certificate, signature: await signer.sign("approval", approvalPayload(part, id, hash)) };
}

/** A draft that nobody signed. */
export async function unsignedDraft(
	licensed: Licensed,
	options: DraftOptions = {},
): Promise<DefinitionDraft> {
	return expectValue(parse(definitionDraft, await draftOf(licensed, { ...options, parts: [] })));
}

export async function signed(
	licensed: Licensed,
	draft: DefinitionDraft,
	...parts: readonly ApprovalPart[]
): Promise<Bytes> {
	const id = definitionId(draft.body);
	const approvals = [];
	for (const part of parts) approvals.push(await signatureOf(id, part, licensed.operator));
	return serialize(definitionDraft, { ...draft, approvals });
}

export type LicensedServer = { readonly ecosystem: Licensed; readonly url: string };

/** A fresh API key with these roles, as headers. */
export async function keyFor({ ecosystem }: LicensedServer, ...roles: readonly ApiRole[]) {
	const made = { name: roles.join(), roles, expiresAt: null };
	const { text } = await ecosystem.operator.addKey({ actor: "test", requestId: "test" }, made);
	return { authorization: `Bearer ${text}` };
}

type Headers = Readonly<Record<string, string>>;

export function sendTo(
	{ url }: LicensedServer,
	method: string,
	path: string,
	headers: Headers,
	body?: Bytes | object,
): Promise<Response> {
	const isBytes = body instanceof Uint8Array;
	const type = { "content-type": isBytes ? "application/cose" : "application/json" };
	return fetch(`${url}${path}`, {
		method,
		headers: { ...(body === undefined ? {} : type), ...headers },
		...(body === undefined ? {} : { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
	});
}

let codes = 0;

/** A code that nothing defines yet. */
export function freshCode(): string {
	return `C${++codes}`;
}

/** Proposes a draft of a fresh code, over HTTP; its id, and the draft. */
export async function proposed(server: LicensedServer, options: DraftOptions = {}) {
	const { body: changes, ...others } = options;
	const body = { code: freshCode(), ...changes };
	const draft = await unsignedDraft(server.ecosystem, { ...others, body });
	const sent = await signed(server.ecosystem, draft, "proposed");
	const answer = await sendTo(server, "POST", "/v1/definitions", await keyFor(server, "issuer"), sent);
	const { id } = (await answer.json()) as { readonly id: string };
	return { id, bytes: definitionId(draft.body), code: body.code };
}

/** Approves over HTTP with a fresh person and a fresh API key, unless others are given. */
export async function approve(
	server: LicensedServer,
	id: Bytes,
	{ headers, by }: { readonly headers?: Headers; readonly by?: Approval } = {},
): Promise<Response> {
	const signature = by ?? (await signatureOf(id, "approved", server.ecosystem.operator));
	const key = headers ?? (await keyFor(server, "approver"));
	const path = `/v1/definitions/${toHex(id)}/approvals`;
	return sendTo(server, "POST", path, key, serialize(approval, signature));
}

export async function publish(server: LicensedServer, id: Bytes): Promise<Response> {
	return sendTo(server, "POST", `/v1/definitions/${toHex(id)}/publish`, await keyFor(server, "issuer"));
}
