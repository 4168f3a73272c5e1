/** The OpenAPI document as a page to read: plain HTML, nothing fetched from anywhere. */

type Operation = {
	readonly summary?: string;
	readonly security?: readonly unknown[];
	readonly requestBody?: { readonly description?: string; readonly content?: object };
	readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
};

type Described = {
	readonly info: { readonly title: string; readonly description?: string };
	readonly paths?: Readonly<Record<string, object>>;
};

export function documentPage({ info, paths = {} }: Described): string {
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods as Readonly<Record<string, Operation>>).map(([method, operation]) =>
			section(method, path, operation),
		),
	);
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${asText(info.title)}</title>
<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}code{font-size:1rem}
section{border-top:1px solid #8888;padding:.5rem 0}dt{font-weight:600}</style></head><body>
<h1>${asText(info.title)}</h1><p>${asText(info.description ?? "")} <a href="/v1/openapi.json">openapi.json</a></p>
${operations.join("\n")}</body></html>`;
}

function section(method: string, path: string, operation: Operation): string {
	const { summary = "", security, requestBody, responses = {} } = operation;
	const body = requestBody && `<dt>body</dt><dd>${described(requestBody)}</dd>`;
	const replies = Object.entries(responses).map(
		([status, response]) => `<dt>${asText(status)}</dt><dd>${described(response)}</dd>`,
	);
	const admin = security === undefined ? "" : "<p>Needs the admin token.</p>";
	return `<section><h2><code>${method.toUpperCase()} ${asText(path)}</code></h2><p>${asText(summary)}</p>${admin}
<dl>${body ?? ""}${replies.join("")}</dl></section>`;
}

function described({ description = "", content = {} }: { description?: string; content?: object }): string {
	const types = Object.keys(content).map((type) => ` <code>${asText(type)}</code>`);
	return `${asText(description)}${types.join("")}`;
}

function asText(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
