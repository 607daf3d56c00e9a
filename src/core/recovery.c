/* SPDX-License-Identifier: MIT */
/*
 * The ladder.
 *
 *     a command is late --> grace: polled again --> abort: a token of ACL --> aborting --> wait: for the command's answer
 *                              | answered: done        | none comes           | lost, by its deadline     | none comes
 *                              v                       v                      v                           v
 *                           watching                   +----------------> the controller fails <----------+
 *                                                                             |  also: CFS, lost RDY, admin deadline
 *     stop --> stop_reclaim: requests kept or given back --> turn: next rung?   <---- a bring-up that fails
 *                                                              | reset: disable --> ... --> verify --> ready
 *                                                              | NSSR, host's reset: rescue --> settle --> disable ...
 *                                                              | none left: failed
 *
 * There is no second machine for errors here: a controller with a recovery goes the same way to stop_reclaim as any other,
 * and `turn` leads it on from there. One that does not stop is not left before the strongest rung has been tried, because
 * requests can be given back only when it has.
 *
 * Context: the queue's owner finds a command late and says so in the queue (late); all else is the controller owner's. A
 * service does the rungs up to the Abort, while the controller is ready; the state machine does the others.
 */
#include "recovery_private.h"

#define LWNVME_RECOVERY_ABORT_MS      2000u
#define LWNVME_RECOVERY_RESETS        5u
#define LWNVME_RECOVERY_WINDOW_MS     600000u
#define LWNVME_RECOVERY_PAUSE_MS      100u
#define LWNVME_RECOVERY_PAUSE_MOST_MS 60000u
#define LWNVME_RECOVERY_DOUBLINGS     6u
#define LWNVME_RECOVERY_GRACE_US      20000u
#define LWNVME_RECOVERY_LOOK_US       1000u
#define LWNVME_RECOVERY_NUDGE_MS      500u

/* lwnvme_queue.nudged */
#define LWNVME_NUDGE_OWED 1u /* its owner is to be asked to poll, ... */
#define LWNVME_NUDGE_DONE 2u /* and has been */

enum lwnvme_case_stage {
    LWNVME_CASE_GRACE = 0,
    LWNVME_CASE_ABORT,
    LWNVME_CASE_ABORTING,
    LWNVME_CASE_WAIT
};

enum lwnvme_rung {
    LWNVME_RUNG_NONE = 0,
    LWNVME_RUNG_RESET,
    LWNVME_RUNG_SUBSYSTEM,
    LWNVME_RUNG_HOST
};

static struct lwnvme_recovery *lwnvme_recovery_of(struct lwnvme_service *service)
{
    return (struct lwnvme_recovery *)(void *)((uint8_t *)service - offsetof(struct lwnvme_recovery, service));
}

/* Rungs. */

/* What a reset may help against. A clock that stands still is the host's, another drive is nobody's to go on with. */
bool lwnvme_may_be_recovered(int status)
{
    return status > 0 || status == LWNVME_ERR_TIMEOUT || status == LWNVME_ERR_FATAL ||
           status == LWNVME_ERR_LOST_READY || status == LWNVME_ERR_SUBSYSTEM_RESET ||
           status == LWNVME_ERR_SETTLE_TIMEOUT || status == LWNVME_ERR_DISABLE_TIMEOUT ||
           status == LWNVME_ERR_ENABLE_TIMEOUT || status == LWNVME_ERR_IDENTIFY_DATA;
}

/* Not within a recovery: one whose resets take longer than the window would never end. */
static void lwnvme_window_roll(struct lwnvme_recovery *recovery, uint64_t now_us)
{
    uint64_t window_us =
        (uint64_t)lwnvme_or_default(recovery->policy.window_ms, LWNVME_RECOVERY_WINDOW_MS) * 1000u;

    if (recovery->service.controller->recovering != 0 ||
        (now_us >= recovery->window_since_us && now_us - recovery->window_since_us < window_us))
        return;
    recovery->window_since_us = now_us;
    recovery->window_resets = 0;
    recovery->window_subsystem_resets = 0;
    recovery->window_host_resets = 0;
}

/* The next rung that may be climbed; stopped: the controller is known to have stopped, so that its own reset may help. */
static enum lwnvme_rung lwnvme_rung_next(struct lwnvme_controller *controller, bool stopped)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    const struct lwnvme_recovery_policy *policy = &recovery->policy;

    lwnvme_window_roll(recovery, lwnvme_now_us(controller));
    if (stopped && recovery->window_resets < lwnvme_or_default(policy->resets, LWNVME_RECOVERY_RESETS))
        return LWNVME_RUNG_RESET;
    if (policy->subsystem_reset && lwnvme_cap(controller, LWNVME_CAP_NSSRS) != 0 &&
        recovery->window_subsystem_resets == 0)
        return LWNVME_RUNG_SUBSYSTEM;
    if (policy->host_reset != NULL && recovery->window_host_resets == 0)
        return LWNVME_RUNG_HOST;
    if (stopped && policy->admin_only && recovery->queues_failed && !recovery->without_queues)
        return LWNVME_RUNG_RESET;
    return LWNVME_RUNG_NONE;
}

static uint32_t lwnvme_rung_reset(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    uint32_t pause_ms = lwnvme_or_default(recovery->policy.pause_ms, LWNVME_RECOVERY_PAUSE_MS);
    uint32_t doublings = recovery->in_a_row - 1u;

    if (doublings > LWNVME_RECOVERY_DOUBLINGS)
        doublings = LWNVME_RECOVERY_DOUBLINGS;
    if (pause_ms > LWNVME_RECOVERY_PAUSE_MOST_MS)
        pause_ms = LWNVME_RECOVERY_PAUSE_MOST_MS;
    if (recovery->in_a_row != 0)
        controller->not_before_us = lwnvme_now_us(controller) + (uint64_t)(pause_ms << doublings) * 1000u;
    if (recovery->window_resets >= lwnvme_or_default(recovery->policy.resets, LWNVME_RECOVERY_RESETS))
        recovery->without_queues = true; /* all but I/O queues has been tried */
    recovery->window_resets++;
    recovery->counts.resets++;
    recovery->in_a_row++;
    return LWNVME_STATE_DISABLE;
}

/* Begins the rung; returns its first state. */
static uint32_t lwnvme_rung_climb(struct lwnvme_controller *controller, enum lwnvme_rung rung)
{
    struct lwnvme_recovery *recovery = controller->recovery;

    LWNVME_SHOW(controller->fail_status, LWNVME_OK);
    recovery->rung = (uint32_t)rung;
    if (rung == LWNVME_RUNG_RESET)
        return lwnvme_rung_reset(controller);
    if (rung == LWNVME_RUNG_SUBSYSTEM)
        recovery->window_subsystem_resets++;
    else
        recovery->window_host_resets++;
    return LWNVME_STATE_RESCUE;
}

/* The state `rescue`. What the host cannot reset counts as a controller that does not stop. */
static int lwnvme_recovery_rescue(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    int status;

    if (recovery->rung == LWNVME_RUNG_SUBSYSTEM) {
        recovery->counts.subsystem_resets++;
        lwnvme_subsystem_reset_now(controller);
        return LWNVME_OK;
    }
    status = recovery->policy.host_reset(controller, recovery->policy.context);
    if (status == LWNVME_OK)
        recovery->counts.host_resets++;
    else if (status != LWNVME_PENDING)
        status = LWNVME_ERR_DISABLE_TIMEOUT;
    return status;
}

/* Turns. */

static void lwnvme_cases_drop(struct lwnvme_recovery *recovery)
{
    uint32_t index;

    for (index = 0; index < LWNVME_RECOVERY_CASES; index++) {
        struct lwnvme_recovery_case *one = &recovery->cases[index];

        if (one->queue != NULL && one->stage == LWNVME_CASE_ABORTING &&
            lwnvme_request_active(&one->request) && one->request.status == LWNVME_ERR_TIMEOUT)
            recovery->counts.lost_aborts++;
        one->queue = NULL;
    }
}

/* The controller cannot go on. Told each time; the first time a recovery begins. */
static void lwnvme_recovery_failing(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;

    lwnvme_cases_drop(recovery);
    if (controller->state != LWNVME_STATE_STOP && controller->state != LWNVME_STATE_STOP_RECLAIM)
        recovery->queues_failed =
            controller->state == LWNVME_STATE_IO_QUEUES ||
            (controller->state == LWNVME_STATE_QUEUE_COUNT && controller->fail_status > 0); /* refused */
    if (controller->recovering != 0 || controller->goal != LWNVME_GOAL_READY || controller->identified == 0 ||
        controller->state == LWNVME_STATE_STOP || controller->state == LWNVME_STATE_STOP_RECLAIM ||
        recovery->policy.no_reset || !lwnvme_may_be_recovered(controller->fail_status))
        return;
    recovery->without_queues = false;
    recovery->unstoppable = false;
    recovery->in_a_row = 0;
    if (lwnvme_rung_next(controller, true) == LWNVME_RUNG_NONE)
        return;
    LWNVME_SHOW(controller->recovering, 1);
    lwnvme_gates_set(controller, LWNVME_SLOW_NO_SUBMIT | LWNVME_SLOW_AWAITING, 0);
    recovery->counts.recoveries++;
    recovery->state = LWNVME_RECOVERY_RESETTING;
    lwnvme_event_send(controller, LWNVME_EVENT_RECOVERY);
}

static void lwnvme_recovery_give_up(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;

    if (controller->recovering != 0)
        recovery->counts.failures++;
    recovery->state = LWNVME_RECOVERY_FAILED;
    LWNVME_SHOW(controller->recovering, 0);
    lwnvme_recovery_give_back_all(recovery);
    lwnvme_recovery_await_no_more(controller);
}

/* I/O queues cannot be made: what is kept was for them, and so is what waits in them. */
static void lwnvme_queues_abandon(struct lwnvme_controller *controller)
{
    while (controller->queues != NULL)
        lwnvme_queue_close(controller->queues, LWNVME_ERR_NO_IO_QUEUES);
    lwnvme_recovery_give_back_all(controller->recovery);
    controller->recovery->counts.admin_only++;
}

/* stop_reclaim would lead to failed. */
static uint32_t lwnvme_turn_from_failure(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    enum lwnvme_rung rung = LWNVME_RUNG_NONE;

    if (controller->recovering != 0 && controller->goal == LWNVME_GOAL_READY && !recovery->unstoppable &&
        lwnvme_may_be_recovered(controller->fail_status))
        rung = lwnvme_rung_next(controller, true);
    if (rung != LWNVME_RUNG_NONE)
        return lwnvme_rung_climb(controller, rung);
    lwnvme_recovery_give_up(controller);
    return LWNVME_STATE_FAILED;
}

/* The controller has not stopped, and what it may still write would have to be given up. */
static uint32_t lwnvme_turn_from_no_stop(struct lwnvme_controller *controller)
{
    enum lwnvme_rung rung = LWNVME_RUNG_NONE;

    if (lwnvme_may_be_recovered(controller->fail_status))
        rung = lwnvme_rung_next(controller, false);
    if (rung != LWNVME_RUNG_NONE)
        return lwnvme_rung_climb(controller, rung);
    controller->recovery->unstoppable = true;
    return LWNVME_STATE_STOP_RECLAIM;
}

static uint32_t lwnvme_recovery_turn(struct lwnvme_controller *controller, uint32_t next)
{
    struct lwnvme_recovery *recovery = controller->recovery;

    if (next == LWNVME_STATE_IO_QUEUES && recovery->without_queues) {
        lwnvme_queues_abandon(controller);
        next = LWNVME_STATE_READY;
    }
    if (next == LWNVME_STATE_READY && controller->state != LWNVME_STATE_VERIFY) {
        lwnvme_recovery_verify_begin(recovery);
        return LWNVME_STATE_VERIFY;
    }
    if (next == LWNVME_STATE_STOP_RECLAIM && controller->device_stopped == 0 && controller->recovering != 0 &&
        controller->goal == LWNVME_GOAL_READY && controller->fail_status != LWNVME_ERR_GONE)
        return lwnvme_turn_from_no_stop(controller);
    if (next == LWNVME_STATE_FAILED)
        return lwnvme_turn_from_failure(controller);
    return next;
}

/* Late commands. */

/* A command is late, or (NULL) what was may have ended. Only what the I/O of a ready controller is late for has a ladder;
 * admin commands lead to the reset at once. Queue owner's context. */
static bool lwnvme_recovery_late(struct lwnvme_queue *queue, struct lwnvme_slot *slot)
{
    const struct lwnvme_controller *controller = queue->controller;
    const struct lwnvme_recovery *recovery = controller->recovery;
    const struct lwnvme_recovery_class *class;

    if (slot == NULL) {
        slot = &queue->slots[queue->late & LWNVME_CID_INDEX_MASK];
        if (queue->late != 0 && (slot->request == NULL || slot->key.part.cid != (queue->late & 0xffffu) ||
                                 slot->deadline_ms != queue->late_deadline_ms)) {
            LWNVME_SHOW(queue->late, 0);
            lwnvme_recovery_slow_end(queue);
        }
        return false;
    }
    if (queue->id == 0 || LWNVME_GLANCE(controller->state) != LWNVME_STATE_READY ||
        LWNVME_GLANCE(controller->fail_status) != LWNVME_OK)
        return false;
    slot->request->late = true;
    queue->slow |= LWNVME_SLOW_LOOK;
    if (queue->late == 0) {
        class = &recovery->policy.classes[lwnvme_repeat_class(slot->request)];
        queue->late_deadline_ms = slot->deadline_ms;
        LWNVME_SHOW(queue->late,
                    slot->key.part.cid | LWNVME_LATE_KNOWN |
                        (recovery->policy.no_abort || class->no_abort ? LWNVME_LATE_NO_ABORT : 0));
    }
    return true;
}

static struct lwnvme_recovery_case *lwnvme_case_find(struct lwnvme_recovery *recovery,
                                                     const struct lwnvme_queue *queue)
{
    uint32_t index;

    for (index = 0; index < LWNVME_RECOVERY_CASES; index++) {
        if (recovery->cases[index].queue == queue &&
            !(queue == NULL && lwnvme_request_active(&recovery->cases[index].request)))
            return &recovery->cases[index];
    }
    return NULL;
}

/* As many at once as there is room for; the others have their turn. */
static void lwnvme_case_open(struct lwnvme_recovery *recovery, struct lwnvme_queue *queue, uint32_t late,
                             uint64_t now_us)
{
    struct lwnvme_recovery_case *one = lwnvme_case_find(recovery, NULL);

    if (one == NULL)
        return;
    one->queue = queue;
    one->late = late;
    one->stage = LWNVME_CASE_GRACE;
    one->took = false;
    one->until_us = now_us + LWNVME_RECOVERY_GRACE_US;
    recovery->counts.late++;
}

static LWNVME_NOINLINE uint64_t lwnvme_abort_us(const struct lwnvme_recovery *recovery)
{
    return (uint64_t)lwnvme_or_default(recovery->policy.abort_ms, LWNVME_RECOVERY_ABORT_MS) * 1000u;
}

/* Asks for the command to be given back. false: as many are asked for as the controller takes. */
static bool lwnvme_case_abort(struct lwnvme_controller *controller, struct lwnvme_recovery_case *one)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    struct lwnvme_command *command;

    if (lwnvme_aborts_under_way(&controller->admin) >= controller->info.acl)
        return false;
    command = lwnvme_command_begin(&one->request, LWNVME_ADMIN_ABORT);
    command->cdw10 = lwnvme_field_put(one->queue->id, LWNVME_ABORT_SQID) |
                     lwnvme_field_put(one->late & 0xffffu, LWNVME_ABORT_CID);
    one->request.done = NULL;
    one->request.internal_done = NULL;
    one->request.timeout_ms = lwnvme_or_default(recovery->policy.abort_ms, LWNVME_RECOVERY_ABORT_MS);
    if (lwnvme_admin_send(controller, &one->request, 0, 0) != LWNVME_OK)
        return false;
    recovery->counts.aborts++;
    return true;
}

static void lwnvme_case_answered(struct lwnvme_recovery *recovery, struct lwnvme_recovery_case *one)
{
    one->took = one->request.status == LWNVME_OK &&
                lwnvme_field_get(one->request.result_dw0, LWNVME_ABORT_DW0_NOT_ABORTED) == 0;
    if (one->took)
        recovery->counts.aborted++;
    else
        recovery->counts.not_aborted++;
}

/* The next step of a late command. false: this rung is at its end, and the command still late. */
static bool lwnvme_case_step(struct lwnvme_controller *controller, struct lwnvme_recovery_case *one,
                             uint64_t now_us)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    bool over = now_us >= one->until_us ||
                one->until_us - now_us > LWNVME_RECOVERY_GRACE_US + lwnvme_abort_us(recovery);

    if (one->stage == LWNVME_CASE_GRACE && over) {
        if ((one->late & LWNVME_LATE_NO_ABORT) != 0)
            return false;
        one->stage = LWNVME_CASE_ABORT;
        one->until_us = now_us + lwnvme_abort_us(recovery);
        over = false;
    }
    if (one->stage == LWNVME_CASE_ABORT && lwnvme_case_abort(controller, one))
        one->stage = LWNVME_CASE_ABORTING;
    if (one->stage == LWNVME_CASE_ABORTING) {
        if (lwnvme_request_active(&one->request))
            return true; /* it has a deadline of its own */
        lwnvme_case_answered(recovery, one);
        one->stage = LWNVME_CASE_WAIT;
        one->until_us = now_us + lwnvme_abort_us(recovery);
        over = false;
    }
    return !over;
}

/* The command is no longer late: answered after all, or because of the Abort. */
static void lwnvme_case_end(struct lwnvme_recovery *recovery, struct lwnvme_recovery_case *one)
{
    if (one->stage == LWNVME_CASE_ABORTING)
        lwnvme_case_answered(recovery, one);
    if (!one->took)
        recovery->counts.late_answers++;
    one->queue = NULL;
}

/* The service, while the controller is ready. */

/* Whether there still is such a queue, and its command still late. One that was answered may have been deleted since, while the
 * Abort goes on. */
static bool lwnvme_case_is_late(const struct lwnvme_controller *controller,
                                const struct lwnvme_recovery_case *one)
{
    const struct lwnvme_queue *queue = controller->queues;

    while (queue != NULL && queue != one->queue)
        queue = queue->next;
    return queue != NULL && LWNVME_GLANCE(queue->late) == one->late;
}

static void lwnvme_cases_work(struct lwnvme_controller *controller, uint64_t now_us)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    uint32_t index;

    recovery->state = LWNVME_RECOVERY_WATCHING;
    for (index = 0; index < LWNVME_RECOVERY_CASES; index++) {
        struct lwnvme_recovery_case *one = &recovery->cases[index];

        if (one->queue == NULL)
            continue;
        recovery->state = LWNVME_RECOVERY_ABORTING;
        recovery->service.due_us = now_us + LWNVME_RECOVERY_LOOK_US;
        if (!lwnvme_case_is_late(controller, one)) {
            if (!lwnvme_request_active(&one->request))
                lwnvme_case_end(recovery, one);
        } else if (!lwnvme_case_step(controller, one, now_us)) {
            lwnvme_controller_fail(controller, LWNVME_ERR_TIMEOUT);
            return;
        }
    }
}

/* Answers that nobody has been told of: an interrupt was lost. */
static void lwnvme_queue_heal(struct lwnvme_recovery *recovery, struct lwnvme_queue *queue, uint64_t now_us)
{
    if (!recovery->policy.poll_queues && (queue->flags & LWNVME_QUEUE_SHARED) == 0)
        return;
    if (lwnvme_in_flight(queue) == 0 ||
        (uint32_t)(now_us >> 10) - LWNVME_GLANCE(queue->clock_ms) < queue->timeout_ms)
        return;
    if (lwnvme_queue_poll(queue, 0) != 0)
        recovery->counts.healed++;
}

/*
 * Queues of other owners are looked at, not touched: only what their owners write word by word is read, and a completion
 * ring. What is read while they write it may be wrong once, and costs a poll for nothing.
 */

/* Whether commands of the ring's queues have ended since the last look. */
static bool lwnvme_ring_moves(struct lwnvme_queue *ring)
{
    const struct lwnvme_queue *queue;
    uint32_t heard = 0;
    bool moves;

    for (queue = ring; queue != NULL; queue = queue->sharer)
        heard += LWNVME_GLANCE(queue->completed);
    moves = ring->heard != heard;
    ring->heard = heard;
    return moves;
}

/* Whether a completion is where the ring's queue awaits one, and there was one at the last look. */
static bool lwnvme_queue_is_unheard(struct lwnvme_queue *ring)
{
    const volatile uint32_t *next = LWNVME_GLANCE(ring->cq_next);
    bool before = ring->unheard != 0;

    if (next == ring->cq_end) /* its owner is about to go on to the beginning */
        next = ring->cq;
    ring->unheard = lwnvme_cqe_is_new(ring, next) ? 1 : 0;
    return before && ring->unheard != 0;
}

/*
 * Whether a command of a queue may be overdue that nobody has looked at since it is. Deadlines are stamped with the clock as the
 * owner last saw it, and mean nothing for what was sent after a pause: they are counted from its next look. If the queue was
 * idle at one of ours and its owner has not looked at the clock since, it is to do so when something has taken some part of
 * the shortest of its deadlines.
 */
static bool lwnvme_queue_is_unwatched(struct lwnvme_queue *queue, uint32_t now_ms)
{
    const uint32_t earliest_ms = LWNVME_GLANCE(queue->earliest_ms);
    const uint32_t clock_ms = LWNVME_GLANCE(queue->clock_ms);

    if (LWNVME_GLANCE(queue->submitted) == LWNVME_GLANCE(queue->completed)) {
        queue->busy = 0;
        queue->idle_clock_ms = clock_ms;
        return false;
    }
    if (queue->busy == 0)
        queue->busy_ms = now_ms;
    queue->busy = 1;
    if (LWNVME_TIME_AFTER(clock_ms, now_ms + LWNVME_CLOCK_SLACK_MS)) /* the clock has been set back */
        return true;
    if (clock_ms == queue->idle_clock_ms)
        return LWNVME_TIME_AFTER(now_ms, queue->busy_ms + (LWNVME_GLANCE(queue->briefest_ms) >> 3));
    return LWNVME_TIME_AFTER(now_ms, earliest_ms + LWNVME_CLOCK_SLACK_MS);
}

/* Whether something in a queue has to be done by a poll of its owner that no completion brings about: to see that what was late
 * no longer is, or to issue again what has rested, which one poll puts in the FIFO and the next one sends. */
static bool lwnvme_queue_is_owed(const struct lwnvme_queue *queue, uint32_t now_ms)
{
    if (LWNVME_GLANCE(queue->submitted) == LWNVME_GLANCE(queue->completed) &&
        (LWNVME_GLANCE(queue->slow) & (LWNVME_SLOW_WAITING | LWNVME_SLOW_STOPPED | LWNVME_SLOW_HELD |
                                       LWNVME_SLOW_AWAITING)) == LWNVME_SLOW_WAITING)
        return true;
    return LWNVME_GLANCE(queue->late) != 0 ||
           (LWNVME_GLANCE(queue->resting) != NULL &&
            LWNVME_TIME_AFTER(now_ms, LWNVME_GLANCE(queue->resting_due_ms)));
}

/* Notes whether the queue's owner is to be asked. */
static void lwnvme_queue_judge(struct lwnvme_recovery *recovery, struct lwnvme_queue *queue, uint32_t now_ms)
{
    bool wanted = lwnvme_queue_is_unheard(queue);
    struct lwnvme_queue *one;

    for (one = queue; one != NULL; one = one->sharer)
        wanted = lwnvme_queue_is_unwatched(one, now_ms) || wanted;
    wanted = !lwnvme_ring_moves(queue) && wanted;
    for (one = queue; one != NULL; one = one->sharer)
        wanted = wanted || lwnvme_queue_is_owed(one, now_ms);
    if (queue->nudged != 0 && !wanted)
        recovery->counts.healed++;
    queue->nudged = wanted ? LWNVME_NUDGE_OWED : 0;
}

/* Queues that interrupt and are polled by nobody here. One of those that share a ring is asked for all. */
static void lwnvme_queues_judge(struct lwnvme_controller *controller, uint32_t now_ms)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if ((queue->flags & (LWNVME_QUEUE_INTERRUPT | LWNVME_QUEUE_SHARED)) == LWNVME_QUEUE_INTERRUPT &&
            queue->state == LWNVME_QUEUE_LIVE)
            lwnvme_queue_judge(controller->recovery, queue, now_ms);
    }
}

static struct lwnvme_queue *lwnvme_nudge_owed(const struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue = controller->queues;

    while (queue != NULL && queue->nudged != LWNVME_NUDGE_OWED)
        queue = queue->next;
    return queue;
}

/* Asks the owners, each once. As in the callback of an event the state must not be changed meanwhile. */
static void lwnvme_queues_nudge(struct lwnvme_controller *controller)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    struct lwnvme_queue *queue;

    while ((queue = lwnvme_nudge_owed(controller)) != NULL) {
        queue->nudged = LWNVME_NUDGE_DONE;
        recovery->counts.nudges++;
        controller->polling = 1;
        recovery->policy.poll_wanted(controller, queue, recovery->policy.context);
        controller->polling = 0;
    }
}

/* What was seen in the queues says nothing any more. */
static void lwnvme_owners_forget(struct lwnvme_controller *controller)
{
    struct lwnvme_queue *queue;

    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        queue->unheard = 0;
        queue->nudged = 0;
    }
}

/* Once in nudge_ms. Where the clock is set back the time begins anew. */
static void lwnvme_owners_remind(struct lwnvme_controller *controller, uint64_t now_us)
{
    struct lwnvme_recovery *recovery = controller->recovery;
    uint64_t period_us =
        (uint64_t)lwnvme_or_default(recovery->policy.nudge_ms, LWNVME_RECOVERY_NUDGE_MS) * 1000u;

    if (recovery->policy.poll_wanted == NULL || recovery->policy.poll_queues)
        return;
    if (recovery->nudge_us > now_us && recovery->nudge_us - now_us > period_us) {
        recovery->nudge_us = now_us + period_us;
    } else if (now_us >= recovery->nudge_us) {
        recovery->nudge_us = now_us + period_us;
        lwnvme_queues_judge(controller, (uint32_t)(now_us >> 10));
        lwnvme_queues_nudge(controller);
    }
    if (recovery->nudge_us < recovery->service.due_us)
        recovery->service.due_us = recovery->nudge_us;
}

static void lwnvme_recovery_work(struct lwnvme_service *service)
{
    struct lwnvme_controller *controller = service->controller;
    struct lwnvme_recovery *recovery = lwnvme_recovery_of(service);
    uint64_t now_us = lwnvme_now_us(controller);
    struct lwnvme_queue *queue;
    uint32_t late;

    if (controller->farewells != 0 || lwnvme_controller_refusal(controller) != LWNVME_OK)
        return;
    service->due_us = UINT64_MAX;
    if (recovery->announce) {
        recovery->announce = false;
        lwnvme_event_send(controller, LWNVME_EVENT_RECOVERED);
    }
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_heal(recovery, queue, now_us);
        late = LWNVME_GLANCE(queue->late);
        if (late != 0 && lwnvme_case_find(recovery, queue) == NULL)
            lwnvme_case_open(recovery, queue, late, now_us);
    }
    lwnvme_cases_work(controller, now_us);
    lwnvme_owners_remind(controller, now_us);
}

static void lwnvme_recovery_leave(struct lwnvme_recovery *recovery)
{
    recovery->service.controller->recovery = NULL;
    lwnvme_service_remove(&recovery->service);
    recovery->hooks = NULL;
    recovery->state = LWNVME_RECOVERY_OFF;
}

static void lwnvme_recovery_told(struct lwnvme_service *service, enum lwnvme_occasion occasion)
{
    struct lwnvme_recovery *recovery = lwnvme_recovery_of(service);
    struct lwnvme_controller *controller = service->controller;

    if (occasion == LWNVME_OCCASION_READY) {
        recovery->announce = controller->recovering != 0;
        recovery->in_a_row = 0;
        recovery->state = LWNVME_RECOVERY_WATCHING;
        service->due_us = lwnvme_now_us(controller);
        lwnvme_owners_forget(controller);
        LWNVME_SHOW(controller->recovering, 0);
    } else if (occasion == LWNVME_OCCASION_FAREWELL) {
        lwnvme_cases_drop(recovery);
    } else if (occasion == LWNVME_OCCASION_CLOSE) { /* through failed, where all has been given back */
        lwnvme_recovery_leave(recovery);
    }
}

static const struct lwnvme_recovery_hooks lwnvme_recovery_all_hooks = {
    .failing = lwnvme_recovery_failing,
    .turn = lwnvme_recovery_turn,
    .rescue = lwnvme_recovery_rescue,
    .verify = lwnvme_recovery_verify,
    .recall = lwnvme_recovery_recall,
    .late = lwnvme_recovery_late,
    .keep = lwnvme_recovery_keep,
    .wake = lwnvme_recovery_wake,
    .await = lwnvme_recovery_await,
    .part = lwnvme_recovery_part,
    .look = lwnvme_recovery_look,
    .due = lwnvme_recovery_due,
    .withdraw = lwnvme_recovery_withdraw,
};

int lwnvme_recovery_start(struct lwnvme_controller *controller, struct lwnvme_recovery *recovery,
                          const struct lwnvme_recovery_policy *policy)
{
    struct lwnvme_queue *queue;
    int status = lwnvme_begin_check(controller);

    if (recovery == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (status != LWNVME_OK)
        return status;
    if (controller->recovery != NULL || recovery->hooks != NULL)
        return LWNVME_ERR_BUSY;
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        if (lwnvme_in_flight(queue) != 0 || queue->waiting_first != NULL)
            return LWNVME_ERR_BUSY;
    }
    for (queue = controller->queues; queue != NULL; queue = queue->next)
        queue->lap_slow = LWNVME_SLOW_RECALL;
    memset(recovery, 0, sizeof(*recovery));
    if (policy != NULL)
        recovery->policy = *policy;
    recovery->hooks = &lwnvme_recovery_all_hooks;
    recovery->state = LWNVME_RECOVERY_WATCHING;
    recovery->service.work = lwnvme_recovery_work;
    recovery->service.tell = lwnvme_recovery_told;
    recovery->service.due_us = UINT64_MAX;
    lwnvme_journey_prepare(controller);
    controller->recovery = recovery;
    lwnvme_service_add(controller, &recovery->service);
    lwnvme_owners_forget(controller);
    return LWNVME_OK;
}

static bool lwnvme_recovery_is_busy(const struct lwnvme_recovery *recovery)
{
    bool busy = recovery->service.controller->recovering != 0 ||
                recovery->service.controller->state == LWNVME_STATE_VERIFY;
    uint32_t index;

    for (index = 0; index < LWNVME_RECOVERY_CASES; index++)
        busy = busy || lwnvme_request_active(&recovery->cases[index].request);
    return busy;
}

int lwnvme_recovery_stop(struct lwnvme_recovery *recovery)
{
    struct lwnvme_controller *controller;
    struct lwnvme_queue *queue;
    int status;

    if (recovery == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (recovery->hooks == NULL)
        return LWNVME_ERR_NOT_OPEN;
    controller = recovery->service.controller;
    status = lwnvme_begin_check(controller);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_recovery_is_busy(recovery))
        return LWNVME_ERR_BUSY;
    lwnvme_recovery_leave(recovery);
    for (queue = controller->queues; queue != NULL; queue = queue->next) {
        lwnvme_queue_lock(queue);
        lwnvme_recovery_rest_no_more(queue);
        queue->late = 0;
        queue->lap_slow = 0;
        queue->slow &= ~(LWNVME_SLOW_RECALL | LWNVME_SLOW_LOOK);
        lwnvme_queue_unlock(queue);
    }
    return LWNVME_OK;
}

enum lwnvme_recovery_state lwnvme_recovery_get_state(const struct lwnvme_recovery *recovery)
{
    return recovery == NULL ? LWNVME_RECOVERY_OFF : (enum lwnvme_recovery_state)recovery->state;
}

/* What is looked after. Entries go to the end of their list. */

int lwnvme_recovery_watch(struct lwnvme_recovery *recovery, struct lwnvme_recovery_namespace *entry,
                          struct lwnvme_namespace *ns)
{
    struct lwnvme_recovery_namespace **link;

    if (recovery == NULL || entry == NULL || ns == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (recovery->hooks == NULL)
        return LWNVME_ERR_NOT_OPEN;
    for (link = &recovery->namespaces; *link != NULL; link = &(*link)->next) {
        if (*link == entry)
            return LWNVME_ERR_BUSY;
    }
    entry->ns = ns;
    entry->next = NULL;
    *link = entry;
    return LWNVME_OK;
}

/* One that is being verified is verified no more. */
void lwnvme_recovery_unwatch(struct lwnvme_recovery *recovery, struct lwnvme_recovery_namespace *entry)
{
    struct lwnvme_recovery_namespace **link;

    if (recovery == NULL || entry == NULL)
        return;
    for (link = &recovery->namespaces; *link != NULL && *link != entry; link = &(*link)->next)
        continue;
    if (*link != entry)
        return;
    *link = entry->next;
    entry->ns = NULL;
    if (recovery->watched != entry)
        return;
    recovery->watched = entry->next;
    recovery->asked = false;
}

int lwnvme_recovery_restore(struct lwnvme_recovery *recovery, struct lwnvme_recovery_setting *entry)
{
    struct lwnvme_recovery_setting **link;

    if (recovery == NULL || entry == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (recovery->hooks == NULL)
        return LWNVME_ERR_NOT_OPEN;
    if (entry->command.opcode > 0xffu || entry->data_bytes > LWNVME_PAGE_MIN)
        return LWNVME_ERR_INVALID_ARGUMENT;
    for (link = &recovery->settings; *link != NULL; link = &(*link)->next) {
        if (*link == entry)
            return LWNVME_ERR_BUSY;
    }
    entry->next = NULL;
    *link = entry;
    return LWNVME_OK;
}

void lwnvme_recovery_forget(struct lwnvme_recovery *recovery, struct lwnvme_recovery_setting *entry)
{
    struct lwnvme_recovery_setting **link;

    if (recovery == NULL || entry == NULL)
        return;
    for (link = &recovery->settings; *link != NULL && *link != entry; link = &(*link)->next)
        continue;
    if (*link != entry)
        return;
    *link = entry->next;
    if (recovery->setting != entry)
        return;
    recovery->setting = entry->next;
    recovery->asked = false;
}
