/**
 * An operator's management, over HTTP with an API key: what the people who run it ask of it.
 *
 * Shapes are those of the generated client. What goes wrong comes back as the problem that the operator sent;
 * what cannot be reached is bad input.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type ApiOptions, coseRequest, type OperatorApi, operatorApi, type Schemas } from "@tenten/client";
import { type AdminProblem, type Answer, answerOf, everyPage, isProblem } from "./issuer-answer.ts";
import { readApiKey } from "./issuer-folder.ts";
import { readIssuerSettings } from "./issuer-settings.ts";

export { type AdminProblem, isProblem } from "./issuer-answer.ts";

export type NewKey = {
	name: string;
	roles: Schemas["ApiKey"]["roles"];
	expiresAt: string | null;
};

type NewWebhook = {
	url: string;
	description: string;
	types: Schemas["Webhook"]["types"];
	accounts: string[];
};

type MadeWebhook = { readonly webhook: Schemas["Webhook"]; readonly secret: string };

type DeliveryReport = {
	readonly delivery: Schemas["Delivery"];
	readonly attempts: readonly Schemas["DeliveryAttempt"][];
};

export type Pruned = {
	readonly gone: Readonly<Record<string, number>>;
	readonly stays: Readonly<Record<string, number>>;
	/** one entry an asset */
	readonly closed: readonly Schemas["ClosedIssues"][];
	readonly cursor: string | null;
};

const timeout_ms = 10_000;

export class IssuerClient {
	/** where it is reached */
	readonly url: string;
	readonly #api: OperatorApi;

	constructor(options: ApiOptions) {
		this.url = options.url;
		this.#api = operatorApi(options);
	}

	/**
	 * Of the operator in a folder: its settings say where it listens, its key opens it. Who has no such folder names
	 * both in the environment, and who has a key of their own names that.
	 */
	static of(folder: string): IssuerClient {
		const { TENTEN_API_KEY: ownKey, TENTEN_OPERATOR_URL: named } = process.env;
		const url = named ?? readIssuerSettings(join(folder, "operator.json")).url;
		return new IssuerClient({ url, bearer: ownKey ?? readApiKey(folder), timeout_ms });
	}

	/** Minor units. The same `id` counts once. */
	async deposit(
		account: string,
		asset: string,
		amount: bigint,
		id: string = randomUUID(),
	): Promise<Schemas["Amount"] | AdminProblem> {
		const params = { path: { account }, header: { "Idempotency-Key": id } };
		const body = { amount: { value: amount.toString(), asset, scale: 0 } };
		const made = await this.#ask(this.#api.POST("/v1/accounts/{account}/deposits", { params, body }));
		return isProblem(made) ? made : made.balance;
	}

	async totals(): Promise<readonly Schemas["AssetTotals"][] | AdminProblem> {
		const told = await this.#ask(this.#api.GET("/v1/totals"));
		return isProblem(told) ? told : told.assets;
	}

	/** Every case, however many pages there are. */
	async caseFiles(): Promise<readonly Schemas["CaseFile"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/case-files", { params: { query } }));
			return isProblem(page) ? page : { items: page.caseFiles, cursor: page.cursor };
		});
	}

	/** The evidence of a case, encoded. */
	async evidence(id: string): Promise<Uint8Array | AdminProblem> {
		const params = { path: { id } };
		const found = await this.#ask(this.#api.GET("/v1/case-files/{id}", { params, parseAs: "arrayBuffer" }));
		return isProblem(found) ? found : new Uint8Array(found);
	}

	/** Makes a key, and tells it this once. */
	async addKey(
		body: NewKey,
	): Promise<{ readonly key: string; readonly apiKey: Schemas["ApiKey"] } | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/api-keys", { body }));
	}

	async keys(): Promise<readonly Schemas["ApiKey"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/api-keys", { params: { query } }));
			return isProblem(page) ? page : { items: page.apiKeys, cursor: page.cursor };
		});
	}

	async revokeKey(id: string): Promise<Schemas["ApiKey"] | AdminProblem> {
		const revoked = await this.#ask(this.#api.DELETE("/v1/api-keys/{id}", { params: { path: { id } } }));
		return isProblem(revoked) ? revoked : revoked.apiKey;
	}

	async signingKeys(): Promise<readonly Schemas["SigningKey"][] | AdminProblem> {
		const told = await this.#ask(this.#api.GET("/v1/signing-keys"));
		return isProblem(told) ? told : told.signingKeys;
	}

	/** Lists a new key; null: it signs once every valid trust list has it. */
	rotateSigningKey(
		body: Pick<Schemas["SigningKey"], "purpose"> & { signsFrom: string | null },
	): Promise<Schemas["SigningKey"] | AdminProblem> {
		return this.#signingKey(this.#api.POST("/v1/signing-keys", { body }));
	}

	retireSigningKey(id: string): Promise<Schemas["SigningKey"] | AdminProblem> {
		const params = { path: { id } };
		return this.#signingKey(this.#api.POST("/v1/signing-keys/{id}/retire", { params }));
	}

	/** `from`: RFC 3339. */
	distrustSigningKey(id: string, from: string): Promise<Schemas["SigningKey"] | AdminProblem> {
		const params = { path: { id } };
		return this.#signingKey(this.#api.POST("/v1/signing-keys/{id}/distrust", { params, body: { from } }));
	}

	async #signingKey(
		asked: Promise<Answer<{ readonly signingKey: Schemas["SigningKey"] }>>,
	): Promise<Schemas["SigningKey"] | AdminProblem> {
		const changed = await this.#ask(asked);
		return isProblem(changed) ? changed : changed.signingKey;
	}

	/** Pays out an asset again whose payouts were stopped, if its books agree now. */
	async allowPayouts(asset: string): Promise<{ readonly asset: string } | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/payouts/{asset}/allow", { params: { path: { asset } } }));
	}

	/** A part of a run that counts, or deletes, what nobody can ask for any more. */
	async prune(body: {
		before: string;
		apply: boolean;
		cursor: string | null;
	}): Promise<Pruned | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/prunings", { body }));
	}

	/** What holders whom it certified owe the peer of this id: every page, asked there now. */
	async debtsAt(peer: string): Promise<readonly Schemas["PeerDebt"][] | AdminProblem> {
		return everyPage(async (query) => {
			const params = { path: { peer }, query };
			const page = await this.#ask(this.#api.GET("/v1/peers/{peer}/debts", { params }));
			return isProblem(page) ? page : { items: page.debts, cursor: page.cursor };
		});
	}

	/** All of it, oldest first. */
	async auditLog(): Promise<readonly Schemas["AuditEntry"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/audit", { params: { query } }));
			return isProblem(page) ? page : { items: page.entries, cursor: page.cursor };
		});
	}

	/** Registers an endpoint, and tells its secret this once. */
	async addWebhook(body: NewWebhook): Promise<MadeWebhook | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/webhooks", { body }));
	}

	async webhooks(): Promise<readonly Schemas["Webhook"][] | AdminProblem> {
		const listed = await this.#ask(this.#api.GET("/v1/webhooks"));
		return isProblem(listed) ? listed : listed.webhooks;
	}

	async changeWebhook(
		id: string,
		body: Partial<NewWebhook> & { enabled?: boolean },
	): Promise<Schemas["Webhook"] | AdminProblem> {
		const params = { path: { id } };
		const changed = await this.#ask(this.#api.PATCH("/v1/webhooks/{id}", { params, body }));
		return isProblem(changed) ? changed : changed.webhook;
	}

	async removeWebhook(id: string): Promise<{ readonly id: string } | AdminProblem> {
		return this.#ask(this.#api.DELETE("/v1/webhooks/{id}", { params: { path: { id } } }));
	}

	async rotateWebhookSecret(id: string, overlapHours: number): Promise<MadeWebhook | AdminProblem> {
		const params = { path: { id } };
		return this.#ask(this.#api.POST("/v1/webhooks/{id}/rotate", { params, body: { overlapHours } }));
	}

	/** The id of the event that it is sent. */
	async testWebhook(id: string): Promise<{ readonly event: string } | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/webhooks/{id}/test", { params: { path: { id } } }));
	}

	/** Of one state, or all; every page. */
	async deliveries(
		id: string,
		state?: Schemas["Delivery"]["state"],
	): Promise<readonly Schemas["Delivery"][] | AdminProblem> {
		return everyPage(async (query) => {
			const params = { path: { id }, query: { ...query, ...(state === undefined ? {} : { state }) } };
			const page = await this.#ask(this.#api.GET("/v1/webhooks/{id}/deliveries", { params }));
			return isProblem(page) ? page : { items: page.deliveries, cursor: page.cursor };
		});
	}

	/** What became of one event, with every attempt. */
	async delivery(id: string, event: string): Promise<DeliveryReport | AdminProblem> {
		const params = { path: { id, event } };
		return this.#ask(this.#api.GET("/v1/webhooks/{id}/deliveries/{event}", { params }));
	}

	async replay(id: string, event: string): Promise<{ readonly event: string } | AdminProblem> {
		const params = { path: { id, event } };
		return this.#ask(this.#api.POST("/v1/webhooks/{id}/deliveries/{event}/replay", { params }));
	}

	/** `since` is RFC 3339. */
	async replaySince(id: string, since: string): Promise<{ readonly replayed: number } | AdminProblem> {
		const params = { path: { id } };
		return this.#ask(this.#api.POST("/v1/webhooks/{id}/replay", { params, body: { since } }));
	}

	/** A person's certificate, encoded. `key` is a COSE_Key in hexadecimal. */
	async certifyPerson(
		key: string,
		part: Schemas["Definition"]["signed"][number]["part"],
	): Promise<Uint8Array | AdminProblem> {
		const body = { key, part };
		const made = await this.#ask(this.#api.POST("/v1/people", { body, parseAs: "arrayBuffer" }));
		return isProblem(made) ? made : new Uint8Array(made);
	}

	/** `draft` is encoded. */
	async proposeDefinition(draft: Uint8Array): Promise<{ readonly id: string } | AdminProblem> {
		const { headers, bodySerializer } = coseRequest;
		const body = new Uint8Array(draft);
		return this.#ask(this.#api.POST("/v1/definitions", { headers, bodySerializer, body }));
	}

	/** `approval` is encoded. */
	async approveDefinition(id: string, approval: Uint8Array): Promise<{ readonly id: string } | AdminProblem> {
		const { headers, bodySerializer } = coseRequest;
		const params = { path: { id } };
		const body = new Uint8Array(approval);
		const asked = this.#api.POST("/v1/definitions/{id}/approvals", { headers, bodySerializer, params, body });
		return this.#ask(asked);
	}

	async publishDefinition(id: string): Promise<{ readonly id: string } | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/definitions/{id}/publish", { params: { path: { id } } }));
	}

	async withdrawDefinition(id: string): Promise<{ readonly id: string } | AdminProblem> {
		return this.#ask(this.#api.DELETE("/v1/definitions/{id}", { params: { path: { id } } }));
	}

	async definitions(): Promise<readonly Schemas["Definition"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/definitions", { params: { query } }));
			return isProblem(page) ? page : { items: page.definitions, cursor: page.cursor };
		});
	}

	/** The record, encoded. */
	async definition(id: string): Promise<Uint8Array | AdminProblem> {
		const params = { path: { id } };
		const found = await this.#ask(this.#api.GET("/v1/definitions/{id}", { params, parseAs: "arrayBuffer" }));
		return isProblem(found) ? found : new Uint8Array(found);
	}

	async licences(): Promise<readonly Schemas["Licence"][] | AdminProblem> {
		const told = await this.#ask(this.#api.GET("/v1/licences"));
		return isProblem(told) ? told : told.licences;
	}

	async takeStatusList(token: string): Promise<readonly Schemas["Licence"][] | AdminProblem> {
		const told = await this.#ask(this.#api.POST("/v1/licences/status-lists", { body: { token } }));
		return isProblem(told) ? told : told.licences;
	}

	async setIssue(asset: string, word: "stop" | "allow"): Promise<{ readonly asset: string } | AdminProblem> {
		const params = { path: { asset } };
		return this.#ask(
			word === "stop"
				? this.#api.POST("/v1/issues/{asset}/stop", { params })
				: this.#api.POST("/v1/issues/{asset}/allow", { params }),
		);
	}

	proposeFreeze(
		body: Omit<Schemas["FreezeProposal"], "by" | "proposedAt">,
	): Promise<{ readonly output: string } | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/freezes", { body }));
	}

	async freezeProposals(): Promise<readonly Schemas["FreezeProposal"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/freezes", { params: { query } }));
			return isProblem(page) ? page : { items: page.proposals, cursor: page.cursor };
		});
	}

	/** Does what was proposed, if that still stands. */
	confirmFreeze(
		seen: Pick<Schemas["FreezeProposal"], "output" | "act" | "case">,
	): Promise<{ readonly output: string } | AdminProblem> {
		const [params, body] = [{ path: { output: seen.output } }, { act: seen.act, case: seen.case }];
		return this.#ask(this.#api.POST("/v1/freezes/{output}/confirm", { params, body }));
	}

	async appeals(): Promise<readonly Schemas["Appeal"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/appeals", { params: { query } }));
			return isProblem(page) ? page : { items: page.appeals, cursor: page.cursor };
		});
	}

	decideAppeal(
		appeal: string,
		verdict: NonNullable<Schemas["Appeal"]["verdict"]>,
	): Promise<{ readonly id: string; readonly decided: boolean } | AdminProblem> {
		const params = { path: { appeal } };
		return this.#ask(this.#api.POST("/v1/appeals/{appeal}/verdict", { params, body: { verdict } }));
	}

	/** Adds who delegates by this key, a COSE_Key in hexadecimal. */
	addParty(key: string, name: string): Promise<Schemas["Party"] | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/parties", { body: { key, name } }));
	}

	async parties(): Promise<readonly Schemas["Party"][] | AdminProblem> {
		return everyPage(async (query) => {
			const page = await this.#ask(this.#api.GET("/v1/parties", { params: { query } }));
			return isProblem(page) ? page : { items: page.parties, cursor: page.cursor };
		});
	}

	party(party: string): Promise<Schemas["KnownParty"] | AdminProblem> {
		return this.#ask(this.#api.GET("/v1/parties/{party}", { params: { path: { party } } }));
	}

	grantBudget(
		party: string,
		body: Pick<Schemas["PartyBudget"], "reset" | "amount">,
	): Promise<Schemas["PartyBudget"] | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/parties/{party}/budgets", { params: { path: { party } }, body }));
	}

	setPartyStanding(
		party: string,
		body: Pick<Schemas["Party"], "standing"> & { readonly why: string },
	): Promise<Schemas["Party"] | AdminProblem> {
		return this.#ask(this.#api.POST("/v1/parties/{party}/standing", { params: { path: { party } }, body }));
	}

	#ask<T extends object>(asked: Promise<Answer<T>>): Promise<T | AdminProblem> {
		return answerOf(this.url, asked);
	}
}
