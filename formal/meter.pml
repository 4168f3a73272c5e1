/*
 * A meter of two ticks, one unit each: ticked, closed by both, or by the operator on one side's word.
 *
 *   process   models
 *   Payer     packages/protocol/src/meter/payer.ts: open, stopped, closed, claimed
 *   Payee     packages/protocol/src/meter/payee.ts: open, counted, closed, claimed
 *   Operator  packages/operator/src/meters.ts, and the two rows of a meter in packages/protocol/src/registry
 *   Clock     until, until and grace; the payee is prompt, and messages may be late for good
 *
 * The payee may crash once, and lose what it had not kept. Anybody may ask it to stop; only its payer signs that.
 *
 * Broken on purpose:
 *   -DTICKS_AFTER_COUNT   the payee takes ticks after it has signed its count
 *   -DCLAIMS_AND_CLOSES   the payee that has claimed takes a Close as well, and spends it
 *   -DREST_AFTER_CLOSE    the payer claims the rest although it has closed
 *   -DPAID_EARLY          the operator pays the rest before until and grace
 *   -DGIVES_UP_COUNTED    the payee that got no Close claims nothing
 *   -DSTOPS_FOR_ANYBODY   the payee counts for whoever asks it to stop, signed or not
 */

mtype = { open, stopped, counted, closed, claimed };

#define TICKING  0
#define CLAIMING 1              /* from until on, and before grace is over */
#define OVER     2
byte phase = TICKING;

mtype payer = open, payee = open;
byte revealed, got, count, kept;
/* Durable at the payee; the most that it ever had; whether it crashed since it heard its payer; the signed stop. */
byte disk, most, stopAt;
bool crashed, isBehind, stopSent;
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
  :: STEP(payer == open && phase <= CLAIMING, payer = stopped; stopAt = revealed; stopSent = true, ("A signs that it stops at %d\n", stopAt))
  :: STEP((payer == open || payer == stopped) && countSent && phase <= CLAIMING, payer = closed; closeSent = true, ("A closes at %d\n", count))
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
  :: STEP((payer == open || payer == stopped
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
      :: payer == open || payer == stopped -> payer = claimed
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
      ) && phase <= CLAIMING && got < revealed, got = revealed; isBehind = false;
      if
      :: most < got -> most = got
      :: else
      fi, ("B has %d ticks\n", got))
  :: STEP(payee == open && disk < got, disk = got, ("B keeps %d ticks\n", got))
  :: STEP(payee == open && disk < got && !crashed, crashed = true; isBehind = true; got = disk, ("B crashes, and has %d ticks\n", got))
  :: STEP(payee == open && isBehind && got == revealed, isBehind = false, ("B hears that %d is all\n", got))
  :: STEP(payee == open && phase <= CLAIMING && (!isBehind || (stopSent && got >= stopAt)
#ifdef STOPS_FOR_ANYBODY
      || true
#endif
      ), payee = counted; count = got; countSent = true, ("B signs %d\n", count))
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
/* Whatever B has lost in a crash, it counts. */
ltl whole { [] (!countSent || count >= most) }
/* B has what it was shown, until it counted or claimed. */
ltl fair { <> [] (paidB == got || payee == closed) }

ltl can_close { [] !(payee == closed && paidB == 2) }
ltl can_lose { [] !(crashed && payee == closed && paidB == 2) }
ltl can_claim { [] !(rowPayee == CLAIM && rowPayer == CLAIM) }
ltl can_yield { [] !(payee == claimed && askedB && rowPayee == CLOSE) }
