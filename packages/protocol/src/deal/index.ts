/** What two devices agree on before one pays the other by meter. */
export * from "./deal.ts";
