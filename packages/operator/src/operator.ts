/**
 * One operator: everything that its routes, the replay and the simulator call, over one store.
 *
 * It is an `OperatorClient` in the same process: bytes in, bytes out. Management has methods of its own.
 */
import {
	type ApprovalPart,
	assetHash,
	type Bytes,
	type IssueProof,
	isRefusal,
	keyId,
	type OperatorClient,
	type OperatorEntry,
	type PublicKey,
	type Refusal,
	refuse,
	type Totals,
} from "@tenten/protocol";
import type { Acting, ApiKey } from "./access.ts";
import { account, deposit } from "./accounts.ts";
import { ClaimLine } from "./claiming/line.ts";
import { type OperatorContext, releaseLife } from "./context.ts";
import { Crossings } from "./crossing/crossings.ts";
import { type DebtSettlement, settleDebt } from "./debts.ts";
import { Definitions, type Standing } from "./definitions/definitions.ts";
import { type Drafts, makeDrafts } from "./definitions/drafts.ts";
import { certifyPerson } from "./definitions/people.ts";
import { openDesk } from "./desk.ts";
import { Devices } from "./devices/devices.ts";
import { type DirectIssue, issueDirectly } from "./direct-issue.ts";
import { enrol, type MadeCertificate } from "./enrol.ts";
import { giveMandate, type MandateTerms, timeSigner } from "./fog/mandates.ts";
import { FreezeLists } from "./freezing/freeze-lists.ts";
import { Freezing } from "./freezing/freezing.ts";
import { withdraw } from "./issuer.ts";
import { judge } from "./judging/judge.ts";
import { JudgePool } from "./judging/pool.ts";
import {
	addKey,
	keepFirstKey,
	keyBehind,
	listKeys,
	type MadeKey,
	type NewApiKey,
	type Revoked,
	revokeKey,
} from "./key-keeping.ts";
import { KeyRing } from "./key-ring.ts";
import { SigningKeys } from "./key-rotation.ts";
import { type Keyed, operationsUnder } from "./keyed.ts";
import { Ledger } from "./ledger/ledger.ts";
import { fileOf, type OperatorOptions } from "./operator-options.ts";
import { Peers } from "./peers/peers.ts";
import type { Pruning } from "./pruning/issues.ts";
import { type Pruned, prune } from "./pruning/prune.ts";
import { Resigning } from "./re-signing.ts";
import type { RequestKey } from "./request-key.ts";
import { rule } from "./rulings.ts";
import { settleAll } from "./settlement.ts";
import { type AuditEntry, appendAudit, auditAfter } from "./store/audit-log.ts";
import { balanceOf } from "./store/books.ts";
import { type CaseFile, evidenceOf, listCases } from "./store/case-files.ts";
import { forgetKeys, forgetReleases } from "./store/forgetting.ts";
import { openStore } from "./store/open-store.ts";
import { publishedOf } from "./store/releases.ts";
import { countStart } from "./store/starts.ts";
import type { Job, Store } from "./store/store.ts";
import { audit, readTotals } from "./totals.ts";
import { TrustLists } from "./trust-lists.ts";
import { turns } from "./turns.ts";
import { type Alarm, paced, Watch } from "./watch.ts";
import { settingsOf } from "./webhooks/settings.ts";
import { Webhooks } from "./webhooks/webhooks.ts";

const tendEvery_ms = 10_000;

type Opened = {
	readonly context: OperatorContext;
	readonly trustLists: TrustLists;
	readonly ring: KeyRing;
	readonly options: OperatorOptions;
	readonly starts: number;
};

export class Operator implements OperatorClient {
	readonly #context: OperatorContext;
	readonly #trustLists: TrustLists;
	readonly #ring: KeyRing;
	readonly #resigning: Resigning;
	/** what signs certificates, issues and rulings */
	readonly signingKeys: SigningKeys;
	/** looks at the books while it works, and stops payouts where they do not agree */
	readonly watch: Watch;
	readonly #judges: JudgePool | null;
	readonly #claims: ClaimLine;
	/** operators that it lists beside itself */
	readonly peers: Peers;
	/** payments to and from the accounts of other operators */
	readonly crossings: Crossings;
	/** tells partners what happened */
	readonly webhooks: Webhooks;
	/** definitions while people sign them */
	readonly drafts: Drafts;
	/** accounts of what is no token */
	readonly ledger: Ledger;
	/** devices, and who answers for them */
	readonly devices: Devices;
	/** what of its value nobody should take */
	readonly #freezeLists: FreezeLists;
	/** what people freeze, and appeals against it */
	readonly freezing: Freezing;
	/** how often it was started, this time included */
	readonly starts: number;

	private constructor({ context, trustLists, ring, options, starts }: Opened) {
		this.starts = starts;
		const { threads = 0, claims = "together" } = options;
		const judges = threads === 0 ? null : new JudgePool(typeof threads === "number" ? { threads } : threads);
		this.#context = context;
		this.#trustLists = trustLists;
		this.#judges = judges;
		this.#ring = ring;
		const { store, id, keys, now, policy } = context;
		const ruling = () => keys.ruling;
		this.#freezeLists = new FreezeLists({ store, id, ruling, now, validity: policy.trustListValidity });
		this.devices = new Devices(context);
		this.freezing = new Freezing(context, this.#freezeLists);
		this.#resigning = new Resigning(
			ring.keys,
			() => ring.hasDistrusted(),
			async () => (await trustLists.current()).published,
		);
		this.signingKeys = new SigningKeys(context, ring, () => this.#list());
		this.watch = new Watch(context, fileOf(options.database));
		this.webhooks = new Webhooks(context, settingsOf(options));
		this.#claims = new ClaimLine(context, {
			judge: (question, trust) => judges?.judge(question, trust) ?? judge(question, trust),
			isTogether: claims === "together",
			isThreaded: judges !== null,
		});
		this.peers = new Peers(context);
		this.crossings = new Crossings(context, this.peers, options.crossings);
		this.ledger = new Ledger(context.store, { now: context.now, random: context.entropy });
		this.drafts = makeDrafts(context, () => this.tend());
	}

	/** Opens its store, and settles what a crash left unsettled. */
	static async open(options: OperatorOptions): Promise<Operator> {
		const { policy, verify, now, entropy } = options;
		const store = await openStore(options.database, options.store);
		const starts = await countStart(store, options.startsBefore ?? 0);
		const ring = await KeyRing.open({ ...options, store });
		const { keys } = ring;
		const desk = await openDesk({ ...options, keys, store });
		const id = keyId(keys.root.key);
		const definitions = new Definitions({
			store,
			root: keys.root,
			operator: id,
			verify,
			now,
			licensing: policy.licensing,
			configured: policy.assets,
			configuredConditions: policy.conditionsOf,
		});
		await definitions.load();
		const { name, url } = policy;
		const shown = { keys: ring.listed(), desk, assets: definitions.assets() };
		const entry = { root: keys.root.key, name, url, ...shown };
		const validity = policy.trustListValidity;
		const believed = () => ring.believed();
		const trustLists = new TrustLists({ store, root: keys.root, verify, now, validity, believed }, entry);
		const trust = async () => (await trustLists.current()).trust;
		const commit = <T>(job: Job<T>): Promise<T> => store.run(job);
		const turn = turns(now);
		const context = { store, commit, keys, policy, definitions, id, verify, now, entropy, turn, trust };
		await settleAll(context);
		await store.run(async (transaction) => {
			await forgetKeys(transaction, now());
			await forgetReleases(transaction, now(), releaseLife(definitions));
		});
		return new Operator({ context, trustLists, ring, options, starts });
	}

	/** The id of its root key: what wallets pin. */
	get id(): Bytes {
		return this.#context.id;
	}

	/** Its entry for the trust lists of its peers. */
	get entry(): OperatorEntry {
		return this.#trustLists.own;
	}

	/** Lists these operators beside itself. */
	setPeers(peers: readonly OperatorEntry[]): void {
		this.#trustLists.setPeers(peers);
	}

	readonly trustList = async (): Promise<Bytes> => (await this.#trustLists.newest()).encoded;
	readonly freezeList = async (): Promise<Bytes> => (await this.#freezeLists.newest()).encoded;
	readonly time: () => Promise<Bytes> = timeSigner(() => this.#context);

	readonly appeal = (encoded: Bytes): Promise<Bytes | Refusal> => this.freezing.appeal(encoded);

	readonly mandate = (terms: MandateTerms): Promise<Bytes | Refusal> => giveMandate(this.#context, terms);

	readonly enrol = (enrolment: Bytes): Promise<Bytes | Refusal> => enrol(this.#context, enrolment);

	readonly withdraw = (order: Bytes): Promise<Bytes | Refusal> =>
		this.#resigning.reply(withdraw(this.#context, order));

	readonly claim = (encoded: Bytes): Promise<Bytes | Refusal> =>
		this.#resigning.reply(this.#claims.claim(this.#context, encoded, null));

	readonly rule = (request: Bytes): Promise<Bytes | Refusal> =>
		this.#resigning.ruling(rule(this.#context, request));

	readonly account = (query: Bytes): Promise<Bytes | Refusal> => account(this.#context, query);

	readonly release = async (lock: Bytes): Promise<Bytes | Refusal> =>
		(await this.#context.store.run((transaction) => publishedOf(transaction, lock)))?.release ??
		refuse("attempt-unknown", "no release of this lock was published");

	/** Looks again at what it may issue, signs with and lists now; also for what other processes adopted. Every few seconds. */
	async tend(): Promise<void> {
		const { definitions } = this.#context;
		await definitions.load();
		await this.#ring.load();
		this.#list();
	}

	#list(): void {
		const assets = this.#context.definitions.assets();
		this.#trustLists.setOwn({ ...this.entry, keys: this.#ring.listed(), assets });
	}

	/** Watches its books, tends to what it lists and tells partners what happened, until the function that it answers with is called. */
	work(alarmed: (alarm: Alarm) => void, failed: (error: unknown) => void): () => Promise<void> {
		this.watch.onAlarm(alarmed);
		const resting = [
			this.watch.start(failed),
			paced(() => this.tend(), tendEvery_ms, failed),
			this.webhooks.start(failed),
			paced(async () => void (await this.ledger.expire()), tendEvery_ms, failed),
			paced(() => this.devices.suspendUnpaid(), tendEvery_ms, failed),
		];
		return async () => {
			for (const rest of resting) await rest();
		};
	}

	/** Adopts an asset definition that its people signed; the bytes of the definition with the root's signature. */
	async adoptDefinition(draft: Bytes): Promise<Bytes | Refusal> {
		const { definitions, trust } = this.#context;
		const adopted = await definitions.adopt(draft, await trust(), null);
		await this.tend();
		return adopted;
	}

	/** Certifies a person of the operator, who proposes or approves definitions: nobody can enrol as one. */
	certifyPerson(key: PublicKey, part: ApprovalPart, acting: Acting | null = null): Promise<MadeCertificate> {
		return certifyPerson(this.#context, key, part, acting);
	}

	/** Takes a status list of a licensor; whether it counts. */
	async takeStatusList(token: string, acting: Acting | null = null): Promise<Refusal | undefined> {
		const list = await this.#context.definitions.takeStatusList(token, acting);
		return isRefusal(list) ? list : undefined;
	}

	/** Every adopted definition, encoded. */
	definitions(): readonly Bytes[] {
		return this.#context.definitions.all().map(({ encoded }) => encoded);
	}

	/** What may be issued now, and why not. */
	standing(): readonly Standing[] {
		return this.#context.definitions.standing();
	}

	/** Credits an account with value from outside. `id` names the deposit: the same one counts once. */
	deposit(id: Bytes, account: Bytes, code: string, amount: bigint): Promise<Refusal | undefined> {
		return deposit(this.#context, { id, account, code, amount }, null);
	}

	/** The same operations for a request with a key, which is bound in the transaction of what they do. */
	under(key: RequestKey): Keyed {
		return operationsUnder(key, this.#context, this.#claims, this.#resigning);
	}

	/** Whether it issues an asset of this code, now or before. */
	hasAsset(code: string): boolean {
		return this.#context.definitions.asset(code) !== undefined;
	}

	/** What an account holds, minor units. */
	balance(holder: Bytes, code: string): Promise<bigint> {
		const asset = assetHash({ operator: this.id, code });
		return this.#context.store.run((transaction) => balanceOf(transaction, "holder", holder, asset));
	}

	/** Where every minor unit of an asset is. */
	totals(code: string): Promise<Totals> {
		return readTotals(this.#context, code);
	}

	/** As `totals`, with every invariant that does not hold: counts all issues and all lines again. */
	audit(code: string): Promise<{ readonly totals: Totals; readonly broken: readonly string[] }> {
		return audit(this.#context, code);
	}

	/** Brings tokens into circulation that the operator answers for itself: tickets, gifts, prizes. */
	issue(value: DirectIssue): Promise<readonly IssueProof[] | Refusal> {
		return this.#resigning.proofs(issueDirectly(this.#context, value));
	}

	/** A part of a run that deletes what nobody can ask for any more: see `pruning/prune.ts`. */
	prune(acting: Acting, pruning: Pruning, from: string | null): Promise<Pruned | undefined> {
		return prune(this.#context, acting, pruning, from);
	}

	/** A culprit repays what the fork reserve paid, or the operator gives it up. */
	settleDebt(value: DebtSettlement): Promise<Refusal | undefined> {
		return settleDebt(this.#context, value);
	}

	/** A page of cases, after the one that `cursor` names. */
	caseFiles(cursor: Bytes | null): Promise<readonly CaseFile[]> {
		return this.store.run((transaction) => listCases(transaction, cursor));
	}

	/** The evidence of a case. */
	evidence(caseId: Bytes): Promise<Bytes | undefined> {
		return this.store.run((transaction) => evidenceOf(transaction, caseId));
	}

	/** Keeps the key of whoever has the operator's folder, unless it has any key already. */
	keepFirstKey(text: string): Promise<void> {
		return keepFirstKey(this.#context, text);
	}

	/** Makes an API key. It is told here and never again. */
	addKey(acting: Acting, made: NewApiKey): Promise<MadeKey> {
		return addKey(this.#context, acting, made);
	}

	revokeKey(acting: Acting, id: string): Promise<Revoked> {
		return revokeKey(this.#context, acting, id);
	}

	/** A page of keys, after the one of this id; those revoked too. */
	listKeys(after: string): Promise<readonly ApiKey[]> {
		return listKeys(this.#context, after);
	}

	/** The key that a text is, while it holds. */
	keyBehind(text: string): Promise<ApiKey | undefined> {
		return keyBehind(this.#context, text);
	}

	/** Writes down that somebody asked for what their key does not allow. */
	async noteDenied(acting: Acting, subject: string): Promise<void> {
		const entry = {
			...acting,
			at: this.now(),
			act: "denied",
			subject,
			outcome: "role-missing",
			detail: "",
		} as const;
		await this.store.run((transaction) => appendAudit(transaction, entry));
	}

	/** A page of what was done, after this position. */
	auditLog(after: number): Promise<readonly AuditEntry[]> {
		return this.store.read((transaction) => auditAfter(transaction, after));
	}

	/** Whether its store answers. */
	isReachable(): Promise<boolean> {
		return this.store.read(async () => true).catch(() => false);
	}

	/** Its clock, unix seconds. */
	now(): number {
		return this.#context.now();
	}

	/** What its HTTP side keeps beside it. */
	get store(): Store {
		return this.#context.store;
	}

	async close(): Promise<void> {
		await this.#judges?.close();
		await this.#context.store.close();
	}
}
