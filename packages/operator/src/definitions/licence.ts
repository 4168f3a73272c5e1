/**
 * Licences: SD-JWT VCs (RFC 9901) by which a licensor lets an operator issue (docs/spec/definitions.md#licences).
 *
 *   licensor known ─▶ its signature ─▶ bound to this definition by the licence's own key ─▶ what it says
 *
 * Time is no part of it: a licence that has ended is still the one that a definition was adopted under. What
 * could go wrong lies in the library's leniencies, so they are closed here: it checks neither the audience of a
 * key binding nor which algorithm a header names, and would take any hash.
 */
import { createHash } from "node:crypto";
import { Jwt, SDJwtInstance } from "@sd-jwt/core";
import { type Bytes, type DefinitionBody, type Refusal, refuse, toHex, type Verify } from "@tenten/protocol";
import { z } from "zod";
import { algorithmOf, type JoseKey, signedBy } from "./jose-key.ts";

export const licenceType = "urn:tenten:vct:issue-licence:1";
export const licenceAudience = "urn:tenten:asset-definition";

/** Who may license, as the operator's configuration names it. */
export type Licensor = { readonly iss: string; readonly key: JoseKey };

/** Where a licence's status stands (IETF Token Status List). */
const statusPlace = z.object({
	uri: z.string().max(512),
	idx: z
		.int()
		.min(0)
		.max(2 ** 26),
});
export type StatusPlace = z.infer<typeof statusPlace>;

const seconds = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const claims = z.object({
	vct: z.literal(licenceType),
	iss: z.string(),
	sub: z.string(),
	exp: seconds,
	nbf: seconds.optional(),
	cnf: z.object({ jwk: z.looseObject({ kty: z.string() }) }),
	asset_kind: z.string(),
	asset_codes: z.array(z.string()).optional(),
	scale: z.int().min(0).max(18),
	ceiling: z.string().regex(/^[1-9][0-9]{0,18}$/),
	status: z.object({ status_list: statusPlace }).optional(),
});

export type Licence = {
	readonly licensor: string;
	/** unix seconds; null where it always held */
	readonly from: number | null;
	/** unix seconds */
	readonly until: number;
	readonly status: StatusPlace | null;
};

export function subjectOf(operator: Bytes): string {
	return `urn:tenten:operator:${toHex(operator)}`;
}

export function nonceOf(definition: Bytes): string {
	return Buffer.from(definition).toString("base64url");
}

/** SHA-256, as SD-JWT asks for it; any other hash is refused by an error, which `readLicence` catches. */
export function sdHash(data: string | ArrayBuffer, algorithm: string): Uint8Array {
	if (algorithm !== "sha-256") throw new TypeError(algorithm);
	const bytes = typeof data === "string" ? Buffer.from(data, "utf8") : Buffer.from(data);
	return new Uint8Array(createHash("sha256").update(bytes).digest());
}

/** What a licence allows, if it holds and covers the definition of this id and body. */
export async function readLicence(
	presented: Bytes,
	definition: { readonly id: Bytes; readonly body: DefinitionBody },
	licensors: readonly Licensor[],
	verify: Verify,
): Promise<Licence | Refusal> {
	const text = Buffer.from(presented).toString("latin1");
	let said: unknown;
	try {
		said = await verifiedClaims(text, nonceOf(definition.id), licensors, verify);
	} catch (error) {
		// The library throws what it refuses; whatever it was, nothing was verified.
		return refuse("licence-invalid", error instanceof Error ? error.message.slice(0, 200) : "");
	}
	const read = claims.safeParse(said);
	if (!read.success) return refuse("licence-invalid", read.error.issues[0]?.path.join(".") ?? "");
	const gap = uncovered(read.data, definition.body);
	if (gap !== undefined) return refuse("licence-invalid", gap);
	const { iss, nbf, exp, status } = read.data;
	return { licensor: iss, from: nbf ?? null, until: exp, status: status?.status_list ?? null };
}

async function verifiedClaims(
	text: string,
	nonce: string,
	licensors: readonly Licensor[],
	verify: Verify,
): Promise<unknown> {
	const { payload: unverified, header } = Jwt.decodeJWT(text.slice(0, text.indexOf("~")));
	const licensor = licensors.find(({ iss }) => iss === unverified["iss"]);
	if (licensor === undefined) throw new Error("a licensor that is not known");
	if (header["typ"] !== "dc+sd-jwt") throw new Error("no credential");
	if (header["alg"] !== algorithmOf(licensor.key)) throw new Error("another algorithm than its licensor's");
	const bound = keyIn(unverified);
	const instance = new SDJwtInstance({
		hasher: sdHash,
		verifier: (data, signature) => signedBy(licensor.key, data, signature, verify),
		kbVerifier: (data, signature) => signedBy(bound, data, signature, verify),
	});
	const asOf = Number(unverified["exp"]) - 1;
	const verified = await instance.verify(text, { keyBindingNonce: nonce, currentDate: asOf });
	if (verified.kb === undefined) throw new Error("not bound to a key");
	if (verified.kb.payload.aud !== licenceAudience) throw new Error("bound for another audience");
	if (verified.kb.header.alg !== algorithmOf(bound)) throw new Error("another algorithm than its key's");
	return verified.payload;
}

/** `cnf` is never disclosed selectively: it stands in what the licensor signed. */
function keyIn(payload: Readonly<Record<string, unknown>>): JoseKey {
	const { jwk } = claims.shape.cnf.parse(payload["cnf"]);
	if ("d" in jwk) throw new Error("a private key");
	return jwk as JoseKey;
}

/** What of a definition a licence does not cover; undefined where it covers all of it. */
function uncovered(said: z.infer<typeof claims>, body: DefinitionBody): string | undefined {
	const { sub, asset_kind: kind, asset_codes: codes, scale, ceiling } = said;
	if (sub !== subjectOf(body.operator)) return "for another operator";
	if (kind !== body.assetKind) return `for assets of kind ${kind}`;
	if (codes !== undefined && !codes.includes(body.code)) return "for other codes";
	if (scale !== body.scale) return `with ${scale} decimals`;
	return BigInt(ceiling) < body.ceiling ? `up to ${ceiling}` : undefined;
}
