/** Counts of requests in the text format of Prometheus, by method and status. */
export class Metrics {
	readonly #counts = new Map<string, { count: number; milliseconds: number }>();

	count(method: string, status: number, milliseconds: number): void {
		const labels = `method="${method}",status="${status}"`;
		const before = this.#counts.get(labels) ?? { count: 0, milliseconds: 0 };
		this.#counts.set(labels, {
			count: before.count + 1,
			milliseconds: before.milliseconds + milliseconds,
		});
	}

	text(): string {
		const lines = ["# TYPE tenten_http_requests_total counter", "# TYPE tenten_http_seconds_total counter"];
		for (const [labels, { count, milliseconds }] of this.#counts) {
			lines.push(`tenten_http_requests_total{${labels}} ${count}`);
			lines.push(`tenten_http_seconds_total{${labels}} ${(milliseconds / 1000).toFixed(6)}`);
		}
		return `${lines.join("\n")}\n`;
	}
}
