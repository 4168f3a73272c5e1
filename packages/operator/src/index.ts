/** @tenten/operator: its public surface. */

export { admitAsAsked } from "./admission.ts";
export type { OperatorKeys, OperatorPolicy } from "./context.ts";
export { Operator, type OperatorOptions } from "./operator.ts";
export type { FailPoint, StoreOptions } from "./store/store.ts";
