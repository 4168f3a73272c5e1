/**
 * The page: one file that says what a run came to and replays each of its cells, with everything in it.
 *
 * Its policy lets it load nothing and run nothing but what stands in it, by its hash.
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { findingsOf } from "./findings.ts";
import { chart } from "./page-chart.ts";
import { pageData } from "./page-data.ts";
import { script } from "./page-script.ts";
import { style } from "./page-style.ts";
import { texts } from "./page-texts.ts";
import type { MatrixRun } from "./run.ts";
import { type Sentence, summaryOf } from "./summary.ts";

/** `world`: in which the cells were run. */
export async function pageOf(run: MatrixRun, world: string): Promise<string> {
	const findings = findingsOf(run);
	const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
	const messages = chart(
		findings.map(({ flow, messages: all, centralMessages: central }) => ({
			name: flow,
			parts: [
				{ kind: "central", value: central },
				{ kind: "devices", value: all - central },
			],
		})),
	);
	const wrong = chart(
		findings.map(({ flow, twice, created, lost }) => ({
			name: flow,
			parts: [
				{ kind: "twice", value: twice.length },
				{ kind: "broken", value: created.length + lost.length },
			],
		})),
	);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Tenten: ${texts.en["title"]}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 data-text="title">${texts.en["title"]}</h1>
<div role="group" aria-label="Language / 言語"><button type="button" data-language="ja" lang="ja">日本語</button> <button type="button" data-language="en" lang="en">English</button></div>
</header>
<main>
<p data-text="lead">${texts.en["lead"]}</p>
<h2 data-text="summary">${texts.en["summary"]}</h2>
${list("en", summaryOf(run))}
${list("ja", summaryOf(run))}
<p>${world}, seed ${run.seed}, ${run.cells.length}</p>
<h2 data-text="charts">${texts.en["charts"]}</h2>
<div class="charts">
${figure("chartMessages", messages, ["central", "devices"])}
${figure("chartTwice", wrong, ["twice", "broken"])}
</div>
<noscript><p>${texts.en["noScript"]}</p></noscript>
<div id="live" hidden>
<h2 data-text="matrix">${texts.en["matrix"]}</h2>
<p><label for="flow" data-text="flow"></label> <select id="flow"></select> <button type="button" id="unharmed" data-text="unharmed"></button></p>
<ul class="legend" data-label="legend">${signs()}</ul>
<p data-text="hint"></p>
<div class="scroll" role="region" tabindex="0" data-label="matrix"><table id="grid"></table></div>
<section id="replay" hidden aria-labelledby="name">
<h2 id="name" tabindex="-1"></h2>
<div class="controls">
<button type="button" id="previous" data-text="previous"></button>
<button type="button" id="play" data-text="play"></button>
<button type="button" id="next" data-text="next"></button>
<input id="where" type="range" min="0" value="0" data-label="event">
</div>
<p id="now" aria-live="polite"></p>
<div class="replay">
<div><div class="scroll" role="region" tabindex="0" data-label="replay" id="drawing"></div>
<h3 data-text="events"></h3>
<div class="scroll log" role="region" tabindex="0" data-label="events"><ol id="log"></ol></div></div>
<div><h3 data-text="money"></h3>
<div class="scroll" role="region" tabindex="0" data-label="money"><table><thead><tr>${heads(["party", "available", "locked", "reserved", "says"])}</tr></thead><tbody id="money"></tbody></table></div>
<h3 data-text="verdict"></h3>
<dl id="verdict"></dl></div>
</div>
</section>
</div>
</main>
<script type="application/json" id="texts">${json(texts)}</script>
<script type="text/plain" id="data">${packed(await pageData(run))}</script>
<script>${script}</script>
</body>
</html>
`;
}

function list(language: "en" | "ja", sentences: readonly Sentence[]): string {
	const items = sentences.map((sentence) => `<li>${escaped(sentence[language])}</li>`).join("\n");
	return `<ul data-lang="${language}" lang="${language}">\n${items}\n</ul>`;
}

function figure(caption: string, svg: string, keys: readonly string[]): string {
	const legend = keys
		.map((key) => `<li><span class="key ${key}"></span><span data-text="${key}">${texts.en[key]}</span></li>`)
		.join("");
	return `<figure><figcaption data-text="${caption}">${texts.en[caption]}</figcaption>${svg}<ul class="legend">${legend}</ul></figure>`;
}

function heads(keys: readonly string[]): string {
	return keys.map((key) => `<th scope="col" data-text="${key}"></th>`).join("");
}

function signs(): string {
	const all = { well: "·", doubt: "?", spendable: "~", twice: "2", broken: "!" };
	return Object.entries(all)
		.map(
			([kind, sign]) =>
				`<li><span class="sign ${kind}">${sign}</span> <span data-text="sign.${kind}"></span></li>`,
		)
		.join("");
}

function hashOf(text: string): string {
	return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** JSON that is a tenth as long: traces say the same again and again. */
function packed(value: object): string {
	return gzipSync(JSON.stringify(value)).toString("base64");
}

/** JSON that ends no script element. */
function json(value: object): string {
	return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
