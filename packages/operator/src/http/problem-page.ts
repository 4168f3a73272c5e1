/** What one code means, as a page: where a problem's `type` leads. */
import { asText, page } from "./page.ts";
import { meaningOf, type ProblemCode } from "./problem.ts";

const funds = {
	safe: "Nothing moved: the money is where it was.",
	spent: "Somebody else has it.",
	unknown: "Whether it moved is not known: send the same request again, unchanged, to know.",
} as const;

export function problemText(code: ProblemCode): string {
	const { status, retryable, fundsState, nextAction } = meaningOf(code);
	const again = retryable ? "The same request may succeed later." : "The same request will be refused again.";
	return page(
		code,
		`<h1><code>${asText(code)}</code></h1><dl><dt>Status</dt><dd>${status}</dd>
<dt>The money</dt><dd>${asText(funds[fundsState])}</dd><dt>What to do</dt><dd>${asText(nextAction)}</dd>
<dt>Again?</dt><dd>${again}</dd></dl><p><a href="/v1/docs">All routes</a></p>`,
	);
}
