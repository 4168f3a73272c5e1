/** All targets. `test/fuzz-reach.test.ts` finds what meets bytes and is reached by none of them. */
import type { Target } from "./target.ts";
import { commandTargets } from "./targets/command-line.ts";
import { crossingDoorTargets } from "./targets/crossing-routes.ts";
import { crossingTargets } from "./targets/crossings.ts";
import { definitionTargets } from "./targets/definitions.ts";
import { deskTargets } from "./targets/desk.ts";
import { deviceTargets } from "./targets/devices.ts";
import { domainTargets } from "./targets/domains.ts";
import { fogTargets } from "./targets/fog.ts";
import { freezeTargets } from "./targets/freezes.ts";
import { holderOrderTarget } from "./targets/holder-order.ts";
import { http402Targets } from "./targets/http402.ts";
import { letterTargets } from "./targets/letters.ts";
import { listTargets } from "./targets/lists.ts";
import { logTargets } from "./targets/logs.ts";
import { lostTargets } from "./targets/lost.ts";
import { machineTargets } from "./targets/machines.ts";
import { meterTargets } from "./targets/meters.ts";
import { misbehaviourTargets } from "./targets/misbehaviour.ts";
import { moduleTargets } from "./targets/module.ts";
import { askedTarget } from "./targets/module-asked.ts";
import { moduleMeterTargets } from "./targets/module-meters.ts";
import { rulingsTarget } from "./targets/module-rulings.ts";
import { operatorTargets } from "./targets/operator-http.ts";
import { passkeyTargets } from "./targets/passkeys.ts";
import { peerTargets } from "./targets/peers.ts";
import { railTargets } from "./targets/rail.ts";
import { railDoorTargets } from "./targets/rail-door.ts";
import { sealedTargets } from "./targets/sealed.ts";
import { sealTargets } from "./targets/seals.ts";
import { settlementTargets } from "./targets/settlement.ts";
import { shapeTargets } from "./targets/shapes.ts";
import { signatureTargets } from "./targets/signatures.ts";
import { verifierTargets } from "./targets/verifiers.ts";
import { orderTargets } from "./targets/wallet-orders.ts";
import { walletTargets } from "./targets/wallet-side.ts";
import { witnessTargets } from "./targets/witness.ts";

export const targets: readonly Target[] = [
	...shapeTargets,
	...verifierTargets,
	...machineTargets,
	...meterTargets,
	holderOrderTarget,
	...signatureTargets,
	...sealTargets,
	...crossingTargets,
	...domainTargets,
	...settlementTargets,
	...fogTargets,
	...freezeTargets,
	...deviceTargets,
	...lostTargets,
	...listTargets,
	...crossingDoorTargets,
	...sealedTargets,
	...passkeyTargets,
	...logTargets,
	...misbehaviourTargets,
	...witnessTargets,
	...moduleTargets,
	askedTarget,
	rulingsTarget,
	...moduleMeterTargets,
	...definitionTargets,
	...operatorTargets,
	...peerTargets,
	...railTargets,
	...railDoorTargets,
	...walletTargets,
	...orderTargets,
	...http402Targets,
	...deskTargets,
	...letterTargets,
	...commandTargets,
];
