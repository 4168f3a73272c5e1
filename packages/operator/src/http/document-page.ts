/** The OpenAPI document as a page to read. */
import type { Document } from "./document.ts";
import { asText, page } from "./page.ts";

type Operation = {
	readonly operationId?: string;
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly security?: readonly object[];
	readonly parameters?: readonly object[];
	readonly requestBody?: { readonly description?: string; readonly content?: object };
	readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
};

export function documentPage({ info, paths = {} }: Document): string {
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods as Readonly<Record<string, Operation>>).map(([method, operation]) =>
			section(method, path, operation),
		),
	);
	return page(
		info.title,
		`<h1>${asText(info.title)}</h1><p>${asText(info.description ?? "")} <a href="/v1/openapi.json">openapi.json</a></p>
${operations.join("\n")}`,
	);
}

function section(method: string, path: string, operation: Operation): string {
	const { summary = "", security = [], parameters = [], requestBody, responses = {} } = operation;
	const who = security.flatMap((scheme) => Object.keys(scheme)).join(", ");
	const needs = who === "" ? "" : `<dt>needs</dt><dd>${asText(who)}</dd>`;
	const given = parameters.map((parameter) => {
		const {
			name,
			in: place,
			description = "",
		} = { name: "", in: "", ...parameter } as Record<string, string>;
		return `<dt><code>${asText(`${name}`)}</code> (${asText(`${place}`)})</dt><dd>${asText(description)}</dd>`;
	});
	const body = requestBody && `<dt>body</dt><dd>${described(requestBody)}</dd>`;
	const replies = Object.entries(responses).map(
		([status, response]) => `<dt>${asText(status)}</dt><dd>${described(response)}</dd>`,
	);
	return `<section><h2><code>${method.toUpperCase()} ${asText(path)}</code></h2><p>${asText(summary)}</p>
<dl>${needs}${given.join("")}${body ?? ""}${replies.join("")}</dl></section>`;
}

function described({ description = "", content = {} }: { description?: string; content?: object }): string {
	const types = Object.keys(content).map((type) => ` <code>${asText(type)}</code>`);
	return `${asText(description)}${types.join("")}`;
}
