/** Policies (docs/spec/witness.md) as files of whoever runs something here. */
import { existsSync, readFileSync } from "node:fs";
import { isRefusal, type Policy, parsePolicy } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";

export function policyIn(file: string): Policy {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const policy = parsePolicy(new Uint8Array(readFileSync(file)));
	if (isRefusal(policy)) throw new BadInput(`is no policy: ${policy.detail}`, { file });
	return policy;
}

/** The address of the one log of a policy that says who must have cosigned it. `where`: named in what else it is. */
export function watchedLog({ logs, quorum }: Policy, where?: { readonly file: string }): string {
	const [log, ...others] = logs;
	if (log?.url == null || others.length > 0 || quorum.kind === "none")
		throw new BadInput("names one log with its address, and who must have cosigned it", where);
	return log.url;
}
