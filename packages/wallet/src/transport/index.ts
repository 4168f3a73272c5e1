/** Ways for messages to travel between two modules. */
export type { AskedRequest, OfferRequest } from "./asking.ts";
export { decodeBundle } from "./bundle.ts";
export type { Channel, Handle, OneWayReceiver, OneWaySender } from "./channel.ts";
export { fileReceiver, fileSender } from "./file.ts";
export { type HttpChannel, type HttpOptions, httpChannel } from "./http-client.ts";
export { handoverApp } from "./http-server.ts";
export { inProcessChannel } from "./in-process.ts";
export { linkOf, messagesOfLink } from "./link.ts";
export { type LoopbackOptions, type LoopbackServer, listenOnLoopback } from "./loopback-server.ts";
export { checkPeerUrl, type PeerRules } from "./peer-rules.ts";
export { addRequestRoute } from "./request-route.ts";
