/**
 * How much of the operator one client may use: by its API key, and where a route asks for none, by its address.
 *
 * The address is the connection's. Behind a proxy that is the proxy's, for everybody, so proxies are named in the
 * settings, and of theirs alone `X-Forwarded-For` is believed, from its end back to the first that is none of
 * them. Addresses of version 6 count by /64, which is what one subscriber has. Wrong API keys count against the
 * address, so that nobody is locked out by a stranger who knows a key's id.
 *
 * Each process counts for itself, in memory.
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import ipaddr from "ipaddr.js";
import proxyAddress from "proxy-addr";
import { Buckets, type Rate, type Taken } from "./buckets.ts";
import { type Endpoint, type RateClass, rateClassOf } from "./endpoint.ts";
import type { Counted } from "./metrics.ts";
import { type Problem, problem } from "./problem.ts";
import { note } from "./serving.ts";

export type ClientRules = {
	readonly rates: Readonly<Record<RateClass, Rate>>;
	/** addresses and networks (CIDR) whose `X-Forwarded-For` is believed */
	readonly trustedProxies: readonly string[];
	/** milliseconds, from anywhere; the process's own if left out */
	readonly clock?: () => number;
};

/** Far above what people and tills ask, far below what one machine answers. */
export const usualRates: Readonly<Record<RateClass, Rate>> = {
	value: { perSecond: 50, burst: 500 },
	reading: { perSecond: 100, burst: 1_000 },
	management: { perSecond: 20, burst: 200 },
};

/** What is told of it while it counts. */
export type ClientReports = {
	/** once, of an address that forwards others and is not trusted */
	readonly untrusted: (address: string) => void;
	readonly counted: (counted: Counted) => void;
};

/** Buckets at once: 24 MB, measured with the longest names that clients have. */
const mostBuckets = 100_000;

export class ClientLimits {
	readonly #rates: Readonly<Record<RateClass, Rate>>;
	readonly #trusts: ReturnType<typeof proxyAddress.compile>;
	readonly #clock: () => number;
	readonly #buckets = new Buckets(mostBuckets);
	readonly #reports: ClientReports;
	#isWarned = false;

	/** Throws a RangeError where a trusted network is none. */
	constructor({ rates, trustedProxies, clock }: ClientRules, reports: ClientReports) {
		this.#rates = rates;
		this.#trusts = trustIn(trustedProxies);
		this.#clock = clock ?? (() => performance.now());
		this.#reports = reports;
	}

	/** Counts a request of the route against the key, or the address; why not, where there were too many. */
	take(endpoint: Endpoint, context: Context, key?: string): Problem<"rate-limited"> | undefined {
		return this.#count(endpoint, context, key ?? this.#addressOf(context), "take");
	}

	/** Whether so many wrong keys came from this address that none is looked up for it now. */
	lookAtGuesses(endpoint: Endpoint, context: Context): Problem<"rate-limited"> | undefined {
		return this.#count(endpoint, context, `wrong key ${this.#addressOf(context)}`, "look");
	}

	/** Counts a wrong key against the address. */
	takeGuess(endpoint: Endpoint, context: Context): Problem<"rate-limited"> | undefined {
		return this.#count(endpoint, context, `wrong key ${this.#addressOf(context)}`, "take");
	}

	#count(
		endpoint: Endpoint,
		context: Context,
		client: string,
		how: "take" | "look",
	): Problem<"rate-limited"> | undefined {
		const rateClass = rateClassOf(endpoint);
		if (rateClass === undefined) return undefined;
		const rate = this.#rates[rateClass];
		const taken = this.#buckets[how](`${rateClass} ${client}`, rate, this.#clock());
		if (how === "take" || !taken.isAllowed)
			this.#reports.counted({ rateClass, isAllowed: taken.isAllowed, buckets: this.#buckets.size });
		note(context, { headers: headersOf(rateClass, rate, taken) });
		return taken.isAllowed ? undefined : problem("rate-limited", `${rateClass}: ${rate.perSecond} a second`);
	}

	#addressOf(context: Context): string {
		const { incoming } = (context.env ?? {}) as { readonly incoming?: IncomingMessage };
		const own = incoming?.socket.remoteAddress;
		if (incoming === undefined || own === undefined) return "nowhere";
		if (!this.#isWarned && incoming.headers["x-forwarded-for"] !== undefined && !this.#trusts(own, 0)) {
			this.#isWarned = true;
			this.#reports.untrusted(own);
		}
		return subscriberOf(proxyAddress(incoming, this.#trusts));
	}
}

function trustIn(networks: readonly string[]): ReturnType<typeof proxyAddress.compile> {
	try {
		return proxyAddress.compile([...networks]);
	} catch {
		throw new RangeError(`${networks.join(", ")}: no addresses or networks, such as 10.0.0.0/8`);
	}
}

/** An address of version 4, the /64 of one of version 6; whatever else a proxy passed on is one client. */
function subscriberOf(address: string): string {
	if (!ipaddr.isValid(address)) return "no address";
	const parsed = ipaddr.process(address);
	if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
	return `${parsed.parts
		.slice(0, 4)
		.map((part) => part.toString(16))
		.join(":")}::/64`;
}

/**
 * What a client can go by before it is refused (draft-ietf-httpapi-ratelimit-headers-10), and when to come back
 * (RFC 9110, section 10.2.3).
 */
function headersOf(name: RateClass, { perSecond, burst }: Rate, taken: Taken): Record<string, string> {
	const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1_000));
	return {
		"ratelimit-policy": `"${name}";q=${burst};w=${seconds((burst / perSecond) * 1_000)}`,
		ratelimit: `"${name}";r=${taken.left};t=${seconds(taken.full_ms)}`,
		...(taken.isAllowed ? {} : { "retry-after": `${seconds(taken.wait_ms)}` }),
	};
}
