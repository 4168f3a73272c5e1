/**
 * Rooms of a gateway over HTTP: a relay at its door, whose letters are at its broker, so that a device without MQTT and
 * one with it meet in one room (docs/spec/fog.md#rooms).
 */
import type { RunningFog } from "@tenten/operator/fog";
import { BrokerRooms, type ConnectionLimits, mqttDial, Relay } from "@tenten/wallet";

/** Each connection is one more of the gateway's at its broker, all from one address. */
const limits: Partial<ConnectionLimits> = { connections: 1_024 };

/** Opens the rooms of a gateway that serves; they are closed before it is. */
export function openRooms({ brokerFromHere, upgrades }: RunningFog): { readonly close: () => Promise<void> } {
	const { protocol, host, username, password } = new URL(brokerFromHere);
	const origins = [`${protocol === "mqtts:" ? "https" : "http"}://${host}`];
	const account = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
	const dial = mqttDial({ origins }, username === "" ? undefined : account);
	const relay = new Relay({ rooms: new BrokerRooms(`${protocol}//${host}`, dial), limits });
	upgrades((request, socket, head) => relay.upgrade(request, socket, head));
	return { close: () => relay.stop() };
}
