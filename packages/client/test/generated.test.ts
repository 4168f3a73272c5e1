/** The document is what the code serves, what clients are made from, and what a linter accepts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { documentText, railDocumentText, schemaText } from "../generate.ts";

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

test("each document is the server's own: npm run client writes them", () => {
	assert.equal(read("openapi.json"), documentText());
	assert.equal(read("rail-openapi.json"), railDocumentText());
});

test("the client's types follow from openapi.json, byte for byte: npm run client writes them", async () => {
	assert.equal(read("src/schema.ts"), await schemaText(read("openapi.json")));
});

/** Rules of the strict set that a document of one operator breaks on purpose. */
const allowed = {
	// The document is served by each operator, wherever that is: its server is itself.
	"no-server-example.com": "off",
	// Routes that take nothing and are for anyone have nothing to refuse but a bug of ours.
	"operation-4xx-response": "off",
} as const;

for (const name of ["openapi.json", "rail-openapi.json"])
	test(`a linter accepts ${name}`, async () => {
		const config = await createConfig({ extends: ["recommended-strict"], rules: allowed });
		const problems = await lintFromString({ source: read(name), config });
		assert.deepEqual(
			problems.map(({ ruleId, message }) => `${ruleId}: ${message}`),
			[],
		);
	});

test("the linter sees what is wrong: an operation without an id, a reference to nothing", async () => {
	const document = JSON.parse(read("openapi.json")) as {
		paths: Record<string, { get: { operationId?: string; responses: Record<string, object> } }>;
	};
	const live = document.paths["/livez"]?.get;
	assert.ok(live);
	delete live.operationId;
	live.responses["200"] = { $ref: "#/components/responses/None" };
	const config = await createConfig({ extends: ["recommended-strict"], rules: allowed });
	const problems = await lintFromString({ source: JSON.stringify(document), config });
	const rules = new Set(problems.map(({ ruleId }) => ruleId));
	assert.ok(rules.has("operation-operationId"), [...rules].join());
	assert.ok(rules.has("no-unresolved-refs"), [...rules].join());
});
