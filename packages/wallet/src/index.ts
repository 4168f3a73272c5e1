/** @tenten/wallet: its public surface in Node. */
export { Company, type CompanyOptions, type OrderStatus } from "./company/company.ts";
export type { Arrival, Order, OrderPayment, OrderRow, OrderState } from "./company/order.ts";
export { addOrderRoutes } from "./company/order-routes.ts";
export { Orders } from "./company/orders.ts";
export { WalletPurse } from "./company/purse.ts";
export { makeFolder, replaceFile, syncDirectory } from "./durable.ts";
export * from "./everywhere.ts";
export { type FogByMqtt, type FogLine, type FogLineOptions, fogByHttp, fogByMqtt } from "./fog/fog-line.ts";
export type { AskOptions, Price } from "./http402/asked.ts";
export { charge, type PaidEnv } from "./http402/hono.ts";
export { type PaidHandler, tollListener } from "./http402/node.ts";
export { type Serve, Toll, type TollLimits, type TollOptions } from "./http402/toll.ts";
export type { PaymentStatus } from "./http402/toll-doors.ts";
export { takeEnrolled } from "./operators.ts";
export { sqliteStore } from "./store/sqlite-store.ts";
export { BrokerRooms } from "./transport/broker-rooms.ts";
export { type BrokerAccount, mqttDial } from "./transport/dial-mqtt.ts";
export { nodeDial } from "./transport/dial-node.ts";
export { fileReceiver, fileSender } from "./transport/file.ts";
export {
	type HttpChannel,
	type HttpOptions,
	httpChannel,
	type OrderChannel,
} from "./transport/http-client.ts";
export { handoverApp } from "./transport/http-server.ts";
export { type LoopbackOptions, type LoopbackServer, listenOnLoopback } from "./transport/loopback-server.ts";
export { checkPeerUrl, type PeerRules } from "./transport/peer-rules.ts";
export type { RelayLimits } from "./transport/relay-rooms.ts";
export { type ConnectionLimits, listenAsRelay, Relay, type RelayOptions } from "./transport/relay-server.ts";
export { addRequestRoute } from "./transport/request-route.ts";
