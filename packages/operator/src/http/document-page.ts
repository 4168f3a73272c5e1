/** The OpenAPI document as a page to read, with every answer at its route. */
import { type Document, sharedPlace } from "./document.ts";
import { asText, page } from "./page.ts";

type Described = { readonly description?: string; readonly content?: object };

type Operation = {
	readonly operationId?: string;
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly security?: readonly object[];
	readonly parameters?: readonly object[];
	readonly requestBody?: Described;
	readonly responses?: Readonly<Record<string, Described | { readonly $ref: string }>>;
};

type Answers = Readonly<Record<string, Described>>;

type Operations = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export function documentPage({ info, paths = {}, webhooks = {}, components = {} }: Document): string {
	const shared = (components.responses ?? {}) as Answers;
	const operations = sections(
		paths as Operations,
		shared,
		(method, path) => `${method.toUpperCase()} ${path}`,
	);
	// What the operator sends: the name of one is its type.
	const messages = sections(webhooks as Operations, shared, (_, type) => type);
	return page(
		info.title,
		`<h1>${asText(info.title)}</h1><p>${asText(info.description ?? "")} <a href="/v1/openapi.json">openapi.json</a></p>
${operations.join("\n")}
<h1>What endpoints of webhooks are sent</h1>
${messages.join("\n")}`,
	);
}

function sections(
	operations: Operations,
	shared: Answers,
	titleOf: (method: string, name: string) => string,
): readonly string[] {
	return Object.entries(operations).flatMap(([name, methods]) =>
		Object.entries(methods).map(([method, operation]) => section(titleOf(method, name), operation, shared)),
	);
}

function section(title: string, operation: Operation, shared: Answers): string {
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
		([status, answer]) => `<dt>${asText(status)}</dt><dd>${described(whole(answer, shared))}</dd>`,
	);
	return `<section><h2><code>${asText(title)}</code></h2><p>${asText(summary)}</p>
<dl>${needs}${given.join("")}${body ?? ""}${replies.join("")}</dl></section>`;
}

/** The answer itself where a route refers to what all share. */
function whole(answer: Described | { readonly $ref: string }, shared: Answers): Described {
	return "$ref" in answer ? (shared[answer.$ref.replace(sharedPlace, "")] ?? {}) : answer;
}

function described({ description = "", content = {} }: Described): string {
	const types = Object.keys(content).map((type) => ` <code>${asText(type)}</code>`);
	return `${asText(description)}${types.join("")}`;
}
