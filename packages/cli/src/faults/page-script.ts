/**
 * What the page does in a browser: the table of a flow, and the replay of a cell. It reads the data that stands in
 * the page and asks nobody for anything.
 */
export const script: string = `
"use strict";
(async () => {
const texts = JSON.parse(document.getElementById("texts").textContent);
const packed = Uint8Array.from(atob(document.getElementById("data").textContent), (letter) => letter.charCodeAt(0));
const data = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
const byId = (id) => document.getElementById(id);
let language = (navigator.language || "en").startsWith("ja") ? "ja" : "en";
let flow = data.flows[0], shown = null, at = 0, timer = null, focus = [0, 0];
const say = (key) => texts[language][key] ?? key;

function make(name, attributes = {}, ...children) {
	const svg = ["svg", "line", "path", "text", "circle", "g"].includes(name);
	const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key === "click") element.addEventListener("click", value);
		else if (value !== undefined) element.setAttribute(key, value);
	}
	element.append(...children);
	return element;
}

const [CREATED, LOST, DOUBLY, TWICE, STRANDED, SPENDABLE] = [0, 1, 2, 3, 4, 5];
const has = (cell, key) => cell.amounts[key] !== "0";
function kindOf(cell) {
	if (has(cell, CREATED) || has(cell, LOST) || has(cell, STRANDED)) return "broken";
	if (has(cell, TWICE)) return "twice";
	if (has(cell, SPENDABLE)) return "spendable";
	return cell.counts[0] >= 15000 ? "doubt" : "well";
}
const signs = { well: "·", doubt: "?", spendable: "~", twice: "2", broken: "!" };
const stepOf = (number) => flow.steps.find((step) => step.number === number);
function nameOf(cell) {
	if (cell.fault === undefined) return say("unharmed");
	return say("step") + " " + cell.step + ", " + cell.party + ", " + say("fault." + cell.fault);
}

function drawWords() {
	document.documentElement.lang = language;
	document.title = "Tenten: " + say("title");
	for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
	for (const element of document.querySelectorAll("[data-lang]")) element.hidden = element.dataset.lang !== language;
	for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
	for (const button of document.querySelectorAll("[data-language]"))
		button.setAttribute("aria-pressed", String(button.dataset.language === language));
	const select = byId("flow");
	select.replaceChildren(...data.flows.map((each) => make("option", { value: each.name }, each.name + ": " + each.title[language])));
	select.value = flow.name;
}

function drawGrid() {
	const columns = flow.parties.flatMap((party) => data.faults.map((fault) => ({ party: party.name, fault })))
		.filter(({ party, fault }) => flow.cells.some((cell) => cell.party === party && cell.fault === fault));
	const cells = new Map(flow.cells.map((cell) => [cell.step + "/" + cell.party + "/" + cell.fault, cell]));
	const heads = flow.parties.map(({ name }) => [name, columns.filter((column) => column.party === name).length]).filter(([, span]) => span > 0);
	const rows = flow.steps.filter((step) => flow.cells.some((cell) => cell.step === step.number));
	const body = rows.map((step, row) => make("tr", {},
		make("th", { scope: "row" }, step.number + " " + step[language]),
		...columns.map(({ party, fault }, column) => {
			const cell = cells.get(step.number + "/" + party + "/" + fault);
			if (cell === undefined) return make("td", {});
			const kind = kindOf(cell);
			const isHere = row === focus[0] && column === focus[1];
			return make("td", {}, make("button", { type: "button", class: "cell " + kind, "data-row": row, "data-column": column,
				tabindex: isHere ? 0 : -1, "aria-label": nameOf(cell) + ": " + say("sign." + kind), click: () => show(cell) }, signs[kind]));
		})));
	byId("grid").replaceChildren(
		make("caption", { class: "visually" }, flow.name + ": " + flow.title[language]),
		make("thead", {}, make("tr", {}, make("th", { scope: "col", rowspan: 2 }, say("step")), ...heads.map(([name, span]) => make("th", { scope: "colgroup", colspan: span }, name))),
			make("tr", {}, ...columns.map(({ fault }) => make("th", { scope: "col" }, say("fault." + fault))))),
		make("tbody", {}, ...body));
	if (byId("grid").querySelector("button[tabindex='0']") === null) byId("grid").querySelector("button")?.setAttribute("tabindex", "0");
}

const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
byId("grid").addEventListener("keydown", (event) => {
	const move = moves[event.key], from = event.target.closest("button");
	if (move === undefined || from === null) return;
	event.preventDefault();
	let row = Number(from.dataset.row), column = Number(from.dataset.column);
	for (let i = 0; i < 200; i++) {
		row += move[0]; column += move[1];
		const to = byId("grid").querySelector("button[data-row='" + row + "'][data-column='" + column + "']");
		if (to === null) continue;
		from.tabIndex = -1; to.tabIndex = 0; to.focus(); focus = [row, column];
		return;
	}
});

function statesAt(index) {
	const states = flow.parties.map(() => [0, "", [{}, {}, {}]]);
	const apply = (changes) => { for (let i = 0; i < changes.length; i += 2) states[changes[i]] = flow.states[changes[i + 1]]; };
	apply(shown.begun);
	for (let i = 0; i < index; i++) apply(shown.events[i][5]);
	return states;
}

function wordsOf(event) {
	const [ms, happening, step, from, to] = event;
	const name = (index) => index < 0 ? say("payer") : flow.parties[index].name;
	const who = from === to || from < 0 ? name(to) : name(from) + " → " + name(to);
	const what = stepOf(step);
	return (ms / 1000).toFixed(2) + " s: " + (what ? step + " " + what[language] + ": " : "") + who + ": " + say("happening." + data.happenings[happening]);
}

function show(cell) {
	stop();
	shown = cell;
	at = 0;
	byId("replay").hidden = false;
	for (const button of byId("grid").querySelectorAll("[aria-current]")) button.removeAttribute("aria-current");
	document.activeElement?.closest("#grid .cell")?.setAttribute("aria-current", "true");
	drawReplay();
	byId("name").focus();
}

function drawReplay() {
	if (shown === null) return;
	byId("name").textContent = flow.name + ": " + nameOf(shown);
	byId("where").max = String(shown.events.length);
	byId("log").replaceChildren(...shown.events.map((event, i) => make("li", { value: i + 1 },
		make("button", { type: "button", tabindex: i === 0 ? 0 : -1, click: () => go(i + 1) }, wordsOf(event)))));
	const [doubt, messages, central, repeats] = shown.counts;
	const rows = [["created", 0], ["lost", 1], ["doubly", 2], ["paidTwice", 3], ["stranded", 4], ["spendable", 5]].map(([key, i]) => [say(key), shown.amounts[i]]);
	const seen = shown.seen.map((each) => say("seen." + each));
	rows.push([say("inDoubt"), (doubt / 1000).toFixed(2)], [say("messages"), messages], [say("centralMessages"), central], [say("repeats"), repeats],
		[say("atTimeOut"), seen[0] + ", " + seen[1]], [say("atEnd"), seen[2] + ", " + seen[3]]);
	byId("verdict").replaceChildren(...rows.flatMap(([key, value]) => [make("dt", {}, key), make("dd", {}, String(value))]));
	drawEvent();
}

function drawEvent() {
	const states = statesAt(at), before = at === 0 ? states : statesAt(at - 1);
	byId("where").value = String(at);
	const words = at === 0 ? say("begins") : wordsOf(shown.events[at - 1]);
	byId("where").setAttribute("aria-valuetext", at + " / " + shown.events.length + ": " + words);
	byId("now").textContent = at + " / " + shown.events.length + " " + words;
	const amounts = (holders) => Object.entries(holders).map(([holder, amount]) => say(holder) + " " + amount).join(", ");
	byId("money").replaceChildren(...flow.parties.map(({ name }, i) => {
		const [isUp, sees, [available, locked, reserved]] = states[i];
		const cells = [available, locked, reserved].map((holders, part) =>
			make("td", { class: "number" + (JSON.stringify(holders) === JSON.stringify(before[i][2][part]) ? "" : " changed") }, amounts(holders)));
		const says = isUp ? (sees ? say("seen." + sees) : "") : say("down");
		const isOther = before[i][1] !== sees || before[i][0] !== isUp;
		return make("tr", {}, make("th", { scope: "row" }, name), ...cells, make("td", { class: isOther ? "changed" : "" }, says));
	}));
	for (const [i, line] of [...byId("log").children].entries()) {
		if (i + 1 === at) { line.setAttribute("aria-current", "step"); line.scrollIntoView({ block: "nearest" }); }
		else line.removeAttribute("aria-current");
		line.firstChild.tabIndex = i === Math.max(0, at - 1) ? 0 : -1;
	}
	drawLanes();
}

function drawLanes() {
	const gap = 130, height = 20, left = 70, around = 14;
	const first = Math.max(0, Math.min(at - around, shown.events.length - 2 * around));
	const events = shown.events.slice(first, first + 2 * around);
	const x = (i) => left + i * gap, y = (i) => 40 + i * height;
	const bottom = y(events.length) + 4;
	const svg = make("svg", { viewBox: "0 0 " + (left * 2 + (flow.parties.length - 1) * gap) + " " + bottom, id: "lanes", "aria-hidden": "true" });
	flow.parties.forEach(({ name }, i) => svg.append(make("text", { x: x(i), y: 16, "text-anchor": "middle" }, name), make("line", { class: "life", x1: x(i), x2: x(i), y1: 24, y2: bottom })));
	let out = statesAt(first).map(([isUp]) => !isUp);
	events.forEach((event, row) => {
		const index = first + row + 1, [, happening, step, from, to, changes] = event;
		const when = index === at ? "now" : index < at ? "then" : "later";
		for (let i = 0; i < changes.length; i += 2) out[changes[i]] = flow.states[changes[i + 1]][0] === 0;
		out.forEach((isOut, i) => { if (isOut) svg.append(make("line", { class: "out", x1: x(i), x2: x(i), y1: y(row) - height / 2, y2: y(row) + height / 2 })); });
		const what = data.happenings[happening], mid = y(row);
		const isAcknowledgement = what.startsWith("acknowledg");
		const [a, b] = isAcknowledgement ? [to, from] : [from, to];
		const label = (step ? step + " " : "") + say("happening." + what);
		if (a !== b && a >= 0 && b >= 0 && !["patience-ended", "cash"].includes(what)) {
			const away = ["lost", "acknowledgement-lost", "missed"].includes(what) ? .6 : 1, end = x(a) + (x(b) - x(a)) * away, turn = x(b) > x(a) ? -1 : 1;
			svg.append(make("line", { class: when, x1: x(a), x2: end, y1: mid, y2: mid, ...(isAcknowledgement ? { "stroke-dasharray": "4 3" } : {}) }),
				make("path", { class: when, fill: "none", d: away < 1 ? "M" + (end - 5) + " " + (mid - 5) + " l10 10 m0 -10 l-10 10" : "M" + (end + 7 * turn) + " " + (mid - 4) + " L" + end + " " + mid + " L" + (end + 7 * turn) + " " + (mid + 4) }),
				make("text", { class: when + (when === "now" ? " nowText" : ""), x: (x(a) + x(b)) / 2, y: mid - 3, "text-anchor": "middle" }, label));
		} else svg.append(make("circle", { class: when, fill: "none", cx: x(Math.max(0, b)), cy: mid, r: 4 }), make("text", { class: when + (when === "now" ? " nowText" : ""), x: x(Math.max(0, b)) + 9, y: mid + 4 }, label));
	});
	byId("drawing").replaceChildren(svg);
}

function go(to) { at = Math.max(0, Math.min(to, shown.events.length)); drawEvent(); }
function stop() { clearInterval(timer); timer = null; byId("play").textContent = say("play"); }
byId("previous").addEventListener("click", () => { stop(); go(at - 1); });
byId("next").addEventListener("click", () => { stop(); go(at + 1); });
byId("where").addEventListener("input", (event) => { stop(); go(Number(event.target.value)); });
byId("play").addEventListener("click", () => {
	if (timer !== null) return stop();
	if (at === shown.events.length) go(0);
	byId("play").textContent = say("pause");
	timer = setInterval(() => { go(at + 1); if (at === shown.events.length) stop(); }, 700);
});
byId("unharmed").addEventListener("click", () => show(flow.cells.find((cell) => cell.fault === undefined)));
byId("flow").addEventListener("change", (event) => {
	flow = data.flows.find((each) => each.name === event.target.value);
	stop(); shown = null; focus = [0, 0]; byId("replay").hidden = true; drawGrid();
});
for (const button of document.querySelectorAll("[data-language]"))
	button.addEventListener("click", () => { language = button.dataset.language; drawAll(); });
function drawAll() { drawWords(); drawGrid(); drawReplay(); }
drawAll();
byId("live").hidden = false;
})();
`;
