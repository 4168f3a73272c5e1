/**
 * Texts of strangers as they may stand beside an amount: a memo, the name of an asset or an operator, a class.
 *
 * What can go wrong: characters that nobody sees and that turn or move what stands around them, so that a price reads
 * backwards (U+202E), or that a terminal obeys (U+001B). Each shows as � here; what was signed stays as it is.
 */

/** Controls (Unicode's Cc), what turns the direction of writing (UAX #9), and the ends of lines and paragraphs. */
const unseen = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

export function plainText(text: string): string {
	return text.replaceAll(unseen, "\ufffd");
}
