/*
 * Two-phase hand-over between honest modules: locked, reserved, released, owned.
 *
 *   A owns output X, worth 2, and pays 1 of it, with 1 in change:
 *     hand-over 0   A to B
 *     hand-over 1   A to C, or with -DSAME to B again at the same request; only after 0 was cancelled
 *     hand-over 2   B to D, with what hand-over 0 brought, at once
 *
 *   process  models
 *   Payer    packages/protocol/src/handover/payer.ts, and of packages/module/src/ruling.ts askRefund
 *   Payee    packages/protocol/src/handover/payee.ts, and of packages/module/src/ruling.ts resolve and forward;
 *            its claims meet packages/operator/src/claims.ts and packages/protocol/src/registry/conflict.ts
 *   Owner    A's own redemption of what is left to it (packages/module/src/ordering.ts)
 *   Desk     packages/operator/src/refunds.ts and rulings.ts: statements
 *   Clock    the token's dates: spend until, redeem until, grace. It may stop for ever at each of them
 *   Fate     -DLOST: one party, at any moment, for good
 *   Skew     -DSKEW: one party's clock shows another date for a while, and is set right in the end
 *   Attic    -DSKEW: records go when their time is over (packages/module/src/vault.ts, forget)
 *
 * What can go wrong is the world, not the parties. A message that was sent stays in its set for ever and may
 * be read at any later time, never, or again: loss, delay, repetition and reordering are all in that. A step
 * of a machine is three moments, as in the code: memory, durable, told; a crash between two of them leads back
 * to what is durable, and what is told again is a function of what is durable. Every step leads forward, so
 * every run ends: what must come true in the end is checked where runs end, whatever the scheduler does.
 *
 * Left out here: signatures and bytes (a message says what it says), documents, refusals (they only lead to a
 * cancel, which may come at any time anyway), lost answers of the operator (it answers a question again), and the
 * operator's own crashes (each of its answers is one moment here, as one transaction).
 *
 *   -DSAME                   both attempts at one request of B
 *   -DLOST                   one party is lost for good
 *   -DSKEW                   one clock is wrong for a while; records are forgotten, and messages lost with them
 *   -DCRASHES=n              how many crashes in a run: 2 if nothing is said
 * Broken on purpose:
 *   -DPAYEE_TIMER            the payee deletes its reservation on a timer
 *   -DRELEASE_BY_TOKEN       a release is matched by its token only
 *   -DTOLD_BEFORE_DURABLE    a release is sent before it is durable
 *   -DGIVES_UP_RESERVED      the payee gives up after it has reserved
 *   -DPRESUMES_RELEASE       the operator presumes a release
 *   -DROLLED_BACK            A's module is restored from a backup, and spends from it
 *   -DSTATES_AND_CANCELS     a payer whose clock was ahead cancels and spends after it has stated
 *   -DSTATES_AND_RELEASES    the same, and releases
 *   -DOVER_BY_OWN_CLOCK      a payee gives up what an operator ruled released, by its own clock alone
 *   -DFORGETS_BY_OWN_CLOCK   records are forgotten by one's own clock alone
 */

mtype = { idle, locked, released, cancelled, ruled };           /* the payer's states */
mtype = { none, reserved, resolving, owned };                   /* the payee's, with cancelled and ruled */
mtype = { nothing, persist, tell };                             /* what is left of a machine's step */
mtype = { nobody, Alice, Bob, Carol, Dora };                    /* A, B, C, D */

#define SPENDING  0     /* before spend until */
#define REDEEMING 1     /* before redeem until */
#define GRACE     2     /* before redeem until and grace */
#define OVER      3
byte phase = SPENDING;

#ifdef SKEW
mtype wrong = nobody;           /* whose clock is wrong, and what it shows */
byte shows;
bool forgotten[3];              /* the payer's record of a decided hand-over */
#define SHOWN_TO(p) (wrong == p -> shows : phase)
#define IS_FORGOTTEN(h) forgotten[h]
#else
#define SHOWN_TO(p) phase
#define IS_FORGOTTEN(h) false
#endif

/* The network: what was ever sent. */
bool transferSent[3], reservedSent[3], releaseSent[3], cancelSent[3];

/* The machines: what is durable, and what is in memory. */
mtype payer[3] = idle;  mtype payerMemory[3] = idle;
mtype payee[3] = none;  mtype payeeMemory[3] = none;
bool stated[3];                 /* the payer's statement, durable before it is shown */

/* The operator: rows of the registry, published releases, rulings, money paid. */
#define FREE    0
#define LINK(h) (1 + (h))
#define REFUND  8
#define PAID    9
byte row[5];                    /* of X, of output 0 of hand-overs 0, 1, 2, of the change */
#define X       0
#define OUT(h)  (1 + (h))
#define CHANGE  4
bool published[3];
mtype ruling[3] = none;         /* none, released, refunded: ruled */
byte paid;                      /* minor units, of 2 that were issued */
mtype culprit = nobody;         /* whom the evidence in the operator's hands convicts */
bool answered[3];               /* a claim of output 0 was paid or answered with evidence */

mtype lost = nobody;
bool rolledBack;
#ifndef CRASHES
#define CRASHES 2
#endif
byte crashes = CRASHES;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }
#define NAME(p) (p == Alice -> 65 : (p == Bob -> 66 : (p == Carol -> 67 : 68)))
#ifdef SAME
#define PAYEE_OF(h) (h == 2 -> Dora : Bob)
#else
#define PAYEE_OF(h) (h == 2 -> Dora : (h == 1 -> Carol : Bob))
#endif
#define PAYER_OF(h) (h == 2 -> Bob : Alice)
#define INPUT_OF(h) (h == 2 -> OUT(0) : X)

/* No link on the path of what hand-over h spends or pays is denied by another row. */
#define ROW_FITS(o, link) (row[o] == FREE || row[o] == (link))
#define INPUT_PATH_FITS(h) (h != 2 || ROW_FITS(X, LINK(0)))
#define PATH_FITS(h) (INPUT_PATH_FITS(h) && ROW_FITS(INPUT_OF(h), LINK(h)))
#define TAKE_PATH(h) if :: h == 2 -> row[X] = LINK(0) :: else fi; row[INPUT_OF(h)] = LINK(h)

/* Claims are honoured until redeem until; with a published release until grace has passed. */
#define CLAIMABLE(h) (phase <= REDEEMING || (phase == GRACE && published[h]))

/* The input of a hand-over is there to be spent: owned, not held by another attempt, not redeemed. */
#define UNTOUCHED(h) ((payer[h] == idle || payer[h] == cancelled) && (payerMemory[h] == idle || payerMemory[h] == cancelled))
#define INPUT_FREE(h) \
  ((h == 0 && row[X] != PAID) \
  || (h == 1 && row[X] != PAID && (rolledBack || (payer[0] == cancelled && payerMemory[0] == cancelled))) \
  || (h == 2 && payee[0] == owned && row[OUT(0)] != PAID))

#ifdef RELEASE_BY_TOKEN
#define RELEASE_FOR(h) (h == 2 -> releaseSent[2] : (releaseSent[0] || releaseSent[1]))
#else
#define RELEASE_FOR(h) releaseSent[h]
#endif

/* One attempt at a request stands at a time, and one that was cancelled makes room (offer.ts). */
#ifdef SAME
#define NO_OTHER_STANDS(h) (h == 2 || payeeMemory[1 - h] == none || payeeMemory[1 - h] == cancelled)
#else
#define NO_OTHER_STANDS(h) true
#endif

proctype Payer(byte h) {
  mtype todo = nothing;
end:
  do
  :: STEP(todo == nothing && lost != PAYER_OF(h) && payerMemory[h] == idle && SHOWN_TO(PAYER_OF(h)) == SPENDING && INPUT_FREE(h),
      payerMemory[h] = locked; todo = persist, ("%c locks its token for hand-over %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYER_OF(h) && payerMemory[h] == locked && SHOWN_TO(PAYER_OF(h)) == SPENDING && reservedSent[h]
#ifndef STATES_AND_RELEASES
        && !stated[h]
#endif
        ,
#ifdef TOLD_BEFORE_DURABLE
      payerMemory[h] = released; todo = tell,
#else
      payerMemory[h] = released; todo = persist,
#endif
      ("%c reads Reserved %d and decides to release\n", NAME(PAYER_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYER_OF(h) && payerMemory[h] == locked
#ifndef STATES_AND_CANCELS
        && !stated[h]
#endif
      , payerMemory[h] = cancelled; todo = persist, ("%c decides to cancel hand-over %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYER_OF(h) && payer[h] == locked && SHOWN_TO(PAYER_OF(h)) == OVER && !stated[h],
      stated[h] = true, ("%c states that it never released %d\n", NAME(PAYER_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYER_OF(h) && payer[h] == locked && stated[h] && ruling[h] == ruled,
      payerMemory[h] = ruled; todo = persist, ("%c takes the ruling: hand-over %d is refunded\n", NAME(PAYER_OF(h)), h))
  :: STEP(todo == persist && lost != PAYER_OF(h),
      payer[h] = payerMemory[h];
      todo = (payer[h] == ruled -> nothing : tell), ("  durable at %c: <%d>\n", NAME(PAYER_OF(h)), payer[h]))
  :: STEP(todo == tell && lost != PAYER_OF(h),
      if
      :: payerMemory[h] == locked -> transferSent[h] = true
      :: payerMemory[h] == released -> releaseSent[h] = true
      :: payerMemory[h] == cancelled -> cancelSent[h] = true
      :: else
      fi;
      todo = (payer[h] != payerMemory[h] -> persist : nothing), ("  sent by %c: hand-over %d, <%d>\n", NAME(PAYER_OF(h)), h, payerMemory[h]))
  :: STEP(todo != nothing && crashes > 0,
      crashes--; payerMemory[h] = payer[h]; todo = nothing, ("%c crashes, and is <%d> again\n", NAME(PAYER_OF(h)), payer[h]))
  /* on contact: the last word again, in the same bytes */
  :: STEP(todo == nothing && lost != PAYER_OF(h) && !IS_FORGOTTEN(h) && ((payer[h] == locked && !transferSent[h])
        || (payer[h] == released && !releaseSent[h]) || (payer[h] == cancelled && !cancelSent[h])),
      todo = tell, ("%c says its last word again: <%d>\n", NAME(PAYER_OF(h)), payer[h]))
#ifdef ROLLED_BACK
  :: STEP(h == 0 && todo == nothing && !rolledBack && payer[0] == released && payer[1] == idle && payerMemory[1] == idle,
      rolledBack = true; payer[0] = idle; payerMemory[0] = ruled, ("A is restored from a backup: X is spendable again\n"))
#endif
  od
}

proctype Payee(byte h) {
  mtype todo = nothing;
end:
  do
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && payeeMemory[h] == none && payee[h] == none && transferSent[h] && NO_OTHER_STANDS(h) && SHOWN_TO(PAYEE_OF(h)) == SPENDING,
      payeeMemory[h] = reserved; todo = persist, ("%c reads Transfer %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && RELEASE_FOR(h) && (payeeMemory[h] == cancelled || (payeeMemory[h] == reserved && SHOWN_TO(PAYEE_OF(h)) <= REDEEMING)),
      payeeMemory[h] = owned; todo = persist, ("%c reads Release %d\n", NAME(PAYEE_OF(h)), h))
  /* late, or while resolving: to the operator, whose word decides */
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && releaseSent[h] && !published[h]
        && (payeeMemory[h] == resolving || (payeeMemory[h] == reserved && SHOWN_TO(PAYEE_OF(h)) > REDEEMING)),
      published[h] = true; if :: ruling[h] == none -> ruling[h] = released :: else fi, ("%c shows the operator release %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && (payeeMemory[h] == resolving || payeeMemory[h] == reserved) && ruling[h] == released
        && SHOWN_TO(PAYEE_OF(h)) < OVER,
      payeeMemory[h] = owned; todo = persist, ("%c takes the ruling: %d was released\n", NAME(PAYEE_OF(h)), h))
  /* that it is over is an operator's to say, by the date of its word */
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && (payeeMemory[h] == resolving || payeeMemory[h] == reserved) && ruling[h] == released
#ifdef OVER_BY_OWN_CLOCK
        && SHOWN_TO(PAYEE_OF(h)) == OVER,
#else
        && phase == OVER,
#endif
      payeeMemory[h] = ruled; todo = persist, ("%c takes the ruling: %d was released, and is over\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && payeeMemory[h] == resolving && ruling[h] == none && published[h],
      ruling[h] = released, ("the operator answers %c: %d was released\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && (payeeMemory[h] == resolving || payeeMemory[h] == reserved) && ruling[h] == ruled,
      payeeMemory[h] = ruled; todo = persist, ("%c takes the ruling: %d was refunded\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && (payeeMemory[h] == reserved || payeeMemory[h] == resolving) && cancelSent[h],
      payeeMemory[h] = cancelled; todo = persist, ("%c reads Cancel %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && payeeMemory[h] == reserved,
      payeeMemory[h] = resolving; todo = persist, ("%c asks for a ruling on %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo == persist && lost != PAYEE_OF(h),
      payee[h] = payeeMemory[h]; todo = (payee[h] == reserved -> tell : nothing), ("  durable at %c: <%d>\n", NAME(PAYEE_OF(h)), payee[h]))
  :: STEP(todo == tell && lost != PAYEE_OF(h),
      reservedSent[h] = true; todo = nothing, ("  sent by %c: Reserved %d\n", NAME(PAYEE_OF(h)), h))
  :: STEP(todo != nothing && crashes > 0,
      crashes--; payeeMemory[h] = payee[h]; todo = nothing, ("%c crashes, and is <%d> again\n", NAME(PAYEE_OF(h)), payee[h]))
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && (payee[h] == reserved || payee[h] == resolving) && !reservedSent[h],
      todo = tell, ("%c says its last word again: Reserved %d\n", NAME(PAYEE_OF(h)), h))
  /* redemption: the rows of the whole path, and of what is paid */
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && payee[h] == owned && !answered[h] && CLAIMABLE(h) && (h != 0 || UNTOUCHED(2) || IS_FORGOTTEN(2)),
      answered[h] = true; published[h] = true;
      if
      :: PATH_FITS(h) && row[OUT(h)] == FREE -> TAKE_PATH(h); row[OUT(h)] = PAID; paid = paid + 1
      /* two links of A on X, both effective; or what A stated, and a link that it denies */
      :: else -> culprit = (ROW_FITS(X, LINK(h == 1)) -> Bob : Alice)
      fi, ("%c redeems what hand-over %d brought; paid so far: %d of 2\n", NAME(PAYEE_OF(h)), h, paid))
#ifdef PAYEE_TIMER
  :: STEP(todo == nothing && lost != PAYEE_OF(h) && payeeMemory[h] == reserved, payeeMemory[h] = ruled; todo = persist,
      ("%c waited long enough and deletes its reservation %d\n", NAME(PAYEE_OF(h)), h))
#endif
#ifdef GIVES_UP_RESERVED
  :: STEP(todo == nothing && payeeMemory[h] == reserved && reservedSent[h] && transferSent[h], payeeMemory[h] = ruled; todo = persist,
      ("%c refuses after it has sent Reserved %d\n", NAME(PAYEE_OF(h)), h))
#endif
#ifdef PRESUMES_RELEASE
  :: STEP(todo == nothing && payeeMemory[h] == resolving && ruling[h] == none, ruling[h] = released,
      ("the operator presumes that %d was released\n", h))
#endif
  od
}

#define A_HOLDS_X (payer[0] != released && payer[0] != ruled && payer[1] != released && payer[1] != ruled && row[X] != REFUND && row[X] != PAID)
#define A_HAS_CHANGE (payer[0] == released || payer[1] == released)

active proctype Owner() {
end:
  do
  :: STEP(lost != Alice && UNTOUCHED(0) && UNTOUCHED(1) && !rolledBack && row[X] == FREE && phase <= REDEEMING,
      row[X] = PAID; paid = paid + 2, ("A redeems X\n"))
  :: STEP(lost != Alice && A_HAS_CHANGE && row[CHANGE] == FREE && phase <= REDEEMING && ROW_FITS(X, LINK(payer[1] == released)),
      row[X] = LINK(payer[1] == released); row[CHANGE] = PAID; paid = paid + 1, ("A redeems its change\n"))
  od
}

/* On a statement: nothing before redeem until and grace, then what the rows leave. */
active proctype Desk() {
  byte h;
end:
  do
  :: STEP(stated[0] && phase == OVER && ruling[0] == none, h = 0; if
      :: published[h] -> ruling[h] = released; culprit = Alice
      :: else -> if :: row[X] == FREE -> row[X] = REFUND; paid = paid + 2; ruling[h] = ruled :: else fi fi,
      ("the operator refunds X on a statement\n"))
  :: STEP(stated[1] && phase == OVER && ruling[1] == none, h = 1; if
      :: published[h] -> ruling[h] = released; culprit = Alice
      :: else -> if :: row[X] == FREE -> row[X] = REFUND; paid = paid + 2; ruling[h] = ruled :: else fi fi,
      ("the operator refunds X on a statement\n"))
  :: STEP(stated[2] && phase == OVER && ruling[2] == none, h = 2; if
      :: published[h] -> ruling[h] = released; culprit = Bob
      :: else -> if :: INPUT_PATH_FITS(2) && row[OUT(0)] == FREE -> row[X] = LINK(0); row[OUT(0)] = REFUND; paid = paid + 1; ruling[h] = ruled :: else fi fi,
      ("the operator refunds on a statement what hand-over 0 had brought\n"))
  od
}

active proctype Clock() {
  do
  :: STEP(phase < OVER, phase++, ("time passes: %d of 3\n", phase))
  :: break
  od
}

#ifdef LOST
active proctype Fate() {
  if
  :: STEP(true, lost = Alice, ("A is lost for good\n"))
  :: STEP(true, lost = Bob, ("B is lost for good\n"))
  :: STEP(true, lost = Dora, ("D is lost for good\n"))
  fi
}
#endif

#ifdef SKEW
active proctype Skew() {
  if
  :: STEP(true, wrong = Alice; shows = SPENDING, ("A's clock is set back to before spend until\n"))
  :: STEP(true, wrong = Alice; shows = OVER, ("A's clock jumps ahead: grace is over there\n"))
  :: STEP(true, wrong = Bob; shows = SPENDING, ("B's clock is set back to before spend until\n"))
  :: STEP(true, wrong = Bob; shows = REDEEMING, ("B's clock shows that spend until has passed, and redeem until not\n"))
  :: STEP(true, wrong = Bob; shows = OVER, ("B's clock jumps ahead: grace is over there\n"))
  fi;
  STEP(true, wrong = nobody, ("the clock is right again\n"))
}

/* What is decided, and surely over: one's own clock and the operator's word say so. The last copy of a message may go with it. */
#ifdef FORGETS_BY_OWN_CLOCK
#define SURELY_PAST(p) (SHOWN_TO(p) == OVER)
#else
#define SURELY_PAST(p) (SHOWN_TO(p) == OVER && phase == OVER)
#endif
#define FORGET_PAYER(h) \
  STEP(SURELY_PAST(PAYER_OF(h)) && !forgotten[h] && payer[h] == payerMemory[h] && (payer[h] == released || payer[h] == cancelled), \
      forgotten[h] = true; if :: payee[h] != owned -> releaseSent[h] = false; cancelSent[h] = false :: else fi, \
      ("%c forgets hand-over %d, and what it said is not on its way any more\n", NAME(PAYER_OF(h)), h))
active proctype Attic() {
end:
  do
  :: FORGET_PAYER(0)
  :: FORGET_PAYER(2)
  /* B has cancelled it, or paid it on: its records of both go */
  :: STEP(SURELY_PAST(Bob) && payee[0] == payeeMemory[0] && (payee[0] == cancelled || (payee[0] == owned && payer[2] == released && payerMemory[2] == released)),
      payee[0] = none; payeeMemory[0] = none; forgotten[2] = (forgotten[2] || payer[2] == released), ("B forgets hand-over 0, and what it did with it\n"))
  od
}
#endif

init { atomic { run Payer(0); run Payer(1); run Payer(2); run Payee(0); run Payee(1); run Payee(2) } }

#define B_HOLDS (payee[0] == owned && payer[2] != released && payer[2] != ruled && row[OUT(0)] != PAID && row[OUT(0)] != REFUND)
#define UNITS (paid + 2 * A_HOLDS_X + (A_HAS_CHANGE && row[CHANGE] != PAID) + B_HOLDS \
  + (payee[1] == owned && row[OUT(1)] != PAID) + (payee[2] == owned && row[OUT(2)] != PAID))
#define WAITS(h) (payee[h] == reserved || payee[h] == resolving)
/* What went down with a lost party: a release that only its payer had, or that its payee cannot read any more. */
#define PAYER_LOST(h) ((h == 2 && lost == Bob) || (h != 2 && lost == Alice))
#ifdef SAME
#define PAYEE_LOST(h) ((h == 2 && lost == Dora) || (h != 2 && lost == Bob))
#else
#define PAYEE_LOST(h) ((h == 2 && lost == Dora) || (h == 1 && lost == Carol) || (h == 0 && lost == Bob))
#endif
#define WENT_DOWN(h) (payer[h] == released && payee[h] != owned && ((PAYER_LOST(h) && !releaseSent[h]) || PAYEE_LOST(h)))
#define IN_DOUBT(h) (WAITS(h) && !PAYER_LOST(h) && !PAYEE_LOST(h) && !IS_FORGOTTEN(h))

ltl nocreate { [] (UNITS <= 2) }
ltl paysonce { [] (paid <= 2) }
ltl noloss { <> [] (UNITS + WENT_DOWN(0) + WENT_DOWN(1) + WENT_DOWN(2) == 2 || phase == OVER) }
ltl oneword { [] (!(releaseSent[0] && cancelSent[0]) && !(releaseSent[1] && cancelSent[1]) && !(releaseSent[2] && cancelSent[2])) }
ltl oneeffective { [] !(releaseSent[0] && releaseSent[1]) }
ltl noframe { [] (culprit == nobody) }
/* A statement that a clock which was ahead has signed is answered when it is due. */
ltl settles { <> [] (!(IN_DOUBT(0) && !(stated[0] && phase < OVER)) && !(IN_DOUBT(1) && !(stated[1] && phase < OVER)) && !(IN_DOUBT(2) && !(stated[2] && phase < OVER))) }
ltl proven { [] ((answered[0] && answered[1]) -> culprit == Alice) }

/* Can it happen? Each of these is violated by the sound rules, or what holds above would hold of nothing. */
ltl can_pay_on { [] !(row[OUT(2)] == PAID) }
ltl can_pay_second { [] !(payee[1] == owned && cancelSent[0] && row[CHANGE] == PAID) }
ltl can_refund { [] !(row[X] == REFUND && payee[0] == ruled && payer[0] == ruled) }
ltl can_refund_hop { [] !(row[OUT(0)] == REFUND && payer[2] == ruled) }
ltl can_claim_in_grace { [] !(phase == GRACE && !answered[0] && published[0] && CLAIMABLE(0) && payee[0] == owned) }
ltl can_resolve { [] !(payeeMemory[0] == resolving && published[0] && payee[0] == resolving) }
ltl can_end_even { [] !(paid == 2 && row[CHANGE] == PAID && row[OUT(2)] == PAID && crashes == 0) }
#ifdef SKEW
ltl can_state_early { [] !(stated[0] && phase == SPENDING) }
ltl can_forget { [] !(forgotten[0] && payer[0] == released && payee[0] == reserved) }
ltl can_wait_for_the_clock { [] !(wrong == Bob && shows == OVER && ruling[0] == released && payee[0] == reserved && phase == SPENDING) }
#endif
