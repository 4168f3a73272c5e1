/*
 * Direct hand-over: effective when signed, freed by a return or a ruling alone.
 *
 *   A owns output X, worth 1, and sends it to B by a direct link. B keeps it, pays it on to C, or sends it back.
 *   What C was paid may come round to A, which is word that it had arrived at B.
 *
 *   process   models
 *   Payer     packages/protocol/src/handover/payer.ts in sent, with passedOn; askRefund of
 *             packages/module/src/ruling.ts (noWord)
 *   Payee     packages/protocol/src/handover/payee.ts: owned, returned
 *   Third     C: the next payee, a claim of packages/operator/src/claims.ts
 *   Operator  packages/operator/src/refunds.ts: the link's row on the input, and output 0 if its row is free
 *   Clock     redeem until, grace; owners are prompt, except for C with -DACCOMPLICE, and A takes what comes
 *             round before spend until
 *
 * Clocks are right and nobody crashes or forgets: two-phase.pml has those.
 *
 * Broken on purpose:
 *   -DDEAF_TO_ARRIVAL      what comes round is no word: A states what its own tokens deny
 *   -DFREED_BY_STATEMENT   the payee's word that it will not use the link frees A's input; it lied
 * Known open (ADR 0018):
 *   -DACCOMPLICE           A says that no word came, B has paid on to C, and C cannot come before grace is over
 */

mtype = { idle, sent, returned, ruled };
mtype = { none, owned };

#define SPENDING  0
#define REDEEMING 1
#define OVER      2
byte phase = SPENDING;

bool transferSent, reservedSent, returnedSent, onSent, roundSent;
mtype payer = idle;
bool acknowledged, said;
bool round;                     /* A owns it again, by a path that goes on from its own link */
mtype payee = none;
bool again;                     /* A has paid C with X, by another link */

#define FREE   0
#define FIRST  1                /* the direct link */
#define SECOND 2
#define BACK   3
#define ON     4
#define REFUND 8
#define PAID   9
#define ROUND  10
byte rowX, rowOut;              /* of X, and of output 0 of the direct link */
byte paidA, paidB, paidC;
bool convictedA, convictedB, turnedAway;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }

active proctype Payer() {
end:
  do
  :: STEP(payer == idle && !again && phase == SPENDING, payer = sent; transferSent = true, ("A has sent X to B\n"))
  :: STEP(payer == sent && reservedSent && !acknowledged, acknowledged = true, ("A reads Reserved\n"))
  :: STEP(payer == sent && returnedSent, payer = returned, ("A reads Returned, and owns what came back\n"))
  :: STEP(payer == sent && phase == OVER && !said && !acknowledged
#ifndef DEAF_TO_ARRIVAL
        && !round
#endif
        , said = true, ("A states that no word came from B\n"))
  :: STEP(payer == sent && said && rowOut == REFUND, payer = ruled, ("A takes the ruling: it is refunded\n"))
  :: STEP(payer == returned && paidA == 0 && phase <= REDEEMING && rowX != SECOND && (rowOut == FREE || rowOut == BACK),
      rowX = FIRST; rowOut = BACK; paidA = 1, ("A redeems what came back\n"))
  :: STEP(roundSent && !round && phase == SPENDING, round = true, ("A owns what came round from C, and so it had arrived at B\n"))
  :: STEP(round && paidA == 0 && phase <= REDEEMING, rowX = FIRST; rowOut = ROUND; paidA = 1, ("A redeems what came round\n"))
  :: STEP(!again && phase == SPENDING && (payer == idle
#ifdef FREED_BY_STATEMENT
        || (payer == sent && transferSent)      /* B said that it will not use the link */
#endif
        ), again = true, ("A pays C with X\n"))
  od
}

active proctype Payee() {
end:
  do
  :: STEP(payee == none && transferSent && phase <= REDEEMING, payee = owned, ("B owns what A sent\n"))
#ifdef ACCOMPLICE
  :: STEP(payee == owned && !onSent && phase == SPENDING, onSent = true, ("B gives A no word, and pays on to C\n"))
#else
  :: STEP(payee == owned && !reservedSent && !returnedSent, reservedSent = true, ("B sends Reserved\n"))
  :: STEP(payee == owned && !onSent && paidB == 0 && phase == SPENDING, payee = returned; returnedSent = true, ("B sends it back\n"))
  :: STEP(payee == owned && !onSent && paidB == 0 && phase == SPENDING, onSent = true, ("B pays on to C\n"))
  :: STEP(payee == owned && !onSent && paidB == 0 && phase <= REDEEMING,
      if
      :: rowX == SECOND -> convictedA = true; paidB = 1
      :: else -> rowX = FIRST; rowOut = PAID; paidB = 1
      fi, ("B redeems it\n"))
#endif
  od
}

active proctype Third() {
end:
  do
#ifdef ACCOMPLICE
  :: STEP(onSent && paidC == 0 && phase == OVER && rowOut == REFUND && !turnedAway, turnedAway = true, ("C comes back, and is turned away\n"))
#endif
  :: STEP(onSent && !roundSent && paidC == 0 && phase == SPENDING, roundSent = true, ("C pays A with what B paid\n"))
  :: STEP(onSent && !roundSent && paidC == 0 && phase <= REDEEMING, rowX = FIRST; rowOut = ON; paidC = 1, ("C redeems what B paid\n"))
  :: STEP(again && paidC == 0 && phase <= REDEEMING,
      if
      :: rowX == FREE -> rowX = SECOND
      :: else -> convictedA = true
      fi; paidC = 1, ("C redeems what A paid\n"))
  od
}

active proctype Operator() {
end:
  do
  :: STEP(said && phase == OVER && rowOut == FREE && rowX != SECOND, rowX = FIRST; rowOut = REFUND; paidA = 1, ("the operator refunds output 0 to A\n"))
  od
}

active proctype Clock() {
  do
  :: STEP(phase < OVER
#ifndef ACCOMPLICE
      && !(phase == SPENDING && roundSent && !round) && !(phase == REDEEMING && ((payee == owned && !onSent && paidB == 0) || (onSent && !roundSent && paidC == 0) || (round && paidA == 0) || (payer == returned && paidA == 0) || (returnedSent && payer == sent)))
#endif
      , phase++, ("time passes: %d of 2\n", phase))
  :: break
  od
}

#define UNITS (paidA + paidB + paidC + (payer == idle && !again) + (payer == returned && paidA == 0) + (payee == owned && !onSent && paidB == 0) \
  + (onSent && !roundSent && paidC == 0) + (round && paidA == 0) + (again && paidC == 0))

ltl nocreate { [] (UNITS <= 1) }
ltl paysonce { [] (paidA + paidB + paidC <= 1) }
ltl noframe { [] !convictedA }
/* What waits for A's word, or is on its way: A may still be refunded. */
#define ON_ITS_WAY ((transferSent && payee == none) || (roundSent && !round) || (returnedSent && payer == sent))
ltl noloss { <> [] (UNITS == 1 || (ON_ITS_WAY && phase < OVER)) }
/* A states nothing that its own tokens and messages deny. */
ltl truthful { [] ((!said && (acknowledged || round)) -> [] !said) }
ltl someoneconvicted { [] !(turnedAway && !convictedA && !convictedB) }

ltl can_return { [] !(paidA == 1 && rowOut == BACK) }
ltl can_refund { [] !(payer == ruled) }
ltl can_come_round { [] !(round && paidA == 1 && rowOut == ROUND) }
ltl can_pay_on { [] !(paidC == 1 && rowOut == ON) }
