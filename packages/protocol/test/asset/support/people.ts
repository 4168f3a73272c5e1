/** People of a world's operator who sign its definitions. */
import {
	type ApprovalPart,
	approvalPayload,
	type Bytes,
	classOfPart,
	type DefinitionBody,
	type DefinitionDraft,
	definitionId,
	licenceHash,
	signDefinition,
} from "@tenten/protocol";
import { createHolder, day, type Holder, type World } from "../../../../module/test/support/world.ts";

/** Bytes with a key binding behind the last tilde. */
export const licence: Bytes = Uint8Array.from("licence~disclosed~bound", (c) => c.charCodeAt(0));

export function bodyOf(world: World, changes: Partial<DefinitionBody> = {}): DefinitionBody {
	return {
		operator: world.operator.id,
		code: "JPY",
		version: 1,
		validFrom: world.now,
		assetKind: "currency",
		nameJa: "円",
		nameEn: "yen",
		scale: 0,
		spendWindow: 7 * day,
		redeemWindow: 30 * day,
		grace: day,
		ceiling: 1_000_000n,
		conditions: [],
		licence: licenceHash(licence),
		...changes,
	};
}

export function personFor(world: World, part: ApprovalPart): Promise<Holder> {
	return createHolder(world, { profile: { role: "auditor", class: classOfPart[part] } });
}

export type Part = readonly [part: ApprovalPart, person: Holder];

export async function draftBy(body: DefinitionBody, parts: readonly Part[]): Promise<DefinitionDraft> {
	const approvals = [];
	for (const [part, { signer, certificate }] of parts) {
		const payload = approvalPayload(part, definitionId(body), certificate.hash);
		const signature = await signer.sign("approval", payload);
		approvals.push({ part, certificate: certificate.encoded, signature });
	}
	return { body, licence, approvals };
}

/** One who proposes, and two who approve. */
export async function threePeople(world: World): Promise<readonly Part[]> {
	return [
		["proposed", await personFor(world, "proposed")],
		["approved", await personFor(world, "approved")],
		["approved", await personFor(world, "approved")],
	];
}

export async function definitionOf(world: World, changes: Partial<DefinitionBody> = {}): Promise<Bytes> {
	const draft = await draftBy(bodyOf(world, changes), await threePeople(world));
	return signDefinition(draft, world.operator.root);
}
