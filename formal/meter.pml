/*
 * A meter of two ticks, one unit each: ticked, closed by both, or by the operator on one side's word.
 *
 *   process   models
 *   Payer     packages/protocol/src/meter/payer.ts: open, closed, claimed
 *   Payee     packages/protocol/src/meter/payee.ts: open, counted, closed, claimed
 *   Operator  packages/operator/src/meters.ts, and the two rows of a meter in packages/protocol/src/registry
 *   Clock     until, until and grace; the payee is prompt, and messages may be late for good
 *
 * Broken on purpose:
 *   -DTICKS_AFTER_COUNT   the payee takes ticks after it has signed its count
 *   -DCLAIMS_AND_CLOSES   the payee that has claimed takes a Close as well, and spends it
 *   -DREST_AFTER_CLOSE    the payer claims the rest although it has closed
 *   -DPAID_EARLY          the operator pays the rest before until and grace
 *   -DGIVES_UP_COUNTED    the payee that got no Close claims nothing
 */

mtype = { open, counted, closed, claimed };

#define TICKING  0
#define CLAIMING 1              /* from until on, and before grace is over */
#define OVER     2
byte phase = TICKING;

mtype payer = open, payee = open;
byte revealed, got, count, kept;
bool countSent, closeSent;

#define FREE  0
#define CLOSE 1
#define CLAIM 2
byte rowPayee, rowPayer;
bool shown, spent, askedB, askedA;
byte paidA, paidB;
bool convictedA, convictedB;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }

active proctype Payer() {
end:
  do
  :: STEP(payer == open && revealed < 2 && phase == TICKING, revealed++, ("A shows tick %d\n", revealed))
  :: STEP(payer == open && countSent && phase <= CLAIMING, payer = closed; closeSent = true, ("A closes at %d\n", count))
  :: STEP(payer == closed && !shown,
      shown = true;
      if
      :: kept > count -> convictedB = true
      :: else
      fi;
      if
      :: rowPayer == CLAIM -> convictedA = true
      :: else -> rowPayer = CLOSE; paidA = 2 - count
      fi;
      if
      :: rowPayee == FREE -> rowPayee = CLOSE
      :: else
      fi, ("A shows its Close, for its change\n"))
  :: STEP((payer == open
#ifdef REST_AFTER_CLOSE
        || (payer == closed && !shown)
#endif
      ) && !askedA && phase
#ifdef PAID_EARLY
        >= CLAIMING
#else
        == OVER
#endif
      , askedA = true;
      if
      :: payer == open -> payer = claimed
      :: else
      fi;
      if
      :: rowPayer == FREE -> rowPayer = CLAIM; paidA = 2 - kept
      :: else -> convictedA = true
      fi, ("A claims the rest\n"))
  od
}

active proctype Payee() {
end:
  do
  :: STEP((payee == open
#ifdef TICKS_AFTER_COUNT
        || payee == counted
#endif
      ) && phase <= CLAIMING && got < revealed, got = revealed, ("B has %d ticks\n", got))
  :: STEP(payee == open && phase <= CLAIMING, payee = counted; count = got; countSent = true, ("B signs %d\n", count))
  :: STEP((payee == counted
#ifdef CLAIMS_AND_CLOSES
        || payee == claimed
#endif
      ) && closeSent && phase <= CLAIMING, payee = closed, ("B takes the Close\n"))
  :: STEP((payee == open
#ifndef GIVES_UP_COUNTED
        || payee == counted
#endif
      ) && got > 0 && phase == CLAIMING, payee = claimed; kept = got, ("B claims %d\n", kept))
  :: STEP(payee == closed && !spent,
      spent = true;
      if
      :: rowPayer == CLAIM -> convictedA = true
      :: else -> rowPayer = CLOSE
      fi;
      if
      :: kept > 0 -> convictedB = true
      :: else -> rowPayee = CLOSE; paidB = count
      fi, ("B redeems its part of the Close\n"))
  od
}

active proctype Operator() {
end:
  do
  :: STEP(kept > 0 && phase == OVER && !askedB, askedB = true;
      if
      :: rowPayee == FREE -> rowPayee = CLAIM; paidB = kept
      :: rowPayee == CLOSE && kept <= count -> paidB = count
      :: else -> convictedB = true
      fi, ("the operator pays B's claim\n"))
  od
}

active proctype Clock() {
end:
  do
  :: STEP(phase == TICKING, phase = CLAIMING, ("until has come\n"))
  :: STEP(phase == CLAIMING && !(payee == open && got > 0)
#ifndef GIVES_UP_COUNTED
      && !(payee == counted && got > 0)
#endif
      , phase = OVER, ("grace is over\n"))
  od
}

ltl nocreate { [] (paidA + paidB <= 2) }
ltl noloss { <> [] (paidA + paidB == 2) }
ltl noframe { [] (!convictedA && !convictedB) }
/* B has what it was shown, until it counted or claimed. */
ltl fair { <> [] (paidB == got || payee == closed) }

ltl can_close { [] !(payee == closed && paidB == 2) }
ltl can_claim { [] !(rowPayee == CLAIM && rowPayer == CLAIM) }
ltl can_yield { [] !(payee == claimed && askedB && rowPayee == CLOSE) }
