/** Admission policies: what a key is certified as, given what it asks for. */
import { type AskedProfile, type Profile, type Refusal, type Role, refuse } from "@tenten/protocol";

const selfServed: ReadonlySet<Role> = new Set<Role>(["holder", "merchant"]);

/**
 * Certifies holders and merchants with the class and region that they ask for: for sandboxes, replays and
 * tests, where nobody stands behind a desk to look at papers. Keys count as kept in software.
 */
export function admitAsAsked(limits: Profile["limits"]): (asked: AskedProfile) => Profile | Refusal {
	return (asked) =>
		selfServed.has(asked.role)
			? { ...asked, assurance: "software", limits, responsible: null }
			: refuse("certificate-role", asked.role);
}
