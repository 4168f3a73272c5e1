/** An operator that issues nothing without a licence, its people, and a licensor. */
import { generateKeyPairSync } from "node:crypto";
import {
	type ApprovalPart,
	approvalPayload,
	type Bytes,
	type DefinitionBody,
	definitionDraft,
	definitionId,
	licenceHash,
	serialize,
} from "@tenten/protocol";
import { day, generateKey, signerFrom } from "../../../module/test/support/world.ts";
import { bodyOf } from "../../../protocol/test/asset/support/people.ts";
import { type JosePair, makeJoseKey } from "../../src/definitions/jose-key.ts";
import { type LicenceTerms, makeLicence, presentLicence } from "../../src/definitions/licence-making.ts";
import { createEcosystem, type Ecosystem, type EcosystemOptions } from "./ecosystem.ts";

export const regulator = "https://regulator.example";

export const otherRegulator = "https://other-regulator.example";
/** Of Ed25519. */
const pair = generateKeyPairSync("ed25519");
export const otherKey: JosePair = {
	publicKey: pair.publicKey.export({ format: "jwk" }),
	privateKey: pair.privateKey.export({ format: "jwk" }),
};

export type Licensed = Ecosystem & {
	readonly licensor: JosePair;
	/** the key that licences are bound to */
	readonly binding: JosePair;
};

export async function createLicensed(options: EcosystemOptions = {}): Promise<Licensed> {
	const licensor = makeJoseKey();
	const licensors = [
		{ iss: regulator, key: licensor.publicKey },
		{ iss: otherRegulator, key: otherKey.publicKey },
	];
	const ecosystem = await createEcosystem({ ...options, licensing: { kind: "required", licensors } });
	return { ...ecosystem, licensor, binding: makeJoseKey() };
}

export function termsOf(licensed: Licensed, changes: Partial<LicenceTerms> = {}): LicenceTerms {
	return {
		iss: regulator,
		operator: licensed.operator.id,
		key: licensed.binding.publicKey,
		assetKind: "currency",
		scale: 0,
		ceiling: 10_000n,
		issuedAt: licensed.clock.now,
		until: licensed.clock.now + 365 * day,
		...changes,
	};
}

export type DraftOptions = {
	readonly terms?: Partial<LicenceTerms>;
	/** the bound licence; one of `terms` where left out */
	readonly licence?: string;
	readonly body?: Partial<DefinitionBody>;
	readonly parts?: readonly ApprovalPart[];
	/** who signs licences, and who binds them */
	readonly licensor?: JosePair;
	readonly binding?: JosePair;
};

/** A draft that one proposed and two approved, under a fresh licence of `terms`. */
export async function draftOf(licensed: Licensed, options: DraftOptions = {}): Promise<Bytes> {
	const { operator, clock } = licensed;
	const licensor = options.licensor ?? licensed.licensor;
	const licence =
		options.licence ?? (await makeLicence(termsOf(licensed, options.terms), licensor.privateKey));
	const body = bodyOf(licensed.world, {
		ceiling: 10_000n,
		licence: licenceHash(Buffer.from(licence, "ascii")),
		...options.body,
	});
	const id = definitionId(body);
	const binding = options.binding ?? licensed.binding;
	const shown = await presentLicence(licence, id, binding.privateKey, clock.now);
	const approvals = [];
	for (const part of options.parts ?? (["proposed", "approved", "approved"] as const)) {
		const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		const { encoded, hash } = await operator.certifyPerson(signer.key, part);
		const signature = await signer.sign("approval", approvalPayload(part, id, hash));
		approvals.push({ part, certificate: encoded, signature });
	}
	return serialize(definitionDraft, { body, licence: shown, approvals });
}
