/** How far the story is, kept for as long as its window: a page that is opened anew goes on where it was. */
import { beginning, type Progress, steps } from "./story.ts";

const place = "tenten-town";
const over = "over";

export function keepProgress({ step, before }: Progress): void {
	sessionStorage.setItem(place, `${step ?? over} ${before}`);
}

/** The beginning where nothing is kept. */
export function keptProgress(): Progress {
	const [name = "", before = ""] = sessionStorage.getItem(place)?.split(" ") ?? [];
	const step = steps.find((each) => each === name);
	if (step === undefined && name !== over) return beginning;
	return { step, before: Number(before) };
}
