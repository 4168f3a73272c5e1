/** Other domains on the same core: quantities that are conserved, and statuses, as records in sealed state maps. */
export * from "./lot.ts";
export * from "./record.ts";
export * from "./shown-record.ts";
export * from "./status.ts";
export * from "./trace.ts";
