/** The worker of a wallet's page: where keys, tokens and the module are. The page gets the desk, and plain data. */
import { expose } from "comlink";
import { opening } from "./opening.ts";

expose(opening);
postMessage("ready");
