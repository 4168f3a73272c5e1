/** A witness in a process of its own, to be killed: `witness-process.ts STORE` prints its address. */
import { isRefusal } from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { startWitness } from "../../src/index.ts";
import { logs, witnessSigner } from "./witnessed.ts";

const [file = ""] = process.argv.slice(2);
const log = { info: () => {}, error: (fields: object) => console.error(fields) };
const server = await startWitness({ file, signer: witnessSigner(1), logs, verify, log, port: 0 });
if (isRefusal(server)) throw new Error(server.detail);
console.log(server.url);
