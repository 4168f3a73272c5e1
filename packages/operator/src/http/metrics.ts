/**
 * Figures for Prometheus, of one server: how long requests took, how many are under way, what was refused.
 *
 * Labels are of closed lists (templates of routes, declared codes), so nobody who asks can make them grow.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { WatchState } from "../watch.ts";
import type { WebhookFigures } from "../webhooks/courier.ts";
import type { RateClass } from "./endpoint.ts";

export type Observed = {
	readonly method: string;
	/** the route's path with its parameters in braces; undefined where there is none */
	readonly route: string | undefined;
	readonly status: number;
	/** the problem's code, where it was refused */
	readonly code: string | undefined;
	readonly seconds: number;
};

/** A request that was counted against its client. */
export type Counted = {
	readonly rateClass: RateClass;
	readonly isAllowed: boolean;
	/** of all clients, in memory */
	readonly buckets: number;
};

const known: ReadonlySet<string> = new Set(["GET", "POST", "PATCH", "DELETE", "HEAD"]);

/** A method of our routes; undefined where it is another, which could be anything. */
export function knownMethod(asked: string): string | undefined {
	return known.has(asked) ? asked : undefined;
}

export class Metrics {
	readonly #registry = new Registry();
	readonly #seconds = new Histogram({
		name: "tenten_http_request_seconds",
		help: "From the head of a request to its answer",
		labelNames: ["method", "route", "status"],
		buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
		registers: [this.#registry],
	});
	readonly #underWay = new Gauge({
		name: "tenten_http_requests_under_way",
		help: "Requests that are not answered yet",
		registers: [this.#registry],
	});
	readonly #refusals = new Counter({
		name: "tenten_http_refusals_total",
		help: "Requests that were refused, by the problem's code",
		labelNames: ["route", "code"],
		registers: [this.#registry],
	});

	readonly #clientRequests = new Counter({
		name: "tenten_http_client_requests_total",
		help: "Requests that were counted against their client, by class of route, and whether there was room",
		labelNames: ["class", "outcome"],
		registers: [this.#registry],
	});
	readonly #clients = new Gauge({
		name: "tenten_http_client_buckets",
		help: "Buckets of clients, by class of route, that are in memory",
		registers: [this.#registry],
	});

	counted({ rateClass, isAllowed, buckets }: Counted): void {
		this.#clientRequests.inc({ class: rateClass, outcome: isAllowed ? "let in" : "limited" });
		this.#clients.set(buckets);
	}

	begin(): void {
		this.#underWay.inc();
	}

	end({ method: asked, route = "none", status, code, seconds }: Observed): void {
		this.#underWay.dec();
		const method = knownMethod(asked) ?? "other";
		this.#seconds.observe({ method, route, status }, seconds);
		if (code !== undefined) this.#refusals.inc({ route, code });
	}

	text(): Promise<string> {
		return this.#registry.metrics();
	}
}

/** What the courier saw of the queue, and how its attempts ended: for whoever wakes people up. */
export function webhookText({ attempts, waiting, oldestAt, disabled }: WebhookFigures, now: number): string {
	const lines = [
		"# TYPE tenten_webhook_deliveries_waiting gauge",
		`tenten_webhook_deliveries_waiting ${waiting}`,
		"# TYPE tenten_webhook_oldest_waiting_seconds gauge",
		`tenten_webhook_oldest_waiting_seconds ${oldestAt === null ? 0 : Math.max(0, now - oldestAt)}`,
		"# TYPE tenten_webhook_endpoints_disabled gauge",
		`tenten_webhook_endpoints_disabled ${disabled}`,
		"# TYPE tenten_webhook_attempts_total counter",
		...Object.entries(attempts).map(
			([outcome, count]) => `tenten_webhook_attempts_total{outcome="${outcome}"} ${count}`,
		),
	];
	return `${lines.join("\n")}\n`;
}

/** What the watch over the books saw: for whoever wakes people up. */
export function watchText({ countedAt, stops }: WatchState): string {
	const lines = [
		"# TYPE tenten_payouts_stopped gauge",
		`tenten_payouts_stopped ${stops.length}`,
		...stops.map(({ code }) => `tenten_payouts_stopped_of{asset="${code}"} 1`),
		"# TYPE tenten_books_counted_timestamp_seconds gauge",
		`tenten_books_counted_timestamp_seconds ${countedAt ?? 0}`,
	];
	return `${lines.join("\n")}\n`;
}
