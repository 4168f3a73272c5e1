/**
 * Whom targets trust: every operator of the material, under a verifier that believes every signature.
 *
 * So a mutated structure is a validly signed one, as if each key were the attacker's: what lies behind the
 * signatures is fuzzed, too. Targets that ask whether signatures are checked take a world's own trust instead.
 */
import { type OperatorEntry, Trust, type TrustListBody } from "@tenten/protocol";
import { densha, machi } from "../../packages/protocol/test/handover/support/ecosystem.ts";
import { worldOf } from "../material.ts";
import { fuzzEcosystem } from "../operator-material.ts";

/** unix seconds: now in every world of the material */
export const now = 1_800_000_000;

let entries: Promise<readonly OperatorEntry[]> | undefined;

async function allEntries(): Promise<readonly OperatorEntry[]> {
	const listed: OperatorEntry[] = [densha.entry, machi.entry];
	for (const suite of ["Ed25519", "ES256"] as const)
		listed.push(...(await worldOf(suite)).world.list.operators);
	const { operator } = await fuzzEcosystem();
	listed.push(operator.entry);
	await operator.close();
	return listed;
}

/** What `verify` was asked, so that a target can bound it. */
export type Believing = { readonly trust: Trust; readonly asked: () => number };

/** Trust in everyone who says to have signed. */
export async function believingTrust(): Promise<Believing> {
	entries ??= allEntries();
	const body: TrustListBody = {
		version: 1,
		issuedAt: now,
		expiresAt: now + 10_000_000,
		operators: await entries,
	};
	let asked = 0;
	const trust = new Trust(body, () => {
		asked++;
		return true;
	});
	return { trust, asked: () => asked };
}
