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
