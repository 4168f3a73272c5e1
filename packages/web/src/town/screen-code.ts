/** The code that a phone shows now, as whoever stands in front of it sees it; null where it shows none. */
export function codeOn(frame: HTMLIFrameElement | undefined): HTMLCanvasElement | null {
	return frame?.contentDocument?.querySelector<HTMLCanvasElement>("canvas[data-testid=qr]") ?? null;
}
