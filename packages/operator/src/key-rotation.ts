/**
 * Rotation of the keys that sign: a new one is listed before it signs, and an old one counts until nothing that it
 * signed can come back. Each act in the audit log with itself.
 *
 *   rotate     a new key: in the trust list now, signing from a date. By default once no list without it is valid
 *   retire     an old one leaves the list, once what it signed has ended
 *   distrust   one that leaked leaves the list from a date, ended or not
 *
 * Nothing in a signature says when it was made, so a key that leaked cannot be believed for what it signed before
 * (docs/spec/identity.md). Its operator goes on paying what is in its own books; holders have them renewed there.
 */
import { keyId, toHex } from "@tenten/protocol";
import type { Acting } from "./access.ts";
import { type OperatorContext, tokenLife } from "./context.ts";
import { type KeyRing, type KeyState, signingKey, stateOf, supersededAt } from "./key-ring.ts";
import { type Act, appendAudit } from "./store/audit-log.ts";
import { insertKey, type Purpose, type SigningKey, storedKeys, updateKey } from "./store/signing-keys.ts";
import type { Transaction } from "./store/store.ts";

export type KeyStanding = Pick<
	SigningKey,
	"id" | "purpose" | "listedAt" | "signsFrom" | "distrustedFrom" | "retiredAt"
> & {
	readonly state: KeyState;
	/** from when it may be retired, unix seconds; null while it signs, and for an authority for ever */
	readonly neededUntil: number | null;
};

/** Why a key stays as it is. `pending`: one is listed already that does not sign yet. */
export type KeyRefused = {
	readonly kind: "pending" | "unknown" | "needed" | "full";
	readonly detail: string;
};
export type KeyChanged = { readonly kind: "changed"; readonly key: KeyStanding };

/** Keys in one entry of a trust list: the format takes 64. */
const mostListed = 60;

/** What the people who run an operator do with its keys. */
export class SigningKeys {
	readonly #context: OperatorContext;
	readonly #ring: KeyRing;
	readonly #changed: () => void;

	/** `changed` is called once a key stands otherwise than before. */
	constructor(context: OperatorContext, ring: KeyRing, changed: () => void) {
		this.#context = context;
		this.#ring = ring;
		this.#changed = changed;
	}

	/** Every key that signs, or did, and until when it counts. */
	list(): readonly KeyStanding[] {
		const { rows } = this.#ring;
		return rows.map((row) => standing(this.#context, row, rows));
	}

	/** Lists a new key. `signsFrom`: unix seconds; null once every list that is valid then has it. */
	async rotate(acting: Acting, purpose: Purpose, signsFrom: number | null): Promise<KeyChanged | KeyRefused> {
		const made = await this.#ring.vault.make();
		const listedAt = this.#context.now();
		const from = Math.max(listedAt, signsFrom ?? listedAt + this.#context.policy.trustListValidity);
		const never = { distrustedFrom: null, retiredAt: null };
		const row = { id: keyId(made.key), purpose, ...made, listedAt, signsFrom: from, ...never };
		return this.#change(acting, "signingKeyRotated", toHex(row.id), async (transaction, rows) => {
			const listed = rows.filter((each) => each.retiredAt === null && each.distrustedFrom === null);
			if (listed.some((each) => each.purpose === purpose && each.signsFrom > listedAt))
				return { kind: "pending", detail: `another ${purpose} key is listed and does not sign yet` };
			if (listed.length >= mostListed) return { kind: "full", detail: `${listed.length} keys are listed` };
			await insertKey(transaction, row);
			return row;
		});
	}

	/** Takes a key off the list of which nothing counts any more. */
	retire(acting: Acting, id: string): Promise<KeyChanged | KeyRefused> {
		return this.#change(acting, "signingKeyRetired", id, async (transaction, rows) => {
			const row = rows.find((each) => toHex(each.id) === id);
			if (row === undefined) return { kind: "unknown", detail: id };
			const { state, neededUntil } = standing(this.#context, row, rows);
			if (state === "retired") return row;
			if (state !== "superseded" || neededUntil === null || neededUntil > this.#context.now())
				return { kind: "needed", detail: neededUntil === null ? state : `until ${neededUntil}` };
			const retired = { ...row, retiredAt: this.#context.now() };
			await updateKey(transaction, retired);
			return retired;
		});
	}

	/** Believes a key that leaked no more from a date on, unix seconds; another must sign by then. */
	distrust(acting: Acting, id: string, from: number): Promise<KeyChanged | KeyRefused> {
		return this.#change(acting, "signingKeyDistrusted", id, async (transaction, rows) => {
			const row = rows.find((each) => toHex(each.id) === id);
			if (row === undefined) return { kind: "unknown", detail: id };
			if (row.purpose === "authority")
				return { kind: "needed", detail: "its certificates are on the path of every token" };
			const at = Math.max(from, this.#context.now());
			if (signingKey(rows, row.purpose, at) === row)
				return { kind: "needed", detail: "it signs then: rotate first" };
			const distrusted = { ...row, distrustedFrom: Math.min(at, row.distrustedFrom ?? at) };
			await updateKey(transaction, distrusted);
			return distrusted;
		});
	}

	/** One act on the keys as they are stored now, and its entry. */
	async #change(acting: Acting, act: Act, subject: string, job: Change): Promise<KeyChanged | KeyRefused> {
		const { store, now } = this.#context;
		const done = await store.run(async (transaction) => {
			const changed = await job(transaction, await storedKeys(transaction));
			const outcome = "kind" in changed ? `signing-key-${changed.kind}` : "done";
			const detail = "kind" in changed ? changed.detail : detailOf(changed);
			await appendAudit(transaction, { ...acting, at: now(), act, subject, outcome, detail });
			return changed;
		});
		await this.#ring.load();
		this.#changed();
		if ("kind" in done) return done;
		const { rows } = this.#ring;
		const kept = rows.find(({ id, purpose }) => toHex(id) === subject && purpose === done.purpose);
		return { kind: "changed", key: standing(this.#context, kept ?? done, rows) };
	}
}

type Change = (transaction: Transaction, rows: readonly SigningKey[]) => Promise<SigningKey | KeyRefused>;

function standing(context: OperatorContext, row: SigningKey, rows: readonly SigningKey[]): KeyStanding {
	const { id, purpose, listedAt, signsFrom, distrustedFrom, retiredAt } = row;
	const now = context.now();
	const since = supersededAt(row, rows, now);
	// Whatever was issued under it can be asked about so long.
	const life = tokenLife(context.definitions);
	const neededUntil = purpose === "authority" || since === null ? null : since + life;
	const state = stateOf(row, rows, now);
	return { id, purpose, listedAt, signsFrom, distrustedFrom, retiredAt, state, neededUntil };
}

function detailOf({ purpose, signsFrom, distrustedFrom, retiredAt }: SigningKey): string {
	if (retiredAt !== null) return `${purpose}; retired`;
	return distrustedFrom === null
		? `${purpose}; signs from ${signsFrom}`
		: `${purpose}; distrusted from ${distrustedFrom}`;
}
