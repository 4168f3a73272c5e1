/**
 * The wallet's gateway: a box nearby that keeps lists, approves payments while the operator is out of reach, and takes
 * what this device paid on record, and what it holds (docs/spec/fog.md#questions).
 *
 *   lists     asked in the wallet's upkeep          ──▶ verified by the module, as from anybody
 *   approval  asked where a payment needs one       ──▶ verified by the module, and kept with the reservation
 *   records   brought after payments, and in upkeep ──▶ forgotten here once the gateway named them
 *
 *   tokens    brought as they change, and in upkeep ──▶ known here, while it is open, to be kept there
 *
 * It is believed nothing. Where it does not answer, payments that need its word are refused for now, and records wait.
 */
import type { HeldToken, SecureModule } from "@tenten/module";
import {
	type Bytes,
	type FogAnswer,
	type FogQuestion,
	fogRecordsMost,
	fogTokensMost,
	isRefusal,
	limits,
	type Offer,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
	serialize,
	signedRequest,
	toHex,
} from "@tenten/protocol";
import { fetchStatusLists } from "../operators.ts";

/** Asks until it is answered; `channel-failed` where that takes too long. */
export type AskGateway = (question: FogQuestion) => Promise<FogAnswer | Refusal>;

export type GatewayOptions = {
	/** a line to it, by MQTT or HTTP */
	readonly ask: AskGateway;
	/** key id of the operator whose gateway it is */
	readonly operator: Bytes;
	/** which payments are taken under its word alone; none without */
	readonly needsApproval?: (offer: Offer) => boolean;
	/** so many random bytes */
	readonly random: (bytes: number) => Bytes;
};

/** A question without its id. */
type Asked = FogQuestion extends infer Q ? (Q extends FogQuestion ? Omit<Q, "id"> : never) : never;

/** bytes of records and proofs in one question: with heads it fits a message */
const questionBytes = 60_000;
/** what a gateway says of itself, and not of the tokens that it was asked to keep */
const ofGateway: ReadonlySet<RefusalCode> = new Set(["channel-failed", "store-full", "list-stale"]);
/** bytes of a head or two before each of them */
const headBytes = 8;

export class Gateway {
	readonly #options: GatewayOptions;
	/** outputs, in hexadecimal, of tokens that the gateway keeps as far as this wallet has heard since it was opened */
	#kept: ReadonlySet<string> = new Set();
	/** of tokens that it does not take, until all are brought again */
	#turnedAway: ReadonlySet<string> = new Set();

	constructor(options: GatewayOptions) {
		this.#options = options;
	}

	/**
	 * The word under which an offer may be taken: undefined where it needs none. Refused with what the gateway says, or
	 * `channel-failed`; `request-mismatch` where several pay at once, which no approval names.
	 */
	async approval(offer: Offer, payer: Bytes | undefined): Promise<Bytes | Refusal | undefined> {
		const { needsApproval = () => false } = this.#options;
		if (!needsApproval(offer)) return undefined;
		if (payer === undefined) return refuse("request-mismatch", "an approval is of one payer");
		const request = serialize(signedRequest, offer.request.signed);
		const { amount } = offer.accepted;
		const answer = await this.#ask({ kind: "approve", request, payer, amount });
		if (isRefusal(answer)) return answer;
		return answer.kind === "approved" ? answer.approval : noAnswerTo("approve");
	}

	/** Brings the module the lists that the gateway keeps; the first refusal. */
	async fetchLists(module: SecureModule): Promise<Refusal | undefined> {
		const trustList = await this.#list({ kind: "list", list: "trustList" });
		if (isRefusal(trustList)) return trustList;
		const trust = await module.setTrustList(trustList, this.#options.operator);
		const freezes = await this.#list({ kind: "list", list: "freezeList" });
		const frozen = isRefusal(freezes) ? freezes : await module.freezes.take(freezes);
		const statusList = (number: number) => this.#list({ kind: "statusList", number });
		const statuses = await fetchStatusLists(module, { statusList });
		return (isRefusal(trust) ? trust : undefined) ?? frozen ?? statuses;
	}

	/**
	 * Has the gateway keep what waits, the oldest first; how many records it took now. What it did not name waits on. It
	 * takes all of a question or none: where one is dated too far ahead, those before it go alone.
	 */
	async bringRecords(module: SecureModule): Promise<number | Refusal> {
		let brought = 0;
		let most = fogRecordsMost;
		for (;;) {
			const records = fitting(await module.devices.records(most));
			if (records.length === 0) return brought;
			const answer = await this.#ask({ kind: "keep", records });
			if (isRefusal(answer)) {
				if (answer.code !== "record-early" || records.length === 1) return brought > 0 ? brought : answer;
				most = 1;
				continue;
			}
			if (answer.kind !== "kept") return noAnswerTo("keep");
			const taken = await module.devices.recordsTaken(answer.records);
			if (taken === 0) return refuse("channel-failed", "it names no record");
			brought += taken;
		}
	}

	/**
	 * Has the gateway keep what devices of this module hold, so that their party can claim it if they are lost; how many
	 * tokens it took now. It takes all of a question or none: where it refuses some, each goes alone. `again`: what it
	 * turned away before, too.
	 */
	async bringTokens(module: SecureModule, again = false): Promise<number | Refusal> {
		if (again) this.#turnedAway = new Set();
		let brought = 0;
		let most: number = fogTokensMost;
		for (;;) {
			const tokens = this.#tokensToBring(module, most);
			if (tokens.length === 0) return brought;
			const answer = await this.#ask({ kind: "keepTokens", tokens: tokens.map(({ token }) => token) });
			if (isRefusal(answer)) {
				if (ofGateway.has(answer.code)) return brought > 0 ? brought : answer;
				if (tokens.length === 1) this.#turnedAway = new Set([...this.#turnedAway, ...idsOf(tokens)]);
				most = 1;
				continue;
			}
			if (answer.kind !== "keptTokens") return noAnswerTo("keepTokens");
			const asked = idsOf(tokens);
			const named = answer.outputs.map(toHex).filter((output) => asked.has(output));
			if (named.length === 0) return refuse("channel-failed", "it names no token");
			this.#kept = new Set([...this.#kept, ...named]);
			brought += named.length;
		}
	}

	#tokensToBring(module: SecureModule, most: number): readonly HeldToken[] {
		const { operator } = this.#options;
		const held = [...module.devices.holdings(operator), ...module.meters.holdings(operator)];
		const ids = idsOf(held);
		// What was spent is forgotten, so this is no longer than what is held.
		this.#kept = new Set([...this.#kept].filter((output) => ids.has(output)));
		this.#turnedAway = new Set([...this.#turnedAway].filter((output) => ids.has(output)));
		const left = held.filter(
			({ output }) => !this.#kept.has(toHex(output)) && !this.#turnedAway.has(toHex(output)),
		);
		let [room, cost] = [questionBytes, limits.signatures];
		const after = left.findIndex(({ token, signatures }, at) => {
			room -= token.length + headBytes;
			cost -= signatures;
			return at > 0 && (room < 0 || cost < 0);
		});
		return left.slice(0, Math.min(after === -1 ? left.length : after, most));
	}

	async #list(asked: Extract<Asked, { readonly kind: "list" | "statusList" }>): Promise<Bytes | Refusal> {
		const answer = await this.#ask(asked);
		if (isRefusal(answer)) return answer;
		return answer.kind === "list" ? answer.list : noAnswerTo(asked.kind);
	}

	#ask(asked: Asked): Promise<FogAnswer | Refusal> {
		return askGateway(this.#options, asked);
	}
}

/** Asks it under a fresh id. A refusal in the answer is one here, if its code is ours. */
export async function askGateway(
	{ ask, random }: Pick<GatewayOptions, "ask" | "random">,
	asked: Asked,
): Promise<FogAnswer | Refusal> {
	const answer = await ask({ ...asked, id: random(16) });
	if (isRefusal(answer) || answer.kind !== "refused") return answer;
	const { code, detail } = answer;
	return Object.hasOwn(refusals, code)
		? refuse(code as RefusalCode, detail)
		: refuse("channel-failed", `the gateway says ${code}`);
}

function idsOf(tokens: readonly HeldToken[]): ReadonlySet<string> {
	return new Set(tokens.map(({ output }) => toHex(output)));
}

function noAnswerTo(kind: FogQuestion["kind"]): Refusal {
	return refuse("channel-failed", `no answer to ${kind}`);
}

type Waiting = Awaited<ReturnType<SecureModule["devices"]["records"]>>;

/** The first of them that fit one question. A record with its proof always does. */
function fitting(waiting: Waiting): Waiting {
	let room = questionBytes;
	const after = waiting.findIndex(({ record, proof }) => {
		room -= record.length + (proof?.length ?? 0) + headBytes;
		return room < 0;
	});
	return after === -1 ? waiting : waiting.slice(0, after);
}
