/**
 * A module that strangers talk to: any bundle of messages to a payee with requests open and a payer with a payment
 * under way, some of them signed again by the attacker whose tokens they are.
 *
 * What must hold: nothing is thrown; what answers is messages, no more than a channel carries; where everything was
 * refused nothing was written; and the module never holds more than it had and the attacker gave.
 */
import { SecureModule } from "@tenten/module";
import {
	type Bytes,
	concatBytes,
	isRefusal,
	lockHash,
	type Message,
	parseMessage,
	parseRequest,
	type Refusal,
	type RequestBody,
	requestDigest,
	requestPayload,
	reservedPayload,
	serialize,
	serializeMessage,
	sha256,
	signedRequest,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import { memoryStore } from "@tenten/wallet";
import { carry, expectValue, type Holder, signLink } from "../../packages/module/test/support/world.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	withdrawTo,
} from "../../packages/operator/test/support/ecosystem.ts";
import { decodeBundle, encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import { messages } from "../material.ts";
import { serverMemory } from "../memory.ts";
import { Broken, outcomeOf, type Target } from "../target.ts";
import { signAgain } from "./sign-again.ts";

const unlock = { kind: "device", key: sha256(Uint8Array.of(9)) } as const;
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const takesAll = { consider: async () => ({}) };

type Store = ReturnType<typeof memoryStore>;

/** A store that says how often it was written to. */
export function countingStore(rows: ReadonlyMap<string, Bytes>): {
	readonly store: Store;
	readonly commits: () => number;
} {
	const inner = memoryStore();
	let commits = -1;
	const commit: Store["commit"] = async (writes) => {
		commits++;
		await inner.commit(writes);
	};
	const store = { ...inner, commit };
	void store.commit([...rows].map(([key, value]) => ({ key, value })));
	return { store, commits: () => commits };
}

export async function openModule(store: Store, { clock, world }: Ecosystem): Promise<SecureModule> {
	const random = (length: number): Bytes =>
		concatBytes(world.random(), world.random(), world.random()).slice(0, length);
	return expectValue(await SecureModule.open({ store, unlock, now: () => clock.now, random }));
}

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly attacker: Holder;
	readonly rows: ReadonlyMap<string, Bytes>;
	/** bundles that the module takes */
	readonly seeds: readonly Bytes[];
	/** minor units: what it may hold at most */
	readonly most: bigint;
};

/** What one module holds and waits for, minor units. */
export function worthOf(module: SecureModule): bigint {
	const sum = (amounts: readonly { readonly amount: bigint }[]): bigint =>
		amounts.reduce((total, { amount }) => total + amount, 0n);
	return sum(module.tokens()) + sum(module.reservations());
}

const given = 100n;

/** A module that is enrolled and holds tokens of 200 and 300. */
export async function enrolledModule(
	ecosystem: Ecosystem,
	holderClass = "person",
): Promise<{ readonly module: SecureModule; readonly store: Store }> {
	const { operator, world } = ecosystem;
	const store = memoryStore();
	const module = await openModule(store, ecosystem);
	expectValue(await module.setTrustList(world.encodedList, operator.id));
	const certificate = expectValue(
		await module.certify(
			expectValue(await operator.enrol(await module.enrol(operator.id, { ...asked, class: holderClass }))),
		),
	);
	expectNothing(await operator.deposit(world.random(), certificate.hash, "JPY", 500n));
	const order = expectValue(
		await module.order({
			asset: world.asset,
			action: { kind: "withdraw", outputs: [200n, 300n] },
			inputs: [],
		}),
	);
	expectValue(await module.answer(order.digest, expectValue(await operator.withdraw(order.request))));
	return { module, store };
}

/** A module of a backup of another, enrolled anew. */
export async function restoredModule(
	ecosystem: Ecosystem,
	lost: SecureModule,
): Promise<{ readonly module: SecureModule; readonly store: Store }> {
	const { operator, world, clock } = ecosystem;
	const store = memoryStore();
	const passphrase = "correct horse";
	const backup = await lost.backup(passphrase, "interactive");
	const random = (length: number): Bytes =>
		concatBytes(world.random(), world.random(), world.random()).slice(0, length);
	const options = { store, unlock, now: () => clock.now, random, backup, passphrase };
	const module = expectValue(await SecureModule.restore(options));
	expectValue(
		await module.certify(expectValue(await operator.enrol(await module.enrol(operator.id, asked)))),
	);
	return { module, store };
}

async function setScene(): Promise<Scene> {
	const ecosystem = await createEcosystem({ seed: "fuzz-module", offlineTotal: 10n ** 9n });
	const attacker = await enrolHolder(ecosystem);
	const { module, store } = await enrolledModule(ecosystem);
	const tokens = await withdrawTo(ecosystem, attacker, given, given, given);
	const seeds: Bytes[] = [];
	seeds.push(...(await payments(ecosystem, module, attacker, tokens)));
	seeds.push(...(await answers(ecosystem, module, attacker)));
	const rows = await store.load();
	return { ecosystem, attacker, rows, seeds, most: worthOf(module) + given * BigInt(tokens.length) };
}

function expectNothing(refused: Refusal | undefined): void {
	if (refused !== undefined) throw new Error(refused.code);
}

/** Transfers for requests of the module: in two phases, direct, and to a printed code; and what follows them. */
async function payments(
	ecosystem: Ecosystem,
	module: SecureModule,
	attacker: Holder,
	tokens: readonly VerifiedToken[],
): Promise<readonly Bytes[]> {
	const { world } = ecosystem;
	const kinds = [
		{ mode: "twoPhase", amount: given },
		{ mode: "direct", amount: given },
		{ mode: "direct", amount: 0n, isStatic: true },
	] as const;
	const bundles: Bytes[] = [];
	for (const [position, options] of kinds.entries()) {
		const made = expectValue(await module.request({ asset: world.asset, ...options }));
		const { body } = expectValue(parseRequest(made.encoded));
		const payee = expectValue(world.trust.certificate(body.certificate));
		const secret = world.random();
		const request = requestDigest(requestPayload(body));
		const owner = { certificate: payee, purpose: null, request };
		const token = tokens[position] as VerifiedToken;
		const link = await signLink(token, attacker, {
			outputs: [{ amount: given, owner, caveats: [] }],
			lock: options.mode === "direct" ? null : { payeeDecides: false, hash: lockHash(secret) },
		});
		const transfer: Message = {
			kind: "transfer",
			request,
			tokens: [carry(token, link)],
			data: null,
			counterRequest: null,
			documentKey: null,
		};
		bundles.push(encodeBundle([serializeMessage(transfer)]));
		if (options.mode === "direct") continue;
		const attempt = attemptOf(await module.handle([serializeMessage(transfer)], takesAll));
		bundles.push(
			encodeBundle([serializeMessage({ kind: "release", attempt, secret })]),
			encodeBundle([serializeMessage({ kind: "status", attempt })]),
		);
	}
	return bundles;
}

function attemptOf(answers: readonly Bytes[]): Bytes {
	const found = answers.map((each) => parseMessage(each)).find(({ kind }) => kind === "reserved");
	if (found?.kind !== "reserved") throw new Error("the module did not take it");
	return found.attempt;
}

/** What a holder asks for as a payee, for an hour: fifty of the module's own asset. */
export function askedBy({ certificate }: Holder, world: Ecosystem["world"]): RequestBody {
	return {
		certificate: certificate.encoded,
		mode: "twoPhase",
		asset: world.asset,
		amount: 50n,
		nonce: world.random(),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: world.now,
		expiresAt: world.now + 3600,
	};
}

/** What the attacker answers to payments of the module: that it holds them, a refusal, a link sent back. */
async function answers(
	ecosystem: Ecosystem,
	module: SecureModule,
	attacker: Holder,
): Promise<readonly Bytes[]> {
	const { world } = ecosystem;
	const { certificate, signer } = attacker;
	const bundles: Bytes[] = [];
	for (const [position, { output, amount }] of module
		.tokens()
		.filter(({ heldBy }) => heldBy === null)
		.entries()) {
		if (amount > 300n || position > 1) continue;
		const body = askedBy(attacker, world);
		const signature = await signer.sign("request", requestPayload(body));
		const request = serialize(signedRequest, { body, signature });
		const digest = requestDigest(requestPayload(body));
		const consent = { request: digest, payee: certificate.hash, amount: 50n };
		const paid = expectValue(await module.pay({ request, consent, inputs: [output] }));
		const transfer = paid.messages.map((each) => parseMessage(each)).find(({ kind }) => kind === "transfer");
		if (transfer?.kind !== "transfer") throw new Error("no transfer");
		const links = transfer.tokens.map((token) => {
			return expectValue(verifyParsedToken({ ...token }, world.trust)).path.at(-1)?.id as Bytes;
		});
		const lock = lockOf(transfer.tokens[0]);
		const reserved = { request: digest, links, lock, amount: 50n, reply: null };
		const { attempt } = paid;
		const answer = await signer.sign("reserved", reservedPayload(reserved));
		bundles.push(
			encodeBundle([
				serializeMessage({ kind: "reserved", attempt, body: reserved, reply: null, signature: answer }),
			]),
			encodeBundle([serializeMessage({ kind: "refused", about: attempt, code: "expired", detail: "no" })]),
			encodeBundle([
				serializeMessage({ kind: "done", attempt }),
				serializeMessage({ kind: "status", attempt }),
			]),
		);
	}
	return bundles;
}

type Carried = Extract<Message, { kind: "transfer" }>["tokens"][number];

function lockOf(token: Carried | undefined): Bytes | null {
	return token?.hops.at(-1)?.lock?.bytes ?? null;
}

async function openTarget() {
	const { ecosystem, attacker, rows, seeds, most } = await setScene();
	let { store, commits } = countingStore(rows);
	let module = await openModule(store, ecosystem);
	return {
		seeds,
		form: "items",
		run: async (input: Bytes) => {
			// By their bytes, so that an input does the same whenever it comes.
			const isSigned = (input.at(-1) ?? 0) % 2 === 0;
			const made = isSigned ? await signAgain(input, [attacker], ecosystem.world) : input;
			const bundle = decodeBundle(made);
			if (isRefusal(bundle)) return bundle.code;
			const answered = await module.handle(bundle, takesAll);
			const said = answered.map((each) => parseMessage(each));
			const unreadable = said.find((each) => isRefusal(each));
			if (unreadable !== undefined || said.length > 64) throw new Broken("answers that no channel carries");
			const refusals = said.filter(({ kind }) => kind === "refused");
			const [first] = refusals;
			if (commits() > 0) {
				if (said.length > 0 && refusals.length === said.length && bundle.length === 1)
					throw new Broken(
						`refused with ${first?.kind === "refused" ? first.code : ""}, and written ${commits()} times`,
					);
				if (worthOf(module) > most) throw new Broken(`holds ${worthOf(module)} of ${most}`);
				await module.close();
				({ store, commits } = countingStore(rows));
				module = await openModule(store, ecosystem);
				return "accepted";
			}
			if (first?.kind === "refused") return first.code;
			return said.length > 0 ? "accepted" : "silence";
		},
		close: async () => {
			await module.close();
			await ecosystem.operator.close();
		},
	} as const;
}

/** A module with its requests open, for whoever talks to it. */
export async function strangersModule(): Promise<{
	readonly module: SecureModule;
	readonly close: () => Promise<void>;
}> {
	const { ecosystem, rows } = await setScene();
	const module = await openModule(countingStore(rows).store, ecosystem);
	return {
		module,
		close: async () => {
			await module.close();
			await ecosystem.operator.close();
		},
	};
}

const anyTransfer = messages.map((each) => parseMessage(each)).find(({ kind }) => kind === "transfer");

/** One of each kind of message, about attempts and requests that nobody has: other ones for every number. */
export function unknownMessages(number: number): readonly Bytes[] {
	const unknown = sha256(Uint8Array.from(Buffer.from(`unknown ${number}`)));
	if (anyTransfer?.kind !== "transfer") throw new Error("the material has a transfer");
	const about: readonly Message[] = [
		{ ...anyTransfer, request: unknown },
		{ kind: "release", attempt: unknown, secret: unknown },
		{ kind: "status", attempt: unknown },
		{ kind: "done", attempt: unknown },
		{ kind: "refused", about: unknown, code: "expired", detail: "too late" },
		{ kind: "document", bundle: unknown, position: 0, content: unknown },
	];
	return about.map((each) => serializeMessage(each));
}

/** What an operator answers to a module, mutated: enrolments, trust lists and replies to orders. */
async function openAnswers() {
	const { ecosystem, rows } = await setScene();
	const { operator, world } = ecosystem;
	const { store: baseStore } = countingStore(rows);
	const base = await openModule(baseStore, ecosystem);
	const enrolled = expectValue(
		await operator.enrol(await base.enrol(operator.id, { ...asked, class: "shop" })),
	);
	const account = base.certificates()[0]?.hash as Bytes;
	expectNothing(await operator.deposit(world.random(), account, "JPY", 50n));
	const order = expectValue(
		await base.order({ asset: world.asset, action: { kind: "withdraw", outputs: [50n] }, inputs: [] }),
	);
	const reply = expectValue(await operator.withdraw(order.request));
	const held = worthOf(base);
	const kept = await baseStore.load();
	return {
		seeds: [enrolled, reply, world.encodedList],
		form: "items",
		run: async (input: Bytes) => {
			const { store } = countingStore(kept);
			const module = await openModule(store, ecosystem);
			const results = [
				await module.certify(input),
				await module.setTrustList(input, operator.id),
				await module.answer(order.digest, input),
			];
			if (worthOf(module) > held + 50n) throw new Broken(`holds ${worthOf(module)} of ${held + 50n}`);
			await module.close();
			return outcomeOf(results.find((result) => !isRefusal(result)) ?? results[2]);
		},
		close: () => operator.close(),
	} as const;
}

export const moduleTargets: readonly Target[] = [
	{ name: "module/bundle", weight: 12, memory: serverMemory, open: openTarget },
	{ name: "module/answer of an operator", weight: 30, memory: serverMemory, open: openAnswers },
];
