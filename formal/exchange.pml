/*
 * Exchange: X gives output a for Y's output b under one secret. X decides.
 *
 *   process   models
 *   Decider   packages/protocol/src/handover/payer.ts with a counterRequest; its own refund: packages/module/src/ruling.ts
 *   Other     packages/protocol/src/handover/payee.ts in lockedForeign; packages/module/src/ruling.ts
 *   CheatX    a broken module with X's keys and X's secret
 *   CheatY    a broken module with Y's keys
 *   Third     W, honest, whom Y pays with b after a cancel: a claim of packages/operator/src/claims.ts
 *   Operators packages/operator/src/refunds.ts and packages/protocol/src/registry/conflict.ts; each rules its own leg
 *   Clock     the dates of both assets, as equal as the spec allows: the decider's asset may not end sooner
 *
 * Crashes are in two-phase.pml; here each step of a machine is one moment. Messages are sets that only grow.
 * Holders are prompt: before a date passes, who owns something redeems it, and a side in doubt has asked once
 * since the last date. A cheat may act later than that question, up to the very date.
 *
 *   -DONE_OPERATOR   one operator issued both: what is published is published for both legs, one ruling a lock
 *   -DBAD_X          X cancels and releases, states falsely, keeps the release from Y, redeems a that it gave
 *   -DBAD_Y          Y spends b twice, states falsely, claims a with the release at any time
 * Broken on purpose:
 *   -DNO_AFTER             what a cancel freed is spent without the cancel in `after`
 *   -DOTHER_HAS_A_TIMER    the side that does not decide frees its output by itself
 *   -DRULED_FOR_BOTH       a refund of the decider's leg ends the other's too (as built before this model)
 *   -DCANCELS_LATE         the other side takes a cancel after redeem until (as built before this model)
 *   -DCOUNTS_WHENEVER      a release that is published in grace counts for a lock that the payee decides, too: in
 *                          a claim, against a statement and for the other side (as built before ADR 0025)
 *   -DCLAIMS_WHENEVER      it counts in a claim alone
 *   -DANSWERS_WHENEVER     it counts against a statement alone
 */

mtype = { idle, locked, released, cancelled, ruled };
mtype = { none, lockedForeign, resolving, owned };

#define SPENDING  0
#define REDEEMING 1
#define GRACE     2
#define OVER      3
byte phase = SPENDING;

bool transferSent, counterSent, releaseSent, cancelSent;
mtype decider = idle;
mtype other = none;
bool otherStated, deciderStated;

#define FREE   0
#define LEG    1        /* the exchange link, released */
#define AGAIN  2        /* Y's next link on b, to W; of a, X's own */
#define REFUND 8
byte rowA, rowB;
bool publishedA, publishedB;    /* the release, at each operator */
bool inTimeB;                   /* published at b's operator before redeem until */
bool ruledA, ruledB;            /* refunded, by each operator */
byte paidX, paidY, paidW;       /* legs that each was paid for, from the issue or the reserve */
byte drawn;                     /* legs that were paid from the reserve */
bool convictedX, convictedY;
bool freed;                     /* Y may spend b again */
bool again;                     /* and has: W owns it */
bool withAfter;                 /* that link carries the decider's cancel */
bool asked;                     /* Y has asked the operators since the last date passed */

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }

#ifdef ONE_OPERATOR
#define PUBLISH publishedA = true; publishedB = true; inTimeB = (inTimeB || phase <= REDEEMING)
#define PUBLISH_A PUBLISH
#define PUBLISH_B PUBLISH
#else
#define PUBLISH_A publishedA = true
#define PUBLISH_B publishedB = true; inTimeB = (inTimeB || phase <= REDEEMING)
#endif

#if defined(COUNTS_WHENEVER) || defined(CLAIMS_WHENEVER)
#define CLAIMS_B publishedB
#else
#define CLAIMS_B inTimeB
#endif
#if defined(COUNTS_WHENEVER) || defined(ANSWERS_WHENEVER)
#define ANSWERS_B publishedB
#else
#define ANSWERS_B inTimeB
#endif
#define CLAIMABLE_A (phase <= REDEEMING || (phase == GRACE && publishedA))
#define CLAIMABLE_B (phase <= REDEEMING || (phase == GRACE && CLAIMS_B))

/* X claims b by the exchange link; Y's other link on it is a fork, excused by the cancel that it carries. */
inline claimB() {
  PUBLISH_B;
  if
  :: rowB == FREE -> rowB = LEG; paidX = paidX + 1
  :: rowB == AGAIN ->
     if :: withAfter -> convictedX = true :: else -> convictedY = true; drawn = drawn + 1; paidX = paidX + 1 fi
  :: else
  fi
}

inline claimA() {
  PUBLISH_A;
  if :: rowA == FREE -> rowA = LEG; paidY = paidY + 1
     :: else -> convictedX = true; drawn = drawn + 1; paidY = paidY + 1 fi
}

#ifndef BAD_X
active proctype Decider() {
end:
  do
  :: STEP(decider == idle && phase == SPENDING, decider = locked; transferSent = true, ("X is locked, and sends Transfer\n"))
  :: STEP(decider == locked && counterSent && phase == SPENDING, decider = released; releaseSent = true,
      ("X reads CounterTransfer, is released and owns b, and sends Release\n"))
  :: STEP(decider == locked && !deciderStated, decider = cancelled; cancelSent = true, ("X is cancelled, and sends Cancel\n"))
  :: STEP(decider == locked && !deciderStated && phase == OVER, deciderStated = true, ("X states that it never released\n"))
  :: STEP(decider == locked && ruledA && deciderStated, decider = ruled, ("X takes the ruling: a is refunded\n"))
  :: STEP(decider == released && paidX == 0 && CLAIMABLE_B, claimB(), ("X redeems b: it has %d\n", paidX))
  :: STEP(decider == cancelled && rowA == FREE && phase <= REDEEMING, rowA = AGAIN; paidX = paidX + 1, ("X redeems a, which it did not give\n"))
  od
}
#define X_IS_DONE (decider != released || paidX > 0)
#else
active proctype CheatX() {
end:
  do
  :: STEP(!transferSent && phase == SPENDING, transferSent = true, ("X sends Transfer\n"))
  :: STEP(!releaseSent, releaseSent = true, ("X gives Y the release, whatever it has done\n"))
  :: STEP(!cancelSent, cancelSent = true, ("X sends Cancel, whatever it has done\n"))
  :: STEP(!deciderStated && phase == OVER, deciderStated = true, ("X states that it never released\n"))
  :: STEP(rowA == FREE && phase <= REDEEMING, rowA = AGAIN; paidX = paidX + 1, ("X redeems a, whatever it has done\n"))
  :: STEP(!publishedB && counterSent, PUBLISH_B, ("X shows the release to b's operator\n"))
  :: STEP(counterSent && paidX == 0 && CLAIMABLE_B && !(convictedX && rowB == AGAIN), claimB(), ("X redeems b, and never tells Y: it has %d\n", paidX))
  :: break        /* and is silent for ever */
  od
}
#define X_IS_DONE true
#endif

#ifndef BAD_Y
/* From redeem until on only b's operator takes b, by a release that it had in time. */
#ifdef COUNTS_WHENEVER
#define LEARNED (publishedA || publishedB)
#else
#define LEARNED ((phase <= REDEEMING && (publishedA || publishedB)) || inTimeB)
#endif
active proctype Other() {
end:
  do
  :: STEP(other == none && transferSent && phase == SPENDING, other = lockedForeign; counterSent = true,
      ("Y is locked foreign, and sends CounterTransfer\n"))
  :: STEP((other == lockedForeign && phase <= REDEEMING && releaseSent) || (other == cancelled && releaseSent && phase <= REDEEMING),
      convictedX = (convictedX || other == cancelled); other = owned, ("Y reads Release, and owns a\n"))
  /* once redeem until has passed, what it frees could not be redeemed, and may have been refunded */
  :: STEP((other == lockedForeign || other == resolving) && cancelSent
#ifndef CANCELS_LATE
        && phase <= REDEEMING
#endif
        , other = cancelled; freed = true, ("Y reads Cancel: b is free\n"))
  :: STEP(other == lockedForeign, other = resolving, ("Y asks for a ruling\n"))
  /* a release that comes late, or meanwhile, goes to both operators */
  :: STEP((other == resolving || (other == lockedForeign && phase > REDEEMING)) && releaseSent && !(publishedA && publishedB),
      PUBLISH_A; PUBLISH_B, ("Y shows the operators the release\n"))
  :: STEP((other == resolving || other == lockedForeign) && (!asked || (LEARNED && !otherStated)), asked = true;
      if
      :: LEARNED && !otherStated -> PUBLISH_A; other = owned
      :: else
      fi, ("Y asks both operators: is a its own? %d\n", other == owned))
  :: STEP((other == lockedForeign || other == resolving) && phase == OVER && !otherStated && !LEARNED,
      other = resolving; otherStated = true, ("Y states that no release reached it\n"))
  :: STEP(other == resolving && otherStated && ruledB, other = ruled; paidY = paidY + 1, ("Y takes the ruling: b is refunded\n"))
  :: STEP(other == resolving && otherStated && !ruledB && ANSWERS_B, other = owned, ("Y is answered with the release\n"))
#ifdef RULED_FOR_BOTH
  :: STEP((other == lockedForeign || other == resolving) && ruledA && !otherStated, other = ruled, ("Y takes X's ruling for its own: b is gone\n"))
#endif
#ifdef OTHER_HAS_A_TIMER
  :: STEP(other == lockedForeign, other = cancelled; freed = true, ("Y waited long enough, and frees b\n"))
#endif
  :: STEP(freed && !again && paidY == 0 && phase == SPENDING && other == cancelled, again = true;
#ifdef NO_AFTER
      withAfter = false,
#else
      withAfter = cancelSent,
#endif
      ("Y pays W with b, and the link carries the cancel: %d\n", withAfter))
  :: STEP(other == cancelled && freed && !again && paidY == 0 && phase <= REDEEMING,
#ifdef NO_AFTER
      withAfter = false;
#else
      withAfter = cancelSent;
#endif
      if
      :: rowB == FREE -> rowB = AGAIN
      :: else -> drawn = drawn + 1; if :: withAfter -> convictedX = true :: else -> convictedY = true fi
      fi; paidY = paidY + 1, ("Y redeems b, which it did not give\n"))
  :: STEP(other == owned && paidY == 0 && CLAIMABLE_A, claimA(), ("Y redeems a: it has %d\n", paidY))
  od
}
#define WAITS (other == lockedForeign || other == resolving)
#define Y_IS_DONE (!(WAITS && !asked) && !(other == owned && paidY == 0 && CLAIMABLE_A) && !(other == cancelled && !again && paidY == 0 && phase == REDEEMING) \
  && !(WAITS && cancelSent && phase <= REDEEMING))
#else
#define WAITS false
active proctype CheatY() {
end:
  do
  :: STEP(!counterSent && transferSent && phase == SPENDING, counterSent = true, ("Y sends CounterTransfer\n"))
  :: STEP(!again && phase == SPENDING, again = true; withAfter = cancelSent, ("Y pays W with b, whatever it has done; a cancel is carried: %d\n", withAfter))
  :: STEP(!otherStated, otherStated = true, ("Y states that no release reached it\n"))
  :: STEP(releaseSent && paidY == 0 && CLAIMABLE_A, claimA(), ("Y redeems a: it has %d\n", paidY))
  :: break        /* and is silent for ever */
  od
}
#define Y_IS_DONE true
#endif

active proctype Third() {
end:
  do
  :: STEP(again && paidW == 0 && (phase <= REDEEMING),
      if
      :: rowB == FREE -> rowB = AGAIN; paidW = 1
      :: rowB == LEG -> drawn = drawn + 1; paidW = 1; if :: withAfter -> convictedX = true :: else -> convictedY = true fi
      :: else
      fi, ("W redeems b\n"))
  od
}

active proctype Operators() {
end:
  do
  :: STEP(deciderStated && phase == OVER && !ruledA && !convictedX && (publishedA || rowA == FREE),
      if :: publishedA -> convictedX = true
         :: else -> rowA = REFUND; ruledA = true; paidX = paidX + 1 fi, ("a's operator answers X's statement: refunded %d\n", ruledA))
  :: STEP(otherStated && counterSent && phase == OVER && !ruledB && !ANSWERS_B && rowB == FREE,
      rowB = REFUND; ruledB = true, ("b's operator refunds Y\n"))
  od
}

active proctype Clock() {
  do
  :: STEP(phase < OVER && X_IS_DONE && Y_IS_DONE && !(again && paidW == 0 && phase == REDEEMING), phase++; asked = false, ("time passes: %d of 3\n", phase))
  :: break
  od
}

#ifndef BAD_X
#define X_IS_HONEST true
#else
#define X_IS_HONEST false
#endif
#ifndef BAD_Y
#define Y_IS_HONEST true
#else
#define Y_IS_HONEST false
#endif

/* What an honest side holds, in units that somebody will pay. What is released and not yet read is in doubt. */
#define X_HOLDS_A (X_IS_HONEST && (decider == idle || decider == locked || decider == cancelled) && rowA == FREE)
#define X_HOLDS_B (X_IS_HONEST && decider == released && paidX == 0)
#define Y_HOLDS_A (Y_IS_HONEST && other == owned && paidY == 0)
#define Y_HOLDS_B (Y_IS_HONEST && (other == none || (WAITS && decider != released) || (other == cancelled && !again)) && paidY == 0 && rowB == FREE)
#define W_HOLDS_B (again && paidW == 0)
#define PAID_OUT (paidX + paidY + paidW)
#define UNITS (PAID_OUT + X_HOLDS_A + X_HOLDS_B + Y_HOLDS_A + Y_HOLDS_B + W_HOLDS_B)

ltl nocreate { [] (PAID_OUT <= 2 + drawn) }
ltl onecopy { [] (UNITS <= 2) }
ltl noloss { <> [] (UNITS == 2) }
ltl nodraw { [] (drawn == 0) }
ltl noframe { [] (!(X_IS_HONEST && convictedX) && !(Y_IS_HONEST && convictedY)) }
ltl named { [] (drawn > 0 -> (convictedX || convictedY)) }
ltl fairforx { [] !(X_IS_HONEST && ((decider == released && paidX == 0 && (phase == OVER || rowB == REFUND)) || (rowA == LEG && decider != released))) }
ltl fairfory { [] (Y_IS_HONEST -> !(rowB == LEG && phase == OVER && paidY == 0 && rowA != FREE && !again) && !(rowB == LEG && phase == OVER && paidY == 0 && !CLAIMABLE_A && !again && !drawn)) }
ltl fairforw { <> [] !W_HOLDS_B }
ltl settles { <> [] !(WAITS && phase <= REDEEMING) }
ltl getsback { <> [] (!Y_IS_HONEST || phase != OVER || !counterSent || paidY == 1 || again || other == cancelled || rowB == LEG) }
ltl oneword { [] !(X_IS_HONEST && releaseSent && cancelSent) }

ltl can_swap { [] !(paidX == 1 && paidY == 1 && rowA == LEG && rowB == LEG) }
ltl can_cancel_and_pay { [] !(paidW == 1 && withAfter && decider == cancelled) }
ltl can_refund_both { [] !(ruledA && ruledB && other == ruled && decider == ruled) }
ltl can_learn { [] !(paidY == 1 && rowA == LEG && !releaseSent && phase == GRACE) }
ltl can_convict_decider { [] !(convictedX && withAfter && again) }
ltl can_convict_other { [] !(convictedY) }
