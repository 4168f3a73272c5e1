/** The flows of the matrix, in the order in which they are shown. */
import { accountFlow } from "./account-flow.ts";
import { crossingFlow } from "./crossing-flow.ts";
import { depositFlow, withdrawFlow } from "./exchange-flow.ts";
import type { Flow } from "./party.ts";
import { directFlow, timeOutFlow, timeOutReservedFlow, twoPhaseFlow } from "./token-flow.ts";

export const flows: readonly Flow[] = [
	accountFlow("final", false),
	accountFlow("reserved", false),
	accountFlow("final", true),
	accountFlow("reserved", true),
	directFlow,
	twoPhaseFlow,
	withdrawFlow,
	depositFlow,
	crossingFlow,
	timeOutFlow,
	timeOutReservedFlow,
];
