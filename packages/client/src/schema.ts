/** Generated from openapi.json by `npm run client`: not written by hand. */
export interface paths {
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers at all */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures in the text format of Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests should be sent here */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an account holds, told to its holder */
        get: operations["account"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{account}/deposits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Top up an account with value from outside
         * @description For API keys with the role cashier.
         */
        post: operations["deposit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/{account}/line": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An account's line among what the newest seal says is owed, told to its holder */
        get: operations["line"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * API keys, those revoked too
         * @description For API keys with the role administrator.
         */
        get: operations["apiKeys"];
        put?: never;
        /**
         * Make an API key: it is shown here and never again
         * @description For API keys with the role administrator.
         */
        post: operations["addApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key, at once and for good
         * @description For API keys with the role administrator.
         */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appeals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Appeals against freezes, decided ones too, in the order of their ids
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["appeals"];
        put?: never;
        /** Appeal against a freeze; asked again with the same bytes, what became of it */
        post: operations["appeal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appeals/{appeal}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An appeal with its token, as its owner sent it
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["appealRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appeals/{appeal}/verdict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what should become of an appeal; it is decided once another person says the same
         * @description For API keys with the role issuer or approver.
         */
        post: operations["decideAppeal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done by whom, oldest first, each entry chained to the one before
         * @description For API keys with the role auditor or administrator.
         */
        get: operations["auditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch}/{item}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** That an issue, a redemption, a ruling is in a batch of the log */
        get: operations["item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/case-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Cases, in the order of their ids
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["caseFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/case-files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The evidence of a case
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["evidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrol a key: certifies it and opens its account */
        post: operations["enrol"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redeem, refresh or merge tokens */
        post: operations["claim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/{transfer}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a payment stands here, and what the other side shows of it
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["crossing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/{transfer}/outcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The file that shows offline how a payment ended
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["crossingOutcome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/locks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lock what payers pay who agreed to their quotes
         * @description For API keys with the role cashier.
         */
        post: operations["lockCrossings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/quotes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Quotes of payments to accounts of other operators, signed by both
         * @description For API keys with the role cashier.
         */
        post: operations["quoteCrossings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Commit payments with their payers' secrets: final
         * @description For API keys with the role cashier.
         */
        post: operations["releaseCrossings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/standings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many payments stand here, in brief
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        post: operations["crossingStandings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/tokens-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Of which assets tokens pay and are paid here, and whom a quote then names as the payer
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["crossingGateways"];
        put?: never;
        /**
         * Have the gateway ask for the tokens that a quoted payment is paid with
         * @description For API keys with the role cashier.
         */
        post: operations["askTokensIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/tokens-in/{transfer}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand the tokens of a payment to the gateway, in two phases
         * @description For API keys with the role cashier.
         */
        post: operations["takeTokensIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/tokens-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a request for tokens paid across: its digest is an account here
         * @description For API keys with the role cashier.
         */
        post: operations["openTokensOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/tokens-out/{account}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have the gateway hand over what is credited to a request, in two phases
         * @description For API keys with the role cashier.
         */
        post: operations["handTokensOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/crossings/tokens-out/{account}/renewals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a fresh request of the same owner take the place of one whose money waits, as after it expired
         * @description For API keys with the role cashier.
         */
        post: operations["renewTokensOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/definitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Definitions, those that people sign still too, in the order of their ids
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["definitions"];
        put?: never;
        /**
         * Propose an asset definition: its draft, with the licence bound to it and the proposer's signature
         * @description For API keys with the role issuer.
         */
        post: operations["proposeDefinition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/definitions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A definition's record: as the operator's root signed it, or its draft while people sign
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["definition"];
        put?: never;
        post?: never;
        /**
         * Withdraw a definition that was not published
         * @description For API keys with the role issuer.
         */
        delete: operations["withdrawDefinition"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/definitions/{id}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a definition that somebody else proposed
         * @description For API keys with the role approver.
         */
        post: operations["approveDefinition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/definitions/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adopt a definition that two others approved: the operator's root signs it
         * @description For API keys with the role issuer.
         */
        post: operations["publishDefinition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend, resume, transfer or end a device, or what is below a manager, by the party that answers */
        post: operations["orderDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring what devices recorded of their payments: each is taken once, into the log with the next seal */
        post: operations["takeRecords"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrol or renew a device: certifies it over its evidence and its party's delegations */
        post: operations["applyDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{device}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a device stands and all that it was, told to who answers for it, or did */
        get: operations["deviceHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, as a page to read */
        get: operations["documentation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened, newest first
         * @description For API keys with the role integrator or administrator.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/freeze-list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What of its value nobody should take: the current signed freeze list */
        get: operations["freezeList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/freezes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What one person proposed and nobody has confirmed, in the order of the outputs
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["freezeProposals"];
        put?: never;
        /**
         * Propose to freeze an output, or to lift its freeze; nothing happens until another confirms it
         * @description For API keys with the role issuer or approver.
         */
        post: operations["proposeFreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/freezes/{output}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do what another person proposed, for whom another administrator answers
         * @description For API keys with the role issuer or approver.
         */
        post: operations["confirmFreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/issues/{asset}/allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue an asset again that people stopped, as far as its licence goes
         * @description For API keys with the role approver.
         */
        post: operations["allowIssue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/issues/{asset}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring no more of an asset into circulation; what is out there is redeemed as before
         * @description For API keys with the role issuer or approver or administrator.
         */
        post: operations["stopIssue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open accounts
         * @description For API keys with the role cashier.
         */
        post: operations["openLedgerAccounts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An account's sums and limits
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["ledgerAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an account did, oldest first
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["ledgerEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{id}/line": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The line of an account of the ledger among what the newest seal says is owed
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["ledgerLine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/accounts/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an account was in a period
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["ledgerStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do a batch of transfers: each for itself, or those of one list together
         * @description For API keys with the role cashier.
         */
        post: operations["postLedgerTransfers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/transfers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A transfer that was done
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["ledgerTransfer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may be issued now under which licence, and why not
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["licences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/licences/status-lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring a licensor's newest status list: which licences still count
         * @description For API keys with the role issuer.
         */
        post: operations["takeStatusList"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who answers for devices, in the order of their ids
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["parties"];
        put?: never;
        /**
         * Add who answers for devices, by the key that it delegates by; the same again changes nothing
         * @description For API keys with the role administrator.
         */
        post: operations["addParty"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties/{party}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A party with its budgets, and what happened to it
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["party"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties/{party}/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant a party a budget under the next number; the same again changes nothing
         * @description For API keys with the role administrator.
         */
        post: operations["grantBudget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties/{party}/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell who a party is: an act that stays in the audit log and in the party's history
         * @description For API keys with the role administrator.
         */
        post: operations["openParty"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/parties/{party}/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suspend a party with all of its devices, or let it act again
         * @description For API keys with the role administrator.
         */
        post: operations["setPartyStanding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payouts/{asset}/allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pay out an asset again whose payouts were stopped, if its books agree now
         * @description For API keys with the role administrator.
         */
        post: operations["allowPayouts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/peers/{peer}/debts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What holders whom this operator certified owe a peer: asked there now, and signed by it
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["debtsAtPeer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/peers/crossings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the asking operator says of payments between the two: quotes, what its seals show, settlements */
        post: operations["peerCrossings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/peers/debts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What holders whom the asking operator certified owe this one */
        post: operations["peerDebts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Certify the key of a person who proposes or approves definitions
         * @description For API keys with the role administrator.
         */
        post: operations["certifyPerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a problem's code means and what to do */
        get: operations["explanation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/prunings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count what nobody can ask for any more, or delete it: a part of a run, and where to go on
         * @description For API keys with the role administrator.
         */
        post: operations["prune"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/releases/{lock}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The release of a lock, once it has been shown or redeemed */
        get: operations["release"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rulings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a release, ask for a refund, or file evidence */
        post: operations["rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lines and items that a witness drew under the last seal, told to witnesses that are listed here */
        post: operations["sample"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/seals/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A seal with its place in the log, and what witnesses signed of it */
        get: operations["seal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settlements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this operator and peers have countersigned of what stands between them */
        get: operations["settlements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys that sign, or did, by purpose and in the order in which they sign
         * @description For API keys with the role administrator.
         */
        get: operations["signingKeys"];
        put?: never;
        /**
         * List a new key, which signs from a date on
         * @description For API keys with the role administrator.
         */
        post: operations["rotateSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys/{id}/distrust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Believe a key no more, from a date on, whatever it signed
         * @description For API keys with the role administrator.
         */
        post: operations["distrustSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/signing-keys/{id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a key off the trust list of which nothing counts any more
         * @description For API keys with the role administrator.
         */
        post: operations["retireSigningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/states/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the newest seal shows under a key: what consumed an output, or that nothing did */
        get: operations["state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status-lists/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which devices and parties lost their standing: a signed status list */
        get: operations["statusList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What time it is, signed: for those who have no clock, and gateways that tell them */
        get: operations["time"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where every minor unit is, and whether the books agree
         * @description For API keys with the role viewer or auditor or issuer or approver or administrator.
         */
        get: operations["totals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust-list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The current signed trust list */
        get: operations["trustList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All endpoints: there are at most 100
         * @description For API keys with the role integrator or administrator.
         */
        get: operations["webhooks"];
        put?: never;
        /**
         * Register an endpoint: its secret is shown here and never again
         * @description For API keys with the role integrator or administrator.
         */
        post: operations["addWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An endpoint, and how it does
         * @description For API keys with the role integrator or administrator.
         */
        get: operations["webhook"];
        put?: never;
        post?: never;
        /**
         * Remove an endpoint: it is told nothing any more
         * @description For API keys with the role integrator or administrator.
         */
        delete: operations["removeWebhook"];
        options?: never;
        head?: never;
        /**
         * Change an endpoint, disable it, or enable it again
         * @description For API keys with the role integrator or administrator.
         */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of what an endpoint is told, newest first
         * @description For API keys with the role integrator or administrator.
         */
        get: operations["deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{event}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of one event at an endpoint, with every attempt
         * @description For API keys with the role integrator or administrator.
         */
        get: operations["delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{event}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell an endpoint of one event again, or for the first time
         * @description For API keys with the role integrator or administrator.
         */
        post: operations["replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell an endpoint again of everything from a time on
         * @description For API keys with the role integrator or administrator.
         */
        post: operations["replaySince"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new secret; those before it sign too for a while
         * @description For API keys with the role integrator or administrator.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send this endpoint an event that says nothing
         * @description For API keys with the role integrator or administrator.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/withdrawals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take from an account, receive tokens */
        post: operations["withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "tenten.case.opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Evidence against somebody came in */
        post: operations["CaseOpened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.claim.forked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tokens of a claim had been spent twice: their case files say by whom */
        post: operations["ClaimForked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.deposit.made": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An account was credited with value from outside */
        post: operations["DepositMade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.payout.made": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tokens were redeemed, refreshed or refunded, and paid */
        post: operations["PayoutMade"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.payouts.allowed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An asset is paid out again */
        post: operations["PayoutsAllowed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.payouts.stopped": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The books of an asset did not agree: nothing new of it is paid out */
        post: operations["PayoutsStopped"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.refund.ruled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A lock or direct link was ruled refunded to its payer */
        post: operations["RefundRuled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.value.issued": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tokens were issued, from an account or by the operator itself */
        post: operations["ValueIssued"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.webhook.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An endpoint is told nothing any more, because it failed for long or said that it is gone */
        post: operations["WebhookDisabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "tenten.webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody asked for a test of this endpoint */
        post: operations["WebhookTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description `value` counts minor units; `scale` decimals make one major unit */
        Amount: {
            asset: string;
            scale: number;
            value: string;
        };
        ApiKey: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expiresAt: string | null;
            /** @description names the key; no secret */
            id: string;
            /**
             * Format: date-time
             * @description to within an hour
             */
            lastUsedAt: string | null;
            name: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            revokedAt: string | null;
            roles: ("viewer" | "cashier" | "auditor" | "integrator" | "issuer" | "approver" | "administrator")[];
        };
        Appeal: {
            /** @description who said that verdict last, as in the audit log */
            by: string | null;
            /** @description the output that is frozen */
            frozen: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            /** @description what the appellant owns */
            output: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            receivedAt: string;
            /** @enum {string} */
            state: "open" | "decided";
            /**
             * @description of one person, while it is open
             * @enum {string|null}
             */
            verdict: "upheld" | "cleared" | "lifted" | null;
        };
        AssetTotals: {
            asset: string;
            broken: string[];
            totals: {
                [key: string]: components["schemas"]["Amount"];
            };
        };
        AuditEntry: {
            act: string;
            actor: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            detail: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            hash: string;
            /** @description `done`, or the code with which it was refused */
            outcome: string;
            /** @description 1 and up, without gaps */
            position: number;
            /** @description 32 bytes as 64 hexadecimal digits */
            previous: string;
            requestId: string;
            subject: string;
        };
        CaseFile: {
            /** @description 32 bytes as 64 hexadecimal digits */
            culprit: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            kind: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            openedAt: string;
        };
        CaseOpened: {
            data: {
                /** @description see /v1/case-files/{id} */
                caseFile: string;
                /** @description hash of the certificate that is convicted */
                culprit: string;
                kind: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.case.opened";
        };
        ClaimForked: {
            data: {
                /** @description the account, which is its certificate's hash */
                account: string;
                /** @description see /v1/case-files/{id} */
                caseFiles: string[];
                claimed: components["schemas"]["Amount"];
                drawn: components["schemas"]["Amount"] & unknown;
                /** @description 32 bytes as 64 hexadecimal digits */
                order: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.claim.forked";
        };
        ClosedIssues: {
            issued: components["schemas"]["Amount"];
            issues: number;
            paid: components["schemas"]["Amount"];
        };
        Crossing: {
            /**
             * @description what the other side's newest seal shows; null: nothing yet
             * @enum {string|null}
             */
            peer: "locked" | "committed" | "returned" | "reserved" | "credited" | "voided" | null;
            /** @description base64 of `shownState`: with *reserved*, what a payer's device looks at before it releases */
            proof: string | null;
            quote: components["schemas"]["CrossingQuote"];
            /** @description why the destination does not reserve */
            refused: string | null;
            /**
             * @description what this operator is in it
             * @enum {string}
             */
            side: "source" | "destination";
            /** @enum {string} */
            state: "locked" | "committed" | "returned" | "reserved" | "credited" | "voided";
            /** @description 32 bytes as 64 hexadecimal digits */
            transfer: string;
        };
        CrossingBrief: {
            /**
             * @description what the other side's newest seal shows; null: nothing yet
             * @enum {string|null}
             */
            peer: "locked" | "committed" | "returned" | "reserved" | "credited" | "voided" | null;
            /** @description why the destination does not reserve */
            refused: string | null;
            /** @enum {string} */
            state: "locked" | "committed" | "returned" | "reserved" | "credited" | "voided";
            /** @description 32 bytes as 64 hexadecimal digits */
            transfer: string;
        } | null;
        CrossingQuote: {
            /** @description 32 bytes as 64 hexadecimal digits */
            agreement: string;
            /** @description what the payee gets */
            credits: string;
            /** @description the number of the source's seal that decides */
            decides: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expiresAt: string;
            /** @description minor units */
            fee: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            payee: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            payer: string;
            /** @description what the payer loses, the fee with it */
            pays: string;
            /** @description so much of the one for so much of the other */
            rate: {
                /** @description minor units */
                credited: string;
                /** @description minor units */
                paid: string;
            };
            /** @description SHA-256 of the payer's secret */
            release: string;
        } | null;
        CrossingQuoteResult: {
            /**
             * @description why it is refused
             * @enum {string|null}
             */
            code: "malformed" | "too-large" | "too-deep" | "too-many" | "type-unknown" | "key-refused" | "signature-invalid" | "authority-unknown" | "certificate-expired" | "certificate-not-yet-valid" | "certificate-role" | "delegation-invalid" | "delegation-expired" | "device-suspended" | "status-list-expired" | "status-list-rollback" | "trust-list-expired" | "trust-list-rollback" | "frozen" | "freeze-list-expired" | "freeze-list-rollback" | "freeze-unknown" | "appeal-closed" | "issuer-unknown" | "issue-proof-invalid" | "asset-unknown" | "asset-mismatch" | "amount-invalid" | "amount-mismatch" | "sum-mismatch" | "owner-mismatch" | "lock-pending" | "lock-mismatch" | "release-mismatch" | "expired" | "redeem-closed" | "condition-unknown" | "condition-not-before" | "condition-expired" | "condition-hops" | "condition-cap" | "condition-payee" | "condition-purpose" | "condition-resale" | "request-expired" | "request-mismatch" | "request-reused" | "consent-missing" | "authentication-failed" | "funds-insufficient" | "limit-exceeded" | "attempt-unknown" | "attempt-decided" | "attempt-pending" | "document-missing" | "document-mismatch" | "order-mismatch" | "ruling-early" | "ruling-taken" | "refund-closed" | "answer-disputed" | "unlock-failed" | "key-unknown" | "state-damaged" | "wallet-in-use" | "part-missing" | "channel-failed" | "peer-refused" | "approval-missing" | "licence-invalid" | "issue-stopped" | "payout-stopped" | "rate-limited" | "overloaded" | "order-unknown" | "order-taken" | "not-logged" | "issue-unlogged" | "log-inconsistent" | "log-in-use" | "proof-invalid" | "quorum-missing" | "quorum-stale" | "agreement-unknown" | "agreement-over" | "quote-invalid" | "quote-expired" | "exposure-exceeded" | "seal-decided" | "lot-unknown" | "lot-known" | "lot-ended" | "status-final" | "record-known" | "record-early" | "claim-unknown" | "claim-filed" | "claim-paid" | "result-mismatch" | "text-refused" | "bank-unknown" | "payment-required" | "budget-exceeded" | "answer-pending" | "answer-gone" | "meter-mismatch" | "tick-invalid" | "meter-over" | "store-full" | "list-stale" | "mandate-over" | "not-evidence" | "exists-with-different-kind" | "exists-with-different-debit-account" | "exists-with-different-credit-account" | "exists-with-different-amount" | "exists-with-different-reservation" | "exists-with-different-time-limit" | "exists-with-different-reference" | "exists-with-different-asset" | "exists-with-different-least" | "exists-with-different-most" | "exists-apart" | "limits-invalid" | "accounts-same" | "debit-account-unknown" | "credit-account-unknown" | "assets-differ" | "time-limit-past" | "reservation-unknown" | "reservation-is-none" | "reservation-posted" | "reservation-voided" | "reservation-expired" | "reservation-not-due" | "amount-exceeds-reservation" | "ceiling-exceeded" | "sum-exceeded" | "linked-refused" | null;
            /** @description empty where it is not refused */
            nextAction: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            nonce: string;
            quote: components["schemas"]["CrossingQuote"];
            /** @description the same may succeed later */
            retryable: boolean;
            /** @description its id; null where it is refused */
            transfer: string | null;
        };
        CrossingResult: {
            /**
             * @description why it is refused
             * @enum {string|null}
             */
            code: "malformed" | "too-large" | "too-deep" | "too-many" | "type-unknown" | "key-refused" | "signature-invalid" | "authority-unknown" | "certificate-expired" | "certificate-not-yet-valid" | "certificate-role" | "delegation-invalid" | "delegation-expired" | "device-suspended" | "status-list-expired" | "status-list-rollback" | "trust-list-expired" | "trust-list-rollback" | "frozen" | "freeze-list-expired" | "freeze-list-rollback" | "freeze-unknown" | "appeal-closed" | "issuer-unknown" | "issue-proof-invalid" | "asset-unknown" | "asset-mismatch" | "amount-invalid" | "amount-mismatch" | "sum-mismatch" | "owner-mismatch" | "lock-pending" | "lock-mismatch" | "release-mismatch" | "expired" | "redeem-closed" | "condition-unknown" | "condition-not-before" | "condition-expired" | "condition-hops" | "condition-cap" | "condition-payee" | "condition-purpose" | "condition-resale" | "request-expired" | "request-mismatch" | "request-reused" | "consent-missing" | "authentication-failed" | "funds-insufficient" | "limit-exceeded" | "attempt-unknown" | "attempt-decided" | "attempt-pending" | "document-missing" | "document-mismatch" | "order-mismatch" | "ruling-early" | "ruling-taken" | "refund-closed" | "answer-disputed" | "unlock-failed" | "key-unknown" | "state-damaged" | "wallet-in-use" | "part-missing" | "channel-failed" | "peer-refused" | "approval-missing" | "licence-invalid" | "issue-stopped" | "payout-stopped" | "rate-limited" | "overloaded" | "order-unknown" | "order-taken" | "not-logged" | "issue-unlogged" | "log-inconsistent" | "log-in-use" | "proof-invalid" | "quorum-missing" | "quorum-stale" | "agreement-unknown" | "agreement-over" | "quote-invalid" | "quote-expired" | "exposure-exceeded" | "seal-decided" | "lot-unknown" | "lot-known" | "lot-ended" | "status-final" | "record-known" | "record-early" | "claim-unknown" | "claim-filed" | "claim-paid" | "result-mismatch" | "text-refused" | "bank-unknown" | "payment-required" | "budget-exceeded" | "answer-pending" | "answer-gone" | "meter-mismatch" | "tick-invalid" | "meter-over" | "store-full" | "list-stale" | "mandate-over" | "not-evidence" | "exists-with-different-kind" | "exists-with-different-debit-account" | "exists-with-different-credit-account" | "exists-with-different-amount" | "exists-with-different-reservation" | "exists-with-different-time-limit" | "exists-with-different-reference" | "exists-with-different-asset" | "exists-with-different-least" | "exists-with-different-most" | "exists-apart" | "limits-invalid" | "accounts-same" | "debit-account-unknown" | "credit-account-unknown" | "assets-differ" | "time-limit-past" | "reservation-unknown" | "reservation-is-none" | "reservation-posted" | "reservation-voided" | "reservation-expired" | "reservation-not-due" | "amount-exceeds-reservation" | "ceiling-exceeded" | "sum-exceeded" | "linked-refused" | null;
            /** @description empty where it is not refused */
            nextAction: string;
            /** @description the same may succeed later */
            retryable: boolean;
            /**
             * @description how it stands now; null where it is refused
             * @enum {string|null}
             */
            state: "locked" | "committed" | "returned" | "reserved" | "credited" | "voided" | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            transfer: string;
        };
        CrossingTokensIn: {
            /** @description the gateway's request, as messages */
            asks: string[];
            /** @description the payer's own request, to which as much is handed out where they came too late */
            back: string | null;
            /**
             * @description why it is refused
             * @enum {string|null}
             */
            code: "malformed" | "too-large" | "too-deep" | "too-many" | "type-unknown" | "key-refused" | "signature-invalid" | "authority-unknown" | "certificate-expired" | "certificate-not-yet-valid" | "certificate-role" | "delegation-invalid" | "delegation-expired" | "device-suspended" | "status-list-expired" | "status-list-rollback" | "trust-list-expired" | "trust-list-rollback" | "frozen" | "freeze-list-expired" | "freeze-list-rollback" | "freeze-unknown" | "appeal-closed" | "issuer-unknown" | "issue-proof-invalid" | "asset-unknown" | "asset-mismatch" | "amount-invalid" | "amount-mismatch" | "sum-mismatch" | "owner-mismatch" | "lock-pending" | "lock-mismatch" | "release-mismatch" | "expired" | "redeem-closed" | "condition-unknown" | "condition-not-before" | "condition-expired" | "condition-hops" | "condition-cap" | "condition-payee" | "condition-purpose" | "condition-resale" | "request-expired" | "request-mismatch" | "request-reused" | "consent-missing" | "authentication-failed" | "funds-insufficient" | "limit-exceeded" | "attempt-unknown" | "attempt-decided" | "attempt-pending" | "document-missing" | "document-mismatch" | "order-mismatch" | "ruling-early" | "ruling-taken" | "refund-closed" | "answer-disputed" | "unlock-failed" | "key-unknown" | "state-damaged" | "wallet-in-use" | "part-missing" | "channel-failed" | "peer-refused" | "approval-missing" | "licence-invalid" | "issue-stopped" | "payout-stopped" | "rate-limited" | "overloaded" | "order-unknown" | "order-taken" | "not-logged" | "issue-unlogged" | "log-inconsistent" | "log-in-use" | "proof-invalid" | "quorum-missing" | "quorum-stale" | "agreement-unknown" | "agreement-over" | "quote-invalid" | "quote-expired" | "exposure-exceeded" | "seal-decided" | "lot-unknown" | "lot-known" | "lot-ended" | "status-final" | "record-known" | "record-early" | "claim-unknown" | "claim-filed" | "claim-paid" | "result-mismatch" | "text-refused" | "bank-unknown" | "payment-required" | "budget-exceeded" | "answer-pending" | "answer-gone" | "meter-mismatch" | "tick-invalid" | "meter-over" | "store-full" | "list-stale" | "mandate-over" | "not-evidence" | "exists-with-different-kind" | "exists-with-different-debit-account" | "exists-with-different-credit-account" | "exists-with-different-amount" | "exists-with-different-reservation" | "exists-with-different-time-limit" | "exists-with-different-reference" | "exists-with-different-asset" | "exists-with-different-least" | "exists-with-different-most" | "exists-apart" | "limits-invalid" | "accounts-same" | "debit-account-unknown" | "credit-account-unknown" | "assets-differ" | "time-limit-past" | "reservation-unknown" | "reservation-is-none" | "reservation-posted" | "reservation-voided" | "reservation-expired" | "reservation-not-due" | "amount-exceeds-reservation" | "ceiling-exceeded" | "sum-exceeded" | "linked-refused" | null;
            /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
            messages: string[];
            /** @description empty where it is not refused */
            nextAction: string;
            /** @description the same may succeed later */
            retryable: boolean;
            /**
             * @description how the tokens stand; null where it is refused
             * @enum {string|null}
             */
            state: "asked" | "held" | "owned" | "kept" | "back" | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            transfer: string;
        };
        CrossingTokensOut: {
            /** @description the digest of the request: what a quote names as its payee */
            account: string | null;
            /** @description minor units */
            amount: string | null;
            /**
             * @description why it is refused
             * @enum {string|null}
             */
            code: "malformed" | "too-large" | "too-deep" | "too-many" | "type-unknown" | "key-refused" | "signature-invalid" | "authority-unknown" | "certificate-expired" | "certificate-not-yet-valid" | "certificate-role" | "delegation-invalid" | "delegation-expired" | "device-suspended" | "status-list-expired" | "status-list-rollback" | "trust-list-expired" | "trust-list-rollback" | "frozen" | "freeze-list-expired" | "freeze-list-rollback" | "freeze-unknown" | "appeal-closed" | "issuer-unknown" | "issue-proof-invalid" | "asset-unknown" | "asset-mismatch" | "amount-invalid" | "amount-mismatch" | "sum-mismatch" | "owner-mismatch" | "lock-pending" | "lock-mismatch" | "release-mismatch" | "expired" | "redeem-closed" | "condition-unknown" | "condition-not-before" | "condition-expired" | "condition-hops" | "condition-cap" | "condition-payee" | "condition-purpose" | "condition-resale" | "request-expired" | "request-mismatch" | "request-reused" | "consent-missing" | "authentication-failed" | "funds-insufficient" | "limit-exceeded" | "attempt-unknown" | "attempt-decided" | "attempt-pending" | "document-missing" | "document-mismatch" | "order-mismatch" | "ruling-early" | "ruling-taken" | "refund-closed" | "answer-disputed" | "unlock-failed" | "key-unknown" | "state-damaged" | "wallet-in-use" | "part-missing" | "channel-failed" | "peer-refused" | "approval-missing" | "licence-invalid" | "issue-stopped" | "payout-stopped" | "rate-limited" | "overloaded" | "order-unknown" | "order-taken" | "not-logged" | "issue-unlogged" | "log-inconsistent" | "log-in-use" | "proof-invalid" | "quorum-missing" | "quorum-stale" | "agreement-unknown" | "agreement-over" | "quote-invalid" | "quote-expired" | "exposure-exceeded" | "seal-decided" | "lot-unknown" | "lot-known" | "lot-ended" | "status-final" | "record-known" | "record-early" | "claim-unknown" | "claim-filed" | "claim-paid" | "result-mismatch" | "text-refused" | "bank-unknown" | "payment-required" | "budget-exceeded" | "answer-pending" | "answer-gone" | "meter-mismatch" | "tick-invalid" | "meter-over" | "store-full" | "list-stale" | "mandate-over" | "not-evidence" | "exists-with-different-kind" | "exists-with-different-debit-account" | "exists-with-different-credit-account" | "exists-with-different-amount" | "exists-with-different-reservation" | "exists-with-different-time-limit" | "exists-with-different-reference" | "exists-with-different-asset" | "exists-with-different-least" | "exists-with-different-most" | "exists-apart" | "limits-invalid" | "accounts-same" | "debit-account-unknown" | "credit-account-unknown" | "assets-differ" | "time-limit-past" | "reservation-unknown" | "reservation-is-none" | "reservation-posted" | "reservation-voided" | "reservation-expired" | "reservation-not-due" | "amount-exceeds-reservation" | "ceiling-exceeded" | "sum-exceeded" | "linked-refused" | null;
            /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
            messages: string[];
            /** @description empty where it is not refused */
            nextAction: string;
            /** @description the same may succeed later */
            retryable: boolean;
            /**
             * @description renewed: a fresh request has its money
             * @enum {string|null}
             */
            state: "open" | "back" | "paid" | "renewed" | null;
        };
        Definition: {
            assetKind: string;
            ceiling: components["schemas"]["Amount"];
            code: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            nameEn: string;
            nameJa: string;
            signed: {
                /** @description as in the audit log; null: not over HTTP */
                by: string | null;
                /** @enum {string} */
                part: "proposed" | "approved";
            }[];
            /** @enum {string} */
            state: "proposed" | "published";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            validFrom: string;
            version: number;
        };
        Delivery: {
            /**
             * Format: date-time
             * @description when it is tried next; null where it is not
             */
            dueAt: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            endedAt: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            event: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            queuedAt: string;
            /** @enum {string} */
            state: "waiting" | "delivered" | "givenUp";
            tries: number;
            /** @enum {string} */
            type: "tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test";
        };
        DeliveryAttempt: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            /** @description one that is left out: its process died before it knew */
            number: number;
            /** @enum {string} */
            outcome: "delivered" | "gone" | "refused" | "timeout" | "unreachable" | "address-refused" | "stopped";
            /** @description null where nothing was answered */
            status: number | null;
            tookMs: number;
        };
        DepositMade: {
            data: {
                /** @description the account, which is its certificate's hash */
                account: string;
                amount: components["schemas"]["Amount"];
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.deposit.made";
        };
        DeviceEntry: {
            /**
             * @description of a certificate: how well its key is kept, as a maker that counts here attests
             * @enum {string|null}
             */
            assurance: "software" | "tee" | "secureElement" | "hsm" | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            /** @description what an application was answered with */
            certificate: string | null;
            /** @enum {string} */
            kind: "certified" | "suspend" | "resume" | "transfer" | "end";
            /** @description to which party it moves */
            movesTo: string | null;
            /** @description entries of its history */
            number: number;
            /** @description a responsible party: key id of the key that it delegates by */
            party: string;
            /** @description why its assurance level is not a higher one */
            reason: string | null;
            /** @description the application or order, as it came, in hexadecimal */
            record: string;
            /** @enum {string} */
            standing: "active" | "suspended" | "moving" | "ended";
        };
        DeviceHistory: {
            /** @description of the next page; null after the last */
            cursor: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            device: string;
            history: components["schemas"]["DeviceEntry"][];
            /** @description as one that delegates on for the party */
            manages: {
                /** @description devices below it */
                devices: number;
                /** @description orders of the party that named it as a manager */
                number: number;
                /** @enum {string} */
                standing: "active" | "suspended";
            } | null;
            /** @description to which party it moves */
            movesTo: string | null;
            /** @description entries of its history */
            number: number;
            own: {
                events: {
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC
                     */
                    at: string;
                    /** @enum {string} */
                    kind: "suspended" | "resumed";
                    why: string;
                }[];
                /** @description a responsible party: key id of the key that it delegates by */
                party: string;
                /** @enum {string} */
                standing: "active" | "suspended";
            };
            /** @description a responsible party: key id of the key that it delegates by */
            party: string;
            /**
             * @description none: a manager of the party's, and no device of its
             * @enum {string}
             */
            standing: "active" | "suspended" | "moving" | "ended" | "none";
            tenures: components["schemas"]["DeviceTenure"][];
        };
        DeviceStanding: {
            /** @description 32 bytes as 64 hexadecimal digits */
            device: string;
            /** @description to which party it moves */
            movesTo: string | null;
            /** @description entries of its history */
            number: number;
            /** @description a responsible party: key id of the key that it delegates by */
            party: string;
            /** @enum {string} */
            standing: "active" | "suspended" | "moving" | "ended";
        };
        DeviceTenure: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            endedAt: string | null;
            /** @description minor units of its slices */
            granted: string;
            /** @description in the status lists */
            place: number;
            /** @description minor units that it recorded to have paid */
            recorded: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            since: string;
        };
        Event: {
            /** @description 32 bytes as 64 hexadecimal digits */
            account: string | null;
            /** @description as the type says: see the webhooks of this document */
            data: {
                [key: string]: unknown;
            };
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            subject: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            time: string;
            /** @enum {string} */
            type: "tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test";
        };
        FreezeProposal: {
            /** @enum {string} */
            act: "freeze" | "lift";
            /** @description for how long its owners may appeal */
            appealDays: number;
            /** @description as in the audit log */
            by: string;
            /** @description names the case in the operator's files */
            case: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            output: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            proposedAt: string;
            /** @enum {string} */
            reason: "stolen" | "deceived" | "unpaid" | "ordered";
        };
        KeptTransfer: {
            /** @description moved, reserved or posted; of `void` and `expire`, what was freed */
            amount: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            credit: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            debit: string;
            /**
             * @description of a reservation, once it ended
             * @enum {string|null}
             */
            ending: "posted" | "voided" | "expired" | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            /** @enum {string} */
            kind: "move" | "reserve" | "post" | "void" | "expire";
            /** @description 32 bytes as 64 hexadecimal digits */
            reference: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            reservation: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            until: string | null;
        };
        KnownParty: components["schemas"]["Party"] & {
            /** @description the newest hundred, newest first */
            budgets: components["schemas"]["PartyBudget"][];
            /** @description of the next page; null after the last */
            cursor: string | null;
            /** @description the newest hundred that answer to it, newest first */
            devices: {
                /** @enum {string} */
                assurance: "software" | "tee" | "secureElement" | "hsm";
                /** @description 32 bytes as 64 hexadecimal digits */
                device: string;
                /** @description entries of its history */
                number: number;
                /** @description in the status lists */
                place: number;
                /** @description why its assurance level is not a higher one */
                reason: string | null;
                /** @enum {string} */
                standing: "active" | "suspended" | "moving" | "ended";
            }[];
            events: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
                detail: string;
                /** @enum {string} */
                kind: "added" | "granted" | "suspended" | "resumed" | "opened";
                number: number;
            }[];
            /** @description under which the next budget of anybody is granted */
            nextReset: number;
        };
        LedgerAccount: {
            /** @description hash of the asset */
            asset: string;
            /** @description balance less debits pending */
            available: string;
            /** @description credits posted less debits posted */
            balance: string;
            /** @description minor units */
            creditsPending: string;
            /** @description minor units */
            creditsPosted: string;
            /** @description minor units */
            debitsPending: string;
            /** @description minor units */
            debitsPosted: string;
            entries: number;
            /** @description balance with credits pending */
            held: string;
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @description zero or below; null: any debt */
            least: string | null;
            /** @description the holding ceiling; null: none */
            most: string | null;
        };
        LedgerEntry: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            /** @description with this entry */
            balance: string;
            /** @description 1 and up, without gaps */
            number: number;
            /** @description change of what is pending on this side */
            pending: string;
            /** @description change of what is posted on this side */
            posted: string;
            /** @enum {string} */
            side: "debit" | "credit";
            transfer: components["schemas"]["KeptTransfer"];
        };
        LedgerResult: {
            /**
             * @description why it is refused
             * @enum {string|null}
             */
            code: "exists-with-different-kind" | "exists-with-different-debit-account" | "exists-with-different-credit-account" | "exists-with-different-amount" | "exists-with-different-reservation" | "exists-with-different-time-limit" | "exists-with-different-reference" | "exists-with-different-asset" | "exists-with-different-least" | "exists-with-different-most" | "exists-apart" | "limits-invalid" | "amount-invalid" | "accounts-same" | "debit-account-unknown" | "credit-account-unknown" | "assets-differ" | "time-limit-past" | "reservation-unknown" | "reservation-is-none" | "reservation-posted" | "reservation-voided" | "reservation-expired" | "reservation-not-due" | "amount-exceeds-reservation" | "funds-insufficient" | "ceiling-exceeded" | "sum-exceeded" | "linked-refused" | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            /** @description empty where it is not refused */
            nextAction: string;
            /** @enum {string} */
            outcome: "done" | "exists" | "refused";
            /** @description the same may succeed later */
            retryable: boolean;
        };
        LedgerStatement: {
            /** @description minor units */
            closing: string;
            /** @description minor units */
            credits: string;
            /** @description of the page of entries that begins with the period */
            cursor: string;
            /** @description minor units */
            debits: string;
            /** @description of the period */
            entries: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            from: string;
            /** @description minor units */
            opening: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            until: string;
        };
        LedgerTransfer: {
            /** @description minor units */
            amount: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            credit: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            debit: string;
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @enum {string} */
            kind: "move";
            /** @description the client's own; null: none */
            reference: string | null;
        } | {
            /** @description minor units */
            amount: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            credit: string;
            /** @description 32 bytes as 64 hexadecimal digits */
            debit: string;
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @enum {string} */
            kind: "reserve";
            /** @description the client's own; null: none */
            reference: string | null;
            /**
             * Format: date-time
             * @description from then on it can only expire; null: never
             */
            until: string | null;
        } | {
            /** @description minor units */
            amount: string;
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @enum {string} */
            kind: "post";
            /** @description the client's own; null: none */
            reference: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            reservation: string;
        } | {
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @enum {string} */
            kind: "void";
            /** @description the client's own; null: none */
            reference: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            reservation: string;
        } | {
            /** @description made by the client: asked again with the same content, it is done once */
            id: string;
            /** @enum {string} */
            kind: "expire";
            /** @description the client's own; null: none */
            reference: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            reservation: string;
        };
        Licence: {
            asset: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            licensedUntil: string | null;
            licensor: string | null;
            /** @description why nothing may be issued now */
            stopped: string | null;
            /** @description of the definition in force */
            version: number | null;
        };
        OpenedParty: {
            /** @description as its devices' certificates carry it */
            commitment: string;
            name: string;
            /** @description with the name, what the commitment is made of */
            opening: string;
        };
        Party: {
            /** @description key id of the key that it delegates by */
            party: string;
            /** @description in the status lists */
            place: number;
            /** @enum {string} */
            standing: "active" | "suspended";
        };
        PartyBudget: {
            /** @description minor units, of whatever asset */
            amount: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            grantedAt: string;
            /** @description no other budget ever had this number */
            reset: number;
        };
        PayoutMade: {
            data: {
                /** @description what was credited, or who refreshed */
                account: string;
                credited: components["schemas"]["Amount"] & unknown;
                /** @description digest of the order that was paid */
                order: string;
                refreshed: components["schemas"]["Amount"] & unknown;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.payout.made";
        };
        PayoutsAllowed: {
            data: {
                asset: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.payouts.allowed";
        };
        PayoutsStopped: {
            data: {
                asset: string;
                reasons: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.payouts.stopped";
        };
        PeerDebt: {
            caseFiles: string[];
            /** @description hash of the culprit's certificate */
            culprit: string;
            drawn: components["schemas"]["Amount"] & unknown;
            owed: components["schemas"]["Amount"] & unknown;
        };
        /** @description RFC 9457 */
        Problem: {
            /** @description what programs go by */
            code: string;
            /** @description for logs; it may change */
            detail: string;
            /**
             * @description `safe`: nothing moved; `spent`: somebody else has it; `unknown`: send the same again to know
             * @enum {string}
             */
            fundsState: "safe" | "spent" | "unknown";
            /** @description the one thing to do */
            nextAction: string;
            /** @description the same request may succeed later */
            retryable: boolean;
            status: number;
            title: string;
            /** @description where the code is explained, on this server */
            type: string;
        };
        RefundRuled: {
            data: {
                /** @description the account, which is its certificate's hash */
                account: string;
                /** @description 32 bytes as 64 hexadecimal digits */
                subject: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.refund.ruled";
        };
        SigningKey: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            distrustedFrom: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            listedAt: string;
            /**
             * Format: date-time
             * @description from then on it may be retired; null: not yet known
             */
            neededUntil: string | null;
            /** @enum {string} */
            purpose: "authority" | "issuing" | "ruling";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            retiredAt: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            signsFrom: string;
            /** @enum {string} */
            state: "listed" | "signing" | "superseded" | "distrusted" | "retired";
        };
        ValueIssued: {
            data: {
                /** @description what paid for them; null: the operator itself */
                account: string | null;
                amount: components["schemas"]["Amount"];
                tokens: number;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.value.issued";
        };
        Webhook: {
            /** @description accounts that it is told of, and of nothing else; empty: of everything */
            accounts: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            createdAt: string;
            description: string;
            /** @description empty where it is enabled */
            disabledBecause: string;
            enabled: boolean;
            /**
             * Format: date-time
             * @description since when nothing arrives; null: what is sent does
             */
            failingSince: string | null;
            /** @description 32 bytes as 64 hexadecimal digits */
            id: string;
            /**
             * Format: date-time
             * @description until when secrets of before sign too
             */
            oldSecretsUntil: string | null;
            /** @description what it is told; empty: of everything */
            types: ("tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test")[];
            /** @description https://, on the public Internet */
            url: string;
        };
        WebhookDisabled: {
            data: {
                /** @description 32 bytes as 64 hexadecimal digits */
                endpoint: string;
                reason: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.webhook.disabled";
        };
        WebhookTest: {
            data: {
                /** @description 32 bytes as 64 hexadecimal digits */
                endpoint: string;
            };
            /** @enum {string} */
            datacontenttype: "application/json";
            /** @description the same for every attempt: what was seen before is not new */
            id: string;
            /** @description the operator's address */
            source: string;
            /** @enum {string} */
            specversion: "1.0";
            /** @description what it is about: the events of one subject have an order */
            subject: string;
            /**
             * Format: date-time
             * @description when it happened
             */
            time: string;
            /** @enum {string} */
            type: "tenten.webhook.test";
        };
    };
    responses: {
        /** @description `administrator-last` (funds safe): make another key with the role administrator first */
        "administrator-last": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "administrator-last";
                };
            };
        };
        /** @description `api-key-invalid` (funds safe): send an API key of this operator as a bearer token */
        "api-key-invalid": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "api-key-invalid";
                };
            };
        };
        /** @description `api-key-unknown` (funds safe): list the keys first */
        "api-key-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "api-key-unknown";
                };
            };
        };
        /** @description `appeal-closed` (funds safe): nothing: its time to appeal has passed, or it was decided */
        "appeal-closed": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "appeal-closed";
                };
            };
        };
        /** @description `approval-missing` (funds safe): have one person propose it and two others approve it */
        "approval-missing": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "approval-missing";
                };
            };
        };
        /** @description `asset-unknown` (funds safe): fetch the current trust list */
        "asset-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "asset-unknown";
                };
            };
        };
        /** @description `attempt-decided` (funds safe): read the outcome with status */
        "attempt-decided": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "attempt-decided";
                };
            };
        };
        /** @description `attempt-unknown` (funds safe): send the transfer first */
        "attempt-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "attempt-unknown";
                };
            };
        };
        /** @description `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority */
        "authority-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "authority-unknown";
                };
            };
        };
        /** @description `budget-taken` (funds safe): take the number that the party's page names next */
        "budget-taken": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "budget-taken";
                };
            };
        };
        /** @description `case-unknown` (funds safe): list the cases first */
        "case-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "case-unknown";
                };
            };
        };
        /** @description `certificate-role` (funds safe): use a certificate whose role allows this */
        "certificate-role": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "certificate-role";
                };
            };
        };
        /** @description `content-type-unknown` (funds safe): send the body as the media type that the document names */
        "content-type-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "content-type-unknown";
                };
            };
        };
        /** @description `crossing-open` (funds safe): ask again once the seal that decides has been witnessed */
        "crossing-open": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "crossing-open";
                };
            };
        };
        /** @description `crossing-unknown` (funds safe): lock first, or ask the other operator */
        "crossing-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "crossing-unknown";
                };
            };
        };
        /** @description `definition-decided` (funds safe): propose the next version instead */
        "definition-decided": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "definition-decided";
                };
            };
        };
        /** @description `definition-unknown` (funds safe): list the definitions first */
        "definition-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "definition-unknown";
                };
            };
        };
        /** @description `device-suspended` (funds safe): ask whoever answers for this device */
        "device-suspended": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "device-suspended";
                };
            };
        };
        /** @description `event-unknown` (funds safe): list the events first: they are kept for a time */
        "event-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "event-unknown";
                };
            };
        };
        /** @description `freeze-unknown` (funds safe): appeal against what the newest freeze list names */
        "freeze-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "freeze-unknown";
                };
            };
        };
        /** @description `idempotency-key-in-progress` (funds unknown): send the same again when the first has been answered */
        "idempotency-key-in-progress": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency-key-in-progress";
                };
            };
        };
        /** @description `internal` (funds unknown): send the same again: it is answered once */
        internal: {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal";
                };
            };
        };
        /** @description `key-refused` (funds safe): make a fresh key */
        "key-refused": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "key-refused";
                };
            };
        };
        /** @description `ledger-account-unknown` (funds safe): open the account first */
        "ledger-account-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "ledger-account-unknown";
                };
            };
        };
        /** @description `ledger-transfer-unknown` (funds safe): ask for it: it was not done */
        "ledger-transfer-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "ledger-transfer-unknown";
                };
            };
        };
        /** @description `licence-invalid` (funds safe): ask the licensor for a licence that covers it */
        "licence-invalid": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "licence-invalid";
                };
            };
        };
        /** @description `malformed` (funds safe): send the one deterministic encoding of this message */
        malformed: {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "malformed";
                };
            };
        };
        /** @description `not-logged` (funds safe): ask for the proof again, under a checkpoint that holds the entry */
        "not-logged": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not-logged";
                };
            };
        };
        /** @description `owner-mismatch` (funds safe): spend only what your own certificate owns */
        "owner-mismatch": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "owner-mismatch";
                };
            };
        };
        /** @description `party-known` (funds safe): nothing: a party of another name has this key */
        "party-known": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "party-known";
                };
            };
        };
        /** @description `party-unknown` (funds safe): list the responsible parties first */
        "party-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "party-unknown";
                };
            };
        };
        /** @description `peer-failed` (funds safe): ask again later; the detail says what went wrong */
        "peer-failed": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "peer-failed";
                };
            };
        };
        /** @description `peer-request-replayed` (funds safe): sign it anew, with a fresh nonce */
        "peer-request-replayed": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "peer-request-replayed";
                };
            };
        };
        /** @description `peer-unknown` (funds safe): have this operator list yours, with its current keys */
        "peer-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "peer-unknown";
                };
            };
        };
        /** @description `peer-unlisted` (funds safe): list it first: tenten operator serve --peer */
        "peer-unlisted": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "peer-unlisted";
                };
            };
        };
        /** @description `rate-limited` (funds safe): send the same again after the seconds that Retry-After names */
        "rate-limited": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                /** @description seconds, before which the same is refused again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "rate-limited";
                };
            };
        };
        /** @description `role-missing` (funds safe): use an API key whose roles allow this */
        "role-missing": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "role-missing";
                };
            };
        };
        /** @description `route-unknown` (funds safe): see /v1/openapi.json */
        "route-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "route-unknown";
                };
            };
        };
        /** @description `signature-invalid` (funds safe): ask the signer for it again */
        "signature-invalid": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "signature-invalid";
                };
            };
        };
        /** @description `signing-key-needed` (funds safe): rotate first, or wait until what it signed has ended */
        "signing-key-needed": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "signing-key-needed";
                };
            };
        };
        /** @description `signing-key-unknown` (funds safe): list the signing keys first */
        "signing-key-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "signing-key-unknown";
                };
            };
        };
        /** @description `status-list-unknown` (funds safe): ask for the list that a certificate's place is in */
        "status-list-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "status-list-unknown";
                };
            };
        };
        /** @description `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
        "store-unavailable": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "store-unavailable";
                };
            };
        };
        /** @description `too-large` (funds safe): send less in one message */
        "too-large": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too-large";
                };
            };
        };
        /** @description `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
        "too-many": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "too-many";
                };
            };
        };
        /** @description `webhook-address-refused` (funds safe): name an address that begins with https:// and is on the public Internet */
        "webhook-address-refused": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook-address-refused";
                };
            };
        };
        /** @description `webhook-limit` (funds safe): remove an endpoint that is not needed */
        "webhook-limit": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook-limit";
                };
            };
        };
        /** @description `webhook-unknown` (funds safe): list the endpoints of webhooks first */
        "webhook-unknown": {
            headers: {
                /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                RateLimit?: string;
                /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                "RateLimit-Policy"?: string;
                /** @description names this request in the operator's logs */
                "Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "webhook-unknown";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ok */
            200: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `internal` (funds unknown): send the same again: it is answered once */
            500: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "internal";
                    };
                };
            };
            /** @description `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "store-unavailable";
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description figures */
            200: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `internal` (funds unknown): send the same again: it is answered once */
            500: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "internal";
                    };
                };
            };
            /** @description `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "store-unavailable";
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ok */
            200: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `internal` (funds unknown): send the same again: it is answered once */
            500: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "internal";
                    };
                };
            };
            /** @description `not-ready` (funds safe): ask another process, or this one later; `payout-stopped` (funds safe): send the same again later: nothing was taken, and the operator looks into it; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not-ready" | "payout-stopped" | "store-unavailable";
                    };
                };
            };
        };
    };
    account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description an account reply */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            403: components["responses"]["owner-mismatch"];
            409: components["responses"]["authority-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `order-mismatch` (funds safe): sign the order that the links name; `request-expired` (funds safe): ask for a new request; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "order-mismatch" | "request-expired" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    deposit: {
        parameters: {
            query?: never;
            header: {
                /** @description Fresh for each new request; the same again for a repeated one */
                "Idempotency-Key": string;
            };
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                account: string;
            };
            cookie?: never;
        };
        /** @description how much */
        requestBody: {
            content: {
                "application/json": {
                    amount: components["schemas"]["Amount"];
                };
            };
        };
        responses: {
            /** @description The account's balance after the deposit */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        balance: components["schemas"]["Amount"];
                    };
                };
            };
            /** @description `idempotency-key-missing` (funds safe): send an Idempotency-Key header, fresh for each new request; `malformed` (funds safe): send the one deterministic encoding of this message */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency-key-missing" | "malformed";
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            /** @description `owner-mismatch` (funds safe): spend only what your own certificate owns; `role-missing` (funds safe): use an API key whose roles allow this */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "owner-mismatch" | "role-missing";
                    };
                };
            };
            404: components["responses"]["asset-unknown"];
            409: components["responses"]["idempotency-key-in-progress"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `idempotency-key-reused` (funds safe): use a fresh Idempotency-Key for other content; `limit-exceeded` (funds safe): pay less, or go online */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "idempotency-key-reused" | "limit-exceeded";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    line: {
        parameters: {
            query: {
                /** @description code of the asset */
                asset: string;
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `loggedProof`: what `tenten proof verify` takes */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            403: components["responses"]["owner-mismatch"];
            404: components["responses"]["asset-unknown"];
            409: components["responses"]["authority-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `not-logged` (funds safe): ask for the proof again, under a checkpoint that holds the entry; `order-mismatch` (funds safe): sign the order that the links name; `request-expired` (funds safe): ask for a new request; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "not-logged" | "order-mismatch" | "request-expired" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    apiKeys: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKeys: components["schemas"]["ApiKey"][];
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    addApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description whose it is, what it may do, and until when */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description null: until it is revoked
                     */
                    expiresAt: string | null;
                    name: string;
                    roles: ("viewer" | "cashier" | "auditor" | "integrator" | "issuer" | "approver" | "administrator")[];
                };
            };
        };
        responses: {
            /** @description The key itself, and what is kept of it */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKey: components["schemas"]["ApiKey"];
                        key: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, revoked now or before */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKey: components["schemas"]["ApiKey"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["api-key-unknown"];
            409: components["responses"]["administrator-last"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    appeals: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of appeals, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        appeals: components["schemas"]["Appeal"][];
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    appeal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description a signed appeal, with its token */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description its signed outcome */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            403: components["responses"]["owner-mismatch"];
            /** @description `asset-unknown` (funds safe): fetch the current trust list; `freeze-unknown` (funds safe): appeal against what the newest freeze list names */
            404: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "asset-unknown" | "freeze-unknown";
                    };
                };
            };
            /** @description `attempt-pending` (funds safe): wait for the other side, or ask for its status; `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority; `lock-pending` (funds safe): wait for the release */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "attempt-pending" | "authority-unknown" | "lock-pending";
                    };
                };
            };
            410: components["responses"]["appeal-closed"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["signature-invalid"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    appealRecord: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                appeal: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed appeal */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["freeze-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    decideAppeal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                appeal: string;
            };
            cookie?: never;
        };
        /** @description the verdict */
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    verdict: "upheld" | "cleared" | "lifted";
                };
            };
        };
        responses: {
            /** @description Whether it is decided now */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        decided: boolean;
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["freeze-unknown"];
            409: components["responses"]["attempt-decided"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["approval-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    auditLog: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        entries: components["schemas"]["AuditEntry"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description what kind of batch */
                batch: "issues" | "redemptions" | "certificates" | "rulings" | "burns" | "chargeOffs" | "forkDeposits" | "forkDraws" | "forkRepayments" | "forkLosses" | "records";
                /** @description issue id, output id, certificate hash, subject of a ruling */
                item: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `loggedProof`: what `tenten proof verify` takes */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            422: components["responses"]["not-logged"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    caseFiles: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of cases, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        caseFiles: components["schemas"]["CaseFile"][];
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    evidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Evidence that needs the trust list and nothing else */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["case-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    enrol: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description a signed enrolment */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description the certificate and its account */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            403: components["responses"]["certificate-role"];
            409: components["responses"]["authority-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["signature-invalid"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    claim: {
        parameters: {
            query?: never;
            header: {
                /** @description Fresh for each new request; the same again for a repeated one */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description a claim: a signed order and the tokens that follow it */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description a reply with one result a token, and the new issues */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `idempotency-key-missing` (funds safe): send an Idempotency-Key header, fresh for each new request; `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency-key-missing" | "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            403: components["responses"]["owner-mismatch"];
            404: components["responses"]["asset-unknown"];
            /** @description `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority; `frozen` (funds safe): pay with something else, and appeal to its operator; `idempotency-key-in-progress` (funds unknown): send the same again when the first has been answered; `issuer-unknown` (funds safe): fetch the current trust list; `lock-pending` (funds safe): wait for the release */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "authority-unknown" | "frozen" | "idempotency-key-in-progress" | "issuer-unknown" | "lock-pending";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `condition-unknown` (funds safe): use a version that knows this condition; `idempotency-key-reused` (funds safe): use a fresh Idempotency-Key for other content; `order-mismatch` (funds safe): sign the order that the links name; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "condition-unknown" | "idempotency-key-reused" | "order-mismatch" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `payout-stopped` (funds safe): send the same again later: nothing was taken, and the operator looks into it; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "payout-stopped" | "store-unavailable";
                    };
                };
            };
        };
    };
    crossing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                transfer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The payment */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        crossing: components["schemas"]["Crossing"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["crossing-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    crossingOutcome: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                transfer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `outcome` of docs/spec/crossing.md: tenten crossing verify reads it */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["crossing-unknown"];
            409: components["responses"]["crossing-open"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    lockCrossings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description which */
        requestBody: {
            content: {
                "application/json": {
                    transfers: string[];
                };
            };
        };
        responses: {
            /** @description A result each, in their order */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["CrossingResult"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    quoteCrossings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description what payers want to pay */
        requestBody: {
            content: {
                "application/json": {
                    quotes: {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        agreement: string;
                        /** @description minor units */
                        credits: string;
                        /** @description made by the client: asked again, the quote is the same */
                        nonce: string;
                        /** @description an account of the ledger there */
                        payee: string;
                        /** @description an account of the ledger here */
                        payer: string;
                        /** @description SHA-256 of a secret that the payer's device drew */
                        release: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description A result each, in their order */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["CrossingQuoteResult"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    releaseCrossings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description each with its secret */
        requestBody: {
            content: {
                "application/json": {
                    releases: {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        release: string;
                        /** @description 32 bytes as 64 hexadecimal digits */
                        transfer: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description A result each, in their order */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["CrossingResult"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    crossingStandings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description which */
        requestBody: {
            content: {
                "application/json": {
                    transfers: string[];
                };
            };
        };
        responses: {
            /** @description Each in its place; null where this operator has no such payment */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        crossings: components["schemas"]["CrossingBrief"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    crossingGateways: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An asset each */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        gateways: {
                            /** @description 32 bytes as 64 hexadecimal digits */
                            asset: string;
                            /** @description 32 bytes as 64 hexadecimal digits */
                            payer: string;
                        }[];
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    askTokensIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the payment, and the payer's own request of as much */
        requestBody: {
            content: {
                "application/json": {
                    /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
                    back: string[];
                    /** @description 32 bytes as 64 hexadecimal digits */
                    transfer: string;
                };
            };
        };
        responses: {
            /** @description How it stands, or why it is refused */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrossingTokensIn"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    takeTokensIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                transfer: string;
            };
            cookie?: never;
        };
        /** @description what the holder's module says; none: to ask */
        requestBody: {
            content: {
                "application/json": {
                    /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
                    messages: string[];
                };
            };
        };
        responses: {
            /** @description How it stands, or why it is refused */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrossingTokensIn"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    openTokensOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the request */
        requestBody: {
            content: {
                "application/json": {
                    /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
                    messages: string[];
                };
            };
        };
        responses: {
            /** @description How it stands, or why it is refused */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrossingTokensOut"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    handTokensOut: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                account: string;
            };
            cookie?: never;
        };
        /** @description what the holder's module says; none: to ask */
        requestBody: {
            content: {
                "application/json": {
                    /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
                    messages: string[];
                };
            };
        };
        responses: {
            /** @description How it stands, or why it is refused */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrossingTokensOut"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    renewTokensOut: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                account: string;
            };
            cookie?: never;
        };
        /** @description the fresh request */
        requestBody: {
            content: {
                "application/json": {
                    /** @description messages of the hand-over (docs/spec/handover.md), each in base64 */
                    messages: string[];
                };
            };
        };
        responses: {
            /** @description How it stands, or why it is refused */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CrossingTokensOut"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    definitions: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of definitions, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        definitions: components["schemas"]["Definition"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    proposeDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A definition's draft that one person signed */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description Its id */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            /** @description `certificate-expired` (funds safe): refresh under a new certificate; `certificate-role` (funds safe): use a certificate whose role allows this; `role-missing` (funds safe): use an API key whose roles allow this */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "certificate-expired" | "certificate-role" | "role-missing";
                    };
                };
            };
            404: components["responses"]["asset-unknown"];
            409: components["responses"]["authority-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `approval-missing` (funds safe): have one person propose it and two others approve it; `asset-mismatch` (funds safe): pay in the asset that was asked for; `licence-invalid` (funds safe): ask the licensor for a licence that covers it; `order-mismatch` (funds safe): sign the order that the links name; `signature-invalid` (funds safe): ask the signer for it again */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval-missing" | "asset-mismatch" | "licence-invalid" | "order-mismatch" | "signature-invalid";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    definition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What approvers sign the id of, and auditors check */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["definition-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    withdrawDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its id */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["definition-unknown"];
            409: components["responses"]["definition-decided"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    approveDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        /** @description An approval, signed by whoever approves */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description Its id */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            /** @description `certificate-role` (funds safe): use a certificate whose role allows this; `role-missing` (funds safe): use an API key whose roles allow this */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "certificate-role" | "role-missing";
                    };
                };
            };
            404: components["responses"]["definition-unknown"];
            /** @description `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority; `definition-decided` (funds safe): propose the next version instead */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "authority-unknown" | "definition-decided";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `approval-missing` (funds safe): have one person propose it and two others approve it; `signature-invalid` (funds safe): ask the signer for it again */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval-missing" | "signature-invalid";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    publishDefinition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its id */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            /** @description `certificate-expired` (funds safe): refresh under a new certificate; `role-missing` (funds safe): use an API key whose roles allow this */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "certificate-expired" | "role-missing";
                    };
                };
            };
            404: components["responses"]["definition-unknown"];
            /** @description `approval-missing` (funds safe): have one person propose it and two others approve it; `licence-invalid` (funds safe): ask the licensor for a licence that covers it; `order-mismatch` (funds safe): sign the order that the links name */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval-missing" | "licence-invalid" | "order-mismatch";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    orderDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `deviceOrder` */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description How the device stands */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStanding"];
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            403: components["responses"]["device-suspended"];
            409: components["responses"]["authority-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `key-unknown` (funds safe): use a key that this key store holds; `order-mismatch` (funds safe): sign the order that the links name; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "key-unknown" | "order-mismatch" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    takeRecords: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `recordBatch`: 1 to 64 records */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description `recordsTaken`: the id of each, and the code where it is not taken */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `not-logged` (funds safe): ask for the proof again, under a checkpoint that holds the entry; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not-logged" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    applyDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `deviceApplication` */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description `enrolled`: the certificate and its account */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            403: components["responses"]["device-suspended"];
            409: components["responses"]["authority-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `delegation-expired` (funds safe): have the responsible party delegate to this device again; `delegation-invalid` (funds safe): have the responsible party delegate to this device again; `limit-exceeded` (funds safe): pay less, or go online; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "delegation-expired" | "delegation-invalid" | "limit-exceeded" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    deviceHistory: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description key id of the device */
                device: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of its history */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceHistory"];
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            403: components["responses"]["owner-mismatch"];
            409: components["responses"]["authority-unknown"];
            /** @description `request-expired` (funds safe): ask for a new request; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "request-expired" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    documentation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page that fetches nothing */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
                type?: "tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        events: components["schemas"]["Event"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    freezeList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a signed freeze list */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    freezeProposals: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of proposals, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        proposals: components["schemas"]["FreezeProposal"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    proposeFreeze: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description what should be done, and why */
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    act: "freeze" | "lift";
                    /** @description for how long its owners may appeal */
                    appealDays: number;
                    /** @description names the case in the operator's files */
                    case: string;
                    /** @description 32 bytes as 64 hexadecimal digits */
                    output: string;
                    /** @enum {string} */
                    reason: "stolen" | "deceived" | "unpaid" | "ordered";
                };
            };
        };
        responses: {
            /** @description What was proposed; another proposal for the output took its place */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        output: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    confirmFreeze: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                output: string;
            };
            cookie?: never;
        };
        /** @description what is confirmed: a proposal that says something else is not */
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    act: "freeze" | "lift";
                    /** @description names the case in the operator's files */
                    case: string;
                };
            };
        };
        responses: {
            /** @description It is done */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        output: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["freeze-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `approval-missing` (funds safe): have one person propose it and two others approve it; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "approval-missing" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    allowIssue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its issue is not stopped by people */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asset: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["asset-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    stopIssue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its issue is stopped */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asset: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["asset-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    openLedgerAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description which, and within which limits */
        requestBody: {
            content: {
                "application/json": {
                    accounts: {
                        /** @description hash of the asset */
                        asset: string;
                        /** @description made by the client: asked again with the same content, it is done once */
                        id: string;
                        /** @description zero or below; null: any debt */
                        least: string | null;
                        /** @description the holding ceiling; null: none */
                        most: string | null;
                    }[];
                };
            };
        };
        responses: {
            /** @description A result each, in their order */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["LedgerResult"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    ledgerAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        account: components["schemas"]["LedgerAccount"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["ledger-account-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    ledgerEntries: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of entries, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        entries: components["schemas"]["LedgerEntry"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["ledger-account-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    ledgerLine: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `loggedProof`: what `tenten proof verify` takes */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["ledger-account-unknown"];
            422: components["responses"]["not-logged"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    ledgerStatement: {
        parameters: {
            query?: {
                /** @description its first second; from the beginning where left out */
                from?: string;
                /** @description the first second after it; up to now where left out */
                until?: string;
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Balances before and after, and what was posted between */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        statement: components["schemas"]["LedgerStatement"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["ledger-account-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    postLedgerTransfers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description lists of transfers that stand or fall together; 100 transfers at most */
        requestBody: {
            content: {
                "application/json": {
                    batch: components["schemas"]["LedgerTransfer"][][];
                };
            };
        };
        responses: {
            /** @description A result each, in their order */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["LedgerResult"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["too-many"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    ledgerTransfer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The transfer */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        transfer: components["schemas"]["KeptTransfer"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["ledger-transfer-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    licences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each asset */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        licences: components["schemas"]["Licence"][];
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    takeStatusList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description a status list token (IETF Token Status List) */
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description What may be issued now */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        licences: components["schemas"]["Licence"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["licence-invalid"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    openApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    parties: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of parties, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        parties: components["schemas"]["Party"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    addParty: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the key, as a COSE_Key in hexadecimal, and who it is, as only this operator knows */
        requestBody: {
            content: {
                "application/json": {
                    key: string;
                    name: string;
                };
            };
        };
        responses: {
            /** @description The party */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Party"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            409: components["responses"]["party-known"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["key-refused"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    party: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                party: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The party, with a page of what happened to it */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownParty"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["party-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    grantBudget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                party: string;
            };
            cookie?: never;
        };
        /** @description the number and the amount */
        requestBody: {
            content: {
                "application/json": {
                    /** @description minor units, of whatever asset */
                    amount: string;
                    /** @description no other budget ever had this number */
                    reset: number;
                };
            };
        };
        responses: {
            /** @description The budget */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PartyBudget"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["party-unknown"];
            409: components["responses"]["budget-taken"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    openParty: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                party: string;
            };
            cookie?: never;
        };
        /** @description why it is asked, by which law or order */
        requestBody: {
            content: {
                "application/json": {
                    why: string;
                };
            };
        };
        responses: {
            /** @description Who it is, and what proves it */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedParty"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["party-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    setPartyStanding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                party: string;
            };
            cookie?: never;
        };
        /** @description how it stands from now on, and why */
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    standing: "active" | "suspended";
                    why: string;
                };
            };
        };
        responses: {
            /** @description The party */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Party"];
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["party-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    allowPayouts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its payouts are not stopped */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        asset: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["asset-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `payout-stopped` (funds safe): send the same again later: nothing was taken, and the operator looks into it; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "payout-stopped" | "store-unavailable";
                    };
                };
            };
        };
    };
    debtsAtPeer: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                peer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of debts, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        debts: components["schemas"]["PeerDebt"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["peer-unlisted"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            502: components["responses"]["peer-failed"];
            503: components["responses"]["store-unavailable"];
        };
    };
    peerCrossings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `crossingQuestion` of docs/spec/crossing.md */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description `crossingReply`: what is refused stands in it */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            /** @description `peer-signature-expired` (funds safe): sign it anew, by a clock that is right; `peer-signature-invalid` (funds safe): sign what docs/spec/peers.md names; `peer-signature-missing` (funds safe): sign the request, as docs/spec/peers.md says */
            401: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "peer-signature-expired" | "peer-signature-invalid" | "peer-signature-missing";
                    };
                };
            };
            403: components["responses"]["peer-unknown"];
            409: components["responses"]["peer-request-replayed"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    peerDebts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description which page */
        requestBody: {
            content: {
                "application/json": {
                    /** @description null: the first page */
                    cursor: string | null;
                };
            };
        };
        responses: {
            /** @description A page of debts, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        debts: components["schemas"]["PeerDebt"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            /** @description `peer-signature-expired` (funds safe): sign it anew, by a clock that is right; `peer-signature-invalid` (funds safe): sign what docs/spec/peers.md names; `peer-signature-missing` (funds safe): sign the request, as docs/spec/peers.md says */
            401: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "peer-signature-expired" | "peer-signature-invalid" | "peer-signature-missing";
                    };
                };
            };
            403: components["responses"]["peer-unknown"];
            409: components["responses"]["peer-request-replayed"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    certifyPerson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description the key, as a COSE_Key in hexadecimal, and what its holder may do */
        requestBody: {
            content: {
                "application/json": {
                    key: string;
                    /** @enum {string} */
                    part: "proposed" | "approved";
                };
            };
        };
        responses: {
            /** @description The certificate */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["key-refused"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    explanation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page that fetches nothing */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["malformed"];
            404: components["responses"]["route-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    prune: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description what ended before when, and where the part before stopped */
        requestBody: {
            content: {
                "application/json": {
                    /** @description false: nothing is deleted */
                    apply: boolean;
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC: at least a day ago
                     */
                    before: string;
                    /** @description null at the beginning */
                    cursor: string | null;
                };
            };
        };
        responses: {
            /** @description Of this part: rows that went or would, why others stay, and the issues that are closed */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        closed: components["schemas"]["ClosedIssues"][];
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        gone: {
                            claims?: number;
                            directProofs?: number;
                            issues?: number;
                            registry?: number;
                            replies?: number;
                            settlements?: number;
                        };
                        stays: {
                            answering?: number;
                            notEnded?: number;
                            unpaid?: number;
                        };
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    release: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                lock: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description 32 bytes whose SHA-256 is the lock */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            404: components["responses"]["attempt-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    rule: {
        parameters: {
            query?: never;
            header: {
                /** @description Fresh for each new request; the same again for a repeated one */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description a ruling request */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description the ruling, the id of the case, or the link that spent an output */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `idempotency-key-missing` (funds safe): send an Idempotency-Key header, fresh for each new request; `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency-key-missing" | "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            /** @description `certificate-role` (funds safe): use a certificate whose role allows this; `owner-mismatch` (funds safe): spend only what your own certificate owns */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "certificate-role" | "owner-mismatch";
                    };
                };
            };
            404: components["responses"]["asset-unknown"];
            /** @description `attempt-pending` (funds safe): wait for the other side, or ask for its status; `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority; `frozen` (funds safe): pay with something else, and appeal to its operator; `idempotency-key-in-progress` (funds unknown): send the same again when the first has been answered; `issuer-unknown` (funds safe): fetch the current trust list; `lock-pending` (funds safe): wait for the release; `ruling-early` (funds safe): ask again after redeem until and grace */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "attempt-pending" | "authority-unknown" | "frozen" | "idempotency-key-in-progress" | "issuer-unknown" | "lock-pending" | "ruling-early";
                    };
                };
            };
            /** @description `meter-over` (funds safe): open another meter: this one has ended; `refund-closed` (funds spent): nothing: its time to be refunded has passed; `ruling-taken` (funds spent): nothing: what it would pay has been claimed */
            410: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "meter-over" | "refund-closed" | "ruling-taken";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `asset-mismatch` (funds safe): pay in the asset that was asked for; `condition-unknown` (funds safe): use a version that knows this condition; `idempotency-key-reused` (funds safe): use a fresh Idempotency-Key for other content; `issue-proof-invalid` (funds safe): ask the payer for another token; `lock-mismatch` (funds safe): use one lock for all tokens of a payment; `meter-mismatch` (funds safe): open, tick and close a meter as its terms say; `not-evidence` (funds safe): nothing: it proves nothing against anyone; `order-mismatch` (funds safe): sign the order that the links name; `signature-invalid` (funds safe): ask the signer for it again; `sum-mismatch` (funds safe): make outputs that add up to the input; `tick-invalid` (funds safe): send the preimage that leads to the last tick; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "asset-mismatch" | "condition-unknown" | "idempotency-key-reused" | "issue-proof-invalid" | "lock-mismatch" | "meter-mismatch" | "not-evidence" | "order-mismatch" | "signature-invalid" | "sum-mismatch" | "tick-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `payout-stopped` (funds safe): send the same again later: nothing was taken, and the operator looks into it; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "payout-stopped" | "store-unavailable";
                    };
                };
            };
        };
    };
    sample: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description `sampleRequest` (docs/spec/sampling.md) */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description `sampleAnswer` */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "malformed" | "too-deep";
                    };
                };
            };
            409: components["responses"]["authority-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `not-logged` (funds safe): ask for the proof again, under a checkpoint that holds the entry; `proof-invalid` (funds safe): ask for the proof again, under the seal that it belongs to; `signature-invalid` (funds safe): ask the signer for it again */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "not-logged" | "proof-invalid" | "signature-invalid";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    seal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description from 1; `latest`: the newest */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `loggedSeal` */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            422: components["responses"]["not-logged"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    settlements: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description an array of `countersigned` (docs/spec/crossing.md) */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    signingKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every key that there ever was */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        signingKeys: components["schemas"]["SigningKey"][];
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    rotateSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description what it signs, and from when */
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    purpose: "authority" | "issuing" | "ruling";
                    /**
                     * Format: date-time
                     * @description null: once every trust list that is valid then has it
                     */
                    signsFrom: string | null;
                };
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        signingKey: components["schemas"]["SigningKey"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            /** @description `signing-key-full` (funds safe): retire keys of which nothing counts any more; `signing-key-pending` (funds safe): wait until the key that is listed signs */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "signing-key-full" | "signing-key-pending";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    distrustSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        /** @description from when */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC
                     */
                    from: string;
                };
            };
        };
        responses: {
            /** @description The key */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        signingKey: components["schemas"]["SigningKey"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["signing-key-unknown"];
            409: components["responses"]["signing-key-needed"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    retireSigningKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, retired now or before */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        signingKey: components["schemas"]["SigningKey"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["signing-key-unknown"];
            409: components["responses"]["signing-key-needed"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    state: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description an output id, or the id of a payment across operators */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `loggedProof`: what `tenten proof verify` takes */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            422: components["responses"]["not-logged"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    statusList: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a place divided by 65,536, rounded down */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a Token Status List as a CWT */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/statuslist+cwt": Uint8Array<ArrayBuffer>;
                };
            };
            400: components["responses"]["malformed"];
            404: components["responses"]["status-list-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    time: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description `signedTime` (fog.md) */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    totals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals of each asset, and every invariant that does not hold */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        assets: components["schemas"]["AssetTotals"][];
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    trustList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a signed trust list */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every endpoint */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        webhooks: components["schemas"]["Webhook"][];
                    };
                };
            };
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    addWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description where, and what it is told */
        requestBody: {
            content: {
                "application/json": {
                    /** @description accounts that it is told of, and of nothing else; empty: of everything */
                    accounts: string[];
                    description: string;
                    /** @description what it is told; empty: of everything */
                    types: ("tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test")[];
                    /** @description https://, on the public Internet */
                    url: string;
                };
            };
        };
        responses: {
            /** @description The endpoint, and its secret */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `whsec_…`, as Standard Webhooks has it: not shown again */
                        secret: string;
                        webhook: components["schemas"]["Webhook"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            409: components["responses"]["webhook-limit"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["webhook-address-refused"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        webhook: components["schemas"]["Webhook"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        id: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        /** @description what is to change; what is left out stays */
        requestBody: {
            content: {
                "application/json": {
                    /** @description accounts that it is told of, and of nothing else; empty: of everything */
                    accounts?: string[];
                    description?: string;
                    enabled?: boolean;
                    /** @description what it is told; empty: of everything */
                    types?: ("tenten.deposit.made" | "tenten.value.issued" | "tenten.payout.made" | "tenten.claim.forked" | "tenten.case.opened" | "tenten.refund.ruled" | "tenten.payouts.stopped" | "tenten.payouts.allowed" | "tenten.webhook.disabled" | "tenten.webhook.test")[];
                    /** @description https://, on the public Internet */
                    url?: string;
                };
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        webhook: components["schemas"]["Webhook"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            422: components["responses"]["webhook-address-refused"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    deliveries: {
        parameters: {
            query?: {
                /** @description opaque: as the page before gave it */
                cursor?: string;
                state?: "waiting" | "delivered" | "givenUp";
            };
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries, and the cursor of the next one */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description of the next page; null after the last */
                        cursor: string | null;
                        deliveries: components["schemas"]["Delivery"][];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                event: string;
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery and its attempts, oldest first */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        attempts: components["schemas"]["DeliveryAttempt"][];
                        delivery: components["schemas"]["Delivery"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["event-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                event: string;
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It waits */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        event: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["event-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    replaySince: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        /** @description from when */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description RFC 3339, UTC
                     */
                    since: string;
                };
            };
        };
        responses: {
            /** @description How many events wait */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        replayed: number;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        /** @description for how long */
        requestBody: {
            content: {
                "application/json": {
                    /** @description 0: what was known before ends at once */
                    overlapHours: number;
                };
            };
        };
        responses: {
            /** @description The endpoint, and its new secret */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description `whsec_…`, as Standard Webhooks has it: not shown again */
                        secret: string;
                        webhook: components["schemas"]["Webhook"];
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 32 bytes as 64 hexadecimal digits */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event: see what became of it */
            201: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description 32 bytes as 64 hexadecimal digits */
                        event: string;
                    };
                };
            };
            400: components["responses"]["malformed"];
            401: components["responses"]["api-key-invalid"];
            403: components["responses"]["role-missing"];
            404: components["responses"]["webhook-unknown"];
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            503: components["responses"]["store-unavailable"];
        };
    };
    withdraw: {
        parameters: {
            query?: never;
            header: {
                /** @description Fresh for each new request; the same again for a repeated one */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description a signed order to withdraw */
        requestBody: {
            content: {
                "application/cose": Uint8Array<ArrayBuffer>;
            };
        };
        responses: {
            /** @description a reply with the issues */
            200: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/cose": Uint8Array<ArrayBuffer>;
                };
            };
            /** @description `idempotency-key-missing` (funds safe): send an Idempotency-Key header, fresh for each new request; `malformed` (funds safe): send the one deterministic encoding of this message; `too-deep` (funds safe): nest less; `type-unknown` (funds safe): use a version that both sides know */
            400: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "idempotency-key-missing" | "malformed" | "too-deep" | "type-unknown";
                    };
                };
            };
            /** @description `certificate-expired` (funds safe): refresh under a new certificate; `owner-mismatch` (funds safe): spend only what your own certificate owns */
            403: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "certificate-expired" | "owner-mismatch";
                    };
                };
            };
            404: components["responses"]["asset-unknown"];
            /** @description `authority-unknown` (funds safe): fetch the current trust list, or enrol with a listed authority; `certificate-not-yet-valid` (funds safe): wait, or set the clock; `funds-insufficient` (funds safe): top up first; `idempotency-key-in-progress` (funds unknown): send the same again when the first has been answered */
            409: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "authority-unknown" | "certificate-not-yet-valid" | "funds-insufficient" | "idempotency-key-in-progress";
                    };
                };
            };
            413: components["responses"]["too-large"];
            415: components["responses"]["content-type-unknown"];
            /** @description `amount-invalid` (funds safe): use a whole amount above zero; `idempotency-key-reused` (funds safe): use a fresh Idempotency-Key for other content; `limit-exceeded` (funds safe): pay less, or go online; `order-mismatch` (funds safe): sign the order that the links name; `signature-invalid` (funds safe): ask the signer for it again; `too-many` (funds safe): use fewer tokens, hops, signatures or documents */
            422: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "amount-invalid" | "idempotency-key-reused" | "limit-exceeded" | "order-mismatch" | "signature-invalid" | "too-many";
                    };
                };
            };
            429: components["responses"]["rate-limited"];
            500: components["responses"]["internal"];
            /** @description `issue-stopped` (funds safe): wait until the operator may issue it; what was issued stays redeemable; `overloaded` (funds safe): send the same again after the seconds that Retry-After names; `store-unavailable` (funds unknown): send the same again, after a moment: it is answered once */
            503: {
                headers: {
                    /** @description requests that are left at once `r`, and the seconds `t` until all are back */
                    RateLimit?: string;
                    /** @description how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back */
                    "RateLimit-Policy"?: string;
                    /** @description names this request in the operator's logs */
                    "Request-Id"?: string;
                    /** @description seconds, before which the same is refused again */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code?: "issue-stopped" | "overloaded" | "store-unavailable";
                    };
                };
            };
        };
    };
    CaseOpened: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["CaseOpened"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ClaimForked: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["ClaimForked"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    DepositMade: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["DepositMade"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PayoutMade: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["PayoutMade"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PayoutsAllowed: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["PayoutsAllowed"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    PayoutsStopped: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["PayoutsStopped"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    RefundRuled: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["RefundRuled"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    ValueIssued: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["ValueIssued"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    WebhookDisabled: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["WebhookDisabled"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    WebhookTest: {
        parameters: {
            query?: never;
            header: {
                /** @description the event's id */
                "webhook-id": string;
                /** @description `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation */
                "webhook-signature": string;
                /** @description when this attempt was made, unix seconds */
                "webhook-timestamp": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents+json": components["schemas"]["WebhookTest"];
            };
        };
        responses: {
            /** @description taken: it is not sent again */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description gone: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description anything else, or nothing in time: it is sent again, later */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
