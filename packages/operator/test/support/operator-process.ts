/** An operator in a process of its own, to be killed: `operator-process.ts DATABASE RUN` prints its address. */
import { startServer } from "../../src/index.ts";
import { createEcosystem } from "./ecosystem.ts";

const [database = "", run = "0"] = process.argv.slice(2);
const { operator, clock } = await createEcosystem({ database, run: Number(run), threads: 2 });
// What a killed one held of its webhooks is let go a minute later.
clock.now += 120 * Number(run);
operator.webhooks.start(console.error);
const log = { info: () => {}, error: (fields: object) => console.error(fields) };
const { url } = await startServer({ operator, port: 0, log });
console.log(url);
