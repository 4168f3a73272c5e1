/**
 * Keeps the focus on the page. What one acted on may be gone with what it did, or may be disabled then; whoever came
 * to it by keyboard, or hears the page, goes on at the heading.
 */
import { isFramed } from "../town/announcing.ts";

/** Watches for as long as the page is there. */
export function keepFocus(): void {
	let focused: Element | null = null;
	addEventListener("focusin", ({ target }) => {
		focused = target instanceof Element ? target : null;
	});
	const changed = new MutationObserver(() => {
		if (focused === null || (focused.isConnected && !focused.matches(":disabled"))) return;
		focused = null;
		focusHeading();
	});
	changed.observe(document.body, { subtree: true, childList: true, attributeFilter: ["disabled"] });
}

/** Goes on at the heading. A page in a frame leaves the focus to whoever types elsewhere in the page around it. */
export function focusHeading(): void {
	if (!isFramed() || document.hasFocus()) document.querySelector<HTMLElement>("h1")?.focus();
}
