/**
 * What an operator may issue: its adopted definitions, their licences and the status lists it was given.
 *
 *   draft with approvals ─▶ checked, signed by the root, kept (`adopt`) ─▶ in force from its date
 *
 * Kept in the store, so that all processes over one database follow the same; each looks again now and then. So
 * does a stop that people ordered: it counts at once in the process that was asked, and in others some seconds later.
 * What could go wrong is paying for an expired licence with somebody's money: so nothing here is ever asked
 * when value comes back.
 */
import {
	type AssetDefinition,
	type Bytes,
	brokenSuccession,
	type Condition,
	currentlyValid,
	type DefinitionBody,
	definition,
	definitionDraft,
	definitionId,
	equalBytes,
	inForce,
	isRefusal,
	listedAsset,
	maximumDefinitionBytes,
	parse,
	type Refusal,
	refuse,
	type Signer,
	signDefinition,
	type Trust,
	toHex,
	type VerifiedDefinition,
	type VerifiedProposal,
	type Verify,
	verifyDraft,
} from "@tenten/protocol";
import type { Acting } from "../access.ts";
import { appendAudit } from "../store/audit-log.ts";
import { deleteIssueStop, insertIssueStop, issueStops } from "../store/definition-drafts.ts";
import {
	insertDefinition,
	keepStatusList,
	storedDefinitions,
	storedStatusLists,
} from "../store/definitions.ts";
import type { Store } from "../store/store.ts";
import { type Licence, type Licensor, readLicence } from "./licence.ts";
import { readStatusList, type StatusList, unreliable } from "./licence-status.ts";

/** Whether what is issued needs a definition and a licence. */
export type Licensing =
	/** none: the configured assets are issued as they stand. For simulations, replays and tests */
	{ readonly kind: "none" } | { readonly kind: "required"; readonly licensors: readonly Licensor[] };

/** A definition that was adopted: its encoded form carries the root's signature. */
export type Adopted = {
	readonly body: DefinitionBody;
	readonly encoded: Bytes;
	readonly licence: Licence | null;
};

type DefinitionsOptions = {
	readonly store: Store;
	readonly root: Signer;
	readonly operator: Bytes;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
	readonly licensing: Licensing;
	/** assets that are redeemed whether or not a definition speaks of them */
	readonly configured: readonly AssetDefinition[];
	readonly configuredConditions: (code: string) => readonly Condition[];
};

/** What stands of a licence now, for whoever looks after the operator. */
export type Standing = {
	readonly code: string;
	/** null where none is in force yet */
	readonly version: number | null;
	/** unix seconds; null without a licence that can be read */
	readonly licensedUntil: number | null;
	readonly licensor: string | null;
	/** why nothing may be issued now; null where it may */
	readonly stopped: string | null;
};

export class Definitions {
	readonly #options: DefinitionsOptions;
	#adopted: readonly Adopted[] = [];
	#statusLists: ReadonlyMap<string, StatusList> = new Map();
	/** codes whose issue people stopped, and who did */
	#stops: ReadonlyMap<string, string> = new Map();

	constructor(options: DefinitionsOptions) {
		this.#options = options;
	}

	/** Takes up what is stored: its own and what other processes adopted. */
	async load(): Promise<void> {
		const { store } = this.#options;
		this.#stops = await store.read(issueStops);
		if (this.#licensors() === null) return;
		const stored = await store.read(async (transaction) => ({
			definitions: await storedDefinitions(transaction),
			statusLists: await storedStatusLists(transaction),
		}));
		const adopted: Adopted[] = [];
		for (const encoded of stored.definitions)
			adopted.push(this.#known(encoded) ?? (await this.#read(encoded)));
		this.#adopted = adopted;
		await this.#loadStatusLists(stored.statusLists);
	}

	/** The assets that stand in the trust list now. */
	assets(): readonly AssetDefinition[] {
		const defined = this.#codes().flatMap((code) => {
			const body = this.inForce(code);
			return body === undefined ? [] : [listedAsset(body)];
		});
		const named = new Set(defined.map(({ code }) => code));
		return [...this.#options.configured.filter(({ code }) => !named.has(code)), ...defined];
	}

	asset(code: string): AssetDefinition | undefined {
		return this.assets().find((asset) => asset.code === code);
	}

	/** Conditions of what accounts withdraw. */
	conditionsOf(code: string): readonly Condition[] {
		return this.inForce(code)?.conditions ?? this.#options.configuredConditions(code);
	}

	/** The definition of a code that is in force now. */
	inForce(code: string): DefinitionBody | undefined {
		return inForce(
			this.#adopted.filter(({ body }) => body.code === code).map(({ body }) => body),
			this.#options.now(),
		);
	}

	/** Why nothing of this code may be brought into circulation now; undefined where it may. */
	stopped(code: string): Refusal | undefined {
		const by = this.#stops.get(code);
		if (by !== undefined) return refuse("issue-stopped", `${by} stopped it`);
		if (this.#licensors() === null) return undefined;
		const body = this.inForce(code);
		if (body === undefined) return refuse("issue-stopped", "no definition in force");
		const licence = this.#adopted.find((each) => each.body === body)?.licence ?? null;
		const why = this.#lapse(licence);
		return why === undefined ? undefined : refuse("issue-stopped", why);
	}

	/** Minor units of a code that may be in circulation; undefined where nothing bounds them. */
	ceiling(code: string): bigint | undefined {
		return this.#licensors() === null ? undefined : this.inForce(code)?.ceiling;
	}

	/** Each code with what stands of it now. */
	standing(): readonly Standing[] {
		const codes = new Set([...this.#options.configured.map(({ code }) => code), ...this.#codes()]);
		return [...codes].map((code) => {
			const body = this.inForce(code);
			const licence = this.#adopted.find((each) => each.body === body)?.licence ?? null;
			return {
				code,
				version: body?.version ?? null,
				licensedUntil: licence?.until ?? null,
				licensor: licence?.licensor ?? null,
				stopped: this.stopped(code)?.detail ?? null,
			};
		});
	}

	/** Every definition that was adopted: what auditors ask for. */
	all(): readonly Adopted[] {
		return this.#adopted;
	}

	/** The one of this id, if it was adopted. */
	adopted(id: Bytes): Adopted | undefined {
		return this.#adopted.find(({ body }) => equalBytes(definitionId(body), id));
	}

	/**
	 * Adopts a draft: every check first, then the root signs and it is kept, with whoever published it in the audit
	 * log. The same one again is answered alike.
	 */
	async adopt(encodedDraft: Bytes, trust: Trust, acting: Acting | null): Promise<Bytes | Refusal> {
		const { operator, root, store, now } = this.#options;
		await this.load();
		const draft = parse(definitionDraft, encodedDraft, maximumDefinitionBytes);
		if (isRefusal(draft)) return draft;
		const before = this.adopted(definitionId(draft.body));
		if (before !== undefined) return before.encoded;
		const verified = verifyDraft(draft, operator, trust);
		if (isRefusal(verified)) return verified;
		const refusal = await this.refused(verified);
		if (refusal !== undefined) return refusal;
		const { id, body } = verified;
		const encoded = await signDefinition(draft, root);
		const isKept = await store.run(async (transaction) => {
			const isFirst = await insertDefinition(transaction, body.code, body.version, encoded);
			const entry = { at: now(), act: "definitionPublished", subject: toHex(id), outcome: "done" } as const;
			const detail = `${body.code} ${body.version}`;
			if (isFirst && acting !== null) await appendAudit(transaction, { ...acting, ...entry, detail });
			return isFirst;
		});
		await this.load();
		return isKept ? encoded : refuse("order-mismatch", `version ${body.version} was adopted meanwhile`);
	}

	/** Why what people signed could not be adopted now; undefined where it could, once enough have signed. */
	async refused({
		id,
		body,
		licence: presented,
		proposer,
		approvers,
	}: VerifiedProposal | VerifiedDefinition): Promise<Refusal | undefined> {
		const { verify, now } = this.#options;
		const licensors = this.#licensors();
		if (licensors === null) return refuse("licence-invalid", "this operator takes no licences");
		for (const person of [proposer, ...approvers]) {
			const invalid = currentlyValid(person, now());
			if (invalid !== undefined) return invalid;
		}
		const last = this.#adopted.findLast((each) => each.body.code === body.code)?.body;
		const broken = brokenSuccession(body, last);
		if (broken !== undefined) return broken;
		const licence = await readLicence(presented, { id, body }, licensors, verify);
		if (isRefusal(licence)) return licence;
		return now() >= licence.until ? refuse("licence-invalid", "it has ended") : undefined;
	}

	/** Stops the issue of a code, or allows it again, whatever its licence says. */
	async setStopped(code: string, isStopped: boolean, acting: Acting): Promise<Refusal | undefined> {
		const { store, now } = this.#options;
		const isKnown = this.asset(code) !== undefined;
		const act = isStopped ? "issueStopped" : "issueAllowed";
		const outcome = isKnown ? "done" : "asset-unknown";
		await store.run(async (transaction) => {
			await appendAudit(transaction, { ...acting, at: now(), act, subject: code, outcome, detail: "" });
			if (!isKnown) return;
			if (isStopped) await insertIssueStop(transaction, code, acting.actor, now());
			else await deleteIssueStop(transaction, code);
		});
		await this.load();
		return isKnown ? undefined : refuse("asset-unknown");
	}

	/** Takes a licensor's newest word on which licences still count. */
	async takeStatusList(token: string, acting: Acting | null): Promise<StatusList | Refusal> {
		const { store, verify, now } = this.#options;
		const list = await readStatusList(token, this.#licensors() ?? [], verify);
		if (isRefusal(list)) return list;
		await store.run(async (transaction) => {
			await keepStatusList(transaction, list.uri, list.issuedAt, token);
			const entry = { at: now(), act: "statusListTaken", subject: list.uri, outcome: "done" } as const;
			const detail = `of ${list.issuedAt}`;
			if (acting !== null) await appendAudit(transaction, { ...acting, ...entry, detail });
		});
		await this.load();
		return list;
	}

	#licensors(): readonly Licensor[] | null {
		const { licensing } = this.#options;
		return licensing.kind === "required" ? licensing.licensors : null;
	}

	#codes(): readonly string[] {
		return [...new Set(this.#adopted.map(({ body }) => body.code))];
	}

	/** Why a licence does not hold now. */
	#lapse(licence: Licence | null): string | undefined {
		const now = this.#options.now();
		if (licence === null) return "its licence is of no licensor that is known";
		if (licence.from !== null && now < licence.from) return "its licence has not begun";
		if (now >= licence.until) return "its licence has ended";
		return licence.status === null ? undefined : unreliable(licence.status, this.#statusLists, now);
	}

	#known(encoded: Bytes): Adopted | undefined {
		return this.#adopted.find((each) => each.licence !== null && equalBytes(each.encoded, encoded));
	}

	/** What was adopted here was verified then; its licence is read again, since licensors may have changed. */
	async #read(encoded: Bytes): Promise<Adopted> {
		const parsed = parse(definition, encoded, maximumDefinitionBytes);
		if (isRefusal(parsed)) throw new Error("a stored definition that cannot be read");
		const { body, licence: presented } = parsed.draft;
		const licence = await readLicence(
			presented,
			{ id: definitionId(body), body },
			this.#licensors() ?? [],
			this.#options.verify,
		);
		return { body, encoded, licence: isRefusal(licence) ? null : licence };
	}

	async #loadStatusLists(tokens: readonly string[]): Promise<void> {
		const lists = new Map<string, StatusList>();
		for (const token of tokens) {
			const list = await readStatusList(token, this.#licensors() ?? [], this.#options.verify);
			if (!isRefusal(list)) lists.set(list.uri, list);
		}
		this.#statusLists = lists;
	}
}
