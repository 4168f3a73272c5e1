/**
 * Freeze lists in the module: the newest of each operator is kept, and counts under the trust list of the moment.
 *
 *   taken ─▶ verified ─▶ durable ─▶ `trust.freezes`        new trust list ─▶ all that are kept, verified anew
 *
 * What no longer verifies under a newer trust list stays known as a list that counts no more: its operator publishes
 * them, so its value waits for another.
 */
import {
	type AppealBody,
	type Bytes,
	equalBytes,
	type FreezeListBody,
	Freezes,
	freezeList,
	freezeListHash,
	isRefusal,
	keyId,
	type Offer,
	type PublicKey,
	parse,
	type Refusal,
	refuse,
	refuseFrozen,
	refuseToTake,
	signAppeal,
	statesOf,
	type Trust,
	toHex,
	type VerifiedToken,
	verifyFreezeList,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

const prefix = "freeze/";

/** What the lists among these rows say under a trust list. */
export function keptFreezes(rows: ReadonlyMap<string, Bytes>, trust: Trust): Freezes {
	let freezes = Freezes.none;
	for (const [key, encoded] of rows) {
		if (!key.startsWith(prefix)) continue;
		const signed = parse(freezeList, encoded);
		if (isRefusal(signed)) throw new Error(`${key} was sealed by another version: ${signed.detail}`);
		// Kept once verified; one that has ended since is refused where value is taken (`refuseStale`).
		const body = verifyFreezeList(encoded, { trust, newest: () => null, now: 0 });
		freezes = isRefusal(body) ? freezes.without(signed.body.operator) : freezes.with(body);
	}
	return freezes;
}

/** The list of an operator that counts, with the bytes in which it came; undefined where none does. */
export function keptFreezeList(
	core: Core,
	root: PublicKey,
): { readonly body: FreezeListBody; readonly encoded: Bytes } | undefined {
	const operator = keyId(root);
	const trust = core.keptTrust();
	const body = isRefusal(trust) ? null : trust.freezes.list(operator);
	const encoded = core.vault.state.rows.get(`${prefix}${toHex(operator)}`);
	return body === null || encoded === undefined ? undefined : { body, encoded };
}

/** Takes a list that anyone handed on, if it is newer than the one that is held; the same again changes nothing. */
export async function takeFreezeList(core: Core, encoded: Bytes): Promise<Refusal | undefined> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const { freezes } = trust;
	const newest = (operator: Bytes) => freezes.list(operator);
	const body = verifyFreezeList(encoded, { trust, newest, now: core.now() });
	if (isRefusal(body)) return body;
	const held = freezes.list(body.operator);
	if (held !== null && equalBytes(freezeListHash(held), freezeListHash(body))) return undefined;
	await core.commit({ other: [{ key: `${prefix}${toHex(body.operator)}`, value: encoded.slice() }] });
	trust.freezes = freezes.with(body);
	return undefined;
}

/** Why a token of one's own may not be spent: what freezes it, or that it cannot be read. */
export function whyFrozen(core: Core, output: Bytes): Refusal | undefined {
	const trust = core.keptTrust();
	const row = core.vault.tokens.get(output);
	// Most operators freeze nothing: their tokens need not be opened.
	if (isRefusal(trust) || row === undefined || !trust.freezes.holdsAny(row.summary.asset.operator))
		return undefined;
	const spendable = core.vault.spendable(output, trust);
	return isRefusal(spendable) ? undefined : refuseFrozen(spendable.token, trust.freezes);
}

/** Why what came in directly is not kept but sent back. */
export function unwanted(core: Core, { request, accepted }: Offer): Refusal | undefined {
	const trust = core.keptTrust();
	if (isRefusal(trust) || request.body.mode !== "direct") return undefined;
	const reasons = accepted.tokens.map((token: VerifiedToken) =>
		refuseToTake(token, trust.freezes, core.now()),
	);
	return reasons.find((reason) => reason !== undefined);
}

/** What an app may do about freezes. */
export class FreezeDesk {
	readonly #core: Core;

	constructor(core: Core) {
		this.#core = core;
	}

	/** Takes an operator's freeze list, whoever handed it on. */
	take(encoded: Bytes): Promise<Refusal | undefined> {
		return this.#core.exclusively(() => takeFreezeList(this.#core, encoded));
	}

	/**
	 * The appeal of whoever owns this output, for its operator: the same each time, so that it may be sent again.
	 * `statement`: SHA-256 of what else is sent there. `freeze-unknown` where it is not frozen.
	 */
	async appeal(
		output: Bytes,
		ground: AppealBody["ground"],
		statement: Bytes | null = null,
	): Promise<{ readonly operator: Bytes; readonly request: Bytes } | Refusal> {
		const trust = this.#core.trust();
		const held = isRefusal(trust) ? trust : this.#core.vault.spendable(output, trust);
		if (isRefusal(trust) || isRefusal(held)) return isRefusal(trust) ? trust : (held as Refusal);
		const { token } = held;
		const { operator } = token.asset;
		const entry = trust.freezes.entryOn(operator, statesOf(token));
		if (entry === undefined) return refuse("freeze-unknown", "it is not frozen");
		const signer = this.#core.keys.signer(keyId(token.owner.certificate.key));
		if (isRefusal(signer)) return signer;
		const body = { operator, frozen: entry.output, output, ground, statement, issuedAt: entry.since };
		return { operator, request: await signAppeal(body, token.token, signer) };
	}

	/** Whether nobody who knows would take this token of one's own. */
	isFrozen(output: Bytes): boolean {
		return whyFrozen(this.#core, output) !== undefined;
	}
}
