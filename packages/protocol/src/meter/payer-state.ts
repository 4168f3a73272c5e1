/** The states of a meter's payer, as they are kept. Each has only what is true in it. */
import {
	type Bytes,
	bytes32,
	nullable,
	record,
	type TypeOf,
	tickCountOrZero,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { signature } from "../crypto/index.ts";
import { token, type UnsignedLink } from "../token/index.ts";
import type { DraftMeter, MeterPlan } from "./opening.ts";

/** The payer's states that are ever durable. `meter`: its id. */
export const meterPayerState = union({
	locked: [
		1,
		record({
			meter: bytes32,
			/** digest of the payee's request */
			request: bytes32,
			/** the output that it spends */
			input: bytes32,
			token,
			change: nullable(token),
			release: bytes32,
			/** the chains are made of it */
			seed: bytes32,
			cancelAt: unixSeconds,
		}),
	],
	/** `token` ends in the metered output, released */
	open: [2, record({ meter: bytes32, token, release: bytes32, seed: bytes32 })],
	closed: [3, record({ meter: bytes32, token })],
	claimed: [4, record({ meter: bytes32, token })],
	cancelled: [5, record({ meter: bytes32 })],
	/** as `open`, and ticks no more: `signature` says so to the payee */
	stopped: [
		6,
		record({ meter: bytes32, token, release: bytes32, seed: bytes32, ticks: tickCountOrZero, signature }),
	],
});
export type DurableMeterPayer = TypeOf<typeof meterPayerState>;
export type KeptPayer<K extends DurableMeterPayer["kind"]> = Extract<DurableMeterPayer, { readonly kind: K }>;

/** `ticks`: how many were shown, as far as is known since the last restart. */
export type OpenPayer = KeptPayer<"open"> & { readonly ticks: number };
/** What a payee's count may close. */
export type GoingPayer = OpenPayer | KeptPayer<"stopped">;

export type MeterPayer =
	| { readonly kind: "idle" }
	| {
			readonly kind: "signing";
			readonly plan: MeterPlan;
			readonly draft: DraftMeter;
			readonly release: Bytes;
			readonly seed: Bytes;
	  }
	| Exclude<DurableMeterPayer, { readonly kind: "open" }>
	| OpenPayer
	| { readonly kind: "stopping"; readonly open: OpenPayer }
	| {
			readonly kind: "closing";
			readonly open: GoingPayer;
			readonly ticks: number;
			readonly link: UnsignedLink;
	  };
