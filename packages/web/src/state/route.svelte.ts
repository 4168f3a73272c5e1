/**
 * Where in the wallet one is: `#/payment/<id>` is the screen `payment` with the parameter `<id>`. A fragment without
 * the slash is a link that somebody sent (docs/spec/transports.md), and is dealt with where one pays.
 */
export type Place = { readonly screen: string; readonly parameter: string };

function placeIn(hash: string): Place {
	const [, screen = "", encoded = ""] = /^#\/([\w-]*)(?:\/([^/?#&]*))?$/.exec(hash) ?? [];
	// Unlike decodeURIComponent, this reads whatever a stranger wrote into an address.
	return { screen, parameter: new URLSearchParams(`p=${encoded}`).get("p") ?? "" };
}

/** What a link brought, until somebody takes it. */
function linkIn(hash: string): string {
	return /^#[\w-]{8,}$/.test(hash) ? `tenten:${hash.slice(1)}` : "";
}

let place = $state.raw(placeIn(location.hash));
let brought = $state(linkIn(location.hash));
let moves = 0;

addEventListener("hashchange", () => {
	const link = linkIn(location.hash);
	// The screen that takes a link may be the one that is shown: it stays.
	if (link === "" && isElsewhere()) moves += 1;
	place = placeIn(location.hash);
	brought = link || brought;
});

export function here(): Place {
	return place;
}

/** Whether the address is of another place already than the one that is shown. */
function isElsewhere(): boolean {
	const { screen, parameter } = placeIn(location.hash);
	return screen !== place.screen || parameter !== place.parameter;
}

export function go(screen: string, parameter?: string): void {
	location.hash = hrefOf(screen, parameter);
}

/** For a screen as it is made: goes on from it, and nowhere once its reader has gone elsewhere meanwhile. */
export function onwards(): typeof go {
	const from = moves;
	return (screen, parameter) => {
		if (from === moves && !isElsewhere()) go(screen, parameter);
	};
}

export function hrefOf(screen: string, parameter?: string): string {
	return parameter === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(parameter)}`;
}

/** The link that this page was opened with, once: one is on the screen that takes it then, and the address holds it no longer. */
export function takeBrought(screen: string): string {
	const link = brought;
	place = { screen, parameter: "" };
	location.replace(hrefOf(screen));
	brought = "";
	return link;
}

export function hasBrought(): boolean {
	return brought !== "";
}
