/**
 * Routes by which people define what is issued, at an operator with a licensor: what they propose, approve, publish
 * and withdraw is valid before it is mutated.
 *
 * Licences have salts and keys of their own in every run, so an input that was kept from another run names drafts
 * that are not here: what breaks under a seed's own licence is to be replayed as a test.
 */
import { approval, type Bytes, coseKey, definitionId, serialize, toHex } from "@tenten/protocol";
import { day } from "../../packages/module/test/support/world.ts";
import { makeStatusList } from "../../packages/operator/src/index.ts";
import { type Licensed, regulator } from "../../packages/operator/test/support/licensed.ts";
import { signatureOf, signed, unsignedDraft } from "../../packages/operator/test/support/signing.ts";
import { definitionMaterial } from "../definition-material.ts";
import type { HttpSeed } from "./http-input.ts";

type Headers = Readonly<Record<string, string>>;

/** Who asks: an administrator, and whoever proposes and approves. */
type Asking = { readonly admin: Headers; readonly signer: Headers };

export type DefinitionSeeds = (
	licensed: Licensed,
	asking: Asking,
) => readonly HttpSeed[] | Promise<readonly HttpSeed[]>;

const definitions = "/v1/definitions";
const json = { "content-type": "application/json" };
const cose = { "content-type": "application/cose" };

/** A draft of this code that somebody proposed and others approved; its id. */
async function drafted(licensed: Licensed, code: string, approvals = 0): Promise<Bytes> {
	const { drafts } = licensed.operator;
	const draft = await unsignedDraft(licensed, { body: { code } });
	const id = definitionId(draft.body);
	await drafts.propose(
		{ actor: "a proposer", requestId: "seeds" },
		await signed(licensed, draft, "proposed"),
	);
	for (let i = 0; i < approvals; i++) {
		const by = serialize(approval, await signatureOf(id, "approved", licensed.operator));
		await drafts.approve({ actor: `approver ${i}`, requestId: "seeds" }, id, by);
	}
	return id;
}

/** At a definition that is there, and at one that is not. */
const at =
	(path: string, approvals = 0): DefinitionSeeds =>
	async (licensed, { signer }) =>
		[toHex(await drafted(licensed, "DRAFT", approvals)), "01".repeat(32)].map((id) => ({
			path: `${definitions}/${id}${path}`,
			headers: signer,
		}));

const plain =
	(path: string): DefinitionSeeds =>
	(_, { signer }) => [{ path, headers: signer }];

export const definitionRoutes: Readonly<Record<string, DefinitionSeeds>> = {
	"POST /v1/people": ({ world }, { admin }) =>
		(["proposed", "approved"] as const).map((part) => ({
			path: "/v1/people",
			headers: { ...admin, ...json },
			body: JSON.stringify({ key: toHex(serialize(coseKey, world.operator.root.key)), part }),
		})),
	"POST /v1/definitions": async (licensed, { signer }) => {
		const draft = await unsignedDraft(licensed, { body: { conditions: [{ kind: "hopLimit", hops: 3 }] } });
		const bodies = [await signed(licensed, draft, "proposed"), ...(await definitionMaterial(licensed.world))];
		return bodies.map((body) => ({ path: definitions, headers: { ...signer, ...cose }, body }));
	},
	"GET /v1/definitions": async (licensed, asking) => {
		await drafted(licensed, "DRAFT");
		return plain(definitions)(licensed, asking);
	},
	"GET /v1/definitions/:id": at(""),
	"POST /v1/definitions/:id/approvals": async (licensed, { signer }) => {
		const id = await drafted(licensed, "DRAFT");
		const approvals = [];
		for (const part of ["approved", "approved", "proposed"] as const)
			approvals.push(await signatureOf(id, part, licensed.operator));
		return approvals.map((each) => ({
			path: `${definitions}/${toHex(id)}/approvals`,
			headers: { ...signer, ...cose },
			body: serialize(approval, each),
		}));
	},
	"POST /v1/definitions/:id/publish": at("/publish", 2),
	"DELETE /v1/definitions/:id": at(""),
	"GET /v1/licences": plain("/v1/licences"),
	"POST /v1/licences/status-lists": async ({ licensor, clock }, { signer }) => {
		const list = { iss: regulator, uri: `${regulator}/status`, size: 64, revoked: [9] };
		const dates = { issuedAt: clock.now, expiresAt: clock.now + day };
		const token = await makeStatusList({ ...list, ...dates }, licensor.privateKey);
		const body = JSON.stringify({ token });
		return [{ path: "/v1/licences/status-lists", headers: { ...signer, ...json }, body }];
	},
	"POST /v1/issues/:asset/stop": plain("/v1/issues/JPY/stop"),
	"POST /v1/issues/:asset/allow": plain("/v1/issues/JPY/allow"),
};
