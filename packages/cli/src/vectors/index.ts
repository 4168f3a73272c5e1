/** Test vectors: their form, and the judges that say what each must get. */
export { judges } from "./judges.ts";
export { type Facts, type Json, sameJson, type VectorFile, type Verdict, verdictOf } from "./vector.ts";
