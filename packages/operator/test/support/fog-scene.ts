/** A gateway beside a real operator: its store, lists and mandates, devices that pay and are paid. */
import assert from "node:assert/strict";
import {
	type Bytes,
	type DeviceRecordBody,
	encodeFogQuestion,
	type FogAnswer,
	type FogQuestion,
	isRefusal,
	keyId,
	type MandateBody,
	parseFogAnswer,
	type Refusal,
	type RequestBody,
	refuse,
	requestDigest,
	requestPayload,
	serialize,
	serializeToken,
	sha256,
	signDeviceQuestion,
	signDeviceRecord,
	signedRequest,
	signMandate,
} from "@tenten/protocol";
import { createDevice, createParty } from "../../../module/test/support/devices.ts";
import { type Holder, issueTo, pay, verify } from "../../../module/test/support/world.ts";
import { Gateway, type GatewayOptions } from "../../src/fog/gateway.ts";
import { FogStore, type FogStoreOptions } from "../../src/fog/index.ts";
import { Lists } from "../../src/fog/lists.ts";
import { HeldTime } from "../../src/fog/time.ts";
import { createEcosystem, type Ecosystem, enrolHolder } from "./ecosystem.ts";
import { device, gatewaySigner } from "./fog-keys.ts";

const id32 = (fill: number): Bytes => new Uint8Array(32).fill(fill);
const noSuchList = refuse("list-stale", "the operator has none of this number");
let asked = 0;

/** Ids are of one question each. */
export function freshId(): Bytes {
	asked++;
	return sha256(Uint8Array.of(asked & 0xff, asked >> 8)).subarray(0, 16);
}

export type FogScene = {
	readonly ecosystem: Ecosystem;
	readonly shop: Holder;
	readonly payer: Holder;
	/** whether the operator answers, and what it gives in the place of its list of now */
	readonly line: { isUp: boolean; gives?: Bytes | undefined; statuses?: readonly Bytes[] };
	readonly mandate: (over?: Partial<MandateBody>) => Promise<Bytes>;
	readonly record: (over?: Partial<DeviceRecordBody>) => Promise<Bytes>;
	readonly request: (
		over?: Partial<RequestBody>,
	) => Promise<{ readonly encoded: Bytes; readonly digest: Bytes }>;
	/** a token of a device, and what was left of it when the device had paid; key ids of both; the party's question of now */
	readonly held: Readonly<Record<"before" | "after" | "device" | "party" | "question", Bytes>>;
	readonly open: (file: string, options?: OpenOptions) => Promise<OpenGateway>;
};

type OpenOptions = Partial<Pick<GatewayOptions, "mandates" | "serves">> & {
	readonly store?: FogStoreOptions;
	readonly ageMost_s?: number;
	readonly elapsed_ms?: () => number;
};

export type OpenGateway = {
	readonly store: FogStore;
	readonly lists: Lists;
	readonly time: HeldTime;
	readonly gateway: Gateway;
	readonly ask: (question: Omitted) => Promise<FogAnswer>;
};

/** A question without its id. */
type Omitted = FogQuestion extends infer Q ? (Q extends FogQuestion ? Omit<Q, "id"> : never) : never;

export async function fogScene(database?: string): Promise<FogScene> {
	const ecosystem = await createEcosystem({ seed: "fog", ...(database === undefined ? {} : { database }) });
	const { operator, world, clock } = ecosystem;
	const shop = await enrolHolder(ecosystem);
	const payer = await enrolHolder(ecosystem);
	const line: FogScene["line"] = { isUp: true };
	const fetch = async (name: string): Promise<Bytes | Refusal> => {
		if (!line.isUp) return refuse("channel-failed", "cut");
		if (name.startsWith("statusList/")) return line.statuses?.[Number(name.slice(11))] ?? noSuchList;
		if (name === "freezeList" && line.gives !== undefined) return line.gives;
		return name === "trustList" ? operator.trustList() : operator.freezeList();
	};
	const mandate = (over: Partial<MandateBody> = {}): Promise<Bytes> =>
		signMandate(
			{
				operator: operator.id,
				gateway: gatewaySigner.key,
				nonce: id32(1),
				asset: world.asset,
				each: 500n,
				total: 1_200n,
				from: clock.now - 10,
				until: clock.now + 10_000,
				...over,
			},
			world.operator.ruling,
		);
	return {
		held: await heldIn(ecosystem, shop),
		ecosystem,
		shop,
		payer,
		line,
		mandate,
		record: (over = {}) =>
			signDeviceRecord(
				{
					operator: operator.id,
					asset: id32(2),
					amount: 30n,
					payer: id32(3),
					payee: id32(4),
					proof: sha256(Uint8Array.of(1, 2, 3)),
					paidAt: clock.now,
					...over,
				},
				device,
			),
		request: async (over = {}) => {
			const body: RequestBody = {
				certificate: shop.certificate.encoded,
				mode: "twoPhase",
				asset: world.asset,
				amount: 300n,
				nonce: sha256(freshId()),
				purpose: null,
				memo: "",
				documentKey: null,
				wants: [],
				invoice: null,
				against: null,
				isStatic: false,
				issuedAt: clock.now,
				expiresAt: clock.now + 600,
				...over,
			};
			const payload = requestPayload(body);
			const signature = await shop.signer.sign("request", payload);
			return { encoded: serialize(signedRequest, { body, signature }), digest: requestDigest(payload) };
		},
		open: async (file, { store: storeOptions, ageMost_s = 3_600, ...options } = {}) => {
			const store = FogStore.open(file, storeOptions);
			if (isRefusal(store)) return assert.fail(store.detail);
			const now = (): number => clock.now;
			const lists = new Lists({ store, operator: operator.id, verify, fetch, ageMost_s, now });
			const time = new HeldTime({
				store,
				operator: operator.id,
				trust: () => lists.trust(),
				fetch: async () => (line.isUp ? operator.time() : refuse("channel-failed", "cut")),
				ageMost_s,
				now,
				...(options.elapsed_ms === undefined ? {} : { elapsed_ms: options.elapsed_ms }),
			});
			const gateway = new Gateway({
				store,
				lists,
				time,
				operator: operator.id,
				signer: gatewaySigner,
				mandates: options.mandates ?? [await mandate()],
				serves: options.serves ?? (() => true),
				verify,
				now,
			});
			const ask = async (question: Omitted): Promise<FogAnswer> => {
				const id = freshId();
				const answer = await gateway.answer(encodeFogQuestion({ ...question, id } as FogQuestion));
				const read = isRefusal(answer) ? answer : parseFogAnswer(answer as Bytes);
				if (isRefusal(read)) return assert.fail(`${read.code} ${read.detail}`);
				assert.deepEqual((read as FogAnswer).id, id);
				return read as FogAnswer;
			};
			return { store, lists, time, gateway, ask };
		},
	};
}

async function heldIn({ world }: Ecosystem, shop: Holder): Promise<FogScene["held"]> {
	const party = createParty(world);
	const meter = await createDevice(world, { levels: [{ by: party }] });
	const before = await issueTo(world, meter, 100n);
	const spent = { reset: 1, from: 0n, to: 40n };
	const { change } = await pay(world, before, meter, shop, 40n, { spent });
	const device = keyId(meter.signer.key);
	const question = { operator: world.operator.id, device, issuedAt: world.now };
	return {
		question: await signDeviceQuestion(question, party),
		before: serializeToken(before),
		after: serializeToken(change ?? assert.fail("all was paid")),
		device,
		party: keyId(party.key),
	};
}

/** The code of a refused answer, else what kind of answer it is. */
export function outcomeOf(answer: FogAnswer): string {
	return answer.kind === "refused" ? answer.code : answer.kind;
}

export const deviceId = keyId(device.key);
