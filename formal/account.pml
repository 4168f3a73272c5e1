/*
 * Flow 25 of the account rail, from ⑧ on: a debit reservation at C, a credit reservation at D, and A's one word.
 *
 *   process   models
 *   App       packages/protocol/src/rail/payer-app.ts: what is shown as paid, or paid otherwise, once; in cash here
 *   SystemA   packages/protocol/src/rail/payer-system.ts from debiting on
 *   LedgerC   packages/protocol/src/rail/payer-ledger.ts
 *   LedgerD   packages/protocol/src/rail/payee-ledger.ts, to which B brings whatever A says
 *   Ruler     whoever rules where A is gone for good: docs/spec/account-rail.md
 *
 * Messages are sets that only grow: they may be late, repeated and out of order, and arrive in the end. Each step is one
 * durable write, so a crash between two of them is time that passes.
 *
 *   -DLOST           A may be gone for good, at any moment
 * Broken on purpose:
 *   -DC_FREES_BY_TIME      C gives back by a time limit after ⑪ what it reserved or has in transit
 *   -DD_VOIDS_BY_TIME      D's reservation has a time limit, after which it is voided
 *   -DD_LIFTS_BY_TIME      … after which it is lifted
 *   -DANSWERS_TWICE        A says one word, forgets it and says another
 *   -DRULES_BLINDLY        with -DLOST: the ruler asks nobody what became of the payer
 */

mtype = { idle, debitReserved, inTransit, debited, freed, recredited };
mtype = { permitted, creditReserved, used, voided, refused };
mtype = { paying, shown, gaveUp };
mtype = { none, notified, abandoned };

mtype c = idle;
mtype d = permitted;
mtype app = paying;
mtype word = none;

bool creditSent, creditedSent, refusedSent, debitedSent, debitRefusedSent, toldSent, seenSent, giveUpSent;
bool knows;                             /* A has heard that C debited */
bool saidNotified, saidAbandoned;       /* signed: by A, or by the ruler */
bool endedNotified, endedAbandoned;     /* D's word to C */
bool gone;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }

active proctype App() {
end:
  do
  :: STEP(app == paying && toldSent, app = shown; seenSent = true, ("the app shows it as paid, and says so\n"))
  :: STEP(app == paying, app = gaveUp; giveUpSent = true, ("the user pays in cash, and the app gives up\n"))
  od
}

active proctype SystemA() {
end:
  do
  :: STEP(!gone && word == none && seenSent, word = notified, ("A hears that it was shown\n"))
  :: STEP(!gone && word == none && giveUpSent, word = abandoned, ("A hears that the payer gave up\n"))
  :: STEP(!gone && !knows && debitedSent, knows = true; toldSent = true, ("A hears that C debited, and tells the payer\n"))
  :: STEP(!gone && knows && word == notified && !saidNotified, saidNotified = true, ("A signs: notified\n"))
  :: STEP(!gone && knows && word == abandoned && !saidAbandoned, saidAbandoned = true, ("A signs: abandoned\n"))
#ifdef ANSWERS_TWICE
  :: STEP(!gone && word == none && knows && !saidAbandoned && !saidNotified, saidAbandoned = true, ("A signs: abandoned, since it has heard nothing\n"))
#endif
#ifdef LOST
  :: STEP(!gone, gone = true, ("A is gone for good\n"))
#endif
  od
}

active proctype LedgerC() {
end:
  do
  :: STEP(c == idle, c = debitReserved; creditSent = true, ("C reserves, and tells D to credit\n"))
  :: STEP(c == debitReserved && creditedSent, c = inTransit; debitedSent = true, ("C hears that D credited, and posts\n"))
  :: STEP(c == debitReserved && refusedSent, c = freed; debitRefusedSent = true, ("C hears that D refused, and frees\n"))
  :: STEP((c == debitReserved || c == inTransit) && endedNotified, c = debited; debitedSent = true, ("C hears that the payee may use it\n"))
  :: STEP(c == debitReserved && endedAbandoned, c = freed; debitRefusedSent = true, ("C hears that D voided before it heard that it credited, and frees\n"))
  :: STEP(c == inTransit && endedAbandoned, c = recredited, ("C hears that D voided, and credits the payer again\n"))
#ifdef C_FREES_BY_TIME
  :: STEP(c == debitReserved || c == inTransit, c = freed, ("C gives it back to the payer: its time limit is over\n"))
#endif
  od
}

active proctype LedgerD() {
end:
  do
  :: STEP(d == permitted && creditSent, d = creditReserved; creditedSent = true, ("D credits with a reservation\n"))
  :: STEP(d == permitted && creditSent, d = refused; refusedSent = true, ("D refuses: late, or above the ceiling\n"))
  :: STEP(d == creditReserved && saidNotified, d = used; endedNotified = true, ("D takes the word notified, and lifts\n"))
  :: STEP(d == creditReserved && saidAbandoned, d = voided; endedAbandoned = true, ("D takes the word abandoned, and voids\n"))
#ifdef D_VOIDS_BY_TIME
  :: STEP(d == creditReserved, d = voided; endedAbandoned = true, ("D voids: its time limit is over\n"))
#endif
#ifdef D_LIFTS_BY_TIME
  :: STEP(d == creditReserved, d = used; endedNotified = true, ("D lifts: its time limit is over\n"))
#endif
  od
}

#ifdef LOST
active proctype Ruler() {
end:
  do
  :: STEP(gone && d == creditReserved && app == shown && !saidNotified && !saidAbandoned, saidNotified = true, ("it is ruled: notified\n"))
  :: STEP(gone && d == creditReserved && app == gaveUp && !saidNotified && !saidAbandoned, saidAbandoned = true, ("it is ruled: abandoned\n"))
#ifdef RULES_BLINDLY
  :: STEP(gone && d == creditReserved && !saidNotified && !saidAbandoned, saidNotified = true, ("it is ruled, of a payer that nobody asked: notified\n"))
#endif
  od
}
#endif

#define PAYER_HAS (c == idle || c == freed || c == recredited)
#define PAYEE_HAS (d == used)

/* Never spendable by both. */
ltl nocreate { [] !(PAYER_HAS && PAYEE_HAS) }
ltl noloss { <> [] (PAYER_HAS || PAYEE_HAS) }
/* Nothing is stranded. */
ltl settles { <> [] (c != debitReserved && c != inTransit && d != creditReserved) }
/* Who paid in cash has not paid this, too. */
ltl paysonce { [] !(app == gaveUp && d == used) }
/* What was shown as paid is paid. */
ltl shownispaid { [] !(app == shown && (PAYER_HAS || d == voided)) }
ltl oneword { [] !(saidNotified && saidAbandoned) }

ltl can_use { [] !(d == used && c == debited) }
ltl can_recredit { [] !(c == recredited) }
ltl can_free { [] !(c == freed && app == gaveUp) }
ltl can_end_early { [] !(c == freed && d == voided) }
ltl can_rule { [] !(gone && saidAbandoned && !knows && c == recredited) }
