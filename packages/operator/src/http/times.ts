/** Times as JSON has them: RFC 3339 in UTC of unix seconds, and back. */

export function timeOf(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}

/** A part of a second is dropped. */
export function secondsOf(text: string): number {
	return Math.floor(Date.parse(text) / 1000);
}
