/** The alarms that the guide offers: expressions that Prometheus reads, over figures that an operator gives. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { startServer } from "../packages/operator/src/index.ts";
import { createEcosystem } from "../packages/operator/test/support/ecosystem.ts";

type Rule = {
	readonly alert: string;
	readonly expr: string;
	readonly for?: string;
	readonly labels: { readonly severity: string };
	readonly annotations: { readonly summary: string };
};

const { groups } = parse(readFileSync("docs/examples/alerts.yml", "utf8"), { strict: true }) as {
	readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** The parts of an expression of this kind; an error is a part, too. */
function partsOf(expression: string, kind: string): readonly string[] {
	const found: string[] = [];
	parser.parse(expression).iterate({
		enter: ({ name, type, from, to }) => {
			if (kind === "error" ? type.isError : name === kind) found.push(expression.slice(from, to));
		},
	});
	return found;
}

test("every alarm is a rule whose expression can be read", () => {
	assert.notDeepEqual(partsOf("sum(rate(x[5m)) >", "error"), [], "the reader sees faults");
	assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
	for (const { alert, expr, labels, annotations, ...rest } of rules) {
		assert.deepEqual(partsOf(expr, "error"), [], alert);
		assert.match(labels.severity, /^(page|ticket)$/);
		assert.ok(annotations.summary.length > 10);
		assert.match(rest.for ?? "1m", /^[0-9]+[smh]$/);
	}
});

test("every figure that an alarm looks at is one that an operator gives, or Prometheus itself", async () => {
	const { operator } = await createEcosystem();
	const server = await startServer({
		operator,
		port: 0,
		log: { info: () => undefined, error: () => undefined },
	});
	await fetch(`${server.url}/v1/releases/none`);
	const figures = await (await fetch(`${server.url}/metrics`)).text();
	await server.close();
	await operator.close();
	const given = new Set([...figures.matchAll(/^(?:# TYPE )?([a-z_]+)/gm)].map(([, name]) => name));
	for (const { alert, expr } of rules)
		for (const figure of partsOf(expr, "Identifier").filter((name) => name.startsWith("tenten_")))
			assert.ok(given.has(figure), `${alert}: ${figure}`);
	const asked = rules.flatMap(({ expr }) => partsOf(expr, "Identifier"));
	assert.ok(asked.filter((name) => name.startsWith("tenten_")).length >= 6);
});
