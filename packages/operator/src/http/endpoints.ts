/**
 * Every route of an operator, in one table: the document, the handlers' types and the tests follow from it.
 *
 * Wallets' routes take and give the protocol's own messages (docs/spec); management speaks JSON. Lists of codes
 * name what the operator's own checks can refuse with on that route.
 */
import { crossingEndpoints } from "./crossing-endpoints.ts";
import { crossingTokenEndpoints } from "./crossing-token-endpoints.ts";
import { definitionEndpoints } from "./definition-endpoints.ts";
import { deviceEndpoints } from "./device-endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import { freezeEndpoints } from "./freeze-endpoints.ts";
import { ledgerEndpoints } from "./ledger-endpoints.ts";
import { managementEndpoints } from "./management-endpoints.ts";
import { partyEndpoints } from "./party-endpoints.ts";
import { peerEndpoints } from "./peer-endpoints.ts";
import { sealEndpoints } from "./seal-endpoints.ts";
import { serviceEndpoints } from "./service-endpoints.ts";
import { signingKeyEndpoints } from "./signing-key-endpoints.ts";
import { walletEndpoints } from "./wallet-endpoints.ts";
import { webhookEndpoints } from "./webhook-endpoints.ts";

export const endpoints = {
	...walletEndpoints,
	...managementEndpoints,
	...peerEndpoints,
	...webhookEndpoints,
	...signingKeyEndpoints,
	...definitionEndpoints,
	...freezeEndpoints,
	...deviceEndpoints,
	...partyEndpoints,
	...ledgerEndpoints,
	...crossingTokenEndpoints,
	...crossingEndpoints,
	...sealEndpoints,
	...serviceEndpoints,
} as const satisfies Readonly<Record<string, Endpoint>>;
