/** The sandbox's words: what happened, where the money is, and what to try next. One file a language. */
import type { LedgersView } from "./accounts/ledgers.ts";
import { english } from "./english.ts";
import type { Language } from "./figures.ts";
import { japanese } from "./japanese.ts";
import type { Step } from "./story.ts";
import type { Town } from "./town.ts";

export type SandboxWords = {
	/** while the pages are built */
	readonly building: string;
	readonly open: (url: string) => string;
	readonly addresses: (town: Town) => string;
	readonly step: (step: Step, town: Town) => string;
	readonly whereItIs: (town: Town, held: LedgersView) => string;
	readonly next: (town: Town) => string;
	readonly goodbye: (town: Town, forgotten: boolean) => string;
	readonly console: ConsoleWords;
};

/** What the sandbox says to what is typed into it. */
type ConsoleWords = {
	readonly help: string;
	readonly stopped: string;
	readonly started: string;
	readonly paid: (who: string, amount: string) => string;
	readonly inFlight: (who: string, amount: string) => string;
	readonly refused: (reason: string) => string;
	readonly unknown: string;
};

export const sandboxWords: Readonly<Record<Language, SandboxWords>> = { en: english, ja: japanese };
