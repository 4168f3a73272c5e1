/*
 * A payment across two ecosystems (docs/spec/crossing.md): the source S locks, the destination D reserves, and what
 * S's seal of the agreed number DECIDES says of it is final for both.
 *
 *   process      models
 *   Payer        who releases once it has proof that D reserved, or gives up
 *   Source       S: lock, commit, and the seals in which its state stands
 *   Destination  D, which sees seals late, and only those that a quorum cosigned
 *
 * Seals are numbered and never change. What they show, the release and the proofs are messages: sets that only grow,
 * late, repeated and out of order, and arriving in the end. Each step is one durable write, so a crash between two of
 * them is time that passes.
 *
 *   -DSTALLS               S may stop for good before the seal that decides
 * Broken on purpose:
 *   -DBY_TIMESTAMPS        each side decides by its own clock: S gives back when it is late, D voids when it is late
 *   -DCREDITS_BY_RELEASE   D credits by the release alone, which the payee brought it
 *   -DCOMMITS_LATE         S takes a release after the seal that decides
 *   -DTWO_VIEWS            S shows D another seal of that number: the quorums have no honest witness in common
 */

#define DECIDES 2

mtype = { idle, locked, committed, givenBack };
mtype = { unasked, reserved, credited, voided, refused };

mtype source = idle;
mtype destination = unasked;
byte sealed;                    /* the number of S's last seal */
bool lockShown;                 /* a seal of S shows the lock */
bool reserveShown;              /* a seal of D shows the reservation */
bool commitShown;               /* the seal that decides shows the commit */
bool released, gaveUp;
bool stopped;

#define STEP(guard, changes, words) d_step { guard -> changes; printf words }
#define IS_DECIDED (sealed == DECIDES)

active proctype Payer() {
end:
  do
  :: STEP(!released && !gaveUp && reserveShown, released = true, ("the payer sees that D reserved, and releases\n"))
  :: STEP(!released && !gaveUp, gaveUp = true, ("the payer gives up\n"))
  od
}

active proctype Source() {
end:
  do
  :: STEP(!stopped && source == idle && !IS_DECIDED, source = locked, ("S locks\n"))
  :: STEP(!stopped && source == locked && released && !IS_DECIDED, source = committed, ("S takes the release, and commits\n"))
  :: STEP(!stopped && !IS_DECIDED, sealed = sealed + 1; lockShown = lockShown || source == locked; commitShown = IS_DECIDED && source == committed, ("S seals number %d\n", sealed))
  :: STEP(!stopped && IS_DECIDED && source == locked, source = givenBack, ("the seal that decides shows no commit: S gives back\n"))
#ifdef BY_TIMESTAMPS
  :: STEP(!stopped && source == locked, source = givenBack, ("by S's clock it is late: S gives back\n"))
#endif
#ifdef COMMITS_LATE
  :: STEP(!stopped && source == locked && released && IS_DECIDED, source = committed, ("S takes the release after the seal that decides\n"))
#endif
#ifdef STALLS
  :: STEP(!stopped && !IS_DECIDED, stopped = true, ("S stops for good\n"))
#endif
  od
}

active proctype Destination() {
end:
  do
  :: STEP(destination == unasked && lockShown, destination = reserved, ("D sees the lock, and reserves\n"))
  :: STEP(destination == unasked && lockShown, destination = refused, ("D refuses: late, or more than it may be owed\n"))
  :: STEP(destination == reserved && !reserveShown, reserveShown = true, ("D seals the reservation\n"))
#ifndef TWO_VIEWS
  :: STEP(destination == reserved && IS_DECIDED && commitShown, destination = credited, ("D sees the commit in the seal that decides, and credits\n"))
  :: STEP(destination == reserved && IS_DECIDED && !commitShown, destination = voided, ("D sees no commit in the seal that decides, and voids\n"))
#else
  :: STEP(destination == reserved && IS_DECIDED && !commitShown, destination = credited, ("D is shown a commit, and credits\n"))
  :: STEP(destination == reserved && IS_DECIDED && commitShown, destination = voided, ("D is shown no commit, and voids\n"))
#endif
#ifdef BY_TIMESTAMPS
  :: STEP(destination == reserved, destination = voided, ("by D's clock it is late: D voids\n"))
#endif
#ifdef CREDITS_BY_RELEASE
  :: STEP(destination == reserved && released, destination = credited, ("D sees the release, and credits\n"))
#endif
  od
}

#define PAYER_HAS (source == idle || source == givenBack)
#define PAYEE_HAS (destination == credited)

/* Never spendable by both. */
ltl nocreate { [] !(PAYER_HAS && PAYEE_HAS) }
ltl noloss { <> [] (PAYER_HAS || PAYEE_HAS) }
/* Nothing is stranded. */
ltl settles { <> [] (source != locked && destination != reserved) }
/* What ended at D for good and at S for good ended alike. */
ltl agrees { [] !(source == committed && (destination == voided || destination == refused)) }
/* Nobody is paid by a payer that did not release. */
ltl consents { [] !(PAYEE_HAS && !released) }
/* A duty that was proven is met. */
ltl dutyismet { [] ((source == committed) -> <> PAYEE_HAS) }

ltl can_pay { [] !(source == committed && PAYEE_HAS) }
ltl can_come_late { [] !(released && source == givenBack && destination == voided) }
ltl can_refuse { [] !(source == givenBack && destination == refused) }
ltl can_strand { [] !(stopped && source == committed && destination == reserved) }
