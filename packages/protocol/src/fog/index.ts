/** Fog gateways: what passes between devices, brokers and the gateway that serves them. */
export * from "./approval.ts";
export * from "./frames.ts";
export * from "./packet-lengths.ts";
export * from "./time.ts";
export * from "./topics.ts";
