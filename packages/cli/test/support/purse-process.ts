/** The parties of the flow of two, each as a process. */

import { purses } from "../../../sim/test/support/purses.ts";
import { serveParty } from "../../src/faults/party-process.ts";

serveParty([purses("none"), purses("restores")]);
