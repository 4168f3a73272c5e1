/** Every judge of test vectors by its name; their form is in vector.ts. */
import { channelJudges } from "./judge-channels.ts";
import { pureJudges } from "./judges.ts";
import type { Judge } from "./vector.ts";

export const judges: Readonly<Record<string, Judge>> = { ...pureJudges, ...channelJudges };
