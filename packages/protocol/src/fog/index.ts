/** Fog gateways: what passes between devices, brokers and the gateway that serves them. */
export * from "./packet-lengths.ts";
export * from "./topics.ts";
