/** @tenten/operator: its public surface. */

export { type ApiRole, newKey } from "./access.ts";
export { admitAsAsked } from "./admission.ts";
export type { OperatorKeys, OperatorPolicy } from "./context.ts";
export { type AgreementDraft, type CrossingSettings, Crossings } from "./crossing/crossings.ts";
export { hearShown } from "./crossing/hearing.ts";
export { CrossingHost, type CrossingOptions } from "./crossing/host.ts";
export { gatewayAccount, peerAccount } from "./crossing/money.ts";
export { sealsOf } from "./crossing/own-seals.ts";
export type { KeptProof } from "./crossing/proofs.ts";
export type { CrossingAnswer } from "./crossing/steps.ts";
export type { WitnessedSeals } from "./crossing/telling.ts";
export type { CrossingGateway } from "./crossing/tokens.ts";
export type { DebtSettlement } from "./debts.ts";
export type { Licensing, Standing } from "./definitions/definitions.ts";
export { algorithmOf, type JoseKey, type JosePair, makeJoseKey } from "./definitions/jose-key.ts";
export type { Licensor } from "./definitions/licence.ts";
export { localLicensor, makeLicence, makeStatusList, presentLicence } from "./definitions/licence-making.ts";
export { type AndroidStatusList, androidSerials } from "./devices/android/status-list.ts";
export type { AndroidRoot } from "./devices/android/verify.ts";
export { Parties } from "./devices/parties.ts";
export { type DevicePolicy, usualDevices } from "./devices/policy.ts";
export { type Answers, enrolledAnswers } from "./devices/recording.ts";
export type { DirectIssue } from "./direct-issue.ts";
export { Keeper, type KeeperOptions, type LotAnswer } from "./domain/keeper.ts";
export { type AppOptions, createApp, type RequestLog } from "./http/app.ts";
export type { Rate } from "./http/buckets.ts";
export { type ClientRules, usualRates } from "./http/client-limits.ts";
export { type Document, openApiDocument } from "./http/document.ts";
export { openDoor, usualDoor } from "./http/door.ts";
export {
	type RunningServer,
	type ServerLimits,
	type ServerOptions,
	serveApp,
	startServer,
} from "./http/server.ts";
export type { KeyVault } from "./key-ring.ts";
export { Ledger } from "./ledger/ledger.ts";
export * from "./log/index.ts";
export { Operator } from "./operator.ts";
export type { OperatorOptions } from "./operator-options.ts";
export {
	exchangeRole,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
	type RailEcosystem,
	railUser,
} from "./rail/ecosystem.ts";
export { railDocument } from "./rail/endpoints.ts";
export { ExchangeHost, exchangeTap, type Purse, railPurse } from "./rail/exchange-host.ts";
export { RailHost, type RailParty, type Role } from "./rail/host.ts";
export { RailHub } from "./rail/hub.ts";
export { type RailMessage, readMessage, writeJson } from "./rail/message-form.ts";
export { openRailParty } from "./rail/open-party.ts";
export { railBalance } from "./rail/posting.ts";
export { startRail } from "./rail/serve.ts";
export { readRailSettings } from "./rail/settings.ts";
export { makeSeal, type SealContent, sealsAfter } from "./seal/last-seal.ts";
export {
	changeLines,
	changeState,
	type LineChange,
	type Lines,
	liabilitiesIn,
	lineProofIn,
	stateProofIn,
	stateRoot,
} from "./seal/trees.ts";
export { DrillJournal, type DrillPlan, drillOnce } from "./seal-witness/drills.ts";
export { type FollowedLog, Follower, type Visit } from "./seal-witness/follower.ts";
export type { SealPolicy } from "./seal-witness/judging.ts";
export type { KeptCase } from "./seal-witness/kept.ts";
export { logId } from "./seal-witness/others.ts";
export type { SamplingPolicy } from "./seal-witness/sampler.ts";
export { type LogVisit, SealWitness, type WitnessedLog } from "./seal-witness/seal-witness.ts";
export { readPeersToFollow } from "./seal-witness/settings.ts";
export { SealStore } from "./seal-witness/store.ts";
export type { Surroundings } from "./sealing/around.ts";
export type { PeerLog } from "./sealing/peer-logs.ts";
export { Sampling, type SamplingOptions } from "./sealing/sampling.ts";
export { openSealer, type Sealer, type SealerOptions } from "./sealing/sealer.ts";
export type { SealWordSource } from "./sealing/witnessing.ts";
export { type Acquirer, type Charge, type ChargeState, httpAcquirer } from "./settle/acquirer.ts";
export type { AssetMoney } from "./settle/asset-money.ts";
export { BankDesk, type BankDeskOptions, type Period, type Suspend } from "./settle/bank-desk.ts";
export type { OwnAccount, PartyAccount } from "./settle/bank-file.ts";
export type { KeptClaim } from "./settle/claim-rows.ts";
export type { ResultLine } from "./settle/results.ts";
export { type AuditEntry, chainBeginning, followChain } from "./store/audit-log.ts";
export { type CopySummary, copyDatabase, isKnownSchema, summaryOf } from "./store/copying.ts";
export { type Engine, engines, schemaFor } from "./store/distributed.ts";
export { examineDatabase, examineRailStore, type Finding } from "./store/examining.ts";
export { openStore } from "./store/open-store.ts";
export { dropSchema } from "./store/postgres.ts";
export { OtherDatabase, restoreDatabase } from "./store/restoring.ts";
export { OlderCopy } from "./store/starts.ts";
export { type FailPoint, type Job, type Store, type StoreOptions, StoreUnavailable } from "./store/store.ts";
export { type Alarm, paced, type WatchState } from "./watch.ts";
export { type CosignOptions, type CosignOutcome, cosign } from "./witness/cosign.ts";
export { witnessDoor } from "./witness/door.ts";
export { witnessDocument } from "./witness/endpoints.ts";
export { startWitness, type WitnessServerOptions } from "./witness/serve.ts";
export type { Standing as PeerStanding } from "./witness/standing-form.ts";
export { WitnessStore } from "./witness/store.ts";
export { logsOf, Witness } from "./witness/witness.ts";
