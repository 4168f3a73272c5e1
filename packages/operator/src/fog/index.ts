/** @tenten/operator/fog: fog gateways, apart from the rest, since an operator runs none and does without their broker. */
export { type BrokerLimits, type BrokerOptions, type RunningBroker, startBroker } from "./broker.ts";
export { fogDoor } from "./door.ts";
export { type FogStanding, fogDocument } from "./endpoints.ts";
export { Forwarder, type ForwarderOptions } from "./forwarder.ts";
export { Gateway, type GatewayOptions } from "./gateway.ts";
export { type ListOptions, Lists } from "./lists.ts";
export { recordsPath } from "./operator-line.ts";
export { type FogOptions, type RunningFog, startFog } from "./serve.ts";
export { FogStore, type FogStoreOptions, type KeptRecord, type NewRecord } from "./store.ts";
