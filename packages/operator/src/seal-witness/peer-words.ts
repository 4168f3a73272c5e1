/**
 * What peers signed of their positions towards an operator, as its own door and theirs show it: settlements that both
 * have countersigned (docs/spec/crossing.md#settlement).
 *
 *   settlements of the operator ─┐
 *   settlements of its peers ────┴─▶ both signatures, by the ruling keys of each one's own trust list ─▶ words
 *
 * Nothing that a door shows counts beside its signatures, and none of an operator whose own root signed no list that is
 * known here: what the other says of its keys is the other's word.
 */
import {
	type Bytes,
	type Countersigned,
	equalBytes,
	isRefusal,
	limits,
	type PeerWord,
	parseSettlements,
	peerWordIn,
	type Refusal,
	refuse,
	Trust,
	toHex,
	type Verify,
	verifyTrustList,
} from "@tenten/protocol";
import { fetchedSource, type LogSource, LogUnreachable } from "../log/source.ts";
import { reached } from "./follower.ts";

/** An operator, and the address of its door. */
export type OperatorDoor = { readonly operator: Bytes; readonly url: string };

export type PeerWordsOptions = {
	readonly verify: Verify;
	/** milliseconds since 1970 */
	readonly now: () => number;
};

const timeout_ms = 5_000;
/** milliseconds after which a trust list is asked for again; where it is away the one before serves */
const listFor_ms = 600_000;
const listBytes = 1 << 20;

type KnownDoor = OperatorDoor & {
	readonly source: LogSource;
	trust: Trust | undefined;
	version: number;
	askedAt_ms: number;
};

export class PeerWords {
	readonly #options: PeerWordsOptions;
	readonly #doors: readonly KnownDoor[];

	constructor(doors: readonly OperatorDoor[], options: PeerWordsOptions) {
		this.#options = options;
		this.#doors = doors.map(({ operator, url }) => ({
			operator,
			url,
			source: fetchedSource((path) => `${url.replace(/\/+$/, "")}/v1/${path}`, timeout_ms),
			trust: undefined,
			version: 0,
			askedAt_ms: Number.NEGATIVE_INFINITY,
		}));
	}

	/** `channel-failed` where the operator's own door cannot be asked now; a peer's that is away is done without. */
	async towards(operator: Bytes, stop?: AbortSignal): Promise<readonly PeerWord[] | Refusal> {
		const own = await this.#page(operator, stop);
		if (own === undefined) return refuse("channel-failed", "its settlements cannot be asked for");
		const others = await Promise.all(this.#doors.map((door) => this.#page(door.operator, stop)));
		const shown = [...own, ...others.flatMap((page) => page ?? [])].filter((each) => isOf(each, operator));
		await this.#learnKeys(shown, stop);
		const keys = {
			verify: this.#options.verify,
			keysOf: (of: Bytes) => this.#door(of)?.trust?.keys(of, "ruling") ?? [],
		};
		return shown.flatMap((each) => {
			const word = peerWordIn(each, operator, keys);
			return isRefusal(word) ? [] : [word];
		});
	}

	#door(operator: Bytes): KnownDoor | undefined {
		return this.#doors.find((door) => equalBytes(door.operator, operator));
	}

	async #page(operator: Bytes, stop: AbortSignal | undefined): Promise<readonly Countersigned[] | undefined> {
		const source = this.#door(operator)?.source;
		const shown = await fetched(source && reached(source, stop), "settlements", limits.evidence);
		const page = shown && parseSettlements(shown);
		return page === undefined || isRefusal(page) ? undefined : page;
	}

	/** Of everybody who signed any of these. */
	async #learnKeys(shown: readonly Countersigned[], stop: AbortSignal | undefined): Promise<void> {
		const ids = shown.flatMap(({ agreement: { source, destination } }) => [source, destination]);
		const named = new Map(ids.map((id) => [toHex(id), id]));
		await Promise.all([...named.values()].map((id) => this.#learn(id, stop)));
	}

	async #learn(operator: Bytes, stop: AbortSignal | undefined): Promise<void> {
		const { verify, now } = this.#options;
		const door = this.#door(operator);
		if (door === undefined || now() - door.askedAt_ms < listFor_ms) return;
		const encoded = await fetched(reached(door.source, stop), "trust-list", listBytes);
		if (encoded === undefined) return;
		const expected = { pinnedSigner: operator, minimumVersion: door.version, now: Math.floor(now() / 1000) };
		const list = verifyTrustList(encoded, { verify, ...expected });
		if (isRefusal(list)) return;
		door.trust = new Trust(list, verify);
		[door.version, door.askedAt_ms] = [list.version, now()];
	}
}

function isOf({ agreement: { source, destination } }: Countersigned, operator: Bytes): boolean {
	return equalBytes(source, operator) || equalBytes(destination, operator);
}

async function fetched(
	source: LogSource | undefined,
	path: string,
	most: number,
): Promise<Bytes | undefined> {
	try {
		return await source?.(path, most);
	} catch (error) {
		if (error instanceof LogUnreachable) return undefined;
		throw error;
	}
}
