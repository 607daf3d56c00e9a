/* SPDX-License-Identifier: MIT */
/*
 * The queue protocol, with deadlines, Abort and reset, as a model for Spin: every interleaving of two queues' owners,
 * the controller's owner and a device that may answer in any order, late, twice, or never. README.md says which step
 * stands for which function of the library, and why what is left out here changes nothing.
 *
 * Sizes: QUEUES queues of ENTRIES entries (ENTRIES - 1 slots), REQUESTS requests of each, and so many of the device's
 * and the owner's misdeeds in one run: LOSE, REPEAT, ABORTS, RESETS. DISTINCT: slots and queues that differ in nothing
 * but their number are kept apart, which is the same model with many more states.
 * Faults of the library for the proof that the model can fail: BUG_...
 */
#ifndef QUEUES
#define QUEUES 2
#endif
#ifndef ENTRIES
#define ENTRIES 4
#endif
#ifndef REQUESTS
#define REQUESTS 4
#endif
#ifndef LOSE
#define LOSE 1
#endif
#ifndef REPEAT
#define REPEAT 1
#endif
#ifndef RESETS
#define RESETS 1
#endif
#ifndef ABORTS
#define ABORTS 1
#endif

#ifdef BUG_FULL_RING /* as many slots as entries */
#define SLOTS ENTRIES
#else
#define SLOTS (ENTRIES - 1)
#endif
#define QS (QUEUES * SLOTS)
#define QE (QUEUES * ENTRIES)

/*
 * A command identifier: the slot while the command has it, STALE as soon as it has not. That is slot and generation
 * where a generation is never used again. NONE: there is nothing.
 */
#define STALE 14
#define NONE  15

/* What is in host memory: submission rings, completion rings. */
byte sq_cid[QE], cq_cid[QE];
bit cq_phase[QE];
bool cq_fresh[QE]; /* no memory: it has been posted, and not been taken */

/* CC.EN, CSTS.RDY. The doorbells have the values of sq_tail and cq_head: each is rung in the step that moves those. */
bool cc_en = true, csts_rdy = true;

/* The library's. A request is known by the slot that has it. */
byte sq_tail[QUEUES], cq_head[QUEUES];
bit cq_expected[QUEUES];
bool busy[QS];
bool open_gate = true; /* submissions are accepted, completions are looked at */
bool failing = false;  /* somebody has asked for a reset */
byte submitted[QUEUES];

/* The one Abort command that may be under way (ACL is 1): how far it is, for which queue, command. */
mtype = { NO_ABORT, WANTED, SENT, UNHEARD, ANSWERED };
mtype abort = NO_ABORT;
byte abort_queue, abort_cid = NONE;

/* The device's: what it has fetched, by slot, and may be stuck with; whether it may write to a request's buffer. */
byte sq_head[QUEUES], cq_tail[QUEUES];
bit cq_writes[QUEUES];
bool has[QS], stuck[QS];
bool may_write[QS];
byte repeat_cid[QUEUES];
bool lost = false; /* a command, since the last reset that there is */
byte lose_left = LOSE, repeat_left = REPEAT, resets_left = RESETS, aborts_left = ABORTS;

#define NEXT(position) ((position + 1) % ENTRIES)
#define S(q, s)        ((q) * SLOTS + (s))
#define E(q, e)        ((q) * ENTRIES + (e))

/* Scratch, of no state. */
hidden byte i, j, k, cid;
hidden int key[SLOTS];
hidden byte place[16];

#define IF_SWAP(type, x, y) \
    if \
    :: (x) != (y) -> k = (x); x = (y); y = k \
    :: else \
    fi

/*
 * The slots of a queue in one of the orders that are alike: numbers of slots mean nothing but that they are the same
 * here and there. (The library takes the slot that was freed last; here any free one may be taken.)
 */
inline canonical(q)
{
#ifndef DISTINCT
    i = 0;
    do
    :: i < SLOTS ->
        key[i] = busy[S(q, i)] + 2 * has[S(q, i)] + 4 * stuck[S(q, i)] + 8 * may_write[S(q, i)] +
                 16 * (repeat_cid[q] == i) + 32 * (abort_cid == i && abort_queue == q);
        j = 0;
        do
        :: j < ENTRIES ->
            key[i] = key[i] * 4 + (sq_cid[E(q, j)] == i) + 2 * (cq_cid[E(q, j)] == i);
            j++
        :: else -> break
        od;
        i++
    :: else -> break
    od;
    /* place[i]: the new number of slot i, how many are above it */
    i = 0;
    do
    :: i < SLOTS ->
        place[i] = 0;
        j = 0;
        do
        :: j < SLOTS ->
            place[i] = place[i] + (key[j] > key[i] || (key[j] == key[i] && j < i));
            j++
        :: else -> break
        od;
        i++
    :: else -> break
    od;
    place[STALE] = STALE;
    place[NONE] = NONE;
    repeat_cid[q] = place[repeat_cid[q]];
    if
    :: abort_queue == q -> abort_cid = place[abort_cid]
    :: else
    fi;
    j = 0;
    do
    :: j < ENTRIES ->
        sq_cid[E(q, j)] = place[sq_cid[E(q, j)]];
        cq_cid[E(q, j)] = place[cq_cid[E(q, j)]];
        j++
    :: else -> break
    od;
    /* what is known by the slot's number moves with it */
    i = 0;
    do
    :: i < SLOTS ->
        do
        :: place[i] != i ->
            j = place[i];
            IF_SWAP(bool, busy[S(q, i)], busy[S(q, j)]);
            IF_SWAP(bool, has[S(q, i)], has[S(q, j)]);
            IF_SWAP(bool, stuck[S(q, i)], stuck[S(q, j)]);
            IF_SWAP(bool, may_write[S(q, i)], may_write[S(q, j)]);
            place[i] = place[j];
            place[j] = j
        :: else -> break
        od;
        i++
    :: else -> break
    od;
#endif
    i = 0
}

/* A generation is over: what names the slot in any other place is a command's that has ended. */
inline outdate(q, s)
{
#ifndef BUG_NO_GENERATION
    j = 0;
    do
    :: j < ENTRIES ->
        if
        :: cq_cid[E(q, j)] == s -> cq_cid[E(q, j)] = STALE
        :: else
        fi;
        j++
    :: else -> break
    od;
    if
    :: repeat_cid[q] == s -> repeat_cid[q] = STALE
    :: else
    fi;
    if
    :: abort_queue == q && abort_cid == s -> abort_cid = STALE
    :: else
    fi
#else
    skip
#endif
}

/* A request is called back; its slot is free. */
inline end_request(q, s)
{
    assert(busy[S(q, s)]);       /* once */
    assert(!may_write[S(q, s)]); /* promise 3: nobody is told that a buffer is free that is not */
    busy[S(q, s)] = false;
    outdate(q, s)
}

/* lwnvme_completion_take_other: the identifier is believed only if its slot has a command of this generation. */
inline take(q)
{
    assert(cq_fresh[E(q, cq_head[q])]); /* it was posted, and has not been taken */
    cq_fresh[E(q, cq_head[q])] = false;
    cid = cq_cid[E(q, cq_head[q])];
    cq_cid[E(q, cq_head[q])] = NONE; /* the library leaves it; here that would be the same state many times */
    cq_head[q] = NEXT(cq_head[q]);
    if
    :: cq_head[q] == 0 -> cq_expected[q] = 1 - cq_expected[q]
    :: else
    fi;
    if
    :: cid < SLOTS && busy[S(q, cid)] -> end_request(q, cid)
    :: else /* stale: dropped */
    fi
}

#define FREE(q, s) (!busy[S(q, s)])
#if ENTRIES == 3
#define ANY(what, q) (what(q, 0) || what(q, 1))
#elif ENTRIES == 4 && !defined(BUG_FULL_RING)
#define ANY(what, q) (what(q, 0) || what(q, 1) || what(q, 2))
#else
#define ANY(what, q) (what(q, 0) || what(q, 1) || what(q, 2) || what(q, 3))
#endif
#if ENTRIES == 3
#define CHOOSE(what, q) \
    if \
    :: what(q, 0) -> s = 0 \
    :: what(q, 1) -> s = 1 \
    fi
#elif ENTRIES == 4 && !defined(BUG_FULL_RING)
#define CHOOSE(what, q) \
    if \
    :: what(q, 0) -> s = 0 \
    :: what(q, 1) -> s = 1 \
    :: what(q, 2) -> s = 2 \
    fi
#else
#define CHOOSE(what, q) \
    if \
    :: what(q, 0) -> s = 0 \
    :: what(q, 1) -> s = 1 \
    :: what(q, 2) -> s = 2 \
    :: what(q, 3) -> s = 3 \
    fi
#endif
#define BUSY(q, s)        (busy[S(q, s)])
#define HAS_COMPLETION(q) (cq_phase[E(q, cq_head[q])] == cq_expected[q])
#define ALL_CALLED(q)     (submitted[q] == REQUESTS && !ANY(BUSY, q))

/* The owner of a queue. Each step is one turn of its loop; the controller's owner comes between any two. */
proctype owner(byte q)
{
    byte s = 0;

end:
    do
    :: atomic { /* lwnvme_submit_now, lwnvme_piece_send, lwnvme_sq_publish */
        open_gate && !failing && submitted[q] < REQUESTS && ANY(FREE, q) ->
        CHOOSE(FREE, q);
        d_step {
            sq_cid[E(q, sq_tail[q])] = s;
            busy[S(q, s)] = true;
            may_write[S(q, s)] = true;
            submitted[q]++;
            sq_tail[q] = NEXT(sq_tail[q]);
            assert(sq_tail[q] != sq_head[q]); /* a free slot means a free place */
            canonical(q);
            s = 0
        } }
    :: d_step { open_gate && HAS_COMPLETION(q) -> take(q); canonical(q) }
    :: atomic { /* a deadline passes: lwnvme_deadlines_check */
        open_gate && !failing && !HAS_COMPLETION(q) && abort == NO_ABORT && resets_left > 0 && ANY(BUSY, q) ->
        if
        :: aborts_left > 0 ->
            CHOOSE(BUSY, q);
            d_step {
                aborts_left--;
                abort = WANTED;
                abort_queue = q;
                abort_cid = s;
                canonical(q);
                s = 0
            }
        :: else -> failing = true
        fi }
    od
}

inline abort_over()
{
    abort = NO_ABORT;
    abort_queue = 0;
    abort_cid = NONE
}

/* lwnvme_queue_reap: what had come is genuine. lwnvme_queue_give_back: the rest. */
inline give_back(q)
{
    do
    :: HAS_COMPLETION(q) -> take(q)
    :: else -> break
    od;
    cid = 0;
    do
    :: cid < SLOTS ->
        if
        :: busy[S(q, cid)] -> end_request(q, cid)
        :: else
        fi;
        cid++
    :: else -> break
    od
}

inline ring_reset(q)
{
    j = 0;
    do
    :: j < ENTRIES ->
        sq_cid[E(q, j)] = NONE;
        cq_cid[E(q, j)] = NONE;
        cq_fresh[E(q, j)] = false;
#ifndef BUG_RING_NOT_CLEARED
        cq_phase[E(q, j)] = 0;
#endif
        j++
    :: else -> break
    od;
    sq_tail[q] = 0;
    cq_head[q] = 0;
#ifndef BUG_PHASE_KEPT
    cq_expected[q] = 1;
#endif
}

/* The controller's owner: Abort, then reset. */
proctype controller()
{
end:
    do
    :: d_step { abort == WANTED && !failing -> abort = SENT }
    :: atomic { /* answered: whatever it says, the command's own completion ends the request, or its reset */
        abort == ANSWERED ->
#ifdef BUG_ABORT_ENDS
        d_step {
            if
            :: abort_cid < SLOTS -> end_request(abort_queue, abort_cid)
            :: else
            fi;
            i = 0
        };
#endif
        if
        :: abort_cid < SLOTS && resets_left > 0 -> failing = true /* not within its time */
        :: true /* it may still come; the queue's deadline says so */
        fi;
        d_step {
            abort_over();
            canonical(0);
            canonical((QUEUES - 1))
        } }
    :: d_step { (abort == SENT || abort == UNHEARD) && resets_left > 0 && !failing -> failing = true } /* lost */
    :: failing && resets_left > 0 ->
        /* lwnvme_queues_stop, lwnvme_disable_enter */
        d_step {
            resets_left--;
            open_gate = false;
            cc_en = false
        };
        /* lwnvme_disable_poll */
#ifndef BUG_EARLY_RETURN
        !csts_rdy;
#endif
        d_step {
            give_back(0);
            give_back((QUEUES - 1));
            i = 0
        };
#ifdef BUG_EARLY_RETURN
        !csts_rdy;
#endif
        /* lwnvme_ring_reset, lwnvme_enable_enter */
        d_step {
            ring_reset(0);
            ring_reset((QUEUES - 1));
            lost = false;
            abort_over();
            canonical(0);
            canonical((QUEUES - 1));
            cc_en = true
        };
        d_step { csts_rdy -> failing = false; open_gate = true }
    od
}

/* The device answers with identifier c; the command of its slot has been executed. */
inline post(q, c)
{
    cq_cid[E(q, cq_tail[q])] = c;
    cq_fresh[E(q, cq_tail[q])] = true;
    cq_phase[E(q, cq_tail[q])] = cq_writes[q];
    cq_tail[q] = NEXT(cq_tail[q]);
    if
    :: cq_tail[q] == 0 -> cq_writes[q] = 1 - cq_writes[q]
    :: else
    fi
}

inline forget(q, s)
{
    has[S(q, s)] = false;
    stuck[S(q, s)] = false;
    may_write[S(q, s)] = false
}

#define HAS(q, s)  (has[S(q, s)] && !stuck[S(q, s)])
#define CQ_ROOM(q) (NEXT(cq_tail[q]) != cq_head[q])
#define RUNS       (cc_en && csts_rdy)

/* The device's part for one queue: fetches in order, ends in any order. */
proctype device(byte q)
{
    byte s = 0;

end:
    do
    :: d_step {
        RUNS && sq_head[q] != sq_tail[q] ->
        cid = sq_cid[E(q, sq_head[q])];
        sq_cid[E(q, sq_head[q])] = NONE; /* never read again */
        sq_head[q] = NEXT(sq_head[q]);
        assert(!has[S(q, cid)]); /* no command identifier twice at once */
        has[S(q, cid)] = true;
        canonical(q) }
    :: atomic { /* a command ends: answered, answered twice, not answered; or never ends */
        RUNS && CQ_ROOM(q) && ANY(HAS, q) ->
        CHOOSE(HAS, q);
        if
        :: d_step { true -> post(q, s); forget(q, s) }
        :: d_step { repeat_left > 0 && repeat_cid[q] == NONE ->
            repeat_left--;
            repeat_cid[q] = s;
            post(q, s);
            forget(q, s) }
        :: d_step { lose_left > 0 -> lose_left--; forget(q, s); lost = (resets_left == 0) }
        :: d_step { lose_left > 0 -> lose_left--; stuck[S(q, s)] = true; lost = (resets_left == 0) }
        fi;
        d_step { canonical(q); s = 0 } }
    :: d_step { /* once more, whenever */
        RUNS && repeat_cid[q] != NONE && CQ_ROOM(q) ->
        post(q, repeat_cid[q]);
        repeat_cid[q] = NONE;
        canonical(q) }
    od
}

inline stop(q)
{
    i = 0;
    do
    :: i < SLOTS -> forget(q, i); i++
    :: else -> break
    od;
    repeat_cid[q] = NONE;
    sq_head[q] = 0;
    cq_tail[q] = 0;
    cq_writes[q] = 1;
    canonical(q)
}

/* The device's part for the whole: Abort, and CC.EN. */
proctype device_admin()
{
end:
    do
    :: d_step { /* aborted, stuck or not: the command ends with Command Abort Requested; then Abort's own answer */
        RUNS && abort == SENT && abort_cid < SLOTS && has[S(abort_queue, abort_cid)] && CQ_ROOM(abort_queue) ->
        post(abort_queue, abort_cid);
        forget(abort_queue, abort_cid);
        abort = ANSWERED;
        canonical(abort_queue) }
    :: d_step { RUNS && abort == SENT -> abort = ANSWERED } /* not aborted */
    :: d_step { RUNS && abort == SENT && lose_left > 0 -> lose_left--; abort = UNHEARD } /* never answered */
    :: d_step { !cc_en && csts_rdy -> /* it stops: nothing of before is left */
        stop(0);
        stop((QUEUES - 1));
        csts_rdy = false }
    :: d_step { cc_en && !csts_rdy -> csts_rdy = true }
    od
}

init {
    d_step {
        do
        :: i < QE -> sq_cid[i] = NONE; cq_cid[i] = NONE; i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < QUEUES -> cq_expected[i] = 1; cq_writes[i] = 1; repeat_cid[i] = NONE; i++
        :: else -> break
        od;
        i = 0
    };
    atomic {
        run owner(0);
        run device(0);
#if QUEUES == 2
        run owner(1);
        run device(1);
#endif
        run controller();
        run device_admin()
    }
    /* Nothing moves any more, and that is the only end: all requests have been called back, but for a command that was
     * lost when the budget of resets was spent. */
end:
    timeout;
    assert((ALL_CALLED(0) && ALL_CALLED((QUEUES - 1))) || (lost && resets_left == 0))
}
