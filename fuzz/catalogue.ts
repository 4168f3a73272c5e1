/** All targets. `test/fuzz-reach.test.ts` finds what meets bytes and is reached by none of them. */
import type { Target } from "./target.ts";
import { shapeTargets } from "./targets/shapes.ts";
import { verifierTargets } from "./targets/verifiers.ts";

export const targets: readonly Target[] = [...shapeTargets, ...verifierTargets];
