/**
 * Status lists (IETF Token Status List): by which a licensor revokes a licence. One signed list speaks of many.
 *
 * A list that has ended says nothing any more, and then nothing is issued: who cuts an operator off from its
 * licensor must not gain by it. The signature is checked before anything is inflated.
 */
import { Jwt } from "@sd-jwt/core";
import { getListFromStatusListJWT } from "@sd-jwt/jwt-status-list";
import { type Refusal, refuse, type Verify } from "@tenten/protocol";
import { z } from "zod";
import { algorithmOf, signedBy } from "./jose-key.ts";
import type { Licensor, StatusPlace } from "./licence.ts";

const maximumLength = 262_144;

const said = z.object({
	sub: z.string().max(512),
	iat: z.int().min(0),
	exp: z.int().min(0),
	status_list: z.object({
		bits: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]),
		lst: z.string(),
	}),
});

export type StatusList = {
	readonly uri: string;
	readonly issuedAt: number;
	readonly expiresAt: number;
	/** 0: valid; undefined where the list does not reach so far */
	readonly statusAt: (index: number) => number | undefined;
};

/** The status list that a token of one of these licensors holds. */
export async function readStatusList(
	token: string,
	licensors: readonly Licensor[],
	verify: Verify,
): Promise<StatusList | Refusal> {
	if (token.length > maximumLength) return refuse("too-large");
	try {
		const jwt = Jwt.fromEncode(token);
		if (jwt.header?.["typ"] !== "statuslist+jwt") return refuse("licence-invalid", "no status list");
		const { sub: uri, iat: issuedAt, exp: expiresAt } = said.parse(jwt.payload);
		const licensor = licensors.find(({ iss }) => iss === jwt.payload?.["iss"]);
		if (licensor === undefined || jwt.header["alg"] !== algorithmOf(licensor.key))
			return refuse("licence-invalid", "of a licensor that is not known");
		await jwt.verify((data, signature) => signedBy(licensor.key, data, signature, verify), {
			currentDate: expiresAt - 1,
		});
		const list = getListFromStatusListJWT(token);
		return { uri, issuedAt, expiresAt, statusAt: (index) => list.statusList[index] };
	} catch (error) {
		return refuse("licence-invalid", error instanceof Error ? error.message.slice(0, 200) : "");
	}
}

/** Why a licence with this status is not to be relied on at `now`; undefined where it is. */
export function unreliable(
	{ uri, idx }: StatusPlace,
	lists: ReadonlyMap<string, StatusList>,
	now: number,
): string | undefined {
	const list = lists.get(uri);
	if (list === undefined) return `no status list of ${uri}`;
	if (now >= list.expiresAt) return "its status list has ended";
	return list.statusAt(idx) === 0 ? undefined : "revoked";
}
